"""Marks in the gradebook: given, taken back, shared, kept over regrading, and never lost."""

import csv
import sqlite3

import pytest
from nbgrader.api import Gradebook

from autograder.grade.types import GradingError
from autograder.marking.desk import open_desk
from autograder.marks.audit import write_audit
from autograder.marks.decisions import decide, decisions_in, override, overrides_in, revoke
from autograder.marks.give import Given, Shown, give_mark, take_back
from autograder.marks.read import RubricItem, marked_answers
from autograder.marks.rubric import add_item, change_item, read_items, retire_item
from autograder.marks.states import read_states
from autograder.marks.tables import gradebook_in, reading, writing
from tests.marking import classroom
from tests.marking.conftest import GIVEN

JUMPS, NOISE = (classroom.NAME, "jumps"), (classroom.NAME, "noise")


class Marker:
    """Somebody who marks, with the answers as they were when they looked."""

    def __init__(self, desk, name="anna", place=JUMPS):
        self.desk, self.name, self.place = desk, name, place
        self.look()

    def look(self):
        sheet = self.desk.sheet(*self.place)
        self.items = {item.text: item for item in sheet.items}
        self.shown = {
            student: Shown(state.tag, answer.name)
            for student, state, answer in zip(sheet.students, sheet.states, sheet.answers, strict=True)
        }

    def give(self, *students, **given):
        with writing(self.desk.gradebook) as database:
            give_mark(database, self.place, self.name, {who: self.shown[who] for who in students}, Given(**given))
        self.look()

    def undo(self):
        with writing(self.desk.gradebook) as database:
            return take_back(database, self.place, self.name)

    def do(self, act, *arguments):
        with writing(self.desk.gradebook) as database:
            return act(database, self.place, self.name, *arguments)

    @property
    def first(self):
        return next(iter(self.items.values()))


def of_nbgrader(grading, student, cell="jumps"):
    """Score and comment as nbgrader has them."""
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}") as book:
        grade = book.find_grade(cell, classroom.NAME, classroom.NAME, student)
        comment = book.find_comment(cell, classroom.NAME, classroom.NAME, student)
        return grade.score, comment.comment, grade.needs_manual_grade


def read(grading, student, question="jumps"):
    return {one.question: one for one in marked_answers(grading)[student, classroom.NAME]}[question]


def test_the_rubric_comes_from_the_marking_guide(desk):
    assert [item.points for item in desk.sheet(*JUMPS).items] == [0.5, 0.5]


def test_formgrader_has_the_same_score_and_comment(desk, grading):
    anna = Marker(desk)
    anna.give("ada", "bea", items=(anna.first.id,), comment="Which two points?")
    assert of_nbgrader(grading, "ada") == (0.5, "Which two points?", False)
    mark = read(grading, "bea")
    assert (mark.points, mark.items, mark.comment, mark.marker) == (
        0.5,
        (RubricItem(anna.first.text, 0.5),),
        "Which two points?",
        "anna",
    )
    assert mark.when.tzinfo is not None


def test_an_empty_answer_has_nothing_and_is_not_asked_for(grading):
    assert of_nbgrader(grading, "dov") == (0, "There is no answer.", False)


def test_a_mark_of_formgrader_has_no_items(desk, grading):
    anna = Marker(desk)
    anna.give("ada", items=(anna.first.id,))
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}") as book:
        book.find_grade("jumps", classroom.NAME, classroom.NAME, "ada").manual_score = 0.75
        book.db.commit()
    assert (read(grading, "ada").points, read(grading, "ada").items, read(grading, "ada").marker) == (0.75, (), "")


def test_points_of_an_item_change_all_marks_that_carry_it(desk, grading):
    anna = Marker(desk)
    anna.give("ada", "bea", items=(anna.first.id,))
    anna.give("cem", points=0.25)
    assert anna.do(change_item, anna.first, anna.first.text, 0.3) == 2
    assert [read(grading, who).points for who in ("ada", "bea", "cem")] == [0.3, 0.3, 0.25]
    anna.undo()
    assert [read(grading, who).points for who in ("ada", "bea", "cem")] == [0.5, 0.5, 0.25]


def test_undo_gives_back_what_was_there_before(desk, grading):
    anna = Marker(desk)
    before = read(grading, "ada")
    anna.give("ada", "bea", items=(anna.first.id,), comment="Good.")
    anna.give("ada", points=1.0)
    anna.undo()
    assert (read(grading, "ada").points, read(grading, "ada").comment) == (0.5, "Good.")
    assert set(anna.undo().students) == {"ada", "bea"}
    assert read(grading, "ada") == before
    with pytest.raises(GradingError, match="anna has done nothing here that can be undone"):
        anna.undo()


def test_the_second_marker_is_told_and_nothing_is_lost(desk, grading):
    anna, ben = Marker(desk), Marker(desk, "ben")
    anna.give("ada", points=0.5)
    with pytest.raises(GradingError, match="anna has marked 1 of these 2 answers meanwhile; nothing was changed"):
        ben.give("ada", "bea", points=1.0)
    assert (read(grading, "ada").points, read(grading, "bea").points) == (0.5, None)
    ben.look()
    ben.give("ada", points=1.0)
    with pytest.raises(GradingError, match="1 of these 1 answers were marked or graded again since"):
        anna.undo()


def test_who_and_when_is_recorded_for_every_act(desk):
    anna, ben = Marker(desk), Marker(desk, "ben")
    anna.give("ada", points=0.5)
    ben.look()
    ben.give("ada", points=1.0)
    with reading(desk.gradebook) as database:
        rows = database.execute("SELECT marker, kind, at FROM marking_event ORDER BY id").fetchall()
    assert [(row["marker"], row["kind"]) for row in rows] == [("anna", "mark"), ("ben", "mark")]
    assert all(row["at"] for row in rows)


def test_grading_again_keeps_marks_of_the_same_answers_and_asks_for_the_others(desk, words, grading):
    anna = Marker(desk)
    anna.give("ada", "bea", items=(anna.first.id,), comment="Good.")
    changed = {**GIVEN, "bea": {**GIVEN["bea"], "jumps": "Something else."}}
    classroom.grade(words, grading, changed)
    assert of_nbgrader(grading, "ada") == (0.5, "Good.", False)
    assert of_nbgrader(grading, "bea") == (0.5, "Good.", True)
    assert read(grading, "ada").items


BAD = {
    "a mark above the maximum": ({"points": 1.5}, "an answer has from 0 to 1 marks here, not 1.5"),
    "a mark below nothing": ({"points": -0.5}, "not -0.5"),
    "no number": ({"points": float("nan")}, "not nan"),
    "an item that is not there": ({"items": (99,)}, "an item is no longer in the rubric"),
    "a comment without a mark": ({"comment": "Hm."}, "give a mark first"),
    "a comment without an end": ({"points": 1.0, "comment": "x" * 3000}, "a comment has at most 2000 characters"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_impossible_mark_is_refused_in_a_sentence(desk, grading, name):
    given, said = BAD[name]
    anna = Marker(desk)
    with pytest.raises(GradingError, match=said):
        anna.give("ada", "bea", **given)
    assert (read(grading, "ada").points, read(grading, "bea").comment) == (None, "")


def test_items_that_give_too_much_together_are_refused(desk):
    anna = Marker(desk)
    more = anna.do(add_item, "A very good picture", 0.5)
    anna.look()
    every = tuple(item.id for item in anna.items.values())
    assert more.id in every
    with pytest.raises(GradingError, match=r"the chosen items give 1\.5, and an answer has from 0 to 1"):
        anna.give("ada", items=every)


NONSENSE = {
    "no text": ("  ", 0.5, "an item needs a text"),
    "more than there is": ("Good", 7.0, "an item of this question has from -1 to 1 points, not 7"),
    "no number": ("Good", float("inf"), "not inf"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_in_the_rubric_is_refused_in_a_sentence(desk, name):
    text, points, said = NONSENSE[name]
    anna = Marker(desk)
    with pytest.raises(GradingError, match=said):
        anna.do(add_item, text, points)
    with pytest.raises(GradingError, match=said):
        anna.do(change_item, anna.first, text, points)


def test_a_rubric_edited_by_hand_into_nonsense_is_named(desk):
    desk.sheet(*JUMPS)
    with sqlite3.connect(desk.gradebook) as database:
        database.execute("UPDATE marking_item SET points = 'plenty' WHERE id = 1")
    with pytest.raises(GradingError, match="item 1 of the rubric of jumps has 'plenty' points"):
        desk.sheet(*JUMPS)


def test_points_that_put_marks_above_the_maximum_are_refused(desk):
    anna = Marker(desk)
    anna.give("ada", items=tuple(item.id for item in anna.items.values()))
    with pytest.raises(GradingError, match=r"answers that carry it would have 1\.3 of 1; nothing was changed"):
        anna.do(change_item, anna.first, "More", 0.8)


def test_an_item_that_marks_carry_stays(desk):
    anna = Marker(desk)
    anna.give("ada", items=(anna.first.id,))
    with pytest.raises(GradingError, match="1 marks carry this item"):
        anna.do(retire_item, anna.first)
    other = list(anna.items.values())[1]
    anna.do(retire_item, other)
    with reading(desk.gradebook) as database:
        assert read_items(database, *JUMPS)[other.id].retired


def test_two_who_change_one_item(desk):
    anna, ben = Marker(desk), Marker(desk, "ben")
    anna.do(change_item, anna.first, "Better said", 0.5)
    with pytest.raises(GradingError, match="somebody has changed this item meanwhile"):
        ben.do(change_item, ben.first, "Worse said", 0.5)


def test_a_student_who_is_removed_in_mid_term_is_named_and_the_marks_stay_recorded(desk, words, grading):
    anna = Marker(desk)
    anna.give("ada", points=1.0, comment="Good.")
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}") as book:
        book.remove_student("ada")
    with pytest.raises(GradingError, match="1 of these 2 answers are no longer in the gradebook"):
        anna.give("ada", "bea", points=0.5)
    sheet = desk.sheet(*JUMPS)
    assert "ada" not in sheet.students
    assert sheet.notes[0].startswith("ada handed in 02_words, but the gradebook no longer has a place for it")
    with reading(desk.gradebook) as database:
        assert database.execute("SELECT points FROM marking_mark WHERE student = 'ada'").fetchone()[0] == 1.0


def test_the_gradebook_of_another_course_is_refused(words, grading):
    with sqlite3.connect(grading / "gradebook.db") as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("UPDATE course SET id = 'knitting'")
    with pytest.raises(GradingError, match="is the gradebook of another course"):
        open_desk(grading, words)


def test_a_folder_without_a_gradebook_is_refused(words, tmp_path):
    with pytest.raises(GradingError, match=r"there is no gradebook\.db in"):
        open_desk(tmp_path, words)


def test_a_question_that_is_given_to_all_and_taken_back(desk, words, grading):
    anna = Marker(desk, place=NOISE)
    anna.give("ada", points=0.5, comment="Half.")
    anna.do(decide, "give", "The text had a mistake.")
    assert [of_nbgrader(grading, who, "noise")[0] for who in ("ada", "cem", "dov")] == [1, 1, 1]
    with pytest.raises(GradingError, match=r"noise is given to all \(The text had a mistake\."):
        anna.give("ada", points=0.5)
    classroom.grade(words, grading, {**GIVEN, "eve": {"noise": "late"}})
    assert of_nbgrader(grading, "eve", "noise")[0] == 1
    assert [one.reason for one in decisions_in(grading)] == ["The text had a mistake."]
    anna.do(revoke, "It had none.")
    assert [of_nbgrader(grading, who, "noise")[0] for who in ("ada", "dov")] == [0.5, 0]
    assert read(grading, "ada", "noise").marker == "anna"
    assert decisions_in(grading) == ()


def test_a_question_that_is_dropped_counts_for_nobody_and_is_worth_nothing(desk, words, grading):
    anna = Marker(desk, place=NOISE)
    anna.give("ada", points=1.0)
    anna.do(decide, "drop", "Never taught.")
    classroom.grade(words, grading, GIVEN)
    assert (read(grading, "ada", "noise").points, read(grading, "ada", "noise").max_points) == (0, 0)
    anna.do(revoke, "It was taught.")
    assert (read(grading, "ada", "noise").points, read(grading, "ada", "noise").max_points) == (1, 1)


def test_a_check_that_is_overridden_is_in_the_audit_file(desk, grading):
    check = (classroom.NAME, "check-momentum")
    with writing(desk.gradebook) as database:
        override(database, check, "anna", "ada", 1.5, "Right, by another convention.")
    (line,) = overrides_in(grading)
    assert (line.student, line.points) == ("ada", 1.5)
    assert "check-momentum has 1.5 in place of the check's mark" in line.words
    with write_audit(grading).open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["who"], row["what"], row["before"], row["after"], row["reason"]) == (
        "anna",
        "override",
        "0",
        "1.5",
        "Right, by another convention.",
    )


@pytest.mark.parametrize("act", ["override", "decide"])
def test_an_exception_needs_a_reason(desk, grading, act):
    check = (classroom.NAME, "check-momentum")
    anna = Marker(desk, place=JUMPS)
    anna.place = check
    does = (override, "ada", 1.5, " ") if act == "override" else (decide, "drop", "")
    with pytest.raises(GradingError, match="this needs a reason"):
        anna.do(*does)
    with reading(gradebook_in(grading)) as database:
        assert read_states(database, *check)["ada"].manual is None
