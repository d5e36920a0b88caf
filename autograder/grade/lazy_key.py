"""A key whose mistakes are worked out one at a time, as the judge asks: most answers are right, and need none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, make_key
from course_utils.checks.types import Candidate, Key
from course_utils.kits.probe import Inputs

__all__ = ["lazy_key"]


def lazy_key(answer: Answer, inputs: Inputs, points: float) -> Key:
    """Return the same key as `make_key`, in which candidates are evaluated when they are looked at."""
    bare = replace(
        answer, parts=tuple(replace(part, variants=(), misconceptions=(), changes=()) for part in answer.parts)
    )
    key = make_key(bare, inputs, points)
    parts = tuple(
        replace(
            part_key,
            variants=_Candidates(part.variants, inputs),
            misconceptions=_Candidates(part.misconceptions, inputs),
            changes=_Candidates(part.changes, inputs),
        )
        for part, part_key in zip(answer.parts, key.parts, strict=True)
    )
    return replace(key, parts=parts)


class _Candidates(Sequence[Candidate]):
    """Candidates that are simulated once each, when first taken."""

    def __init__(self, alternatives: Sequence[Alternative], inputs: Inputs) -> None:
        self._alternatives, self._inputs = alternatives, inputs
        self._known: dict[int, Candidate] = {}

    def __len__(self) -> int:
        return len(self._alternatives)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...

    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index not in self._known:
            one = self._alternatives[index]  # raises IndexError, which ends an iteration
            with np.errstate(all="ignore"):
                self._known[index] = Candidate(one.ids, one.says, one.share, one.simulate(self._inputs))
        return self._known[index]
