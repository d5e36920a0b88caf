"""A key whose mistakes are worked out one at a time, as the judge asks: most answers are right, and need none.

Which mistakes are likely is known from the recorded check: a mistake shows in the same places for all inputs. So those
come first that show where the outputs at hand are not right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import overload

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, Answer, candidate_of, make_key
from course_utils.checks.judge import close
from course_utils.checks.recorded import load_recorded
from course_utils.checks.types import Candidate, Key, PartKey, Ranked
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["lazy_key"]

# So many small changes without a name are tried.
MOST_CHANGES = 60


def lazy_key(answer: Answer, inputs: Inputs, points: float) -> Key:
    """Return the same key as `make_key`, in which candidates are evaluated when they are looked at."""
    bare = (replace(part, variants=(), misconceptions=(), changes=()) for part in answer.parts)
    key = make_key(replace(answer, parts=tuple(bare)), inputs, points)
    recorded = _recorded(answer.exercise)
    parts = tuple(
        replace(
            part_key,
            variants=_Candidates(part.variants, inputs),
            misconceptions=_Likely(part.misconceptions, inputs, recorded.get(part.name), "misconceptions"),
            changes=_Likely(part.changes, inputs, recorded.get(part.name), "changes"),
        )
        for part, part_key in zip(answer.parts, key.parts, strict=True)
    )
    return replace(key, parts=parts)


@cache
def _recorded(exercise: str) -> dict[str, PartKey]:
    """Return the parts of the recorded key by name; none where nothing is recorded yet."""
    try:
        return {part.name: part for part in load_recorded(exercise)[1].parts}
    except KeyError:
        return {}


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
            self._known[index] = candidate_of(one, self._inputs, index)
        return self._known[index]


class _Likely(_Candidates, Ranked):
    """Candidates of which those come first that showed, for the recorded inputs, in the same places."""

    def __init__(
        self, alternatives: Sequence[Alternative], inputs: Inputs, recorded: PartKey | None, kind: str
    ) -> None:
        super().__init__(alternatives, inputs)
        self._recorded, self._kind = recorded, kind

    def likely(self, got: Outputs, key: PartKey) -> Iterable[Candidate]:
        """Yield those that show in the same places, then all others, but no further small changes."""
        known = getattr(self._recorded, self._kind) if self._recorded else ()
        if self._recorded is None or not self._are_mine(known) or not _is_alike(self._recorded, key, got):
            return self if self._kind == "misconceptions" else self._tried(known)
        return self._in_order(known, self._recorded, _shows(got, key.expected, self._recorded.places, key))

    def _in_order(self, known: Sequence[Candidate], recorded: PartKey, shown: NDArray[np.bool_]) -> Iterator[Candidate]:
        alike = sorted(one.number for one in known if _shows_alike(one, recorded, shown))
        if self._kind == "changes":
            yield from (self[number] for number in alike[:MOST_CHANGES])
            return
        # What says nothing of some arrays fits more often: single mistakes that stand before it are looked at first.
        single = [number for number, one in enumerate(self._alternatives) if len(one.ids) == 1]
        order = dict.fromkeys(early for number in alike for early in (*(n for n in single if n < number), number))
        yield from (self[number] for number in [*order, *(n for n in range(len(self)) if n not in order)])

    def _tried(self, known: Sequence[Candidate]) -> Iterator[Candidate]:
        return (self[one.number] for one in known[:MOST_CHANGES] if self._are_mine(known))

    def _are_mine(self, known: Sequence[Candidate]) -> bool:
        """Say whether what is recorded was made from these alternatives."""
        return all(
            0 <= one.number < len(self._alternatives) and one.ids == self._alternatives[one.number].ids for one in known
        )


def _is_alike(recorded: PartKey, key: PartKey, got: Outputs) -> bool:
    """Say whether the arrays are shaped as the recorded ones, and the outputs as well."""
    shapes = {name: array.shape for name, array in recorded.expected.items()}
    return all(
        shapes == {name: arrays[name].shape for name in shapes if name in arrays} for arrays in (key.expected, got)
    )


def _shows(got: Outputs, expected: Outputs, places: Mapping[str, NDArray[np.int64]], key: PartKey) -> NDArray[np.bool_]:
    """Return at which of the places the outputs are not as expected."""
    return np.concatenate([~close(got[n], expected[n], key, n).ravel()[chosen] for n, chosen in places.items()])


def _shows_alike(one: Candidate, recorded: PartKey, shown: NDArray[np.bool_]) -> bool:
    """Say whether a recorded candidate, in the arrays that it has, shows at these places."""
    if one.shapes:
        return False
    start = 0
    for name, chosen in recorded.places.items():
        expected = recorded.expected[name].ravel()[chosen]
        here = shown[start : start + len(chosen)]
        start += len(chosen)
        if name in one.outputs and not np.array_equal(here, ~close(one.outputs[name], expected, recorded, name)):
            return False
    return True
