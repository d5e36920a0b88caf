"""The answer to an exercise whose probe has one part, as those of plain functions and of modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit
from autograder.catalogue.ways import Ignored, solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs, load_probe

__all__ = ["ARGUMENTS_CHANGED", "single_answer"]

ARGUMENTS_CHANGED = Ignored(
    "arguments-changed",
    "The values are right, but the function writes into what it is given, which the caller still needs.",
    "The function also writes into its input.",
    ("arguments_left_alone",),
)


def single_answer(
    exercise: str,
    mistakes: Iterable[Edit],
    *,
    generate: Callable[[np.random.Generator], Inputs],
    labels: Mapping[str, Label],
    reread: str,
    conventions: Iterable[Edit] = (),
    ignored: tuple[Ignored, ...] = (),
    words: Mapping[str, str] | None = None,
    by_hand: tuple[str, ...] = (),
    rtol: float = 1e-6,
) -> Answer:
    """Make the answer to an exercise of one part from edits of its solution.

    Args:
        exercise: Exercise id.
        mistakes: Known mistakes.
        generate: Draws fresh inputs for the probe; no two mistakes may coincide there.
        labels: How to speak of each output of the probe.
        reread: What to read again.
        conventions: Accepted conventions.
        ignored: Mistakes that are seen in some arrays only, such as `ARGUMENTS_CHANGED`.
        words: How to speak of the names in the solution.
        by_hand: What a library has of this, see `Answer`.
        rtol: Relative tolerance.
    """
    (part,) = load_probe(exercise).parts
    answered = solution_part(
        exercise,
        part.name,
        mistakes,
        conventions=conventions,
        ignored=ignored,
        labels=labels,
        reread=reread,
        words=words,
        rtol=rtol,
    )
    return Answer(exercise, generate, (answered,), by_hand=by_hand)
