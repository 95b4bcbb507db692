# SPDX-License-Identifier: MIT
# not with: -fsanitize
"""The heap touches memory whose type lacks 8BIT by aligned 32-bit words alone: its books, calloc's
zeros, contents on their way from and to other memories and aliases. With a type that has 8BIT the
same calls must show other widths: else this test would see nothing."""
import os
import sys

from word_accesses import word_accesses


def main():
    program = os.path.join(os.environ["BUILD"], "heap_word_only")
    good, bad, first = word_accesses(program, "words")
    print(f"word-only type: {good} word accesses, {bad} others")
    for text in first:
        print("  " + text)
    _, others, _ = word_accesses(program, "bytes")
    print(f"type with bytes: {others} accesses of other widths")
    return 0 if good > 5000 and bad == 0 and others > 0 else 1


sys.exit(main())
