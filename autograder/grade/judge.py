"""Turn the results of a run into grades. Only results that are evaluated here earn points."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from autograder.catalogue.answer import load_answer
from autograder.grade.flags import Reading, flags_of
from autograder.grade.lazy_key import lazy_key
from autograder.grade.pattern import pattern
from autograder.grade.read import tidy
from autograder.grade.release import Release
from autograder.grade.types import BY_HAND, Cell, ExerciseGrade, Numbers, PartGrade, Pattern, Rebuilt
from autograder.sandbox.types import CellResult, RunResult
from course_utils.checks.judge import judge
from course_utils.checks.observe import conclude_part
from course_utils.checks.pictures.difference import differences
from course_utils.checks.types import Judgement, Key, Observation, PartObservation, Problem
from course_utils.handin.answer_frame import answer_in
from course_utils.kits.probe import Inputs, load_probe

__all__ = ["judge_run", "no_grades"]

log = logging.getLogger(__name__)

MAX_MESSAGE = 600
PROBLEMS = ("wrong", "error", "timeout", "crashed", "not attempted")
# A long number in a student's error message may be one of the hidden inputs.
LONG_NUMBER = re.compile(r"[-+]?\d*\.\d{2,}(?:[eE][-+]?\d+)?|\d{5,}")


def judge_run(
    release: Release,
    rebuilt: Rebuilt,
    reading: Reading,
    inputs: Mapping[str, Inputs],
    result: RunResult,
    library_shares: Mapping[str, float] = MappingProxyType({}),
) -> tuple[ExerciseGrade, ...]:
    """Grade every exercise of a workbook that has inputs, and the parts marked by hand.

    Args:
        release: The released notebook; its check cells hold the marks.
        rebuilt: What was run.
        reading: What its code says of libraries.
        inputs: The hidden inputs of every probe.
        result: What came out of the run; untrusted.
        library_shares: The share of the marks that is left where the code uses the library's solution, by exercise.
    """
    answers = {cell.id: cell.source for cell in rebuilt.cells if cell.role == "manual"}
    exercise_of = {cell.id: cell.exercise for cell in rebuilt.cells}
    flags = flags_of(reading, result.library_uses)
    grades = []
    for given in release.graded:
        if given.role == "manual":
            grades.append(_by_hand(given, answers.get(given.id, "")))
            continue
        if given.exercise not in inputs:
            continue
        own = [cell for cell in result.cells if exercise_of.get(cell.id) == given.exercise]
        observation = result.observations.get(given.exercise) or _nothing_seen(given.exercise, own)
        duration_s = sum(cell.duration_s for cell in own) + sum(part.duration_s for part in observation.parts)
        grade = _grade(given, _trusted(observation, inputs[given.exercise]), inputs[given.exercise])
        flagged = flags.get(given.exercise, ())
        grade = replace(grade, seconds=round(duration_s, 3), flags=flagged)
        grades.append(_reduced(grade, library_shares.get(given.exercise, 1.0)) if flagged else grade)
    return tuple(grades)


def no_grades(release: Release, verdict: str, message: str) -> tuple[ExerciseGrade, ...]:
    """Return zero for every exercise, with one reason; parts marked by hand are zero, too."""
    return tuple(_without_evidence(given, verdict, message) for given in release.graded)


def _without_evidence(given: Cell, verdict: str, message: str) -> ExerciseGrade:
    """Return zero, with a reason."""
    return ExerciseGrade(
        exercise=given.grade_id if given.role == "manual" else given.exercise,
        grade_id=given.grade_id,
        verdict=verdict,
        score=0.0,
        max_score=given.points,
        message=message,
    )


def _reduced(grade: ExerciseGrade, share: float) -> ExerciseGrade:
    """Return the grade of code that uses the library's solution, which the exercise asks to write."""
    if share == 1 or not grade.score:
        return grade
    parts = tuple(replace(part, score=round(part.score * share, 4)) for part in grade.parts)
    reason = f"This exercise asks to write by hand what a library has: {share:.0%} of the marks are left."
    return replace(grade, score=round(grade.score * share, 4), parts=parts, message=f"{grade.message} {reason}".strip())


def _by_hand(given: Cell, answer: str) -> ExerciseGrade:
    """Return a grade that waits; nothing waits where the answer cell is as it was released."""
    if answer_in(answer) in ("", answer_in(given.source)):
        return _without_evidence(given, "not attempted", "There is no answer.")
    return replace(_without_evidence(given, BY_HAND, "Waits for marking by hand."), score=None)


def _grade(given: Cell, observation: Observation, inputs: Inputs) -> ExerciseGrade:
    try:
        key = lazy_key(load_answer(given.exercise), inputs, given.points)
        judgement = judge(observation, key)
    except Exception as error:
        # A fault of the course, not of the student; it must not stop the class, and it earns nothing.
        log.exception("judging %s failed", given.exercise)
        message = f"This exercise could not be judged ({type(error).__name__}). Please tell your instructor."
        return _without_evidence(given, "error", message)
    patterns = _patterns(observation, key, judgement)
    return ExerciseGrade(
        exercise=given.exercise,
        grade_id=given.grade_id,
        verdict=judgement.verdict,
        score=_marks(judgement),
        max_score=given.points,
        misconceptions=judgement.misconceptions,
        message=judgement.message,
        evidence=_numbers(judgement),
        parts=tuple(_part(part, patterns.get(part.part)) for part in judgement.parts),
        pattern=patterns.get(judgement.part),
    )


def _patterns(observation: Observation, key: Key, judgement: Judgement) -> dict[str, Pattern | None]:
    """Return what may be shown of the arrays, by part: no expected value beside the one number of each side."""
    try:
        return {name: pattern(found) for name, found in differences(observation, key, judgement).items()}
    except Exception:
        # What is only shown must not stop a grade.
        log.exception("drawing what is wrong with %s failed", key.exercise)
        return {}


def _part(judgement: Judgement, shown: Pattern | None) -> PartGrade:
    return PartGrade(
        part=judgement.part,
        verdict=judgement.verdict,
        score=_marks(judgement),
        max_score=round(judgement.max_score, 4),
        misconceptions=judgement.misconceptions,
        message=judgement.message,
        evidence=_numbers(judgement),
        pattern=shown,
    )


def _marks(judgement: Judgement) -> float:
    return round(min(max(judgement.score, 0.0), judgement.max_score), 4)


def _numbers(judgement: Judgement) -> tuple[Numbers, ...]:
    return tuple(Numbers(e.where, f"{e.got:.6g}", f"{e.expected:.6g}") for e in judgement.evidence)


def _nothing_seen(exercise: str, own: Iterable[CellResult]) -> Observation:
    """Return the observation of a probe that gave none: the first cell that failed is the reason for every part."""
    reason = _reason(next((cell for cell in own if cell.status != "ok"), None))
    return Observation(exercise, tuple(PartObservation(p.name, problem=reason) for p in load_answer(exercise).parts))


def _trusted(observation: Observation, inputs: Inputs) -> Observation:
    """Return the observation as it is judged: known problems only, no long numbers in messages.

    Raw arrays are summarised here, out of reach of the submission.
    """
    known = {part.name: part for part in load_probe(observation.exercise).parts}
    parts = (conclude_part(known[part.name], part, inputs) for part in observation.parts if part.name in known)
    return Observation(observation.exercise, tuple(map(_plain, parts)))


def _reason(failed: CellResult | None) -> Problem:
    if failed is None or failed.status == "ok":
        return Problem("crashed", "The run gave no result for this.")
    return Problem(failed.status, f"Your cell did not finish. {failed.message}".strip())


def _plain(part: PartObservation) -> PartObservation:
    if part.problem is None:
        return replace(part, failed=_redact(part.failed))
    verdict = part.problem.verdict if part.problem.verdict in PROBLEMS else "error"
    return replace(part, outputs={}, problem=Problem(verdict, _redact(part.problem.message)), failed="")


def _redact(message: str) -> str:
    return LONG_NUMBER.sub("…", tidy(message, MAX_MESSAGE))
