"""The line to look at, for parts that are wrong: looked for behind the walls, confirmed here, never worth a mark.

What a submission's process claims is believed in two points only after a look at them: the line is one of the code
that was handed in, and the arrays that the changed code gives for fresh inputs are right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from autograder.catalogue.answer import load_answer
from autograder.grade.lazy_key import lazy_key
from autograder.grade.plan import Plan
from autograder.grade.types import Cell, ExerciseGrade, PointedLine, Rebuilt
from autograder.sandbox.seconds import left_of
from autograder.sandbox.types import CellStep, Claim, Limits, PointStep, ProbeStep, RunResult, Step
from course_utils.checks.judge import judge_part
from course_utils.checks.observe import conclude_part
from course_utils.checks.pointing import pointed_at
from course_utils.kits.probe import Inputs, Part, load_probe

__all__ = ["RunSteps", "point_out", "point_steps", "with_lines"]

log = logging.getLogger(__name__)

# Each takes as long as a search may take.
MOST_PARTS = 4
Claims = Mapping[tuple[str, str], Claim]
RunSteps = Callable[[Sequence[Step], Limits], RunResult]
# Verdicts of parts for which `check` looks for a line as well.
SEARCHED = ("wrong", "error")


def point_out(
    grades: Sequence[ExerciseGrade], rebuilt: Rebuilt, planned: Plan, used_s: float, limits: Limits, run: RunSteps
) -> tuple[ExerciseGrade, ...]:
    """Look for lines in a second run, in the time that the first has left; return the grades with those found.

    Args:
        grades: What the first run was judged to be.
        rebuilt: The rebuilt notebook.
        planned: What was run.
        used_s: How long that took.
        limits: The limits of the submission.
        run: Runs steps behind walls.
    """
    searched = point_steps(planned.steps, grades)
    if not searched:
        return tuple(grades)
    claims = run(searched, left_of(limits, planned.steps, used_s)).claims
    return with_lines(grades, rebuilt, planned.inputs, claims)


def point_steps(steps: Sequence[Step], grades: Sequence[ExerciseGrade]) -> tuple[Step, ...]:
    """Return the cells of a run again, with a search in place of each probe that saw something wrong; none if none did.

    Args:
        steps: The steps of the run that was judged.
        grades: What it was judged to be.
    """
    wanted = list(_wrong_parts(grades))[:MOST_PARTS]
    found: list[Step] = []
    end = 0
    for step in steps:
        if isinstance(step, CellStep):
            found.append(step)
        elif isinstance(step, ProbeStep):
            parts = [part for exercise, part in wanted if exercise == step.exercise]
            found += [PointStep(step.exercise, part, step.inputs) for part in parts]
            end = len(found) if parts else end
    return tuple(found[:end])


def with_lines(
    grades: Sequence[ExerciseGrade], rebuilt: Rebuilt, inputs: Mapping[str, Inputs], claims: Claims
) -> tuple[ExerciseGrade, ...]:
    """Return grades with the lines that were found and are confirmed; marks and verdicts stay as they are."""
    return tuple(_with_lines(grade, rebuilt, inputs, claims) for grade in grades)


def _wrong_parts(grades: Sequence[ExerciseGrade]) -> Iterator[tuple[str, str]]:
    for grade in grades:
        if grade.is_checked and not grade.parts and grade.verdict in SEARCHED:
            yield grade.exercise, load_probe(grade.exercise).parts[0].name
        yield from ((grade.exercise, part.part) for part in grade.parts if part.verdict in SEARCHED)


def _with_lines(grade: ExerciseGrade, rebuilt: Rebuilt, inputs: Mapping[str, Inputs], claims: Claims) -> ExerciseGrade:
    own = {part: claim for (exercise, part), claim in claims.items() if exercise == grade.exercise}
    if not own:
        return grade
    lines = {name: _confirmed(grade.exercise, claim, rebuilt, inputs[grade.exercise]) for name, claim in own.items()}
    if not grade.parts:
        return replace(grade, pointed=next(iter(lines.values())))
    return replace(grade, parts=tuple(replace(part, pointed=lines.get(part.part)) for part in grade.parts))


def _confirmed(exercise: str, claim: Claim, rebuilt: Rebuilt, inputs: Inputs) -> PointedLine | None:
    """Return a claimed line; None where it is not in the code, or the arrays are not right."""
    part = next((part for part in load_probe(exercise).parts if part.name == claim.seen.name), None)
    cell = _cell_with(claim, exercise, rebuilt)
    if part is None or cell is None:
        return None
    try:
        left = _left(exercise, part, claim, inputs)
        if left is None:
            return None
        elsewhere = cell.exercise != exercise
        said = pointed_at(
            cell.source, claim.line + _empty_above(cell.source), part, kind=claim.kind, left=left, elsewhere=elsewhere
        )
    except Exception:
        # What only helps must not stop a grade.
        log.exception("a line of %s could not be confirmed", exercise)
        return None
    return PointedLine(said.line, said.quote, said.says, claim.before, claim.after)


def _cell_with(claim: Claim, exercise: str, rebuilt: Rebuilt) -> Cell | None:
    """Return the cell that has the claimed line, of the exercise itself if that one does."""
    found = [cell for cell in rebuilt.cells if cell.code and _has(cell.source, claim)]
    return next((cell for cell in found if cell.exercise == exercise), found[0] if found else None)


def _has(source: str, claim: Claim) -> bool:
    lines = source.splitlines()[_empty_above(source) :]
    return claim.line <= len(lines) and lines[claim.line - 1].strip()[: len(claim.quote)] == claim.quote != ""


def _empty_above(source: str) -> int:
    """Return how many empty lines a cell begins with, which IPython does not count."""
    return len(list(takewhile(lambda line: not line.strip(), source.splitlines())))


def _left(exercise: str, part: Part, claim: Claim, inputs: Inputs) -> str | None:
    """Return the sentence of the named mistake that the change leaves, empty where all is right; None if neither."""
    seen = conclude_part(part, claim.seen, inputs)
    keys = lazy_key(load_answer(exercise), inputs, 1.0).parts
    key = replace(next(key for key in keys if key.name == part.name), changes=())
    found = judge_part(seen, key, exercise, 1.0)
    if found.verdict in ("correct", "variant"):
        return ""
    if found.verdict == "misconception" and len(found.misconceptions) == 1:
        return found.message
    return None
