"""A key whose mistakes are worked out one at a time, as the judge asks: most answers are right, and need none.

Which mistakes are likely is known from the recorded check: a mistake shows in the same places for all inputs. So those
come first that show where the outputs at hand are not right. What makes a statement true or false does so for all
inputs, so a mistake whose statements are others is not worked out at all. A run stops at the first arrays that differ.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, Answer, candidate_of, make_key
from autograder.catalogue.differences import differs, statements
from autograder.grade.refuted import Refuted
from autograder.grade.twins import Twins
from course_utils.checks.closeness import close
from course_utils.checks.recorded import load_recorded
from course_utils.checks.types import KINDS, Candidate, Key, Kind, PartKey, Ranked
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["lazy_key"]

# So many small changes without a name are tried.
MOST_CHANGES = 60
# So many mistakes made together are tried although they show in some other places: there an entry is right by accident.
MOST_UNLIKE = 80


def lazy_key(answer: Answer, inputs: Inputs, points: float) -> Key:
    """Return the same key as `make_key`, in which candidates are evaluated when they are looked at."""
    bare = (replace(part, variants=(), misconceptions=(), changes=()) for part in answer.parts)
    key = make_key(replace(answer, parts=tuple(bare)), inputs, points)
    parts = []
    for part, part_key in zip(answer.parts, key.parts, strict=True):
        find = partial(_recorded_part, answer.exercise, part.name)
        accepted: list[Candidate] = []
        candidates: dict[str, Any] = {
            kind: _Candidates(getattr(part, kind), inputs, find, kind, accepted) for kind in KINDS
        }
        parts.append(replace(part_key, **candidates))
    return replace(key, parts=tuple(parts))


def _recorded_part(exercise: str, part: str) -> _Recorded | None:
    return _recorded_parts(exercise).get(part)


@cache
def _recorded_parts(exercise: str) -> dict[str, _Recorded]:
    """Return the parts of the recorded key by name; none where nothing is recorded yet."""
    try:
        parts = load_recorded(exercise)[1].parts
    except KeyError:
        return {}
    return {part.name: _Recorded(part, statements(part)) for part in parts}


@dataclass(frozen=True)
class _Places:
    """Candidates in rows: the number of each, of which places it says something, and at which of these it shows."""

    numbers: list[int]
    told: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


@dataclass(frozen=True)
class _Recorded:
    """A part of a recorded key, and which of its arrays are statements."""

    key: PartKey
    statements: tuple[str, ...]

    def contradicts(self, one: Candidate, got: Outputs) -> bool:
        """Say whether a recorded candidate makes another statement than the outputs do."""
        return any(
            name in one.outputs
            and not (name in got and got[name].size == 1 and got[name].item() == one.outputs[name].item())
            for name in self.statements
        )

    def unlike(self, kind: Kind, got: Outputs, key: PartKey) -> dict[int, int]:
        """Return, by the numbers of the recorded candidates, at how many places of their arrays they do not fit.

        Where the recorded arrays are shaped in another way, an array is one place.
        """
        known = self._places[kind]
        wrong = {name: ~close(got[name], array, key, name).ravel() for name, array in key.expected.items()}
        if all(key.expected[name].shape == array.shape for name, array in self.key.expected.items()):
            shown = np.concatenate([wrong[name][chosen] for name, chosen in self.key.places.items()])
            unlike = known.told & (known.wrong != shown)
        else:
            told, seen = self._by_array(known.told), np.array([wrong[name].any() for name in self.key.places])
            unlike = told & (self._by_array(known.wrong) != seen)
        return dict(zip(known.numbers, unlike.sum(axis=1).tolist(), strict=True))

    def _by_array(self, places: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return for each row and array whether one of its places is true."""
        ends = np.cumsum([len(chosen) for chosen in self.key.places.values()])
        return np.stack([piece.any(axis=1) for piece in np.split(places, ends[:-1], axis=1)], axis=1)

    def vague(self, kind: Kind) -> set[int]:
        """Return the numbers of the candidates that say nothing of places of which others do."""
        known = self._places[kind]
        counts = known.told.sum(axis=1)
        return {number for number, few in zip(known.numbers, counts < counts.max(initial=0), strict=True) if few}

    @cached_property
    def _places(self) -> Mapping[Kind, _Places]:
        return {kind: self._of_kind([one for one in getattr(self.key, kind) if not one.shapes]) for kind in KINDS}

    def _of_kind(self, known: Sequence[Candidate]) -> _Places:
        told, wrong = [], []
        for name, chosen in self.key.places.items():
            expected = self.key.expected[name].ravel()[chosen]
            entries = np.array([one.outputs.get(name, expected) for one in known]).reshape(len(known), len(chosen))
            has_it = np.array([name in one.outputs for one in known], dtype=bool)
            told.append(has_it[:, None].repeat(len(chosen), axis=1))
            wrong.append(~close(entries, expected, self.key, name))
        return _Places([one.numbers[0] for one in known], np.hstack(told), np.hstack(wrong))


class _Candidates(Ranked):
    """Candidates of one kind that are simulated when they are looked at.

    Args:
        alternatives: All of this kind.
        inputs: Inputs of the probe.
        find: Returns what is recorded of the part.
        kind: Which of its candidates they are.
        accepted: The conventions of the part that have been worked out; conventions put themselves there.
    """

    def __init__(
        self,
        alternatives: Sequence[Alternative],
        inputs: Inputs,
        find: Callable[[], _Recorded | None],
        kind: Kind,
        accepted: list[Candidate],
    ) -> None:
        self._alternatives, self._inputs, self._kind = alternatives, inputs, kind
        self._find, self._accepted = find, accepted

    @cached_property
    def _recorded(self) -> _Recorded | None:
        """What is recorded of these alternatives; looked for only where an answer is wrong."""
        found = self._find()
        known: Sequence[Candidate] = getattr(found.key, self._kind) if found else ()
        return found if known and self._are_mine(known) else None

    @property
    def _known(self) -> Sequence[Candidate]:
        return getattr(self._recorded.key, self._kind) if self._recorded else ()

    def __len__(self) -> int:
        return len(self._alternatives)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...

    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        # Raises IndexError, which ends an iteration.
        return candidate_of(self._alternatives[index], self._inputs, index)

    def likely(self, got: Outputs, key: PartKey) -> Iterator[Candidate]:
        """Yield those that show in the same places, then all other single mistakes and the most alike of the others.

        Of small changes there are only those that show in the same places. What comes later than the first difference
        is not worked out, and neither is what gives the same as fewer edits gave, or the same twice.
        """
        impossible = {
            number
            for one in self._known
            if self._recorded and self._recorded.contradicts(one, got)
            for number in one.numbers
        }
        recorded = self._recorded.key if self._recorded and self._kind == "misconceptions" else None
        refuted, twins = Refuted(recorded, got, key, self._accepted), Twins(recorded, got)
        for number in self._order(got, key):
            way = self._alternatives[number]
            # An edit by itself is worked out in any case.
            if number in impossible or (not way.where and refuted.has(number, way.ids)):
                continue
            if len(way.ids) > 1 and twins.differ(number):
                continue
            one = candidate_of(way, self._inputs, number, lambda piece: differs(piece, got, key))
            yield one
            # The next one is asked for: this one was not it.
            if self._kind == "variants":
                self._accepted.append(one)
            refuted.add(one, is_edit=bool(way.where))

    def _order(self, got: Outputs, key: PartKey) -> Iterable[int]:
        if self._kind == "variants":
            return range(len(self))
        if self._recorded is None or not _is_shaped(got, key.expected):
            return range(len(self)) if self._kind == "misconceptions" else self._tried()
        return self._likeliest_first(self._recorded, self._recorded.unlike(self._kind, got, key))

    def _likeliest_first(self, recorded: _Recorded, unlike: Mapping[int, int]) -> Iterable[int]:
        alike = sorted(number for number, places in unlike.items() if not places)
        if self._kind == "changes":
            return alike[:MOST_CHANGES]
        single = set(self._single)
        order = dict.fromkeys([*self._singles_in_order([one for one in alike if one in single], recorded), *alike])
        others = sorted((number for number in unlike if number not in order), key=lambda number: unlike[number])
        return [*order, *others[:MOST_UNLIKE]]

    def _singles_in_order(self, alike: Sequence[int], recorded: _Recorded) -> Iterator[int]:
        """Yield all mistakes that are made alone: those alike first, but not before others if they are vague."""
        vague, done = recorded.vague(self._kind), 0
        for number in alike:
            # What says nothing of some arrays fits more often: single mistakes before it are looked at first.
            end = bisect_left(self._single, number) if number in vague else done
            yield from (*self._single[done:end], number)
            done = max(done, end)
        yield from self._single

    @cached_property
    def _single(self) -> list[int]:
        """The numbers of the mistakes that are made alone."""
        return [number for number, one in enumerate(self._alternatives) if len(one.ids) == 1]

    def _tried(self) -> Iterable[int]:
        return [one.numbers[0] for one in self._known[:MOST_CHANGES]]

    def _are_mine(self, known: Sequence[Candidate]) -> bool:
        """Say whether what is recorded was made from these alternatives."""
        return all(
            0 <= number < len(self._alternatives) and one.ids == self._alternatives[one.numbers[0]].ids
            for one in known
            for number in one.numbers
        )


def _is_shaped(got: Outputs, expected: Outputs) -> bool:
    """Say whether all arrays are there, in the expected shapes."""
    return all(name in got and got[name].shape == array.shape for name, array in expected.items())
