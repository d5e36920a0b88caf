"""The coverage page, read: its rows, and all that a row may name in a section of a workbook."""

import ast
import re

from autograder.build.master import read_master
from tests.build.conftest import ROOT

PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
MASTERS = ROOT / "autograder" / "masters"
ANSWER = "a place to answer"
ROW = re.compile(r"^\| (?P<id>[HCNRS]-!?\w+) \| (?P<what>[^|]+) \| (?P<where>[^|]+) \|$", re.MULTILINE)
PLACE = re.compile(r"`(\w+) (\d\.\d+)`")
SECTION = re.compile(r"^## (\d\.\d+) ", re.MULTILINE)
# Functions that draw axes or make demos, and those that print; by the beginnings of their names.
DRAWS = re.compile(r"^(subplots|plot_\w+|show_\w+|draw_\w+|\w+_demo|race|training_race|run_model)$")
SHOWS = re.compile(rf"{DRAWS.pattern}|^(train|print|check|set_device)$")


def rows(page=PAGE):
    """Return the rows of all tables, as dictionaries of id, what and where."""
    return [match.groupdict() for match in ROW.finditer(page)]


def names_of(row):
    """Return what a row names: pieces of code, and places to answer."""
    found = re.findall(rf"`([^`]+)`|({ANSWER})", row["what"])
    return {code or answer for code, answer in found}


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


def draws(source):
    """Say whether the code of an experiment draws or makes a demo."""
    return any(DRAWS.match(name) for name in called(source))


def named(cells):
    """Return all that a row may name in a section."""
    answers = {ANSWER for cell in cells if not cell.is_code and cell.source.startswith("**Your answer")}
    code = [cell for cell in cells if cell.is_code]
    checked = {cell.name for cell in cells if cell.kind == "check"}
    exercises = {cell.name for cell in cells if cell.kind == "exercise"} & checked
    questions = {cell.name for cell in cells if cell.kind == "question"}
    experiments = {cell.name for cell in cells if cell.kind == "experiment" and shows(cell.source)}
    return exercises.union(questions, experiments, answers, *(called(cell.source) for cell in code))


def drawn(cells):
    """Return the names of the experiments of a section that draw, and of the functions called there that do."""
    experiments = {cell.name for cell in cells if cell.kind == "experiment" and draws(cell.source)}
    calls = {name for cell in cells if cell.is_code for name in called(cell.source) if DRAWS.match(name)}
    return experiments | calls


def faults(row, written):
    """Return what is wrong with a row, a sentence each.

    Args:
        row: One of `rows()`.
        written: The cells of all sections, by (workbook, number).
    """
    places, names = PLACE.findall(row["where"]), names_of(row)
    if not places or ", ".join(f"`{name} {number}`" for name, number in places) != row["where"]:
        return [f"{row['where']} is not a list of sections"]
    missing = [f"there is no section {number} in {name}" for name, number in places if (name, number) not in written]
    if missing or not names:
        return missing or ["it names no exercise, question, experiment or call"]
    found = {place: named(written[place]) for place in places}
    absent = sorted(names.difference(*found.values()))
    said = [f"{name} is not in {row['where']}" for name in absent]
    said += [f"it names nothing in {name} {number}" for (name, number), all_ in found.items() if not names & all_]
    if row["id"][2] in "PW" and not any(names & drawn(written[place]) for place in places):
        said.append("it is a picture or a demo, and nothing that it names draws")
    return said


def experiments_of(workbook, page=PAGE):
    """Return the experiments of a workbook that rows name: those that draw, and those that only print."""
    cells = sections(read_master(MASTERS / f"{workbook}.py").cells)
    wanted = {
        (number, name)
        for row in rows(page)
        for place, number in PLACE.findall(row["where"])
        if place == workbook
        for name in names_of(row)
    }
    found = [
        cell
        for number, inside in cells.items()
        for cell in inside
        if cell.kind == "experiment" and (number, cell.name) in wanted
    ]
    pictures = {cell.name for cell in found if draws(cell.source)}
    return pictures, {cell.name for cell in found} - pictures
