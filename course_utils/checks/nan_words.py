"""What NaN or infinity stands for in an array of a probe, where it is a sign for something else: its label says it.

A label may end with "(nan: ...)" or "(infinite: ...)", as in "length of the steps (nan: they differ)". These words are
for such a value alone.
"""

from __future__ import annotations

import math
import re

__all__ = ["meaning_of", "with_words_for"]

WORDS = re.compile(r" \((nan|infinite): ([^)]*)\)")


def meaning_of(value: float, label: str) -> str:
    """Return what `value`, which is not finite, stands for, in words; nothing where it is just that."""
    meanings: dict[str, str] = dict(WORDS.findall(label))
    return meanings.get(_kind(value), "")


def with_words_for(value: float, label: str) -> str:
    """Return the label without words that are for other values than this one."""
    return WORDS.sub(lambda found: found.group() if found.group(1) == _kind(value) else "", label)


def _kind(value: float) -> str:
    return "nan" if math.isnan(value) else "infinite" if math.isinf(value) else ""
