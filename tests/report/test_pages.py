"""Tables and pages say what the grades say, and nothing that they hold runs."""

from autograder.grade.late import Late
from autograder.grade.outputs import inert_outputs, pixels_of_a_notebook
from autograder.grade.student_name import StudentName
from autograder.grade.types import ExerciseGrade, Numbers, PartGrade, SubmissionGrade
from autograder.marks.book import Marks
from autograder.marks.read import MarkedAnswer, RubricItem
from autograder.report.feedback import feedback_page
from autograder.report.sheet import Row, Sheet
from autograder.report.summary import histogram, summarise
from autograder.report.words import marks, reasons, text_of

EVIL = "<script>alert(1)</script>"
# One black pixel.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


def grade(student, *scores, problem=""):
    verdicts = {0: "wrong", 1: "misconception", 2: "correct"}
    exercises = [
        ExerciseGrade("momentum", "check-momentum", verdicts[score], float(score), 2.0,
                      ("no-one-minus-beta",) if score == 1 else (), EVIL, (Numbers("entry [0]", "1", "2"),))
        for score in scores
    ]  # fmt: skip
    return SubmissionGrade(student, "02_optimizers", "02_optimizers.ipynb", tuple(exercises), problem)


def sheet(one, *hand, late=None):
    rows = [Row(exercise) for exercise in one.exercises]
    words = [Row(ExerciseGrade(a.question, a.question, "by hand", None, a.max_points), a) for a in hand]
    earned = sum(row.points or 0 for row in (*rows, *words))
    most = sum(row.max_points for row in (*rows, *words))
    marks = Marks(one.student, one.assignment, earned, late)
    return Sheet(one, EVIL, StudentName(EVIL, "Meier"), (*rows, *words), marks, most)


def test_a_histogram_counts_everybody_once_and_full_marks_in_the_last_bar():
    bars = histogram([0, 0.4, 1, 3.99, 4, 4], 4)
    assert [bar.count for bar in bars] == [2, 1, 0, 3]
    assert [bar.low for bar in bars] == [0, 1, 2, 3]
    assert sum(bar.count for bar in histogram([0, 0], 0)) == 2


def test_a_summary_counts_verdicts_and_mistakes():
    summary = summarise([sheet(grade(name, score)) for name, score in zip("abcd", (2, 1, 1, 0), strict=True)])
    (exercise,) = summary.exercises
    assert (exercise.solved, exercise.total, exercise.mean) == (1, 4, 1.0)
    assert exercise.verdicts == (("correct", 1, 0), ("misconception", 2, 1), ("wrong", 1, 3))
    (mistake,) = summary.mistakes
    assert (mistake.id, mistake.students) == ("no-one-minus-beta", ("b", "c"))
    assert mistake.says
    assert summary.median == 1.0


def test_words():
    assert [marks(value) for value in (None, 2.0, 0.5, 1 / 3)] == ["–", "2", "0.5", "0.33"]
    part = PartGrade("f", "wrong", 0.0, 1.0, (), "Look.", (Numbers("entry [0]", "1", "2"),))
    one = ExerciseGrade("e", "check-e", "wrong", 0.0, 1.0, parts=(part,))
    assert reasons(one) == ["f (wrong, 0 of 1):", "Look.", "entry [0]: yours 1, expected 2"]
    assert text_of(one).splitlines()[0].endswith("e: 0 of 1")


def test_long_reasons_are_folded_for_formgrader_and_lose_no_word():
    long = " ".join(f"word{number}" for number in range(60))
    lines = text_of(ExerciseGrade("e", "check-e", "wrong", 0.0, 1.0, message=long)).splitlines()
    assert max(map(len, lines)) <= 100
    assert " ".join(" ".join(lines[1:]).split()) == long


def test_feedback_shows_what_it_says_and_runs_none_of_it():
    items = (RubricItem(f"{EVIL} $a < b$", 1.0), RubricItem("a slip", -0.25))
    answers = (MarkedAnswer("why", 0.75, 2.0, items, EVIL), MarkedAnswer("how", None, 1.0))
    page = feedback_page(sheet(grade(EVIL, 0, problem=EVIL), *answers), b'{"cells": []}').decode()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 4
    assert "<math" in page
    assert "<strong>0.75 / 5</strong>" in page
    assert "answers worth 1 wait" in page
    assert all(words in page for words in ("a slip", "-0.25", "+1"))
    assert "entry [0]" in page


def test_lateness_takes_no_more_than_was_earned():
    page = feedback_page(sheet(grade("a", 1), late=Late(90_000.0, 3.0)), b'{"cells": []}').decode()
    assert "<strong>0 / 2</strong>" in page
    assert "<strong>−1</strong><span>for 2 days late" in page


def test_outputs_keep_text_and_bitmaps_only():
    kept = inert_outputs(
        [
            {"output_type": "stream", "name": "stderr", "text": "\x1b[31mred\x1b[0m\x00"},
            {"output_type": "display_data", "data": {"text/html": EVIL}},
            {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload=f()>", "text/plain": "a picture"}},
            {"output_type": "display_data", "data": {"image/png": PICTURE, "text/html": EVIL}},
            {"output_type": "display_data", "data": {"image/png": f'">{EVIL}'}},
            {"output_type": "error", "ename": "E", "evalue": EVIL, "traceback": ["\x1b[1mline\x1b[0m"]},
            {"output_type": "update_display_data", "data": {"text/html": EVIL}},
        ],
        pixels_of_a_notebook(),
    )
    assert kept[0] == {"output_type": "stream", "name": "stderr", "text": "red"}
    assert kept[1]["data"] == {"text/plain": "(an output of type text/html is not shown)"}
    assert kept[2]["data"] == {"text/plain": "a picture"}
    assert kept[3]["data"] == {"image/png": PICTURE}
    assert kept[4]["data"] == {"text/plain": "(an output of type image/png is not shown)"}
    assert kept[5]["traceback"] == ["line"]
    assert len(kept) == 6
    many = [{"output_type": "stream", "text": "x"}] * 500
    assert len(inert_outputs(many, pixels_of_a_notebook())) == 51
