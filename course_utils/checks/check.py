"""`check`: what a student calls below an exercise."""

from __future__ import annotations

import os
from collections.abc import Mapping

from course_utils.checks.card import card, problem_card
from course_utils.checks.cells_not_run import describe_old_version
from course_utils.checks.judge import judge
from course_utils.checks.marks import Marks
from course_utils.checks.objects import objects_by_name
from course_utils.checks.observe import observe
from course_utils.checks.pictures.choose import Picture, drawn
from course_utils.checks.pictures.difference import differences
from course_utils.checks.pointing import point_at
from course_utils.checks.recorded import load_recorded
from course_utils.checks.text import render
from course_utils.checks.types import Judgement, Key, Observation
from course_utils.handin.front_end import show
from course_utils.handin.last_checks import remember
from course_utils.kits.probe import load_probe

__all__ = ["check"]

# In the environment: "0" leaves the pictures out of all checks.
PICTURES = "COURSE_PICTURES"


def check(exercise: str, *objects: object, picture: bool | None = None) -> float:
    """Try your solution on recorded inputs, show what is right or wrong, and return the marks.

    Args:
        exercise: The id in the heading of the exercise, as in `"momentum"`.
        objects: Your functions or classes, in the order in which the check cell names them.
        picture: Whether a picture is drawn where it says more than a number. By default it is, unless the environment
            variable `COURSE_PICTURES` is 0.

    Returns:
        The marks for these inputs, in points. Grading uses other inputs. A call that cannot be understood shows
        what is missing and returns 0.
    """
    try:
        probe = load_probe(str(exercise))
        inputs, key = load_recorded(probe.exercise)
        observation = observe(probe, objects, inputs)
    except (KeyError, TypeError) as error:
        show(f"[error] {error.args[0]}.", problem_card(f"{error.args[0]}."))
        return Marks(0.0)
    by_name = objects_by_name(probe, objects)
    judgement = point_at(judge(observation, key), probe, by_name, observation)
    wanted = os.environ.get(PICTURES) != "0" if picture is None else picture
    pictures = _pictures(observation, key, judgement) if wanted else {}
    shown = {name: one.words for name, one in pictures.items()}
    if note := describe_old_version(objects):
        print(note)
    show(render(judgement, shown), card(judgement, pictures))
    marks = Marks(round(judgement.score, 4))
    remember(judgement.exercise, marks, objects)
    return marks


def _pictures(observation: Observation, key: Key, judgement: Judgement) -> Mapping[str, Picture]:
    found = differences(observation, key, judgement)
    drawings = {name: drawn(several) for name, several in found.items()}
    return {name: one for name, one in drawings.items() if one is not None}
