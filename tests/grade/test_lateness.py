"""Late days: nbgrader's timestamps, due dates and policy, and what a student and an instructor read of it."""

import json
from datetime import datetime, timedelta

from nbgrader.api import Gradebook

from autograder.grade.late import Late
from tests.grade import mini

DUE = datetime(2024, 3, 1, 12, 0, 0)
POLICY = """
from nbgrader.plugins import BasePlugin


class HalfAMarkPerDay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5 * -(-total_seconds_late // 86400)


c = get_config()
c.AssignLatePenalties.plugin_class = HalfAMarkPerDay
"""


def hand_in(course, submissions, student, delay):
    path = mini.hand_in(submissions, student, mini.solved(course, mini.PERFECT))
    (path.parent / "timestamp.txt").write_text(f"{DUE + delay} UTC\n")


def test_lateness_is_on_every_page_and_in_the_gradebook(course, submissions, grade, tmp_path):
    delays = {"early": timedelta(hours=-1), "late": timedelta(days=1, hours=1), "hopeless": timedelta(days=300)}
    for student, delay in delays.items():
        hand_in(course, submissions, student, delay)
    out = tmp_path / "out"
    grade()
    (out / "nbgrader_config.py").write_text(POLICY)
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        book.find_assignment(mini.NAME).duedate = DUE
        book.db.commit()
    grade()
    page = (out / "index.html").read_text()
    assert "late: 2 days late, 1 marks off." in page
    assert "hopeless: 300 days late, 4 marks off." in page
    assert "early:" not in page
    feedback = {name: (out / "feedback" / name / mini.NAME / f"{mini.NAME}.html").read_text() for name in delays}
    assert "<strong>−1</strong><span>for 2 days late" in feedback["late"]
    assert "late</span>" not in feedback["early"]
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        marks = {name: book.find_submission(mini.NAME, name).score for name in delays}
    assert marks == {"early": 4, "late": 4, "hopeless": 4}
    records = {one["student"]: one for one in json.loads((out / "report.json").read_text())["submissions"]}
    assert records["late"]["late"] == {"seconds": 90_000, "penalty": 1}
    assert "late" not in records["early"]


def test_a_day_that_has_begun_counts():
    assert [Late(seconds, 0.0).days for seconds in (1, 86_400, 86_401)] == [1, 1, 2]
    assert str(Late(10.0, 0.5)) == "1 day late, 0.5 marks off"
