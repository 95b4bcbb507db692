# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""Real programs on libcapheap_malloc.so: their output is that of the C library's own malloc, and
what the library prints at the end shows that it served them."""

import os
import re
import shutil
import subprocess
import tempfile
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


def run(command, preload, stdin=b"", env=None):
    env = dict(os.environ, **(env or {}))
    if preload:
        env.update(LD_PRELOAD=LIBRARY, CAPHEAP_MALLOC_STATS="1")
    return subprocess.run(command, input=stdin, env=env, capture_output=True, timeout=60)


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


class Parts(unittest.TestCase):
    def check_part(self, part):
        result = run([PROGRAM, part], True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(SERVED.search(result.stderr), result.stderr)

    def check_stops(self, part, reason):
        result = run([PROGRAM, part], True)
        self.assertEqual(result.returncode, -6, result.stderr)
        self.assertRegex(result.stderr, b"^capheap: .*" + reason)

    def test_errors(self):
        self.check_part("errors")

    def test_sizes(self):
        self.check_part("sizes")

    def test_growth(self):
        self.check_part("growth")

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
