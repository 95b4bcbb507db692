# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""Real programs on libcapheap_malloc.so: their output is that of the C library's own malloc, and
what the library prints at the end shows that it served them."""

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

BUILD = os.environ["BUILD"]
LIBRARY = os.path.join(BUILD, "libcapheap_malloc.so")
PROGRAM = os.path.join(BUILD, "compat_preload_program")
SERVED = re.compile(rb"^capheap: (\d+) bytes in (\d+) regions; at most (\d+) in use; .*\n", re.M)

LUA = """
local t = {}
for i = 1, 60000 do t[i] = ("key" .. i):rep(i % 7 + 1) end
for i = 1, 60000, 2 do t[i] = nil end
collectgarbage()
local s = {}
for i = 2, 60000, 2 do s[#s + 1] = t[i]:sub(1, 3) .. #t[i] end
print(#s, #table.concat(s, ","))
"""

SQL = """
create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000)
  insert into t select i, hex(i * 7919) || printf('%0*d', i % 50, i), i / 3.0 from n;
create index t_b on t(b);
select count(*), sum(length(b)), round(total(c), 3) from t;
select substr(b, 1, 2) k, count(*), max(b) from t group by k order by k;
delete from t where a % 3 = 0;
vacuum;
select count(*), min(b), max(b) from t;
"""

PYTHON = """
import json, re, subprocess, threading, zlib, sys
rows = [{"n": i, "s": str(i) * (i % 9), "l": list(range(i % 13))} for i in range(15000)]
text = json.dumps(rows)
again = json.loads(text)
words = re.findall(r"\\d+", text)
sums = []
def work(k):
    sums.append(sum(len(str(v) * 3) for v in range(k, k + 20000)))
threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in threads: t.start()
child = subprocess.run([sys.executable, "-c", "print(len(bytearray(1 << 22)))"],
                       capture_output=True, text=True)
for t in threads: t.join()
print(again == rows, len(words), sorted(sums), child.stdout.strip(),
      len(zlib.compress(text.encode())))
"""

JQ = '[range(20000) | {n: ., s: (tostring * 3)}] | group_by(.n % 7) | map(map(.s | length) | add)'

C = "#include <stdio.h>\nint main(void) { for (int i = 0; i < 9; i++) printf(\"%d\", i); return 0; }\n"


def environment(preload, env=None):
    env = dict(os.environ, **(env or {}))
    if preload:
        env.update(LD_PRELOAD=LIBRARY, CAPHEAP_MALLOC_STATS="1")
    return env


def run(command, preload, stdin=b"", env=None):
    return subprocess.run(command, input=stdin, env=environment(preload, env), capture_output=True,
                          timeout=60)


class Preload(unittest.TestCase):
    def compare(self, command, stdin=b"", env=None, least=1):
        if shutil.which(command[0]) is None:
            self.fail(f"{command[0]} is missing: scripts/setup test installs it")
        plain = run(command, False, stdin, env)
        served = run(command, True, stdin, env)
        self.assertEqual(plain.returncode, 0, plain.stderr)
        self.assertEqual(served.returncode, 0, served.stderr)
        self.assertEqual(plain.stdout, served.stdout)
        found = SERVED.findall(served.stderr)
        self.assertTrue(found, served.stderr)
        self.assertGreater(max(int(most) for _, _, most in found), least)
        return served

    def test_lua(self):
        self.compare(["lua5.4", "-"], LUA.encode(), least=5_000_000)

    def test_sqlite(self):
        self.compare(["sqlite3", ":memory:"], SQL.encode(), least=2_000_000)

    def test_python(self):
        self.compare(["/usr/bin/python3", "-c", PYTHON], env={"PYTHONMALLOC": "malloc"},
                     least=10_000_000)

    def test_jq(self):
        self.compare(["jq", "-n", "-c", JQ], least=2_000_000)

    def test_gcc(self):
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "a.c")
            with open(source, "w", encoding="ascii") as file:
                file.write(C)
            self.compare(["gcc", "-O2", "-S", "-o", "-", source], least=2_000_000)


BROKER = """
listener %d 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
log_type error
user %s
"""


class Mosquitto(unittest.TestCase):
    """Broker, publishers and subscriber, each on the library, over loopback."""

    LINES = [b"%d:" % i + b"x" * (i * 37 % 4001) for i in range(600)]

    def setUp(self):
        for name in ("mosquitto", "mosquitto_pub", "mosquitto_sub"):
            if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin") is None:
                self.fail(f"{name} is missing: scripts/setup test installs it")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def check_served(self, name, code, errors, least):
        self.assertEqual(code, 0, (name, errors))
        found = SERVED.findall(errors)
        self.assertEqual(len(found), 1, (name, errors))
        self.assertGreater(int(found[0][2]), least, name)

    def start_broker(self):
        config = os.path.join(self.folder, "broker.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(BROKER % (self.port, pwd.getpwuid(os.getuid()).pw_name))
        broker = subprocess.Popen([shutil.which("mosquitto", path="/usr/sbin:" +
                                                os.environ["PATH"]), "-c", config],
                                  env=environment(True), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(broker.kill)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return broker
            except OSError:
                self.assertIsNone(broker.poll(), "the broker ended")
                time.sleep(0.05)
        self.fail("no broker listens")
        return None

    def client(self, name, *arguments, stdin=b"", least=1000):
        done = run([name, "-p", str(self.port), "-q", "2", *arguments], True, stdin)
        self.check_served(name, done.returncode, done.stderr, least)
        return done.stdout

    def test_messages(self):
        broker = self.start_broker()
        large = os.path.join(self.folder, "large")
        with open(large, "wb") as file:
            file.write(b"0123456789abcdef" * 65536)
        session = ["-i", "logger", "-c", "-t", "test/#"]
        self.client("mosquitto_sub", *session, "-E") # the broker keeps what comes from now on
        self.client("mosquitto_pub", "-t", "test/lines", "-l", stdin=b"\n".join(self.LINES) + b"\n")
        self.client("mosquitto_pub", "-t", "other", "-m", "not meant")
        self.client("mosquitto_pub", "-t", "test/large", "-r", "-f", large, least=1 << 20)
        got = self.client("mosquitto_sub", *session, "-C", "601", "-F", "%t %p", least=1 << 20)
        expected = [b"test/lines " + line for line in self.LINES]
        self.assertEqual(got.split(b"\n")[:-2], expected)
        with open(large, "rb") as file:
            self.assertEqual(got.split(b"\n")[-2], b"test/large " + file.read())
        broker.terminate()
        errors = broker.communicate(timeout=30)[1]
        self.check_served("mosquitto", broker.returncode, errors, 2 << 20)


class Parts(unittest.TestCase):
    def check_part(self, part, least=0):
        result = run([PROGRAM, part], True)
        self.assertEqual(result.returncode, 0, result.stderr)
        served = SERVED.search(result.stderr)
        self.assertTrue(served, result.stderr)
        self.assertGreaterEqual(int(served[3]), least)

    def check_stops(self, part, reason):
        result = run([PROGRAM, part], True)
        self.assertEqual(result.returncode, -6, result.stderr)
        self.assertRegex(result.stderr, b"^capheap: .*" + reason)

    def test_errors(self):
        self.check_part("errors")

    def test_sizes(self):
        self.check_part("sizes")

    def test_growth(self):
        self.check_part("growth", 300 << 20)

    def test_threads(self):
        self.check_part("threads")

    def test_forks(self):
        self.check_part("forks")

    def test_free_twice(self):
        self.check_stops("free_twice", b"freed before")

    def test_free_inside(self):
        self.check_stops("free_inside", b"middle of a live block")

    def test_names(self):
        """Nothing of capheap's own is in a program's way."""
        names = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True,
                               text=True, check=True).stdout.split("\n")
        shown = {line.split()[-1] for line in names if line}
        self.assertIn("malloc", shown)
        self.assertFalse({name for name in shown if "capheap" in name or "serve" in name})


if __name__ == "__main__":
    unittest.main()
