"""The solution of an exercise as it stands in the master, and the objects that it defines.

The only place where a text of ours is turned into the reference: the solution's own cells, those of the exercises whose
objects are handed to its probe beside it, and of the other cells of the workbook only the imports, functions, classes
and constants whose names they use.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.build.master import Master, MasterCell, read_master
from course_utils.kits.probe import load_probe

__all__ = ["MASTERS", "Solution", "load_solution", "solution_in"]

MASTERS = Path(__file__).parents[1] / "masters"
# What a statement may be that a solution takes from another cell.
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


@dataclass(frozen=True)
class Solution:
    """The text that solves an exercise.

    Args:
        exercise: Exercise id.
        path: The master that it stands in.
        line: Line of the master on which the first of its cells starts, counted from 1.
        source: Its cells, one below the other; before them the cells of other exercises whose objects its probe takes
            and it does not itself use, as a backward pass does not use the forward pass.
        given: What it uses of other cells, in their order.
    """

    exercise: str
    path: Path
    line: int
    source: str
    given: str

    def objects(self, source: str = "") -> dict[str, Any]:
        """Return all names after the solution has run, or after a changed text of it.

        Args:
            source: The changed text; empty for the solution itself.
        """
        space = self.given_names()
        exec(_compiled(source or self.source, f"<{self.exercise}>"), space)
        return space

    def given_names(self) -> dict[str, Any]:
        """Return the names that the solution takes from other cells."""
        return dict(_given_names(self.given, str(self.path)))


@cache
def load_solution(exercise: str) -> Solution:
    """Return the solution of `exercise` from the master that holds it.

    Raises:
        KeyError: No master has a solution cell for it.
    """
    for path in sorted(MASTERS.glob("*.py")):
        if f'exercise="{exercise}"' in path.read_text(encoding="utf-8"):
            return solution_in(_master(path), exercise, load_probe(exercise).objects)
    raise KeyError(f"no master in {MASTERS.name}/ has a cell exercise={exercise!r}")


def solution_in(master: Master, exercise: str, objects: Sequence[str] = ()) -> Solution:
    """Return the solution of `exercise` in a master that has one.

    Args:
        master: The workbook.
        exercise: Exercise id.
        objects: Names of the objects that its probe takes.
    """
    cells = [cell for cell in master.cells if cell.kind == "exercise"]
    own = [cell for cell in cells if cell.name == exercise]
    tree = ast.parse("\n\n".join(cell.source for cell in own))
    missing = set(objects) - _uses(tree) - {name for node in tree.body for name in _binds(node)}
    taken = [cell for cell in cells if cell not in own and missing & _defines(cell)]
    source = "\n\n".join(cell.source for cell in (*taken, *own))
    others = [cell for cell in master.cells if cell.kind in ("code", "exercise") and cell not in (*taken, *own)]
    before = [cell for cell in others if cell.line < own[0].line]
    given = _needed(source, before, [cell for cell in others if cell not in before])
    return Solution(exercise, master.path, own[0].line, source, given)


def _defines(cell: MasterCell) -> set[str]:
    return {getattr(node, "name", "") for node in ast.parse(cell.source).body}


@cache
def _master(path: Path) -> Master:
    return read_master(path)


@cache
def _compiled(source: str, name: str) -> types.CodeType:
    return compile(source, name, "exec")


@cache
def _given_names(given: str, name: str) -> Mapping[str, Any]:
    space: dict[str, Any] = {"__name__": "solution"}
    exec(_compiled(given, name), space)
    return space


def _needed(source: str, before: Sequence[MasterCell], after: Sequence[MasterCell]) -> str:
    """Return the statements of other cells that bind what `source` uses, and what these use in turn.

    Of several statements that bind a name, the last one before the solution counts, then the first one after it.
    """
    bound: dict[str, tuple[int, str, ast.stmt]] = {}
    early, late = [*_definitions(before)], [*_definitions(after)]
    for number, (text, node) in enumerate([*early, *late]):
        for name in _binds(node):
            if name not in bound or number < len(early):
                bound[name] = (number, text, node)
    taken: dict[int, str] = {}
    waiting = [name for name in _uses(ast.parse(source)) if name in bound]
    while waiting:
        number, text, node = bound[waiting.pop()]
        if number not in taken:
            taken[number] = text
            waiting += [name for name in _uses(node) if name in bound]
    return "\n".join(taken[number] for number in sorted(taken))


def _definitions(cells: Sequence[MasterCell]) -> Iterator[tuple[str, ast.stmt]]:
    for cell in cells:
        for node in ast.parse(cell.source).body:
            if isinstance(node, DEFINITIONS):
                decorators = getattr(node, "decorator_list", [])
                first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
                lines = cell.source.splitlines()[first - 1 : node.end_lineno]
                yield "\n".join(lines), node


def _binds(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    else:
        yield from (
            part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        )


def _uses(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
