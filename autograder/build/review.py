"""What must hold for a master before anything is built from it. Every fault is found at once, with its line."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from autograder.build.headings import HEADING
from autograder.build.hints import hint_faults
from autograder.build.ids import cell_ids
from autograder.build.marking_guide import MARKING_GUIDE, guide_faults, split_guide
from autograder.build.master import Master, MasterCell
from autograder.build.master_faults import Fault
from autograder.build.solutions import BEGIN, END, MARKERS, solution_faults
from autograder.course import Points
from course_utils.kits.probe import load_probe

__all__ = ["MAX_LINES", "review"]

MAX_LINES = 25
# Cells of these kinds name an exercise.
OF_EXERCISE = ("exercise", "check", "question", "hint")


def review(master: Master, points: Mapping[str, Points]) -> list[Fault]:
    """Return everything that is wrong with a master.

    Args:
        master: The master.
        points: The marks of its exercises as `course.toml` gives them.
    """
    found = [
        *_unknown(master, points),
        *_missing(master, points),
        *_doubled(master, points),
        *_headings(master, points),
        *_imports(master),
        *(fault for cell in master.cells for fault in _cell(cell)),
        *_guides(master, points),
    ]
    return [Fault(master.path, line, message) for line, message in found]


Found = Iterator[tuple[int, str]]


def _unknown(master: Master, points: Mapping[str, Points]) -> Found:
    for cell in master.cells:
        if cell.kind in OF_EXERCISE and cell.name not in points:
            yield cell.line, f"exercise {cell.name!r} is not in [workbooks.{master.name}.points] of course.toml"


def _missing(master: Master, points: Mapping[str, Points]) -> Found:
    has: dict[str, dict[str, int]] = {kind: {} for kind in OF_EXERCISE}
    for cell in master.cells:
        if cell.kind in OF_EXERCISE:
            has[cell.kind].setdefault(cell.name, cell.line)
    for exercise, marks in points.items():
        wanted = {"exercise": bool(marks.auto), "check": bool(marks.auto), "question": bool(marks.manual)}
        for kind, needed in wanted.items():
            if needed and exercise not in has[kind]:
                earns = marks.manual if kind == "question" else marks.auto
                given = f"{earns:g} point" if earns == 1 else f"{earns:g} points"
                yield 1, f"there is no {kind} cell for {exercise!r}; course.toml gives it {given}, so it needs one"
            elif not needed and exercise in has[kind]:
                yield has[kind][exercise], f"{exercise!r} has a {kind} cell, but no points for it in course.toml"
        start, check = has["exercise"].get(exercise), has["check"].get(exercise)
        if start and check and check < start:
            yield check, f"the check of {exercise!r} stands before its solution cell"


def _doubled(master: Master, points: Mapping[str, Points]) -> Found:
    ids = cell_ids(master.cells, dict(points))
    first: dict[str, int] = {}
    for cell, name in zip(master.cells, ids, strict=True):
        if first.setdefault(name, cell.line) != cell.line:
            yield cell.line, f"a second cell with the id {name!r}; the first is in line {first[name]}"


def _headings(master: Master, points: Mapping[str, Points]) -> Found:
    seen: Counter[str] = Counter()
    for cell in master.cells:
        for match in HEADING.finditer(cell.source) if cell.kind == "prose" else ():
            line = cell.line + cell.source[: match.start()].count("\n")
            seen[match["id"]] += 1
            if match["id"] not in points:
                yield line, f"exercise {match['id']!r} is not in [workbooks.{master.name}.points] of course.toml"
            elif match["marks"] is not None:
                yield line, f"the marks stand in course.toml, and the build adds them: remove ({match['marks']}) here"
    for exercise in points:
        if seen[exercise] != 1:
            yield 1, f"there should be one heading `### Exercise `{exercise}``; there are {seen[exercise]}"


def _guides(master: Master, points: Mapping[str, Points]) -> Found:
    for cell in master.cells:
        if cell.kind == "question" and cell.name in points:
            answer, _, _ = cell.source.partition(MARKING_GUIDE)
            guide = split_guide(cell.source)[1]
            at = cell.line + answer.count("\n")
            yield from ((at, message) for message in guide_faults(guide, points[cell.name].manual))


def _imports(master: Master) -> Found:
    code = [cell for cell in master.cells if cell.is_code]
    if not code or code[0].kind != "code" or not re.search(r"^(import|from) ", code[0].source, re.MULTILINE):
        yield code[0].line if code else 1, "the first code cell holds all imports"
    for cell in code:
        for node in ast.walk(_parse(cell) or ast.Module([], [])):
            if isinstance(node, ast.Import | ast.ImportFrom):
                line = cell.line + node.lineno - 1
                if cell is not code[0]:
                    yield line, "an import belongs in the first code cell"
                elif "autograder" in ast.unparse(node):
                    yield line, "students do not have `autograder`; a notebook imports only course_utils and packages"


def _cell(cell: MasterCell) -> Found:
    lines = cell.source.splitlines()
    if cell.kind == "exercise":
        yield from ((cell.line + at, message) for at, message in solution_faults(lines))
    else:
        yield from (
            (cell.line + at, f"`{marker}` stands outside a solution cell")
            for at, line in enumerate(lines)
            for marker in MARKERS
            if marker in line
        )
    if cell.kind == "question" and MARKING_GUIDE not in lines:
        yield cell.line, f"the model answer needs a line `{MARKING_GUIDE}` and the guide below it"
    if cell.kind == "hint":
        yield from hint_faults(cell)
    if cell.is_code:
        yield from _code(cell, lines)


def _code(cell: MasterCell, lines: list[str]) -> Found:
    length = sum(line.strip() not in (BEGIN, END) for line in lines)
    if length > MAX_LINES:
        yield cell.line, f"the cell has {length} lines; {MAX_LINES} at most, one idea each"
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        yield cell.line + (error.lineno or 1) - 1, f"not Python: {error.msg}"
        return
    if cell.kind == "check" and not _is_check(tree, cell.name):
        yield cell.line, f"the check cell should be `check({cell.name!r}, {', '.join(_objects(cell.name))})`"


def _parse(cell: MasterCell) -> ast.Module | None:
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return None


def _objects(exercise: str) -> tuple[str, ...]:
    """Return the names that the probe takes; an ellipsis where there is no probe yet."""
    try:
        return load_probe(exercise).objects
    except KeyError:
        return ("...",)


def _is_check(tree: ast.Module, exercise: str) -> bool:
    """Tell whether the last expression is the call of `check` with the objects of the probe, in its order."""
    match tree.body[-1:]:
        case [ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(value), *objects], []))] if value == exercise:
            wanted = _objects(exercise)
            return wanted == ("...",) or tuple(map(ast.unparse, objects)) == wanted
    return False
