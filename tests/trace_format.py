# SPDX-License-Identifier: MIT
"""A reader of capheap's trace format, written from SPEC.md alone and not from tools/: that the two
agree shows that the page tells all there is to know."""

import lzma
import zlib
from collections import namedtuple

Call = namedtuple("Call", "op block size old_size alignment caps site task time")

OPS = {1: "malloc", 2: "free", 3: "realloc", 4: "aligned", 5: "calloc", 6: "refused",
       7: "task start", 8: "task end"}


class Damaged(Exception):
    pass


class Trace:
    """calls: all of them, blocks by the ids of the file; notes: a dict."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] == b"\xfd7zXZ\0":
            self.data = lzma.decompress(self.data)
        self.at = 0
        self.notes = {}
        self.tasks = []
        self.sites = ["?"]
        self.calls = []
        self.live = {}
        self.task = self.caps = self.site = self.time = self.id = 0
        self._read()

    def _byte(self):
        if self.at == len(self.data):
            raise Damaged("cut off")
        self.at += 1
        return self.data[self.at - 1]

    def _number(self):
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                if value >= 1 << 64:
                    raise Damaged("a number of more than 64 bits")
                return value

    def _text(self):
        length = self._number()
        self.at += length
        if length > 4096 or self.at > len(self.data):
            raise Damaged("a text")
        return self.data[self.at - length:self.at].decode()

    def _block(self):
        step = self._number()
        step = step // 2 if step % 2 == 0 else -(step + 1) // 2
        self.id = (self.id + step) % (1 << 64)
        return self.id

    def _context(self, flags):
        if flags & 1:
            self.task = self._number()
        if flags & 2:
            self.caps = self._number()
        if flags & 4:
            self.site = self._number()
        if flags & 8:
            self.time += self._number()

    def _call(self, kind, flags):
        self._context(flags)
        op = OPS[kind]
        block = size = old_size = alignment = 0
        if op in ("malloc", "free", "realloc", "aligned", "calloc"):
            block = self._block()
            if (block in self.live) != (op in ("free", "realloc")):
                raise Damaged(f"{op} of {block} at byte {self.at}")
            old_size = self.live.pop(block, 0)
        if op == "realloc":
            block = self._block()
        if op in ("malloc", "realloc", "aligned", "calloc", "refused"):
            size = self._number()
        if op in ("malloc", "realloc", "aligned", "calloc"):
            self.live[block] = size
        if op == "aligned":
            alignment = 1 << self._byte()
        if op == "refused":
            log2 = self._byte()
            alignment = 1 << (log2 - 1) if log2 > 0 else 0
        caps = 0 if op in ("free", "task start", "task end") else self.caps
        task = self.tasks[self.task] if self.task < len(self.tasks) else "?"
        self.calls.append(Call(op, block, size, old_size, alignment, caps, self.sites[self.site],
                               task, self.time))

    def _read(self):
        if self.data[:8] != b"CAPTRACE":
            raise Damaged("no trace")
        self.at = 8
        if self._number() != 1:
            raise Damaged("another version")
        while True:
            head = self._byte()
            kind, flags = head & 15, head >> 4
            if kind in OPS:
                self._call(kind, flags)
            elif head == 12:
                key = self._text()
                self.notes[key] = self._text()
            elif head == 13:
                self.tasks.append(self._text())
            elif head == 14:
                self.sites.append(self._text())
            elif head == 15:
                return self._end()
            else:
                raise Damaged(f"a record that begins with {head:#x}")

    def _end(self):
        if self._number() != len(self.calls):
            raise Damaged("the number of calls")
        checksum = zlib.crc32(self.data[:self.at]).to_bytes(4, "little")
        if self.data[self.at:] != checksum:
            raise Damaged("the checksum")
