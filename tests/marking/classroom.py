"""A graded class with many answers in words, recorded as grading records it; no code of students is run."""

import itertools
import json
import sqlite3

from autograder.course import load_course
from autograder.grade.class_grades import ClassGrades
from autograder.grade.record import record
from autograder.grade.release import load_release
from autograder.grade.settings import settings_of
from autograder.grade.submission import grade_submission
from autograder.grade.types import Submission
from autograder.sandbox.types import RunResult
from tests.grade import mini
from tests.marking.class_of_words import ANSWERS, MODELS

NAME = "02_words"
COURSE = """
[course]
id = "words"
title = "Answers in words"

[workbooks.02_words]
title = "Why it jumps"

[workbooks.02_words.points]
momentum = 2
jumps = { manual = 1 }
noise = { manual = 1 }
"""


def master():
    """The mini course's master up to its first check, and the two questions."""
    start = mini.MASTER[: mini.MASTER.index('# %% experiment="long_run"')]
    return start + "".join(map(_question, MODELS))


def _question(name):
    model, guide = MODELS[name]
    said = "\n".join(f"# {line}" for line in [model, "", "**Marking guide**", "", *guide.splitlines()])
    heading = f"# %% [markdown]\n# ### Question `{name}`\n#\n# What happens, and why? With $\\eta$ and $L$.\n\n"
    return f'{heading}# %% [markdown] question="{name}"\n{said}\n\n'


def make_course(root):
    """Write the course."""
    return mini.make_course(root, NAME, COURSE, master())


def answers(count):
    """Answers to both questions for so many students, by student."""
    jumps, noise = (itertools.cycle([text for _, text in ANSWERS[name]]) for name in ("jumps", "noise"))
    return {f"st{number:03}": {"jumps": next(jumps), "noise": next(noise)} for number in range(count)}


def grade(root, folder, given, pictures=None):
    """Grade and record what students wrote: sources by cell, by student; `pictures` are attachments likewise."""
    course = load_course(root)
    release = load_release(NAME, (root / "notebooks" / NAME / f"{NAME}.ipynb").read_bytes())
    settings = settings_of(course, 7, "weak")
    folder.mkdir(exist_ok=True)
    grades = []
    for student, sources in given.items():
        content = json.dumps(_handed_in(root, sources, (pictures or {}).get(student, {}))).encode()
        submission = Submission(student, NAME, f"{NAME}.ipynb", content)
        graded = grade_submission(release, submission, settings, lambda *_: RunResult((), {}, "none"))
        path = folder / "autograded" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(graded.notebook)
        grades.append(graded.grade)
    fresh = frozenset((one.student, one.assignment) for one in grades)
    record(folder, ClassGrades(course, (release,), tuple(grades), (), 7, fresh=fresh))
    return folder


def _handed_in(root, sources, pictures):
    notebook = mini.solved(root, {cell: text for cell, text in sources.items() if text}, NAME)
    for cell, attached in pictures.items():
        mini.cell(notebook, cell)["attachments"] = attached
    return notebook


def forget_marks(folder):
    """Let all answers that were marked by hand wait again."""
    with sqlite3.connect(folder / "gradebook.db") as database:
        database.execute("UPDATE grade SET manual_score = NULL, needs_manual_grade = auto_score IS NULL")
