"""One change of a cell, made in the functions that are there, and taken back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from course_utils.changes import Change, Text

__all__ = ["NotPossible", "changed_piece", "compiled", "patched"]

Place = tuple[str, int]
# The name of a function within its cell, and the line in which it begins.
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class NotPossible(Exception):
    """The changed text is no Python, or no function that is there takes the change."""


def compiled(source: str, name: str) -> Mapping[Place, CodeType]:
    """Return the codes of all functions of a text by their places; those that share one are left out.

    Raises:
        NotPossible: It is not Python.
    """
    try:
        whole = compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotPossible from error
    codes: dict[Place, CodeType] = {}
    twice = set()
    for code in _inside(whole):
        place = (code.co_qualname, code.co_firstlineno)
        twice |= {place} & codes.keys()
        codes[place] = code
    return {place: code for place, code in codes.items() if place not in twice}


def changed_piece(source: str, change: Change) -> str:
    """Return the function, method or class of a cell that a change is in, after the change, on its lines.

    Compiling the whole cell again for each of some hundred changes takes longer than running them.

    Args:
        source: The cell.
        change: The change.
    """
    for start, end, before in _pieces(source):
        if start <= change.start and change.end <= end:
            return f"{before}{source[start : change.start]}{change.new}{source[change.end : end]}\n"
    return change.applied(source)


@lru_cache(maxsize=16)
def _pieces(source: str) -> tuple[tuple[int, int, str], ...]:
    """Return where the methods, functions and classes of a cell begin and end, and what is to stand before each.

    That is as many lines as it takes, and for a method the head of its class, which gives it its name.
    """
    text = Text(source)
    found: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, str]] = []
    for node in text.tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, FUNCTIONS) and _begin(one) > node.lineno]
            found += [(one, "\n" * (_begin(one) - 2) + f"class {node.name}:\n") for one in methods]
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found.append((node, "\n" * (_begin(node) - 1)))
    return tuple((text.start_of(_begin(node)), text.span(node)[1], before) for node, before in found)


def _begin(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """Return the first line, which is that of the first decorator where there are some."""
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


@contextmanager
def patched(functions: Sequence[FunctionType], source: str, name: str, *, defaults: bool = False) -> Iterator[None]:
    """Give functions, within the block, the code that they have in a changed text of their cell.

    Args:
        functions: The student's functions.
        source: The changed text; at least the function or class that is changed, on its lines.
        name: The file name of the cell.
        defaults: Whether it is a default value that has been changed.

    Raises:
        NotPossible: As in `compiled`, or no function changes.
    """
    codes = compiled(source, name)
    before = [(one, one.__code__, one.__defaults__, one.__kwdefaults__) for one in functions]
    try:
        changed = [_recoded(one, name, codes) for one in functions]
        if defaults:
            changed += [_with_defaults(one, name, source) for one in functions]
        if not any(changed):
            raise NotPossible
        yield
    finally:
        for one, code, positional, by_name in before:
            one.__code__, one.__defaults__, one.__kwdefaults__ = code, positional, by_name


def _inside(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inside(constant)


def _recoded(function: FunctionType, name: str, codes: Mapping[Place, CodeType]) -> bool:
    old = function.__code__
    new = codes.get((old.co_qualname, old.co_firstlineno)) if old.co_filename == name else None
    if new is None or new.co_freevars != old.co_freevars or new == old:
        return False
    function.__code__ = new
    return True


def _with_defaults(function: FunctionType, name: str, source: str) -> bool:
    code = function.__code__
    for node in ast.walk(ast.parse(source)) if code.co_filename == name else ():
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__ and _begin(node) == code.co_firstlineno:
            try:
                positional = tuple(map(ast.literal_eval, node.args.defaults)) or None
                by_name: dict[str, Any] | None = {
                    one.arg: ast.literal_eval(value)
                    for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                    if value is not None
                } or None
            except ValueError:
                return False
            changed = (positional, by_name) != (function.__defaults__, function.__kwdefaults__)
            function.__defaults__, function.__kwdefaults__ = positional, by_name
            return changed
    return False
