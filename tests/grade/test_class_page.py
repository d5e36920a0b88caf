"""The class page: names, marks by hand, totals, earlier terms; sorting and search from a file, in a browser."""

import json
import shutil

import pytest
from nbgrader.api import Gradebook

from autograder.exporting import ExportOrder, export_grades
from autograder.exporting.feedback import FeedbackOrder, give_feedback
from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.grade.student_name import StudentName
from autograder.grade.types import GradingError
from autograder.report.earlier import read_earlier
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.grade import mini

EVIL = "</script><img src=x onerror=alert(1)>"
NAMES = {
    "ada": StudentName("Zoë", "Ågren"),
    "bea": StudentName("Bea", EVIL),
    "cem": StudentName("Cem", "Yıldız"),
}
# Middles of what stands in cells.
MIDDLES = """cells => cells.map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const box = range.getBoundingClientRect();
    return (box.left + box.right) / 2;
})"""
BY_HAND = {"ada": 1.0, "bea": 0.5}


def no_pool(*_):
    raise AssertionError("nothing is left to grade")


def named(students):
    return {one: NAMES[one] for one in students if one in NAMES}


class Graded:
    def __init__(self, course, folder):
        self.course, self.out, self.submissions = course, folder / "out", folder / "submitted"

    def grade(self, pool=no_pool, **options):
        options = {"seed": 7, "identify": named, **options}
        return grade_class(Order(self.submissions, self.out, self.course, **options), pool)

    def mark(self, scores):
        with Gradebook(f"sqlite:///{self.out / 'gradebook.db'}", "mini") as book:
            for student, score in scores.items():
                grade = book.find_grade("why", mini.NAME, mini.NAME, student)
                grade.manual_score, grade.needs_manual_grade = score, False
                book.find_comment("why", mini.NAME, mini.NAME, student).manual_comment = f"Good, {student}: $x^2$"
            book.db.commit()

    def page(self):
        return (self.out / "index.html").read_text()

    def feedback(self, student):
        return (self.out / "feedback" / student / mini.NAME / f"{mini.NAME}.html").read_text()


@pytest.fixture(scope="module")
def once(course, tmp_path_factory):
    graded = Graded(course, tmp_path_factory.mktemp("page"))
    for student, more in (("ada", {}), ("bea", {"momentum": mini.HEAVY_BALL}), ("cem", {"adam": "1"}), ("gone", {})):
        mini.hand_in(graded.submissions, student, mini.solved(course, {**mini.PERFECT, **more}))
    graded.grade(in_this_process)
    graded.mark(BY_HAND)
    graded.grade()
    return graded


@pytest.fixture
def graded(once, tmp_path):
    copy = Graded(once.course, tmp_path)
    for name in ("out", "submitted"):
        shutil.copytree(once.out.parent / name, tmp_path / name)
    return copy


def test_grading_again_shows_marks_by_hand_and_asks_for_no_second_look(once):
    page = once.feedback("ada")
    assert "<strong>5 / 5</strong>" in page
    assert "Good, ada:" in page
    assert "<math" in page
    assert "Zoë Ågren" in page
    with Gradebook(f"sqlite:///{once.out / 'gradebook.db'}", "mini") as book:
        assert not book.find_grade("why", mini.NAME, mini.NAME, "ada").needs_manual_grade
        assert book.find_student("cem").last_name == "Yıldız"


def test_pages_report_and_export_tell_the_same_totals(once, tmp_path):
    export_grades(ExportOrder(once.out, tmp_path / "totals.csv", once.course))
    lines = (tmp_path / "totals.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    exported = {line.split(",")[0]: float(line.split(",")[-2]) for line in lines}
    records = {one["student"]: one for one in json.loads((once.out / "report.json").read_text())["submissions"]}
    assert {student: one["score"] for student, one in records.items()} == exported
    assert exported == {"ada": 5, "bea": 3.5, "cem": 2, "gone": 4}
    for student, total in exported.items():
        assert f"<strong>{total:g} / 5</strong>" in once.feedback(student)
        assert f"<strong>{total:g}</strong> / 5" in once.page()
    (answer,) = records["bea"]["by_hand"]
    assert (answer["question"], answer["points"]) == ("why", 0.5)
    assert records["cem"]["waiting"] == 1


def test_names_are_inert_and_nobody_is_missed(once):
    page = once.page()
    assert "<img" not in page
    assert page.count("<script") == 1
    assert "gone has handed in and is not on the roster." in page


def test_the_page_begins_with_its_title_and_walls_are_at_its_end(once):
    page = once.page()
    assert page.index("<h1>") < page.index("Isolation")
    assert "full:" not in page[: page.index("<footer>")]


def test_a_student_who_left_has_no_new_page_and_keeps_the_marks(graded):
    shutil.rmtree(graded.submissions / "gone")
    (graded.out / "feedback" / "gone" / mini.NAME / f"{mini.NAME}.html").unlink()
    report = give_feedback(FeedbackOrder(graded.out, graded.course, submissions=graded.submissions))
    assert report.pages == 3
    assert any("any more, so no page was written: gone" in line for line in report.problems)
    assert not (graded.out / "feedback" / "gone" / mini.NAME / f"{mini.NAME}.html").exists()
    graded.grade()
    assert 'href="feedback/gone' not in graded.page()
    with Gradebook(f"sqlite:///{graded.out / 'gradebook.db'}", "mini") as book:
        assert book.find_submission(mini.NAME, "gone").score == 4


def test_a_mark_above_the_maximum_is_told(graded):
    graded.mark({"ada": 3.0})
    graded.grade()
    assert "02_mini, ada: the mark by hand of why is more than can be had" in graded.page()


def test_feedback_is_the_same_page_whoever_writes_it(graded):
    before = graded.feedback("bea")
    give_feedback(FeedbackOrder(graded.out, graded.course))
    assert graded.feedback("bea") == before


def test_an_earlier_term_stands_beside_the_difficulty(graded, tmp_path):
    shutil.copytree(graded.out, tmp_path / "term-2025")
    graded.grade(earlier=(tmp_path / "term-2025",))
    page = graded.page()
    assert "term-2025</th>" in page
    assert "in term-2025, 4 handed in, with a median of" in page
    term = read_earlier(tmp_path / "term-2025" / "report.json", "mini")
    assert term.difficulties == {"check-momentum": 1 / 8, "check-adam": 0.25, "why": 0.25}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"course": "other", "submissions": []}', "is of another course (other, not mini)"),
        ('{"course": "mini", "submissions": [{"exercises": 3}]}', "is not a report of `autograder grade`"),
        ("[]", "is not a report of `autograder grade`"),
        ("\x00", "is not a report of `autograder grade`"),
    ],
)
def test_what_is_no_report_of_an_earlier_term_is_refused_before_grading(graded, text, said):
    path = graded.out.parent / "old.json"
    path.write_text(text)
    with pytest.raises(GradingError) as caught:
        graded.grade(earlier=(path,))
    assert said in str(caught.value)


def test_feedback_of_a_folder_where_nothing_was_graded_or_of_another_course_is_refused(graded, tmp_path):
    with pytest.raises(GradingError, match="nothing was graded in"):
        give_feedback(FeedbackOrder(tmp_path / "nowhere", graded.course))
    other = mini.make_course(tmp_path / "other", course=mini.COURSE.replace('"mini"', '"another"'))
    with pytest.raises(GradingError, match="gradebook of another course"):
        give_feedback(FeedbackOrder(graded.out, other))


@pytest.mark.parametrize("theme", ["light", "dark"])
@NEEDS_CHROMIUM[0]
@NEEDS_CHROMIUM[1]
def test_the_page_sorts_and_searches_from_a_file(once, theme):
    with chromium() as browser:
        page = browser.new_page(color_scheme=theme)
        wrong = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.goto((once.out / "index.html").as_uri())
        table = page.locator("table.sortable").first
        names = table.locator("tbody th")
        table.get_by_role("button", name="Course").click()
        assert [text.split()[-1] for text in names.all_inner_texts()] == ["cem", "bea", "gone", "ada"]
        table.get_by_role("button", name="Course").click()
        assert [text.split()[-1] for text in names.all_inner_texts()] == ["ada", "gone", "bea", "cem"]
        page.get_by_label("Search for a student").fill("AGREN zoe")
        assert [text.split()[-1] for text in names.locator("visible=true").all_inner_texts()] == ["ada"]
        assert page.locator("#found").inner_text() == "1 found"
        heads, cells = (
            page.locator(f"table.everybody {rows} > *").evaluate_all(MIDDLES)
            for rows in ("thead tr", "tbody tr[data-student*=ada]")
        )
        # The text of a head stands over that of its column.
        assert len(heads) == len(cells) == 6
        assert all(abs(one - other) < 12 for one, other in zip(heads[2:5], cells[2:5], strict=True))
        assert wrong == []
