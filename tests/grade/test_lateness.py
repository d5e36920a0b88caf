"""Late days: timestamps, due dates, the policy of `course.toml`, extensions, and what is read of them."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from autograder.course import CourseError, load_course
from autograder.exporting import ExportOrder, export_grades
from autograder.grade.classrun import Order, grade_class
from autograder.grade.extensions import read_extensions
from autograder.grade.grading_task import in_this_process
from autograder.grade.late import Late
from autograder.grade.types import GradingError
from autograder.late_policy import LatePolicy
from tests.grade import mini

DUE = datetime(2024, 3, 1, 12, 0, 0, tzinfo=UTC)
# Of 5 points, 10 % are half a point a day; 60 % are 3 points.
LATE = """
[late]
per_day = 10
grace_hours = 2
cap = 60
time_zone = "Europe/Berlin"

[late.due]
02_mini = 2024-03-01T13:00:00
"""
DELAYS = {
    "early": timedelta(hours=-1),
    "grace": timedelta(hours=2),
    "late": timedelta(days=1, hours=1),
    "hopeless": timedelta(days=300),
    "ill": timedelta(days=3, hours=1),
}


class LateClass:
    """A class of which most come late, graded with a policy in `course.toml`."""

    def __init__(self, course, folder):
        self.course, self.out, self.submissions = folder / "course", folder / "out", folder / "submitted"
        shutil.copytree(course, self.course)
        self.say(LATE)
        for student, delay in DELAYS.items():
            path = mini.hand_in(self.submissions, student, mini.solved(course, mini.PERFECT))
            (path.parent / "timestamp.txt").write_text(f"{DUE.replace(tzinfo=None) + delay} UTC\n")

    def say(self, late):
        (self.course / "course.toml").write_text(mini.COURSE + late)

    def extend(self, text):
        self.out.mkdir(exist_ok=True)
        (self.out / "extensions.csv").write_text(text)

    def grade(self):
        return grade_class(Order(self.submissions, self.out, self.course, seed=7), in_this_process)

    def penalties(self):
        with Gradebook(f"sqlite:///{self.out / 'gradebook.db'}") as book:
            found = book.assignment_submissions(mini.NAME)
            return {one.student_id: one.notebooks[0].late_submission_penalty for one in found}

    def totals(self):
        out = self.out / "totals.csv"
        export_grades(ExportOrder(self.out, out, self.course))
        rows = [line.split(",") for line in out.read_text(encoding="utf-8-sig").splitlines()[1:]]
        return {row[0]: float(row[2]) for row in rows}


@pytest.fixture(scope="module")
def once(course, tmp_path_factory):
    """The class, graded once; later tests change its rules, which grades no notebook again."""
    late = LateClass(course, tmp_path_factory.mktemp("late"))
    late.extend("student,assignment,days,reason\nill,02_mini,2,certificate\n")
    late.grade()
    return late


def test_days_that_have_begun_cost_percent_of_all_points_up_to_the_cap(once):
    assert once.penalties() == {"early": 0, "grace": 0, "late": 1, "hopeless": 3, "ill": 1}
    assert once.totals() == {"early": 4, "grace": 4, "late": 3, "hopeless": 1, "ill": 3}


def test_lateness_is_on_every_page_and_in_the_report(once):
    page = (once.out / "index.html").read_text()
    assert "late: 2 days late, 1 mark off." in page
    assert "hopeless: 300 days late, 3 marks off." in page
    assert "grace: 1 day late, no marks off." in page
    assert "early:" not in page
    feedback = {name: (once.out / "feedback" / name / mini.NAME / f"{mini.NAME}.html").read_text() for name in DELAYS}
    assert "2 days late" in feedback["late"]
    assert "days late" not in feedback["early"]
    records = {one["student"]: one for one in json.loads((once.out / "report.json").read_text())["submissions"]}
    assert records["late"]["late"] == {"seconds": 90_000, "penalty": 1}
    assert "late" not in records["early"]


def test_formgrader_knows_due_dates_and_extensions(once):
    with Gradebook(f"sqlite:///{once.out / 'gradebook.db'}") as book:
        assert book.find_assignment(mini.NAME).duedate == DUE.replace(tzinfo=None)
        assert book.find_submission(mini.NAME, "ill").extension == timedelta(days=2)
        assert book.find_submission(mini.NAME, "late").extension is None


def test_new_rules_and_extensions_change_marks_and_grade_nothing_again(once, course, tmp_path):
    late = LateClass(course, tmp_path)
    shutil.copytree(once.out, late.out)
    late.say(LATE.replace("per_day = 10", "per_day = 20"))
    late.extend("student,assignment,days\nLATE,,30\n")

    def no_pool(*_):
        raise AssertionError("nothing is left to grade")

    grade_class(Order(late.submissions, late.out, late.course), no_pool)
    assert late.penalties() == {"early": 0, "grace": 0, "late": 0, "hopeless": 3, "ill": 3}


def test_a_due_date_of_formgrader_counts_where_the_course_has_none(once, course, tmp_path):
    late = LateClass(course, tmp_path)
    shutil.copytree(once.out, late.out)
    late.say(LATE.partition("[late.due]")[0])
    with Gradebook(f"sqlite:///{late.out / 'gradebook.db'}") as book:
        book.find_assignment(mini.NAME).duedate = (DUE + timedelta(days=1)).replace(tzinfo=None)
        book.db.commit()
    late.grade()
    assert late.penalties() == {"early": 0, "grace": 0, "late": 0, "hopeless": 3, "ill": 0}


def test_an_extension_of_no_due_date_is_none(course, tmp_path):
    late = LateClass(course, tmp_path)
    late.say(LATE.partition("[late.due]")[0])
    late.extend("student,assignment,days\nill,,2\n")
    late.grade()
    assert set(late.penalties().values()) == {0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("student,assignment\nill,02_mini\n", "line 1: the columns are student, assignment; they have to be student"),
        ("student,assignment,days,hours\n", "line 1: the columns are student, assignment, days, hours"),
        (
            "student,assignment,days\nill,02_mimi,2\n",
            "line 2: there is no assignment '02_mimi'; did you mean '02_mini'",
        ),
        ("student,assignment,days\nill,02_mini,two\n", "line 2: days is 'two'; it has to be a number from 0 to 366"),
        ("student,assignment,days\nill,02_mini,-1\n", "line 2: days is '-1'"),
        ("student,assignment,days\nill,02_mini,inf\n", "line 2: days is 'inf'"),
        ("student,assignment,days\n,02_mini,1\n", "line 2: there is no student"),
        ("student,assignment,days\nill,,1\nIll,,2\n", "line 3: 'Ill' has an extension for the same in line 2"),
        ("", "is empty"),
        ('student,assignment,days\n"ill,02_mini,1\n', "is not a csv"),
    ],
)
def test_nonsense_in_the_list_of_extensions_is_refused_with_its_line(tmp_path, text, said):
    (tmp_path / "extensions.csv").write_text(text)
    with pytest.raises(GradingError, match=r"extensions\.csv") as caught:
        read_extensions(tmp_path, [mini.NAME])
    assert said in str(caught.value)


def test_extensions_are_read_as_spreadsheets_write_them(tmp_path):
    (tmp_path / "extensions.csv").write_bytes("\ufeffStudent;Assignment;Days\r\nill;02_mini;1,5\r\nill;;3\r\n".encode())
    found = read_extensions(tmp_path, [mini.NAME])
    assert found.of("Ill", mini.NAME) == timedelta(days=1.5)
    assert found.of("ill", "03_other") == timedelta(days=3)
    assert found.of("other", mini.NAME) is None
    assert list(found.unknown(["bill"])) == [
        f"extensions.csv, line {line}: 'ill' has not handed in anything; did you mean 'bill'?" for line in (2, 3)
    ]


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ("[late]\nper_day = 250\n", "line 13, late.per_day: Value error, 250 is not possible"),
        ("[late]\ncap = true\n", "line 13, late.cap: Value error, True is not possible"),
        ("[late]\ngrace_hours = -1\n", "line 13, late.grace_hours: Value error, -1 is not possible"),
        ("[late]\nper_days = 3\n", "line 13, late.per_days: Extra inputs"),
        ('[late]\ntime_zone = "Mars"\n', "line 13, late.time_zone: Value error, there is no time zone 'Mars'"),
        ("[late.due]\n02_mini = 2026-03-01\n", "line 12, late: Value error, the due date of 02_mini names no zone"),
        ('[late.due]\n02_mini = "May"\n', "line 12, late.due: Value error, 02_mini = 'May' is no date"),
        ("[late.due]\n02_mimi = 2026-03-01T12:00:00Z\n", "line 13, late.due.02_mimi: no workbook is called so"),
    ],
)
def test_nonsense_in_the_policy_is_refused_with_its_line(tmp_path, late, said):
    (tmp_path / "course.toml").write_text(mini.COURSE.lstrip() + late)
    with pytest.raises(CourseError, match=r"course\.toml") as caught:
        load_course(tmp_path)
    assert said in str(caught.value)


def test_a_policy_of_nbgrader_is_refused_and_not_ignored(once, course, tmp_path):
    late = LateClass(course, tmp_path)
    shutil.copytree(once.out, late.out)
    config = late.out / "nbgrader_config.py"
    config.write_text('# c.LateSubmissionPlugin\nc = get_config()\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    with pytest.raises(GradingError, match="line 3: a policy of nbgrader's"):
        late.grade()


def test_a_day_without_a_time_ends_at_midnight_of_its_zone():
    policy = LatePolicy.model_validate({"time_zone": "Europe/Berlin", "due": {"a": DUE.date()}})
    assert policy.due_date("a") == datetime(2024, 3, 1, 22, 59, 59, tzinfo=UTC)
    assert policy.due_date("b") is None


@given(
    st.floats(0, 100), st.floats(0, 100), st.floats(0, 168), st.floats(0, 1e8), st.floats(0, 1e8), st.floats(0.5, 100)
)
def test_later_never_costs_less_and_never_more_than_the_cap(per_day, cap, grace, one, other, most):
    policy = LatePolicy(per_day=per_day, cap=cap, grace_hours=grace)
    earlier, later = (policy.marks_off(timedelta(seconds=seconds), most) for seconds in sorted((one, other)))
    assert 0 <= earlier <= later <= most * cap / 100 + 1e-9
    assert policy.marks_off(timedelta(hours=grace), most) == 0


def test_a_day_that_has_begun_counts():
    assert [Late(seconds, 0.0).days for seconds in (1, 86_400, 86_401)] == [1, 1, 2]
    assert str(Late(10.0, 0.5)) == "1 day late, 0.5 marks off"
