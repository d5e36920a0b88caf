"""The gradebook says what the run found, however many submissions are entered at once, and keeps marks by hand."""

import pytest
from nbgrader.api import Gradebook

from autograder.grade import gradebook as gradebook_module
from tests.grade import mini
from tests.grade.test_a_stop_loses_nothing import hand_in_class


def entered(out):
    """Marks and comments of each cell, by student and name of the cell."""
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        notebooks = {one.student.id: one.notebooks[0] for one in book.assignment_submissions(mini.NAME)}
        marks = {(student, mark.name): mark for student, found in notebooks.items() for mark in found.grades}
        comments = {(student, said.name): said for student, found in notebooks.items() for said in found.comments}
        return (
            {place: (mark.auto_score, mark.manual_score, mark.needs_manual_grade) for place, mark in marks.items()},
            {place: comment.auto_comment for place, comment in comments.items()},
        )


@pytest.mark.parametrize("at_once", [1, 2, 200])
def test_all_of_a_class_is_entered(at_once, course, submissions, grade, tmp_path, monkeypatch):
    monkeypatch.setattr(gradebook_module, "AT_ONCE", at_once)
    hand_in_class(submissions, course, 5)
    grades = grade()
    marks, comments = entered(tmp_path / "out")
    found = {(student, one.grade_id): one.score for student, all_of_it in grades.items() for one in all_of_it.exercises}
    assert {place: auto for place, (auto, _, _) in marks.items()} == found
    assert {place for place, (_, _, waits) in marks.items() if waits} == {
        p for p, score in found.items() if score is None
    }
    assert {student for student, _ in comments} == set(grades)
    assert any(comments.values())


@pytest.mark.parametrize("at_once", [1, 200])
def test_a_mark_by_hand_outlives_students_who_come_later(at_once, course, submissions, grade, tmp_path, monkeypatch):
    monkeypatch.setattr(gradebook_module, "AT_ONCE", at_once)
    hand_in_class(submissions, course, 3)
    grade()
    with Gradebook(f"sqlite:///{tmp_path / 'out' / 'gradebook.db'}") as book:
        mark = book.find_grade("why", mini.NAME, mini.NAME, "student0001")
        mark.manual_score, mark.needs_manual_grade = 0.5, False
        book.db.commit()
    hand_in_class(submissions, course, 5)
    grade(seed=None)
    marks, _ = entered(tmp_path / "out")
    assert marks["student0001", "why"] == (None, 0.5, False)
    assert {student for student, _ in marks} == {f"student{number:04d}" for number in range(5)}
    assert marks["student0004", "check-momentum"][0] == marks["student0000", "check-momentum"][0] == 2
