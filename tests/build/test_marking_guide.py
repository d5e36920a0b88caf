"""The lines of a marking guide become the items of a rubric."""

from pathlib import Path

import pytest

from autograder.build.marking_guide import GuideItem, guide_faults, guide_items, split_guide
from autograder.build.notebooks import read_masters
from autograder.course import load_course

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("guide", "items"),
    [
        ("- 0.4 for a reason\n  with a number. Nothing for more.", [GuideItem("a reason with a number", 0.4)]),
        ("- 2 × 0.5 for a change.", [GuideItem("a change (1 of 2)", 0.5), GuideItem("a change (2 of 2)", 0.5)]),
        ("- 0.5 for 1: this (0.3), that (0.2).", [GuideItem("1: this", 0.3), GuideItem("1: that", 0.2)]),
        ("- 0.5 for this (0.3) and that (0.1).", [GuideItem("this (0.3) and that (0.1)", 0.5)]),
        ("Prose. One point for a reason.\n- Nothing for more.", []),
    ],
)
def test_what_gives_marks_is_an_item(guide, items):
    assert list(guide_items(guide)) == items


def test_the_guide_is_what_stands_below_its_heading():
    assert split_guide("Because.\n\n**Marking guide**\n\n- 1 for it.") == ("Because.", "- 1 for it.")
    assert split_guide("Because.") == ("Because.", "")


def test_lines_that_do_not_add_up_are_a_fault():
    assert list(guide_faults("- 0.5 for a\n- 0.5 for b", 1.0)) == []
    assert list(guide_faults("- 0.5 for a", 1.0)) == [
        "the lines of the marking guide give 0.5 marks together, and course.toml 1"
    ]


def test_every_question_of_the_course_has_items_for_all_of_its_marks():
    course = load_course(ROOT)
    questions = [
        (cell, course.points[cell.name].manual)
        for master in read_masters(course, ROOT).values()
        for cell in master.cells
        if cell.kind == "question"
    ]
    assert len(questions) == 20
    for cell, marks in questions:
        assert sum(item.points for item in guide_items(split_guide(cell.source)[1])) == pytest.approx(marks), cell.name
