"""`check`: what a student calls below an exercise."""

from __future__ import annotations

from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.pointing import point_at
from course_utils.checks.recorded import load_recorded
from course_utils.checks.text import render
from course_utils.handin.last_checks import remember
from course_utils.kits.probe import load_probe

__all__ = ["check"]


def check(exercise: str, *objects: object) -> float:
    """Try your solution on recorded inputs, print what is right or wrong, and return the marks.

    Args:
        exercise: The id that stands in the heading of the exercise, as in `"momentum"`.
        objects: Your functions or classes, in the order in which the check cell names them.

    Returns:
        The marks for these inputs, in points. Grading uses other inputs. A call that cannot be understood prints
        what is missing and returns 0.
    """
    try:
        probe = load_probe(str(exercise))
        inputs, key = load_recorded(probe.exercise)
        observation = observe(probe, objects, inputs)
    except (KeyError, TypeError) as error:
        print(f"[error] {error.args[0]}.")
        return 0.0
    judgement = point_at(judge(observation, key), probe, dict(zip(probe.objects, objects, strict=True)), observation)
    print(render(judgement))
    marks = round(judgement.score, 4)
    remember(judgement.exercise, marks, objects)
    return marks
