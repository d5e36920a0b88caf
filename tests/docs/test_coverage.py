"""Every item of the inventory has one row on the coverage page, and what the row names is in the workbooks.

A name counts if the section has an exercise with a check, a question or an experiment of that name, or code that
defines it, calls it or passes it to a call. An experiment has to show something: it draws axes, makes a demo, or
prints; `tests/notebooks/test_execution.py` runs it and looks at its output. Prose alone does not count.
"""

from pathlib import Path

import pytest

from autograder.build.master import MasterCell, read_master
from autograder.course import load_course
from tests.build.conftest import ROOT
from tests.docs.coverage_page import ANSWER, MASTERS, PAGE, experiments_of, faults, named, rows, sections

IDS = (Path(__file__).parent / "ids.txt").read_text(encoding="utf-8").split()
ROWS = rows()


@pytest.fixture(scope="module")
def written():
    """Return the cells of all sections of all masters, by (workbook, number)."""
    return {
        (name, number): cells
        for name in load_course(ROOT).workbooks
        if (MASTERS / f"{name}.py").is_file()
        for number, cells in sections(read_master(MASTERS / f"{name}.py").cells).items()
    }


def test_no_item_is_missing_and_none_stands_twice():
    assert [row["id"] for row in ROWS] == IDS
    assert len(set(IDS)) == len(IDS)


def test_every_line_of_a_table_is_read():
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| ID ")]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_a_row_names_is_in_its_section(row, written):
    assert faults(row, written) == []


PLANTED = {
    "an exercise that does not exist": ("H-Q3", "`momentum`", "`momentun`"),
    "a question of another section": ("C-Q1", "`04_normalization 4.7`", "`04_normalization 4.6`"),
    "a section that does not exist": ("R-S6", "`03_training_loop 3.0`", "`03_training_loop 3.11`"),
    "a workbook that does not exist": ("N-S5", "`03_training_loop 3.0`", "`03_training 3.0`"),
    "a row of words only": ("H-!14", "`fashion`, `tuning`", "the data, tuning"),
    "a call that nobody makes": ("H-S1", "`device`", "`get_device`"),
    "an experiment that was renamed": ("R-P1", "`landscape`", "`the_landscape`"),
    "a place to answer where there is none": ("N-W7", "`training_race`", ANSWER),
    "one of two sections without a name": ("H-S8", "`NormalizedLayer`, read", "the layer, read"),
    "a figure that is only printed": ("C-P1", "`learning_curves`", "`final_accuracies`"),
    "a demo that is only named in prose": ("N-W4", "`slice_descent_demo`", "`slice_descent_demos`"),
    "a section in other words": ("S-E1", "`05_why_it_works 5.2`", "section 5.2"),
}


@pytest.mark.parametrize(("row_id", "old", "new"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_seen(row_id, old, new, written):
    (row,) = [row for row in ROWS if row["id"] == row_id]
    assert old in row["what"] + row["where"]
    assert faults({key: value.replace(old, new) for key, value in row.items()}, written)


def test_experiments_are_looked_for_in_the_workbook_that_a_row_names():
    page = "| H-P1 | a strip: `fashion` and `subset` | `03_training_loop 3.0` |\n| H-Q1 | `one_walk` | `01_a 1.1` |\n"
    assert experiments_of("03_training_loop", page) == ({"fashion"}, {"subset"})


def cell(kind, source, name=""):
    return MasterCell(kind, name, source, 1)


def test_a_heading_in_the_middle_of_a_cell_begins_a_section():
    before, heading, after = cell("code", "a()"), cell("prose", "text\n\n## 1.1 One\n\ntext"), cell("code", "b()")
    assert sections([before, heading, after]) == {"": [before], "1.1": [heading, after]}


@pytest.mark.parametrize(
    "cells",
    [
        [cell("prose", "a text about momentum and `momentum()`")],
        [cell("exercise", "x = 1", "momentum")],
        [cell("experiment", "momentum = 1", "momentum")],
        [cell("code", "'momentum()'")],
    ],
    ids=["prose", "no check", "shows nothing", "a text"],
)
def test_a_word_alone_does_not_count(cells):
    assert "momentum" not in named(cells)


@pytest.mark.parametrize(
    "cells",
    [
        [cell("exercise", "x = 1", "momentum"), cell("check", "check('momentum', x)", "momentum")],
        [cell("question", "an answer", "momentum")],
        [cell("experiment", "ax.set(title='a'); plt.subplots()", "momentum")],
        [cell("code", "course.momentum(1)")],
        [cell("code", "class momentum:\n    pass")],
    ],
    ids=["exercise", "question", "figure", "call", "definition"],
)
def test_what_counts(cells):
    assert "momentum" in named(cells)
