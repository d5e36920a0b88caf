"""`hint`: the next of the hints of an exercise, which are also folded below it."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib.resources import files

from course_utils.handin.front_end import show

__all__ = ["hint", "hints_of"]

# How many hints of each exercise have been shown since the kernel started; nobody else is told.
_SHOWN: Counter[str] = Counter()


def hint(exercise: str) -> None:
    """Show the next hint of an exercise: first what to look at, then a formula or a small case; never code.

    After the last one it begins again. What is asked for is not kept, and costs nothing.

    Args:
        exercise: The id that stands in the heading of the exercise, as in `"adam"`.
    """
    texts = hints_of(str(exercise))
    if not texts:
        print(f"There are no hints for {exercise!r}. The heading of an exercise shows its id.")
        return
    number = _SHOWN[exercise] % len(texts)
    _SHOWN[exercise] += 1
    more = f' hint("{exercise}") shows the next one.' if number + 1 < len(texts) else " That was the last one."
    text = f"Hint {number + 1} of {len(texts)} for `{exercise}`\n\n{texts[number]}\n\n"
    show(text + more.strip(), f"**{text.replace(chr(10), '**' + chr(10), 1)}*{more.strip()}*", "text/markdown")


def hints_of(exercise: str) -> tuple[str, ...]:
    """Return the hints of an exercise in their order, as Markdown; none where there are none."""
    return _all().get(exercise, ())


@cache
def _all() -> dict[str, tuple[str, ...]]:
    folder = files(__package__)
    records = (json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir() if path.name.endswith(".json"))
    return {exercise: tuple(texts) for record in records for exercise, texts in record.items()}
