"""What NaN stands for in an array of a probe, where it is a sign for something else: its label says it.

A label may end with "(nan: ...)", as in "length of the steps (nan: they differ)". These words are for a NaN alone.
"""

from __future__ import annotations

import re

__all__ = ["meaning_of_nan", "without_nan_words"]

WORDS = re.compile(r" \(nan: ([^)]*)\)")


def meaning_of_nan(label: str) -> str:
    """Return what a NaN stands for, in words; nothing where it is just that."""
    found = WORDS.search(label)
    return found.group(1) if found else ""


def without_nan_words(label: str) -> str:
    """Return the label of an array that holds no NaN."""
    return WORDS.sub("", label)
