"""`check`: what a student calls below an exercise."""

from __future__ import annotations

from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import load_recorded
from course_utils.checks.text import render
from course_utils.probes.base import load_probe

__all__ = ["check"]


def check(exercise: str, *objects: object) -> float:
    """Try your solution on recorded inputs, print what is right or wrong, and return the marks.

    Args:
        exercise: The id that stands in the heading of the exercise, as in `"momentum"`.
        objects: Your functions or classes, in the order in which the check cell names them.

    Returns:
        The marks for these inputs, in points. Grading uses other inputs.

    Raises:
        KeyError: There is no such exercise.
        TypeError: The number of objects is another one than the exercise has.
    """
    probe = load_probe(exercise)
    inputs, key = load_recorded(exercise)
    judgement = judge(observe(probe, objects, inputs), key)
    print(render(judgement))
    return round(judgement.score, 4)
