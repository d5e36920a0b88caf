"""The statements at the top of a cell; what Python cannot read, such as prose, is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Statement", "python_of", "readable", "rescues", "statements"]

# In characters; nobody writes more into one cell.
MAX_SOURCE = 200_000
# A line of IPython's own: a magic, a shell command, a question.
NOT_PYTHON = re.compile(r"^([ \t]*+)(?:[%!?].*|.*\?)$", re.MULTILINE)
# Cell magics that take the cell for themselves; all others, such as %%time, run it in the notebook.
TAKERS = (
    "HTML", "R", "SVG", "bash", "cython", "file", "html", "javascript", "js", "latex", "markdown", "perl", "pypy",
    "python", "python2", "python3", "ruby", "script", "sh", "sql", "svg", "sx", "system", "writefile",
)  # fmt: skip
MAGIC = re.compile(r"\s*%%(\w+)[^\n]*(?:\n|$)")
# What continues the statement above it although it is not indented.
CONTINUES = re.compile(r"[)\]}]|(?:else|elif|except|finally)\b")
CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DEFINITIONS = (*CODE, ast.Import, ast.ImportFrom)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a cell.

    Args:
        source: Its text, with its decorators.
        names: What it defines: functions, classes, imported names, variables.
        defines: Whether it is a definition, an import or an assignment.
        makes_code: Whether it is a function or a class.
        calls: Whether it is an assignment that calls something, which may take long.
        shape: The same for statements that differ in layout, comments and docstrings only.
        uses: The names that it reads and does not make itself, those inside of functions included.
        arguments: Of a function, the names of its arguments.
    """

    source: str
    names: frozenset[str]
    defines: bool
    makes_code: bool
    calls: bool
    shape: str
    uses: frozenset[str]
    arguments: tuple[str, ...] = ()


def python_of(source: str) -> str:
    """Return a cell without a first line such as `%%time`; empty where a magic takes the cell for something else."""
    found = MAGIC.match(source)
    if found is None:
        return source
    return "" if found[1] in TAKERS else source[found.end() :]


@lru_cache(maxsize=128)
def statements(source: str) -> tuple[Statement, ...]:
    """Return the statements at the top of a cell that Python can read; none where the cell is too long.

    Args:
        source: The source of a cell; untrusted.
    """
    if len(source) > MAX_SOURCE:
        return ()
    text = NOT_PYTHON.sub(r"\1pass", python_of(source.replace("\r\n", "\n")))
    try:
        return tuple(found for piece in _readable(text) for found in _statements(piece))
    except RecursionError:
        return ()


def readable(source: str) -> str:
    """Return what Python can read of a cell."""
    return "\n".join(one.source for one in statements(source))


def rescues(source: str) -> Iterator[str]:
    """Yield what is worth running of a cell that did not come to an end: its definitions, then those that are quick."""
    found = [one for one in statements(source) if one.defines]
    yield "\n".join(one.source for one in found)
    if any(one.calls for one in found):
        yield "\n".join(one.source for one in found if not one.calls)


def _readable(text: str) -> Iterator[str]:
    """Yield the text if Python can read it, else those of its pieces that it can read."""
    if _parsed(text) is not None:
        yield text
        return
    yield from (piece for piece in _pieces(text) if _parsed(piece) is not None)


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a line that is not indented begins a statement."""
    piece: list[str] = []
    for line in text.splitlines(keepends=True):
        begins = bool(line.strip()) and not line[0].isspace() and not CONTINUES.match(line)
        if begins and piece and not piece[-1].startswith("@"):
            yield "".join(piece)
            piece = []
        piece.append(line)
    yield "".join(piece)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _statements(text: str) -> Iterator[Statement]:
    tree = _parsed(text)
    lines = text.splitlines(keepends=True)
    for node in tree.body if tree else ():
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        yield Statement(
            source="".join(lines[first - 1 : node.end_lineno]).rstrip("\n"),
            names=frozenset(_names(node)),
            defines=_defines(node),
            makes_code=isinstance(node, CODE),
            calls=isinstance(node, ASSIGNMENTS) and any(isinstance(part, ast.Call) for part in ast.walk(node)),
            shape=_shape(node),
            uses=frozenset(_uses(node)),
            arguments=tuple(_arguments(node)),
        )


def _defines(node: ast.stmt) -> bool:
    """Say whether a statement defines something; of branches, those without loops that define in all they hold."""
    if isinstance(node, ast.If | ast.Try):
        inner = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.stmt)]
        inner += [each for part in getattr(node, "handlers", []) for each in part.body]
        return all(_defines(part) or isinstance(part, ast.Pass) for part in inner)
    return isinstance(node, (*DEFINITIONS, *ASSIGNMENTS))


def _names(node: ast.AST) -> Iterator[str]:
    """Yield what a statement makes at the top of its cell."""
    if isinstance(node, CODE):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (one.asname or one.name.partition(".")[0] for one in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
        yield node.value.id  # a method that is put into a class is part of it
    elif not isinstance(node, ast.Lambda):
        for part in ast.iter_child_nodes(node):
            yield from _names(part)


def _shape(node: ast.stmt) -> str:
    """Return a statement without its layout; the docstrings are taken out of it."""
    for part in ast.walk(node):
        if isinstance(part, CODE) and ast.get_docstring(part, clean=False) is not None:
            del part.body[0]
    return ast.dump(node)


def _arguments(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg))


def _uses(node: ast.AST) -> set[str]:
    """Return the names that are read; those of arguments and of what is assigned inside are left out."""
    parts = list(ast.walk(node))
    names = [part for part in parts if isinstance(part, ast.Name)]
    made = {one.id for one in names if not isinstance(one.ctx, ast.Load)}
    made |= {part.arg for part in parts if isinstance(part, ast.arg)}
    made |= {part.name for part in parts if isinstance(part, CODE)}
    return {one.id for one in names} - made
