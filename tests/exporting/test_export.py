"""Exported totals are the gradebook's, in tables that the platforms take and that run nothing."""

import csv
import io
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grade.types import GradingError
from autograder.grade.visible import visible
from autograder.report.cells import as_csv, defused, number

SCORES = (None, 0.0, 1.25)


# nbgrader's own statements make SQLAlchemy warn about their order.
pytestmark = pytest.mark.filterwarnings("ignore:.*not in session, add operation")


def test_plain_totals(marked):
    report, rows = marked.export()
    assert rows == [
        ["student", "name", "01_first", "02_second", "total", "maximum"],
        ["jm", "", "1", "", "1", "9"],
        ["lm", "", "4.5", "1.5", "6", "9"],
        ["ob", "", "", "0", "0", "9"],
    ]
    assert (report.students, report.assignments) == (3, ("01_first", "02_second"))
    assert report.problems == (
        "01_first: 1 answer waits to be marked by hand, and count 0.",
        "02_second: marks taken for lateness: lm 1, ob 1.5.",
    )


def test_every_kind_of_mark_adds_up_as_nbgrader_adds_it_up(group):
    kinds = list(itertools.product(SCORES, SCORES, (None, 0.5), (None, 0.75)))
    group.mark(
        *(
            (f"s{index:03}", "01_first", {"check-walk": (auto, manual, extra), "why": (None, 1, None)}, penalty)
            for index, (auto, manual, extra, penalty) in enumerate(kinds)
        )
    )
    expected = group.sums()
    _, rows = group.export()
    assert len(rows) == len(kinds) + 1
    assert {row[0]: float(row[2]) for row in rows[1:]} == {student: score for (student, _), score in expected.items()}
    assert len({row[2] for row in rows}) > 5


def test_one_assignment(marked):
    assert marked.export(assignment="02_second")[1] == [
        ["student", "name", "02_second", "total", "maximum"],
        ["lm", "", "1.5", "1.5", "4"],
        ["ob", "", "0", "0", "4"],
    ]


def test_a_mark_by_hand_that_was_graded_again_is_named(marked):
    with marked.book() as book:
        grade = book.find_grade("why", "01_first", "01_first", "lm")
        grade.needs_manual_grade = True
        book.db.commit()
    report, rows = marked.export()
    assert rows[2][2] == "4.5"
    assert any("graded again" in line for line in report.problems)


ROSTER = """id,first name,last name,email
lm,Lena,Meier,l@uni.example
zz,Zoë,Zug,z@uni.example
jm,Jörg,Müller,j@uni.example
"""


def test_the_roster_gives_order_and_names_and_nobody_is_lost(marked):
    report, rows = marked.export(ROSTER)
    assert [row[:2] for row in rows[1:]] == [["lm", "Lena Meier"], ["zz", "Zoë Zug"], ["jm", "Jörg Müller"], ["ob", ""]]
    assert rows[2][2:] == ["", "", "0", "9"]
    assert "ob has marks and is not on the roster." in report.problems


def test_a_mark_above_the_maximum_is_named_and_counts_as_it_is(marked):
    marked.mark(("jm", "01_first", {"check-walk": (1, None, None), "why": (None, 5, None)}, None))
    report, rows = marked.export()
    assert rows[1][2] == "6"
    (line,) = [line for line in report.problems if "more than can be had" in line]
    assert line.startswith("01_first, jm: the mark by hand of why is")


@pytest.mark.parametrize("student", ["0817", "ob", "sob@uni.example", "sob", "oneillsean-13"])
def test_canvas_knows_a_student_by_any_id_login_or_email(group, student):
    group.mark((student, "02_second", {"check-run": (3, None, None)}, None))
    roster = CANVAS.replace("Section", "Section,Email").replace("O'Brien", "O'Neill")
    roster = roster.replace("lm,Monday", "lm,Monday,").replace("jm,Monday", "jm,Monday,")
    report, rows = group.export(roster.replace("ob,Monday", "ob,Monday,sob@uni.example"), format="canvas")
    assert [row[-1] for row in rows[2:]] == ["", "", "3"]
    assert report.problems == ()


def test_canvas_refuses_a_roster_that_nobody_is_on(marked):
    with pytest.raises(GradingError, match=r"nobody in .* has marks: the gradebook knows jm, lm, ob, and the roster"):
        marked.export("id,name\nx1,Somebody Else\n", format="canvas")


def test_a_student_who_left_keeps_the_marks_and_is_named(marked):
    report, rows = marked.export("".join(line for line in ROSTER.splitlines(True) if not line.startswith("lm")))
    assert ["lm", "", "4.5", "1.5", "6", "9"] in rows
    assert "lm has marks and is not on the roster." in report.problems


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (90),Second Steps (991)
    Points Possible,,,,,10,4
"Meier, Lena",11,0815,lm,Monday,,
"Müller, Jörg",12,0816,jm,Monday,,3
"O'Brien, Seán",13,0817,ob,Monday,,3
"""


def test_canvas_gets_its_own_columns_and_points_possible(marked):
    _, rows = marked.export(CANVAS, format="canvas")
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_first", "Second Steps (991)"],
        ["    Points Possible", "", "", "", "", "5", "4"],
        ["Meier, Lena", "11", "0815", "lm", "Monday", "4.5", "1.5"],
        ["Müller, Jörg", "12", "0816", "jm", "Monday", "1", ""],
        ["O'Brien, Seán", "13", "0817", "ob", "Monday", "", "0"],
    ]


def test_canvas_without_its_own_export_gets_login_ids(marked):
    _, rows = marked.export(ROSTER, format="canvas")
    assert rows[2][:5] == ["Meier, Lena", "", "", "lm", ""]
    assert rows[5][:5] == ["ob", "", "", "ob", ""]


WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)
Participant 71,Lena Meier,lm@uni.example,Submitted,,5.00,Yes,-
Participant 72,Jörg Müller,jm@uni.example,Submitted,,5.00,Yes,-
Participant 73,Zoë Zug,zz@uni.example,No submission,3.00,5.00,Yes,-
"""


def test_moodle_s_worksheet_comes_back_with_marks(marked):
    _, rows = marked.export(WORKSHEET, format="moodle", assignment="01_first")
    before = list(csv.reader(io.StringIO(WORKSHEET)))
    assert rows[0] == before[0]
    assert [row[4] for row in rows[1:]] == ["4.5", "1", "3.00"]
    assert [row[:4] + row[5:] for row in rows] == [row[:4] + row[5:] for row in before]


def test_moodle_s_worksheet_of_another_maximum_or_of_two_assignments_is_refused(marked):
    with pytest.raises(GradingError, match=r"100.00 marks at most, and 01_first 5"):
        marked.export(WORKSHEET.replace("5.00", "100.00"), format="moodle", assignment="01_first")
    with pytest.raises(GradingError, match="--assignment"):
        marked.export(WORKSHEET, format="moodle")


def test_moodle_s_gradebook_gets_ids_and_emails(marked):
    _, rows = marked.export(ROSTER, format="moodle")
    assert rows[:2] == [
        ["ID number", "First name", "Last name", "Email address", "01_first", "02_second"],
        ["lm", "Lena", "Meier", "l@uni.example", "4.5", "1.5"],
    ]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1-2", "@SUM(A1)", "-2+3", "\t=1", " =1", "\r=1", "＝1", "=cmd|' /C calc'!A0"]
)
@pytest.mark.parametrize("format", ["plain", "canvas", "moodle"])
def test_a_name_that_is_a_formula_is_text_to_a_spreadsheet(marked, name, format):
    quoted = '"' + name.replace('"', '""') + '"'
    roster = f'id,first name,last name,email\nlm,{quoted},{quoted},"=x@y"\n'
    _, rows = marked.export(roster, format=format)
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.strip()[:1] in set("=+-@＝") or cell[:1] in set("\t\r")] == []
    assert any(cell.startswith("'") for cell in cells)


@given(st.text(max_size=12))
@example("-")
@example("-1.5")
@example("3e5")
def test_cells_survive_a_csv_reader(text):
    ((cell,),) = csv.reader(io.StringIO(as_csv([[text]]).decode("utf-8-sig"), newline="")) if text else ((text,),)
    assert cell == defused(text)
    assert cell.replace("'", "") == visible(text).replace("'", "")


def test_no_formula_begins_where_another_program_splits():
    text = defused("said x;=cmd|' /C calc'!A0;\t-1")
    assert [part[:1] for part in text.replace("\t", ";").split(";")] == ["s", "'", "'", "'"]
    assert defused("loss: 0.5; then 0.4") == "loss: 0.5; then 0.4"


@given(st.floats(0, 1000))
def test_numbers_are_exact_to_four_decimals(value):
    assert float(number(value)) == round(value, 4)
    assert "e" not in number(value)


def refused(marked, *options):
    result = CliRunner().invoke(app, ["export", *map(str, options)])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_the_command_refuses_in_one_line(marked, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    book = marked.results / "gradebook.db"
    before = book.read_bytes()
    assert "no gradebook.db" in refused(marked, "nowhere", "--out", "x.csv")
    assert "not called .csv" in refused(marked, book, "--out", book)
    assert "no assignment" in refused(marked, book, "--out", "x.csv", "--assignment", "09_other")
    (tmp_path / "r.csv").write_text(ROSTER, encoding="utf-8")
    assert "is the roster" in refused(marked, book, "--out", "r.csv", "--roster", "r.csv")
    (tmp_path / "course.toml").write_text((tmp_path / "course.toml").read_text().replace('"two"', '"another"'))
    assert "another course" in refused(marked, book, "--out", "x.csv")
    assert book.read_bytes() == before
    assert not (tmp_path / "x.csv").exists()


def test_the_command_writes_a_table_and_changes_nothing_in_the_gradebook(marked, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = (marked.results / "gradebook.db").read_bytes()
    result = CliRunner().invoke(app, ["export", str(marked.results), "--out", "totals.csv", "--format", "plain"])
    assert (result.exit_code, result.stdout) == (0, "3 students, 01_first, 02_second: totals.csv\n")
    assert "1 answer waits" in result.stderr
    assert (tmp_path / "totals.csv").read_bytes().startswith(b"\xef\xbb\xbfstudent,name,")
    assert (marked.results / "gradebook.db").read_bytes() == before


LOGINS = """Student,ID,SIS User ID,SIS Login ID,Section,Second Steps (991)
    Points Possible,,,,,4
"Meier, Lena",11,0815,lm@uni.example,Monday,
"O'Brien, Seán",13,ob,seano,Monday,
"""


def test_marks_are_found_under_any_id_login_or_email_of_the_roster(marked):
    report, rows = marked.export(LOGINS, format="canvas", assignment="02_second")
    assert [(row[0], row[5]) for row in rows[2:]] == [("Meier, Lena", "1.5"), ("O'Brien, Seán", "0")]
    assert not any("not on the roster" in line for line in report.problems)


@pytest.mark.parametrize("format", ["plain", "canvas", "moodle"])
def test_a_roster_on_which_nobody_has_marks_is_refused(marked, format):
    with pytest.raises(GradingError, match=r"has marks: the gradebook knows jm, lm, ob, and the roster x1"):
        marked.export("id,name\nx1,Nobody Known\n", format=format)
