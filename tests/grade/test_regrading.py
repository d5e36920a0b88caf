"""One exercise again after a correction: new marks for it, everything else as it was, and a line for every change."""

import csv
import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from autograder.catalogue.answer import load_answer
from autograder.grade import judge, keys
from autograder.grade.types import GradingError
from tests.grade import mini

CHEAP = {"momentum": mini.HEAVY_BALL, "adam": "AdamOptimizer = 1", "why": "Because."}


def _accepting(part):
    accepted = (replace(one, share=1.0) for one in part.misconceptions)
    return replace(part, misconceptions=(), variants=(*part.variants, *accepted))


@contextmanager
def corrected(monkeypatch, exercise):
    """A course in which the known mistakes of an exercise are accepted with full marks, and which says it is new."""
    answer = load_answer(exercise)
    fixed = replace(answer, parts=tuple(_accepting(part) for part in answer.parts))
    with monkeypatch.context() as patch:
        patch.setattr(judge, "load_answer", lambda name: fixed if name == exercise else load_answer(name))
        patch.setattr(keys, "engine_digest", lambda: "corrected")
        yield


@pytest.fixture
def marked(course, submissions, grade, tmp_path):
    """Two students, graded; the answer of one is marked by hand."""
    mini.hand_in(submissions, "heavy", mini.solved(course, CHEAP))
    mini.hand_in(submissions, "right", mini.solved(course, {**CHEAP, "momentum": mini.MOMENTUM}))
    grades = grade()
    with Gradebook(f"sqlite:///{tmp_path / 'out' / 'gradebook.db'}") as book:
        entry = book.find_grade("why", mini.NAME, mini.NAME, "heavy")
        entry.manual_score, entry.needs_manual_grade = 1.0, False
        book.db.commit()
    return grades


def entry_of(out, student, name):
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        entry = book.find_grade(name, mini.NAME, mini.NAME, student)
        return entry.auto_score, entry.manual_score, entry.needs_manual_grade


def test_a_correction_changes_the_marks_of_one_exercise_only(marked, grade, tmp_path, monkeypatch):
    assert marked["heavy"].exercises[0].verdict == "misconception"
    with corrected(monkeypatch, "momentum"):
        grades = grade(exercise="momentum")
        again = grade(exercise="momentum")
    out = tmp_path / "out"
    assert [grades[name].exercises[0].score for name in ("heavy", "right")] == [2, 2]
    assert grades["heavy"].exercises[1:] == marked["heavy"].exercises[1:]
    assert again == grades
    (line,) = csv.DictReader((out / "changes.csv").read_text().splitlines())
    assert line["student"] == "heavy"
    assert (line["old"], line["new"]) == ("1", "2")
    assert [one["student"] for one in json.loads((out / "report.json").read_text())["changes"]] == ["heavy"]
    assert "Marks that changed" in (out / "index.html").read_text()
    assert entry_of(out, "heavy", "check-momentum")[0] == 2
    assert entry_of(out, "heavy", "why") == (None, 1.0, False)
    notebook = json.loads((out / "autograded" / "heavy" / mini.NAME / f"{mini.NAME}.ipynb").read_text())
    assert mini.cell(notebook, "check-momentum")["outputs"][-1]["data"]["text/plain"] == "2"


def test_a_new_file_is_graded_as_a_whole(marked, course, submissions, grade, monkeypatch):
    mini.hand_in(submissions, "heavy", mini.solved(course, {**CHEAP, "adam": mini.ADAM}))
    with corrected(monkeypatch, "momentum"):
        grades = grade(exercise="momentum")
    assert [one.score for one in grades["heavy"].exercises] == [2, None, 2]


def test_where_grading_itself_fails_the_earlier_marks_stay(marked, grade, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no sandbox today")

    with corrected(monkeypatch, "momentum"), monkeypatch.context() as patch:
        patch.setattr("autograder.grade.grading_task.run_submission", broken)
        grades = grade(exercise="momentum")
    assert [one.score for one in grades["heavy"].exercises] == [one.score for one in marked["heavy"].exercises]
    assert "the earlier marks stay" in grades["heavy"].notes[-1]
    with corrected(monkeypatch, "momentum"):
        assert grade(exercise="momentum")["heavy"].exercises[0].score == 2


@pytest.mark.parametrize(("exercise", "says"), [("momentun", "there is no exercise"), ("why", "marked by hand")])
def test_an_exercise_that_no_check_marks_is_refused(marked, grade, exercise, says):
    with pytest.raises(GradingError, match=says):
        grade(exercise=exercise)
