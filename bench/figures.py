# SPDX-License-Identifier: MIT
"""Figures and their CSV files: allocator, target, figure, case, value. Less is better."""

import csv
import math

FIELDS = ["allocator", "target", "figure", "case", "value"]
# Counts that describe the load, depend on the computer, or were found by a search that another
# engine leads elsewhere: shown, but not held to anything. Nor is the size of every call together,
# which grows with each new call.
DESCRIPTIVE = ("calls", "pool", "time", "found")


class Figures:
    def __init__(self):
        self.values = {}

    def add(self, allocator, target, figure, case, value):
        self.values[allocator, target, figure, str(case)] = float(value)

    def get(self, allocator, target, figure, case):
        return self.values.get((allocator, target, figure, str(case)))

    def allocators(self):
        return list(dict.fromkeys(key[0] for key in self.values))

    def mean(self, allocator, target, figure, cases):
        values = [self.get(allocator, target, figure, case) for case in cases]
        return None if None in values else sum(values) / len(values)

    def geometric_mean(self, allocator, target, figure, cases):
        values = [self.get(allocator, target, figure, case) for case in cases]
        return None if None in values else math.exp(sum(map(math.log, values)) / len(values))

    def most(self, allocator, target, figure, cases):
        values = [self.get(allocator, target, figure, case) for case in cases]
        return None if None in values else max(values)

    def merge(self, other):
        self.values.update(other.values)

    def write(self, path):
        with open(path, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(FIELDS)
            for key, value in sorted(self.values.items()):
                out.writerow([*key, f"{value:.4f}".rstrip("0").rstrip(".")])

    @classmethod
    def read(cls, path):
        figures = cls()
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                figures.add(*(row[field] for field in FIELDS))
        return figures

    def worse_than(self, accepted, tolerance=0.01):
        """Those of ours that exceed the accepted ones, and those that nothing was accepted for."""
        worse, unknown = [], []
        for key, value in sorted(self.values.items()):
            if key[2].split()[-1] in DESCRIPTIVE or key[3].endswith("every call"):
                continue
            old = accepted.values.get(key)
            if old is None:
                unknown.append(key)
            elif value > old * (1 + tolerance) + 1e-9:
                worse.append((key, old, value))
        return worse, unknown
