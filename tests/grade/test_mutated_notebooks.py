"""Right notebooks, edited at random as people and editors do: the marks stay, or a note says what was lost."""

import dataclasses
import json
import random
from functools import cache

import pytest

from autograder.course import find_root, load_course
from autograder.edition.solutions import solution_files
from autograder.grade.collect import Found, load
from autograder.grade.release import load_release
from autograder.grade.settings import settings_of
from autograder.grade.submission import grade_submission
from autograder.grade.types import BY_HAND
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep
from tests.grade.mutations import mutate

ROOT = find_root()
COURSE = load_course(ROOT)
SEED = 17
# The share of the notebooks that keep all their marks.
KEPT = 0.995
# Those whose exercises train nothing.
QUICK = ("01_going_downhill", "02_optimizers", "04_normalization")


@cache
def released(workbook):
    return (ROOT / "notebooks" / workbook / f"{workbook}.ipynb").read_bytes()


@cache
def solved():
    return {path.stem: json.loads(content) for path, content in solution_files(COURSE, ROOT).items()}


def right(workbook):
    """The released notebook with the course's solutions and model answers."""
    notebook = json.loads(released(workbook))
    own = {cell["id"]: cell["source"] for cell in solved()[workbook]["cells"]}
    for cell in notebook["cells"]:
        cell["source"] = "".join(own[cell["id"]]) if asked(cell) else "".join(cell["source"])
    return notebook


def asked(cell):
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def stubs(workbook):
    cells = json.loads(released(workbook))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells if asked(cell) and cell["cell_type"] == "code"}


class Runs:
    """Runs behind the walls; what is exactly as before is not run again."""

    def __init__(self):
        self.known = {}

    def __call__(self, steps, limits):
        key = tuple(map(self._key, steps))
        if key not in self.known:
            self.known[key] = run_submission(steps, limits)
        return self.known[key]

    def _key(self, step):
        if isinstance(step, CellStep):
            return dataclasses.astuple(step)
        return (type(step), step.exercise, getattr(step, "part", ""))


RUNS = Runs()


def graded(workbook, folder, content):
    """What grading finds in the folder of a student."""
    place = folder / "ada" / workbook
    place.mkdir(parents=True)
    (place / f"{workbook}.ipynb").write_bytes(content)
    release = load_release(workbook, released(workbook))
    submission = load(Found("ada", place), release, COURSE.limits.submission_bytes)
    return grade_submission(release, submission, settings_of(COURSE, SEED, "full"), RUNS).grade


def lost(grade):
    """The exercises without all of their marks, or with an answer that nobody would mark."""
    for one in grade.exercises:
        if one.score is None:
            if one.verdict != BY_HAND:
                yield f"{one.grade_id}: {one.verdict}"
        elif one.score < one.max_score:
            yield f"{one.grade_id}: {one.score} of {one.max_score}, {one.verdict}: {one.message}"


def tried(number, folder, workbooks=COURSE.assignments):
    """Grade the notebook of this number; return what was done to it, and what was lost."""
    rng = random.Random(number)
    workbook = rng.choice(workbooks)
    notebook = right(workbook)
    done = mutate(notebook, rng, stubs(workbook))
    grade = graded(workbook, folder / str(number), json.dumps(notebook).encode())
    return workbook, done, list(lost(grade)), grade.notes


@pytest.mark.parametrize(
    ("numbers", "workbooks"),
    [
        pytest.param(range(8), QUICK, marks=pytest.mark.timeout(1800)),
        pytest.param(range(1000), COURSE.assignments, marks=[pytest.mark.slow, pytest.mark.timeout(6 * 3600)]),
    ],
    ids=["8", "1000"],
)
def test_an_edited_notebook_keeps_its_marks(numbers, workbooks, tmp_path):
    losses = {}
    for number in numbers:
        workbook, done, missing, notes = tried(number, tmp_path, workbooks)
        if missing:
            losses[number] = (workbook, done, missing, notes)
    assert len(losses) <= (1 - KEPT) * len(numbers), losses
