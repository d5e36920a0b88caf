"""What an answer is: reference values, the values of each known mistake, and fresh inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from autograder.catalogue.edit import EditError
from course_utils.checks.labels import Label
from course_utils.checks.types import Besides, Candidate, Key, PartKey
from course_utils.exercises import exercise_folder, package_of
from course_utils.kits.probe import Inputs, IsEnough, Outputs, Part, load_probe, never

__all__ = [
    "Alternative",
    "Answer",
    "AnswerPart",
    "NoOutputsError",
    "Piecewise",
    "Simulate",
    "candidate_of",
    "load_answer",
    "make_key",
    "place_of_answer",
]

Simulate = Callable[[Inputs], Outputs]


class NoOutputsError(Exception):
    """A changed solution raises an error, or gives nothing that a probe can take: it has no arrays."""


@dataclass(frozen=True)
class Piecewise:
    """Arrays that come a few at a time.

    Args:
        until: `until(inputs, is_enough)` gives the arrays up to the first ones of which `is_enough` is true.
    """

    until: Callable[[Inputs, IsEnough], Outputs]

    def __call__(self, inputs: Inputs) -> Outputs:
        """Return all of them."""
        return self.until(inputs, never)


@dataclass(frozen=True)
class Alternative:
    """A way to answer other than the declared one: a misconception, several at once, or an accepted convention.

    Args:
        ids: Names of the misconceptions that it is made of, in words joined by hyphens.
        says: One sentence each for the student: what was matched, never the code that mends it.
        simulate: The arrays that it gives for some inputs.
        share: Fraction of the marks that it earns.
        where: File and line of the edit that it is; empty if it is none, or made within a convention.
    """

    ids: tuple[str, ...]
    says: tuple[str, ...]
    simulate: Simulate
    share: float = 0.5
    where: str = ""


@dataclass(frozen=True)
class AnswerPart:
    """The answer to one part of an exercise; the fields are those of `PartKey`, as functions of the inputs."""

    name: str
    reference: Simulate
    misconceptions: tuple[Alternative, ...]
    labels: Mapping[str, Label]
    reread: str
    variants: tuple[Alternative, ...] = ()
    changes: tuple[Alternative, ...] = ()
    weight: float = 1.0
    baselines: Simulate | None = None
    factors: Callable[[Inputs], Mapping[str, float]] | None = None
    rtol: float = 1e-6
    agreement: Mapping[str, float] = field(default_factory=dict)
    upon: Simulate | None = None
    follows: tuple[str, ...] = ()
    besides: tuple[Besides, ...] = ()


@dataclass(frozen=True)
class Answer:
    """An exercise seen from the trusted side.

    Args:
        exercise: Exercise id, that of the probe.
        generate: Makes fresh inputs that separate all misconceptions; the same generator state, the same inputs.
        parts: The parts, named as in the probe.
        hints: Further sentences for an instructor's page, by misconception id.
        by_hand: What the exercise asks to write and a library has: patterns of dotted names, whose use is shown to
            the instructor; `.name` is the end of a name.
        common: Names of inputs that are the same for all students of a run, and that no submission sees: with what a
            judge trains, so that the same settings earn the same marks and are trained with once.
    """

    exercise: str
    generate: Callable[[np.random.Generator], Inputs]
    parts: tuple[AnswerPart, ...]
    hints: Mapping[str, str] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()
    common: tuple[str, ...] = ()


def load_answer(exercise: str) -> Answer:
    """Return the answer to `exercise`, from `answer.py` in its folder.

    Raises:
        KeyError: There is no such answer.
        EditError: The file makes none, or that of another exercise.
    """
    module = f"{package_of(exercise)}.answer"
    if find_spec(module) is None:
        raise KeyError(f"there is no answer.py in the folder of {exercise!r}")
    answer = getattr(import_module(module), "ANSWER", None)
    if not isinstance(answer, Answer):
        raise EditError(f"{place_of_answer(exercise)}: there is no answer called ANSWER; make one by a kit or `Answer`")
    if answer.exercise != exercise:
        raise EditError(
            f"{place_of_answer(exercise)}: the id is {answer.exercise!r}; the folder is that of {exercise!r}"
        )
    return answer


def place_of_answer(exercise: str) -> str:
    """Return the file that makes the answer, and the line where it is made or, failing that, the first, for messages.

    Raises:
        KeyError: There is no such exercise.
    """
    path = exercise_folder(exercise) / "answer.py"
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return f"{path}:{next((number for number, line in lines if line.startswith('ANSWER')), 1)}"


def make_key(answer: Answer, inputs: Inputs, points: float) -> Key:
    """Evaluate an answer for `inputs`: the key that a judge compares with."""
    with np.errstate(all="ignore"):
        probed = {part.name: part for part in load_probe(answer.exercise).parts}
        return Key(answer.exercise, points, tuple(_part_key(part, probed[part.name], inputs) for part in answer.parts))


def _part_key(part: AnswerPart, probed: Part, inputs: Inputs) -> PartKey:
    return PartKey(
        name=part.name,
        weight=part.weight,
        expected=part.reference(inputs),
        variants=_candidates(part.variants, inputs),
        misconceptions=_candidates(part.misconceptions, inputs),
        changes=_candidates(part.changes, inputs),
        labels=part.labels,
        reread=part.reread,
        baselines=part.baselines(inputs) if part.baselines else {},
        factors=part.factors(inputs) if part.factors else {},
        rtol=part.rtol,
        agreement=part.agreement,
        upon=part.upon(inputs) if part.upon else {},
        follows=part.follows,
        besides=part.besides,
        uses=probed.uses,
        counts_with=probed.counts_with,
    )


def _candidates(alternatives: Sequence[Alternative], inputs: Inputs) -> tuple[Candidate, ...]:
    return tuple(candidate_of(one, inputs, number) for number, one in enumerate(alternatives))


def candidate_of(one: Alternative, inputs: Inputs, number: int, is_enough: IsEnough = never) -> Candidate:
    """Evaluate one way to answer for some inputs.

    Args:
        one: The way.
        inputs: Inputs of the probe.
        number: Its place among those of its kind.
        is_enough: Says of some arrays that no others are wanted; then the candidate has these only.
    """
    try:
        with np.errstate(all="ignore"):
            found = (
                one.simulate.until(inputs, is_enough) if isinstance(one.simulate, Piecewise) else one.simulate(inputs)
            )
    except NoOutputsError:
        return Candidate(one.ids, one.says, one.share, {}, ends=False, numbers=(number,))
    return Candidate(one.ids, one.says, one.share, found, numbers=(number,))
