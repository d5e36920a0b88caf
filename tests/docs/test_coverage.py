"""Every item of the inventory has one row on the coverage page, and what the row names is in the workbooks.

A name counts if the section has an exercise with a check, a question or an experiment of that name, or code that
defines it, calls it or passes it to a call. An experiment has to show something: it draws axes, makes a demo, or
prints. Prose alone does not count.
"""

import ast
import re
from pathlib import Path

import pytest

from autograder.build.master import MasterCell, read_master
from autograder.course import load_course
from tests.build.conftest import ROOT

PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
IDS = (Path(__file__).parent / "ids.txt").read_text(encoding="utf-8").split()
ROW = re.compile(r"^\| (?P<id>[HCNRS]-!?\w+) \| (?P<what>[^|]+) \| (?P<where>[^|]+) \|$", re.MULTILINE)
ROWS = [match.groupdict() for match in ROW.finditer(PAGE)]
PLACE = re.compile(r"`(\w+) (\d\.\d+)`")
SECTION = re.compile(r"^## (\d\.\d+) ", re.MULTILINE)
ANSWER = "a place to answer"
# Functions that draw axes, those that make demos, and those that print; by the beginnings of their names.
SHOWS = re.compile(r"^(subplots|plot_\w+|show_\w+|\w+_demo|race|training_race|run_model|train|print|check|set_device)$")


def sections(cells):
    """Return the cells of a master by the number of their section; a heading in the middle of a cell begins one."""
    found, number = {}, ""
    for cell in cells:
        if not cell.is_code:
            for match in SECTION.finditer(cell.source):
                number = match.group(1)
                found.setdefault(number, [])
        found.setdefault(number, []).append(cell)
    return found


def called(source):
    """Return the names that code calls or passes on, and those of the functions and classes that it defines."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    functions = [part for call in calls for part in (call.func, *call.args)]
    defined = [node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {getattr(f, "attr", getattr(f, "id", "")) for f in functions} | set(defined)


def shows(source):
    """Say whether the code of an experiment draws, makes a demo, or prints."""
    return any(SHOWS.match(name) for name in called(source))


def named(cells):
    """Return all that a row may name in a section."""
    answers = {ANSWER for cell in cells if not cell.is_code and cell.source.startswith("**Your answer")}
    code = [cell for cell in cells if cell.is_code]
    checked = {cell.name for cell in cells if cell.kind == "check"}
    exercises = {cell.name for cell in cells if cell.kind == "exercise"} & checked
    questions = {cell.name for cell in cells if cell.kind == "question"}
    experiments = {cell.name for cell in cells if cell.kind == "experiment" and shows(cell.source)}
    return exercises.union(questions, experiments, answers, *(called(cell.source) for cell in code))


@pytest.fixture(scope="module")
def written():
    """Return what may be named in the sections of all masters, by (workbook, number)."""
    masters = ROOT / "autograder" / "masters"
    return {
        (name, number): named(cells)
        for name in load_course(ROOT).workbooks
        if (masters / f"{name}.py").is_file()
        for number, cells in sections(read_master(masters / f"{name}.py").cells).items()
    }


def test_no_item_is_missing_and_none_stands_twice():
    assert [row["id"] for row in ROWS] == IDS
    assert len(set(IDS)) == len(IDS)


def test_every_line_of_a_table_is_read():
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| ID ")]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_a_row_names_is_in_its_section(row, written):
    places = PLACE.findall(row["where"])
    assert places
    assert ", ".join(f"`{name} {number}`" for name, number in places) == row["where"]
    missing = [f"{name} {number}" for name, number in places if (name, number) not in written]
    assert not missing, f"{row['id']} names sections that are not in the masters"
    names = re.findall(rf"`([^`]+)`|({ANSWER})", row["what"])
    names = {code or answer for code, answer in names}
    assert names, f"{row['id']} names no exercise, question, experiment or call"
    absent = names.difference(*(written[place] for place in places))
    assert not absent, f"{row['id']}: not in {row['where']}"


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
