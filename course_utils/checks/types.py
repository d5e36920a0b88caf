"""The plain records that pass between a probe and a judge."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.labels import Label
from course_utils.kits.probe import Outputs

__all__ = [
    "KINDS",
    "Besides",
    "Candidate",
    "Evidence",
    "Judgement",
    "Key",
    "Kind",
    "Observation",
    "PartKey",
    "PartObservation",
    "Pointed",
    "Problem",
    "Ranked",
    "VerdictName",
]

Kind = Literal["variants", "misconceptions", "changes"]
KINDS: tuple[Kind, ...] = ("variants", "misconceptions", "changes")
VerdictName = Literal["correct", "variant", "misconception", "wrong", "error", "timeout", "crashed", "not attempted"]


@dataclass(frozen=True)
class Problem:
    """Why a part gave no arrays: the verdict that follows, and a sentence for the student."""

    verdict: VerdictName
    message: str


@dataclass(frozen=True)
class PartObservation:
    """What one part of a probe returned: arrays, or the problem that prevented them.

    Args:
        name: Name of the part.
        outputs: The arrays.
        problem: Why there are none.
        duration_s: How long it took.
        cpu_s: Processor time that it took, of all threads and processes; where it has a budget.
        upon: The arrays that came of it upon stand-ins for functions of earlier exercises; none where it has none.
        failed: A sentence on an error that left some arrays out; empty if there was none.
    """

    name: str
    outputs: Outputs = field(default_factory=dict)
    problem: Problem | None = None
    duration_s: float = 0.0
    upon: Outputs = field(default_factory=dict)
    failed: str = ""
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Observation:
    """What a probe saw of an exercise. Holds no opinion about what is right."""

    exercise: str
    parts: tuple[PartObservation, ...]


@dataclass(frozen=True)
class Candidate:
    """A known way to answer, other than the declared one, and what it would give.

    Args:
        ids: The misconceptions (or the one variant) that it is made of.
        says: One sentence each, addressed to the student.
        share: Fraction of the marks that it earns, from 0 to 1.
        outputs: The arrays that it gives for the inputs of the key; at the key's `places` only, where it has these.
        shapes: The shapes of arrays that are not shaped as expected, where the key has `places`.
        ends: Whether its code comes to an end; where it does not, nothing is like it.
        numbers: Its place among all ways of its kind that the exercise's author knows, then the places of those that
            give the same; empty where that is not recorded.
    """

    ids: tuple[str, ...]
    says: tuple[str, ...]
    share: float
    outputs: Outputs
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    ends: bool = True
    numbers: tuple[int, ...] = ()


class Besides(NamedTuple):
    """What is said beside any mistake where an array is not right of which the mistake says nothing.

    Args:
        array: Name of the array: a statement, as that an argument is as it was.
        id: The misconception.
        says: A sentence for the student.
        share: What is left of the marks.
    """

    array: str
    id: str
    says: str
    share: float = 1.0


class Ranked(Sequence[Candidate]):
    """Candidates that are worked out as they are looked at, the likeliest for some outputs first."""

    @abstractmethod
    def likely(self, got: Outputs, key: PartKey) -> Iterable[Candidate]:
        """Return the candidates that may have given `got`, in the order in which they should be compared."""


@dataclass(frozen=True)
class PartKey:
    """The answers to one part for one set of inputs.

    Args:
        name: Name of the part, as in the probe.
        weight: Its part of the exercise's marks, relative to the other parts.
        expected: The arrays of the declared convention.
        variants: Accepted conventions: full marks and a comment.
        misconceptions: Named mistakes, and likely pairs of them.
        changes: Small changes of the solution without a name of their own: no marks, and a sentence.
        places: For each array the entries (indices of the flattened array) that candidates are recognised by; empty
            where they have all.
        uses: Names of the student's objects that the part uses.
        counts_with: Name of another part that has to earn something before this one does; empty if none has to.
        labels: For each array how to speak of it.
        reread: The formula or section to read again.
        baselines: Values before anything happened, where a movement can be compared in length.
        factors: Constants of the inputs that explain a wrong length, by name.
        rtol: Relative tolerance, against the largest expected magnitude of the array.
        agreement: Arrays of which not every entry has to be right, and the share that has to be, from 0 to 1.
        upon: The arrays of the declared convention upon stand-ins for functions of earlier exercises.
        follows: Id and sentence for a part that is right upon these, but not upon the student's own functions.
        besides: What is said beside mistakes.
    """

    name: str
    weight: float
    expected: Outputs
    variants: Sequence[Candidate]
    misconceptions: Sequence[Candidate]
    labels: Mapping[str, Label]
    reread: str
    baselines: Outputs = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    rtol: float = 1e-6
    agreement: Mapping[str, float] = field(default_factory=dict)
    changes: Sequence[Candidate] = ()
    places: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    counts_with: str = ""
    upon: Outputs = field(default_factory=dict)
    follows: tuple[str, ...] = ()
    besides: tuple[Besides, ...] = ()

    @cached_property
    def scales(self) -> Mapping[str, np.float64]:
        """The largest magnitude in each expected array, of its finite numbers; 0 where it has none."""
        finite = {name: array[np.isfinite(array)] for name, array in self.expected.items()}
        return {name: np.float64(np.abs(numbers).max(initial=0.0)) for name, numbers in finite.items()}


@dataclass(frozen=True)
class Key:
    """The answers to an exercise for one set of inputs."""

    exercise: str
    points: float
    parts: tuple[PartKey, ...]


@dataclass(frozen=True)
class Evidence:
    """One number of each side: where it stands, what was found, what was expected."""

    where: str
    got: float
    expected: float

    def __str__(self) -> str:
        return f"{self.where}: yours {self.got:.6g}, expected {self.expected:.6g}"


@dataclass(frozen=True)
class Pointed:
    """A line of the student's code in which one change makes a part right, or a value is given that nothing uses.

    It never says which change.

    Args:
        line: Its number in the cell, counted from 1.
        quote: Its text, of a statement over several lines the first one; shortened where it is long.
        says: The whole sentence for the student.
        cell: The number that the notebook shows beside the cell; None where that is not known.
    """

    line: int
    quote: str
    says: str
    cell: int | None = None


@dataclass(frozen=True)
class Judgement:
    """The verdict on a part or on a whole exercise.

    Args:
        exercise: Exercise id.
        part: Name of the part; empty for the whole exercise.
        verdict: One of the eight verdicts.
        score: Marks earned, in points.
        max_score: Marks that can be earned, in points.
        misconceptions: Ids of the misconceptions (or of the variant) that were recognised.
        message: What was matched and what to read again, for the student.
        evidence: One number of each side, where there is one.
        parts: The judgements of the parts, for a whole exercise with several.
        pointed: The line to look at, of a part or of an exercise with one part; None where no line was found.
    """

    exercise: str
    part: str
    verdict: VerdictName
    score: float
    max_score: float
    misconceptions: tuple[str, ...] = ()
    message: str = ""
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Judgement, ...] = ()
    pointed: Pointed | None = None
