"""All ways to answer a part that follow from edits of its solution: alone, in pairs, within accepted conventions."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from autograder.catalogue.answer import Alternative, AnswerPart, NoOutputsError, Piecewise, place_of_answer
from autograder.catalogue.combined import Placed, pairs_of, together, within
from autograder.catalogue.edit import Edit, EditError, Span, apply, spans, trimmed
from autograder.catalogue.sentences import name_of, sentence
from autograder.catalogue.solution import Solution, load_solution
from course_utils.changes import small_changes
from course_utils.checks.labels import Label
from course_utils.checks.observe import conclude_part, observe_part
from course_utils.checks.types import Besides
from course_utils.kits.probe import Inputs, IsEnough, Outputs, Part, gathered, load_probe, never

__all__ = ["Ignored", "solution_part"]

# So many accepted conventions may be used together.
MOST_TOGETHER = 3


@dataclass(frozen=True)
class Ignored:
    """A mistake that is seen in some arrays only, whatever they hold: all others are right, or as another mistake says.

    Args:
        id: Its name.
        says: A sentence for the student who has made no other mistake.
        says_too: The sentence beside another mistake's.
        arrays: Names of the arrays that are not looked at.
        share: Fraction of the marks that it earns.
    """

    id: str
    says: str
    says_too: str
    arrays: tuple[str, ...]
    share: float = 0.5


def solution_part(
    exercise: str,
    name: str,
    mistakes: Iterable[Edit],
    *,
    conventions: Iterable[Edit] = (),
    ignored: Sequence[Ignored] = (),
    not_in_mistakes: Sequence[str] = (),
    besides: Sequence[Besides] = (),
    with_changes: bool = True,
    changing: Sequence[str] = (),
    built_on: str = "",
    labels: Mapping[str, Label],
    reread: str,
    weight: float = 1.0,
    rtol: float = 1e-6,
    words: Mapping[str, str] | None = None,
    baselines: Callable[[Inputs], Outputs] | None = None,
    factors: Callable[[Inputs], Mapping[str, float]] | None = None,
    follows: tuple[str, ...] = (),
    building_on: str = "",
) -> AnswerPart:
    """Make the answer to a part from the solution in the master, run through the part's own probe.

    Mistakes are looked for alone, then alone within one or two conventions, then in pairs, and in pairs within one
    frequent convention; conventions up to three together. Edits that change the same piece of the solution are never
    made together. Last come the small changes of the solution that are no edit, alone and within one frequent
    convention.

    Args:
        exercise: Exercise id.
        name: Name of the part, as in the probe.
        mistakes: Known mistakes.
        conventions: Accepted conventions; those with `pairs=False` are not looked for together with mistakes.
        ignored: Mistakes that are seen in some arrays only.
        not_in_mistakes: Arrays that may tell a convention but not a mistake, which is named whatever they hold.
        besides: The same of other arrays; where these are not right, that is said beside the mistake. A mistake with
            the id of one of them is told by its array.
        with_changes: Whether small changes are looked for. Not where all arrays are statements: the few bits of a wrong
            answer are those of some small change by accident.
        changing: Functions and classes of which small changes are looked for; all that the part uses if empty.
        built_on: Code above the solution that edits may change too: of a class that it inherits, or of another one.
        labels: How to speak of each array.
        reread: What to read again.
        weight: Share of the exercise's marks, relative to the other parts.
        rtol: Relative tolerance.
        words: How to speak of the names in the solution, where the name with blanks for underscores will not do.
        baselines: See `AnswerPart`.
        factors: See `AnswerPart`.
        follows: Id and sentence for a part that is right upon the stand-ins of its probe, but not upon the student's
            own functions.
        building_on: A solution that uses these functions, where that of the master does not.

    Raises:
        EditError: An edit cannot be made, or is a convention among the mistakes or the other way round.
        KeyError: There is no such solution, or no such part.
    """
    mistakes, conventions = tuple(mistakes), tuple(conventions)
    _refuse_misplaced(mistakes, conventions)
    solution = load_solution(exercise)
    if built_on:
        solution = replace(solution, source=f"{built_on}\n\n{solution.source}")
    part = _part(exercise, name)
    singles = [_placed(one, solution, part) for one in mistakes]
    allowed = [_placed(one, solution, part) for one in conventions]
    common = together([one for one in allowed if one.pairs], 2)
    frequent = [one for one in allowed if one.pairs and one.frequent]
    changes = _small_changes(solution, tuple(changing) or part.uses, words or {}) if with_changes else []
    run = _Runner(solution, part, tuple(not_in_mistakes), tuple(besides), building_on)
    mistaken = [run.mistaken(one) for one in singles]
    return AnswerPart(
        name=name,
        reference=run.right,
        variants=tuple(run.accepted(way) for way in together(allowed, MOST_TOGETHER)),
        misconceptions=(
            *mistaken,
            *(run.ignoring(some) for some in ignored),
            *(run.mistaken(one) for one in within(singles, common)),
            *(run.mistaken(one) for one in pairs_of(singles)),
            *(run.mistaken(one) for one in within(tuple(pairs_of(singles)), frequent)),
            *(run.ignoring(some, one) for some in ignored for one in singles),
        ),
        changes=(
            *(run.mistaken(one) for one in changes),
            *(run.mistaken(one) for one in within(changes, frequent)),
            *(run.ignoring(some, one) for some in ignored for one in changes),
        ),
        labels=labels,
        reread=reread,
        weight=weight,
        rtol=rtol,
        baselines=baselines,
        factors=factors,
        upon=run.right_upon if part.upon else None,
        follows=follows,
        besides=tuple(besides),
    )


def _refuse_misplaced(mistakes: Iterable[Edit], conventions: Iterable[Edit]) -> None:
    for one in mistakes:
        if one.share == 1.0:
            raise EditError(f"{one.where}: {one.id!r} costs no marks; hand it over in `conventions=`, not as a mistake")
    for one in conventions:
        if one.share != 1.0:
            raise EditError(f"{one.where}: {one.id!r} costs marks; write `accepted(...)`, or move it to the mistakes")


def _part(exercise: str, name: str) -> Part:
    return next(part for part in load_probe(exercise).parts if part.name == name)


class _Asked(dict[str, Any]):
    """Inputs that remember which one was looked for in vain."""

    lacking = ""

    def __missing__(self, name: str) -> Any:
        self.lacking = name
        raise KeyError(name)


@dataclass(frozen=True)
class _Runner:
    """Runs a changed solution through the probe of a part."""

    solution: Solution
    part: Part
    not_in_mistakes: tuple[str, ...]
    besides: tuple[Besides, ...]
    building_on: str

    @cached_property
    def _alone(self) -> Part:
        """The part without stand-ins."""
        return replace(self.part, upon={})

    def right(self, inputs: Inputs) -> Outputs:
        """Return the arrays of the solution.

        Raises:
            EditError: The probe refuses the solution.
        """
        try:
            return self.outputs((), inputs)
        except NoOutputsError as error:
            where, name = f"{self.solution.path}:{self.solution.line}", self.solution.exercise
            if lacking := self._lacking(inputs):
                missing = f"fresh inputs have no {lacking!r}, which the probe uses; draw it in `generate`"
                raise EditError(f"{place_of_answer(name)}: {missing}, or give its range") from error
            raise EditError(f"{where}: the solution of {name} is not what its probe uses: {error}") from error

    def _lacking(self, inputs: Inputs) -> str:
        """Return the input that the probe looks for in vain; empty if it finds all, or fails before."""
        asked = _Asked(inputs)
        objects = self.solution.objects()
        with suppress(Exception):
            gathered(self.part.run(*(objects[name] for name in self.part.uses), asked))
        return asked.lacking

    def right_upon(self, inputs: Inputs) -> Outputs:
        """Return the arrays of the solution upon the stand-ins of the probe."""
        objects = self.solution.objects(self.building_on)
        return conclude_part(self.part, observe_part(self.part, objects, inputs), inputs).upon

    def accepted(self, way: Placed) -> Alternative:
        return self._without(way, ())

    def mistaken(self, way: Placed) -> Alternative:
        return self._without(way, self._not_told(way.ids))

    def ignoring(self, some: Ignored, way: Placed | None = None) -> Alternative:
        """Return a mistake that is seen in some arrays only, alone or beside another one."""
        if way is None:
            alone = Placed((some.id,), (some.says,), (), some.share)
            return self._without(alone, (*some.arrays, *self._said_beside(alone.ids)))
        ids, says = (*way.ids, some.id), (*way.says, some.says_too)
        both = replace(way, ids=ids, says=says, share=way.share * some.share, where="")
        return self._without(both, (*some.arrays, *self._not_told(ids)))

    def _not_told(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return the arrays that say nothing of mistakes with these ids."""
        return (*self.not_in_mistakes, *self._said_beside(ids))

    def _said_beside(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one.array for one in self.besides if one.id not in ids)

    def _without(self, way: Placed, left_out: Sequence[str]) -> Alternative:
        def looked_at(found: Outputs) -> Outputs:
            return {name: array for name, array in found.items() if name not in left_out}

        def until(inputs: Inputs, is_enough: IsEnough) -> Outputs:
            return looked_at(self.outputs(way.spans, inputs, lambda piece: is_enough(looked_at(piece))))

        return Alternative(way.ids, way.says, Piecewise(until), way.share, way.where)

    def outputs(self, changed: tuple[Span, ...], inputs: Inputs, is_enough: IsEnough = never) -> Outputs:
        """Return the arrays of a changed solution.

        Args:
            changed: What is changed.
            inputs: Inputs of the probe.
            is_enough: As in `observe_part`; not asked of a part whose arrays are raw.

        Raises:
            NoOutputsError: It does not come to an end, or its probe refuses it.
        """
        try:
            objects = self.solution.objects(apply(self.solution.source, changed))
        except Exception as error:
            raise NoOutputsError(f"{type(error).__name__}: {error}") from error
        asked = is_enough if self.part.summarise is None else never
        with warnings.catch_warnings(action="ignore"):
            seen = conclude_part(self._alone, observe_part(self._alone, objects, inputs, asked), inputs)
        if seen.problem is not None:
            raise NoOutputsError(seen.problem.message)
        return seen.outputs


def _placed(one: Edit, solution: Solution, part: Part) -> Placed:
    changed = spans(one, solution, part.uses)
    return Placed((one.id,), (one.says,), changed, one.share, one.pairs, one.frequent, one.where)


def _small_changes(solution: Solution, names: tuple[str, ...], words: Mapping[str, str]) -> list[Placed]:
    return [
        Placed((name_of(one),), (sentence(one, words),), (trimmed(one, solution.source),), 0.0)
        for one in small_changes(solution.source, names)
    ]
