"""Where an exercise asks to write a thing by hand and the code calls the library's: seen in the source, not in values.

What is found is a flag for the instructor; a name may be used for something else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from autograder.grade.library_names import LibraryNames, aliases_in, naming_nodes, uses_in
from autograder.grade.library_uses import matches
from autograder.grade.plain_code import Source, Used, names_of, source_of
from autograder.grade.read import tidy
from autograder.grade.release import Release
from autograder.grade.types import Cell, Rebuilt

__all__ = ["forget_submission", "names_used", "read_release", "written_uses"]

# In characters over all code cells.
MAX_SOURCE = 200_000
MAX_LINE = 120
CELLS = 128  # of a submission; every exercise reads them
# A line of IPython's own: a magic, a shell command, a question.
NOT_PYTHON = re.compile(r"^([ \t]*+)(?:[%!?].*|.*\?)$", re.MULTILINE)

# A cell that writes a module, which other cells import.
WRITTEN = re.compile(r"\s*%%(?:writefile|file)[ \t]+(?:-a[ \t]+)?[\"']?(?:[\w.-]*/)*(?P<module>\w+)\.py\b")


@dataclass(frozen=True)
class _Read:
    """A cell that was parsed, and its lines without what they are indented by."""

    cell: Cell
    tree: ast.Module
    lines: tuple[str, ...]


def written_uses(release: Release, rebuilt: Rebuilt, exercise: str, by_hand: Sequence[str]) -> tuple[str, ...]:
    """Return a line for each place where the code of an exercise uses what it should write itself.

    Besides the solution cells, functions and classes of cells that the student added are read where the solution uses
    them, directly or through others. What the released cell has itself is not counted.

    Args:
        release: The released notebook.
        rebuilt: What was run; its sources are untrusted.
        exercise: Exercise id.
        by_hand: Patterns of dotted names, as in `Answer.by_hand`.
    """
    if sum(len(cell.source) for cell in rebuilt.cells if cell.code) > MAX_SOURCE:
        return (f"The code is longer than {MAX_SOURCE:,} characters and was not read.",)
    if not by_hand:
        return ()
    own = [cell for cell in rebuilt.cells if cell.code and cell.exercise == exercise and cell.role != "check"]
    added = [cell for cell in rebuilt.cells if cell.code and cell.role == "added" and cell not in own]
    given = frozenset(cell.source for cell in release.cells if cell.code)
    known = _names(tuple(cell.source for cell in rebuilt.cells if cell.code), given)
    solution, helpers = list(_read(own)), _definitions(_read(added))
    lines = [
        line
        for number, read in enumerate(solution, start=1)
        for line in _lines(read, read.tree, known, by_hand, _place(number, len(solution)), _given(release, read.cell))
    ]
    for read, node in _reached([read.tree for read in solution], helpers):
        lines += _lines(read, node, known, by_hand, "an added cell, ", frozenset())
    return tuple(dict.fromkeys(lines))


def names_used(release: Release, rebuilt: Rebuilt) -> Used | None:
    """Return what the code of a submission reads; None where it may get at other things than it names.

    Args:
        release: The released notebook.
        rebuilt: What was run; its sources are untrusted.
    """
    released = {cell.source for cell in release.cells if cell.code}
    run = [cell.source for cell in rebuilt.cells if cell.code and cell.role not in ("check", "experiment")]
    texts = [source for source in run if source not in released]
    if sum(map(len, texts)) > MAX_SOURCE:
        return None
    own = [_source(text) for text in texts]
    given = [_released(source) for source in run if source in released]
    read = [one for one in own if one is not None]
    return names_of(read, [one for one in given if one is not None]) if len(read) == len(own) else None


def read_release(release: Release) -> None:
    """Read the names that released cells give, which every submission has, and keep them."""
    for cell in release.cells:
        if cell.code:
            _released(cell.source)


def forget_submission() -> None:
    """Let go of what was read of a submission, which can be large; what was read of releases stays."""
    _source.cache_clear()
    _parsed.cache_clear()
    _names.cache_clear()


def _place(number: int, count: int) -> str:
    return f"cell {number}, " if count > 1 else ""


def _given(release: Release, cell: Cell) -> frozenset[str]:
    """Return the lines that the released cell has, without what they are indented by."""
    given = release.cell(cell.id)
    return frozenset(line.strip() for line in given.source.splitlines()) if given else frozenset()


def _read(cells: Iterable[Cell]) -> Iterator[_Read]:
    """Parse cells; those that are not Python are left out: they do not run either."""
    for cell in cells:
        if (tree := _parsed(cell.source)) is not None:
            yield _Read(cell, tree, tuple(line.strip() for line in cell.source.splitlines()))


@lru_cache(maxsize=CELLS)
def _parsed(source: str) -> ast.Module | None:
    """Parse a source as it is, or else without the lines that are IPython's."""
    if (read := _source(source)) is not None:
        return read.tree
    for text in (source, NOT_PYTHON.sub(r"\1pass", source)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


@lru_cache(maxsize=CELLS)
def _source(text: str) -> Source | None:
    return source_of(text)


@lru_cache(maxsize=4)  # every exercise of a submission asks for the same
def _names(sources: tuple[str, ...], given: frozenset[str]) -> LibraryNames:
    """Return the names that cells give to what is a library's; `given` are the sources of the release."""
    nodes = (_naming(source, released=source in given) for source in sources)
    return aliases_in(chain.from_iterable(nodes))


@cache
def _released(source: str) -> Source | None:
    """Return a released cell; the lines that are IPython's name nothing."""
    return source_of(NOT_PYTHON.sub(r"\1pass", source))


def _naming(source: str, *, released: bool) -> tuple[ast.AST, ...]:
    if (read := _released(source) if released else _source(source)) is not None:
        return read.naming
    tree = _parsed(source)
    return () if tree is None else naming_nodes(ast.walk(tree))


def _definitions(cells: Iterator[_Read]) -> dict[str, tuple[_Read, ast.AST]]:
    """Return what added cells define at their top level, and the files they write, by name; the last one counts."""
    found: dict[str, tuple[_Read, ast.AST]] = {}
    for read in cells:
        if file := WRITTEN.match(read.cell.source):
            found[file["module"]] = (read, read.tree)
        for node in read.tree.body:
            for name in _defined(node):
                found[name] = (read, node)
    return found


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _reached(start: Sequence[ast.AST], helpers: dict[str, tuple[_Read, ast.AST]]) -> Iterator[tuple[_Read, ast.AST]]:
    """Yield the helpers that a solution uses, and those that they use, each once whatever its names are."""
    todo, seen = list(start), set()
    while todo and helpers:
        for name in _named(todo.pop()):
            if name not in helpers:
                continue
            read, helper = helpers[name]
            if id(helper) not in seen:
                seen.add(id(helper))
                yield read, helper
                todo.append(helper)


def _named(tree: ast.AST) -> Iterator[str]:
    """Yield the names that code uses, those of the modules that it imports included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _lines(
    read: _Read, node: ast.AST, known: LibraryNames, by_hand: Sequence[str], place: str, given: frozenset[str]
) -> Iterator[str]:
    found: dict[int, str] = {}
    meant: dict[str, bool] = {}  # the same few names stand in a source again and again
    for number, name in uses_in(node, known):
        if name not in meant:
            meant[name] = matches(name, by_hand)
        if not meant[name] or len(name) <= len(found.get(number, "")):
            continue
        if number > len(read.lines) or read.lines[number - 1] not in given:
            found[number] = name
    for number, name in sorted(found.items()):
        yield tidy(f"{place}line {number} uses {name}: {read.lines[number - 1][:MAX_LINE]}", MAX_LINE)
