"""Constants that stand outside of functions: at the top of a cell, or in the body of a class."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from course_utils.changes import Change, Text
from course_utils.checks.pointing.own_code import OwnCode

__all__ = ["Constant", "changed_constant", "constant_lines", "constants", "with_constant"]

Value = bool | int | float


@dataclass(frozen=True)
class Constant:
    """A number that has a name.

    Args:
        name: The name.
        value: The number.
        line: The line in which it gets it, counted from 1.
        owner: The class in whose body that is; empty at the top.
    """

    name: str
    value: Value
    line: int
    owner: str = ""


def constants(tree: ast.Module) -> tuple[Constant, ...]:
    """Return the numbers that a cell gives names, without those that get several."""
    found = [*_in_body(tree.body, "")]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found += _in_body(node.body, node.name)
    places = [(one.owner, one.name) for one in found]
    return tuple(one for one in found if places.count((one.owner, one.name)) == 1)


def constant_lines(text: Text, lines: Collection[int]) -> set[int]:
    """Return the lines of the constants that are read by name in the statements that were run."""
    run = [block.node for block in text.blocks if block.node.lineno in lines]
    nodes = [one for node in run for one in ast.walk(node)]
    read = {one.id for one in nodes if isinstance(one, ast.Name)}
    read |= {one.attr for one in nodes if isinstance(one, ast.Attribute)}
    return {one.line for one in constants(text.tree) if one.name in read}


def changed_constant(source: str, change: Change) -> tuple[Constant, Constant] | None:
    """Return the constant of a cell that a change concerns, as it is and as it becomes; None where it is none."""
    before = [one for one in _constants_of(source) if one.line == change.line]
    try:
        after = {(one.owner, one.name): one for one in constants(ast.parse(change.applied(source)))} if before else {}
    except (SyntaxError, ValueError):
        return None
    pairs = [(one, after[one.owner, one.name]) for one in before if (one.owner, one.name) in after]
    return next(((old, new) for old, new in pairs if old != new), None)


@lru_cache(maxsize=8)
def _constants_of(source: str) -> tuple[Constant, ...]:
    return constants(ast.parse(source))


@contextmanager
def with_constant(own: OwnCode, cell: str, old: Constant, new: Constant) -> Iterator[bool]:
    """Give a constant, within the block, another value; yields whether it still had the old one.

    Args:
        own: The student's functions and classes.
        cell: The file name of the cell.
        old: The constant.
        new: The same with the other value.
    """
    spaces = {id(one.__globals__): one.__globals__ for one in own.functions if one.__code__.co_filename == cell}
    holders = [one for one in own.classes if one.__name__ == old.owner]
    if old.owner:
        given: list[tuple[Any, Any]] = [(vars(one).get(old.name), one) for one in holders]
    else:
        given = [(space.get(old.name), space) for space in spaces.values()]
    held = [holder for value, holder in given if type(value) is type(old.value) and value == old.value]
    try:
        for holder in held:
            _set(holder, new)
        yield bool(held)
    finally:
        for holder in held:
            _set(holder, old)


def _set(holder: Any, constant: Constant) -> None:
    if constant.owner:
        type.__setattr__(holder, constant.name, constant.value)
    else:
        holder[constant.name] = constant.value


def _in_body(body: list[ast.stmt], owner: str) -> Iterator[Constant]:
    for node in body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                number = _number(value)
                if number is not None:
                    yield Constant(name, number, node.lineno, owner)


def _number(node: ast.expr) -> Value | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
    return value if isinstance(value, bool | int | float) else None
