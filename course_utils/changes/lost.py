"""Whole statements that a function may have lost: a count, a list that is filled, a value that is kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from course_utils.changes.change import Change
from course_utils.changes.idle import idle_names
from course_utils.changes.targets import target_of
from course_utils.changes.text import Function, Text

__all__ = ["LOST", "LOST_ALIKE", "lost_statements"]

# What misses something of which the function has the rest; and what is like a statement that is there.
LOST, LOST_ALIKE = "lost", "lost-alike"
BEFORE, BEHIND = "before", "behind"
BODIES = ("body", "orelse", "finalbody")
# Methods that are called alone, to begin or end a step of training.
CALLS = ("zero_grad", "step", "backward", "train", "eval")
LONGEST, MOST_NAMES = 90, 12
NAME = r"[^\W\d]\w*"


@dataclass(frozen=True)
class _Gap:
    """A place between statements.

    Args:
        place: Where a new statement is put in.
        indent: How far it is indented.
        before: Whether it comes before the statement that is there, and not behind it.
        node: That statement.
    """

    place: int
    indent: int
    before: bool
    node: ast.stmt

    def filled(self, code: str, kind: str, text: Text) -> Change:
        """Return the change that puts a statement there."""
        blank = " " * self.indent
        new = f"{code}\n{blank}" if self.before else f"\n{blank}{code}"
        kind = f"{kind}-{BEFORE if self.before else BEHIND}"
        return Change(kind, self.place, self.place, new, text.line_at(self.place), target_of(self.node), "", code)


def lost_statements(source: str, *, lines: Collection[int] | None = None) -> tuple[Change, ...]:
    """Return changes that put one more statement between those that are there.

    Args:
        source: Python code.
        lines: Where the statements begin beside which something may be missing; None for all of them.
    """
    text = Text(source)
    numbers = tuple(_numbers(text))
    found: dict[tuple[int, str], Change] = {}
    for block in text.blocks:
        if isinstance(block.node, Function) and (lines is None or _is_run(block.node, lines)):
            for change in _Lost(text, block.node, numbers).changes():
                if lines is None or text.statement_at(change.start) in lines:
                    found.setdefault((change.start, change.new), change)
    return tuple(found.values())


def _is_run(function: Function, lines: Collection[int]) -> bool:
    return any(function.lineno <= line <= (function.end_lineno or function.lineno) for line in lines)


def _numbers(text: Text) -> Iterator[str]:
    """Yield what is 0 or 1 somewhere in a text and is never counted up."""
    nodes = list(ast.walk(text.tree))
    counted = {text.code(node.target) for node in nodes if isinstance(node, ast.AugAssign)}
    for node in nodes:
        match node:
            case ast.Assign(targets=[target], value=ast.Constant(value=0 | 1)) if text.code(target) not in counted:
                yield text.code(target)


class _Lost:
    """What one function may have lost."""

    def __init__(self, text: Text, function: Function, numbers: Collection[str]) -> None:
        self._text, self._function, self._numbers = text, function, numbers
        self._gaps = list(_gaps(text, function))
        self._nodes = list(ast.walk(function))

    def changes(self) -> Iterator[Change]:
        """Yield the changes, the likeliest first."""
        everywhere = chain(self._counts(), self._items())
        for code in dict.fromkeys(everywhere):
            yield from (gap.filled(code, LOST, self._text) for gap in self._gaps)
        for name, code in dict.fromkeys(self._kept()):
            yield from (gap.filled(code, LOST, self._text) for gap in self._behind(name))
        yield from self._alike()
        for code in dict.fromkeys(self._calls()):
            yield from (gap.filled(code, LOST_ALIKE, self._text) for gap in self._gaps)

    def _counts(self) -> Iterator[str]:
        """Yield steps of what begins with a whole number and is never counted up."""
        yield from (f"{code} += 1" for code in self._numbers if self._reads(code))

    def _items(self) -> Iterator[str]:
        """Yield what fills a list that begins empty and that nothing is added to."""
        for node in self._nodes:
            match node:
                case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=ast.List(elts=[])):
                    name = self._text.code(target)
                    if f"{name}.append(" not in self._text.source and f"{name} +=" not in self._text.source:
                        yield from (f"{name}.append({one})" for one in self._names if one != name)

    def _kept(self) -> Iterator[tuple[str, str]]:
        """Yield names, and the statements that keep them where an older value was read or where one is kept beside."""
        stored = {self._text.code(one) for one in self._places(ast.Store)}
        read = dict.fromkeys(self._text.code(one) for one in self._places(ast.Load))
        idle = set(idle_names(self._text, self._function))
        for name in self._names:
            for place in read:
                if place not in stored and (name in idle or place in self._formulas.get(name, "")):
                    yield name, f"{place} = {name}"

    def _alike(self) -> Iterator[Change]:
        """Yield statements like one that is there, of other names: `y -= lr * dy` beside `x -= lr * dx`."""
        attributes = (name.removeprefix("self.") for name in self._text.attributes)
        words = {*self._bound, *attributes}
        own = {self._text.code(node) for node in self._nodes if isinstance(node, ast.stmt)}
        for gap in self._gaps:
            if gap.before or not isinstance(gap.node, ast.Assign | ast.AugAssign | ast.Expr):
                continue
            code = self._text.code(gap.node)
            target = target_of(gap.node)
            for new in _renamed(code, target, words) if target and len(code) <= LONGEST else ():
                if new not in own:
                    yield gap.filled(new, LOST_ALIKE, self._text)

    def _calls(self) -> Iterator[str]:
        """Yield calls like `optimizer.zero_grad()` where one of the others is made, and what forgets gradients."""
        called = [node.func for node in self._nodes if isinstance(node, ast.Call)]
        methods = [one for one in called if isinstance(one, ast.Attribute) and one.attr in CALLS]
        for one in methods:
            yield from (f"{self._text.code(one.value)}.{name}()" for name in CALLS if name != one.attr)
        if self._function.name == "__init__" and "super()" not in self._text.code(self._function):
            yield "super().__init__()"
            yield f"super().__init__({', '.join(one.arg for one in self._function.args.args[1:])})"
        if any(one.attr == "backward" for one in methods):
            yield from (f"for _each in {name}: _each.grad = None" for name in self._names)

    @cached_property
    def _names(self) -> list[str]:
        """Idle names and arguments first, then what the function computes."""
        found = dict.fromkeys([*idle_names(self._text, self._function), *self._bound])
        return [one for one in found if one != "_"][:MOST_NAMES]

    @cached_property
    def _bound(self) -> list[str]:
        """What the function computes, then its arguments."""
        stored = [one.id for one in self._nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
        return [*stored, *(one.arg for one in self._function.args.args if one.arg != "self")]

    @cached_property
    def _formulas(self) -> dict[str, str]:
        """What each name is computed from, as code."""
        found: dict[str, str] = {}
        for node in self._nodes:
            match node:
                case ast.Assign(targets=targets, value=value):
                    for one in chain.from_iterable(map(ast.walk, targets)):
                        if isinstance(one, ast.Name):
                            found[one.id] = found.get(one.id, "") + self._text.code(value)
        return found

    def _places(self, context: type[ast.expr_context]) -> Iterator[ast.expr]:
        """Yield attributes and entries that are read or bound: `self.t`, `config["v"]`, `self.velocities[i]`."""
        inner = {id(one.value) for one in self._nodes if isinstance(one, ast.Attribute | ast.Subscript)}
        called = {id(one.func) for one in self._nodes if isinstance(one, ast.Call)}
        for node in self._nodes:
            if not isinstance(node, ast.Attribute | ast.Subscript) or id(node) in inner | called:
                continue
            if isinstance(node.ctx, context) and self._is_own(node):
                yield node

    def _is_own(self, node: ast.expr) -> bool:
        """Say whether something is kept in `self` or in a value of the function: of a library, nothing may be bound."""
        root = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        return isinstance(root, ast.Name) and root.id in {"self", *self._bound}

    def _reads(self, code: str) -> bool:
        loaded = (one for one in self._nodes if isinstance(getattr(one, "ctx", None), ast.Load))
        return any(isinstance(one, ast.Name | ast.Attribute) and self._text.code(one) == code for one in loaded)

    def _behind(self, name: str) -> Iterator[_Gap]:
        """Yield the places behind the statements that bind a name."""
        for gap in self._gaps:
            bound = (one for one in ast.walk(gap.node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
            if not gap.before and name in {one.id for one in bound}:
                yield gap


def _gaps(text: Text, node: ast.stmt) -> Iterator[_Gap]:
    """Yield the places behind each statement of the body of a function or of what is in it, and before the first."""
    for name in BODIES:
        body = [one for one in getattr(node, name, []) if not _is_text(one)]
        if body and body[0].lineno > node.lineno:
            yield _Gap(text.span(body[0])[0], body[0].col_offset, True, body[0])
        for one in body:
            if one.lineno > node.lineno and not isinstance(one, ast.Return | ast.Raise | ast.Break | ast.Continue):
                yield _Gap(text.span(one)[1], one.col_offset, False, one)
            if not isinstance(one, Function | ast.ClassDef):
                yield from _gaps(text, one)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _renamed(code: str, target: str, known: set[str]) -> Iterator[str]:
    """Yield a statement with another target, and with its other names exchanged in the same way where there are such.

    Args:
        code: The statement.
        target: What it computes, or changes.
        known: Names that there are.
    """
    own = dict.fromkeys(re.findall(NAME, code))
    for other in known - {target}:
        old, new = _difference(target, other)
        table = {one: one.replace(old, new) for one in own if old and one.replace(old, new) in known}
        if target in table:
            yield _exchanged(code, table)


def _exchanged(code: str, table: Mapping[str, str]) -> str:
    return re.sub(NAME, lambda found: table.get(found[0], found[0]), code)


def _difference(word: str, other: str) -> tuple[str, str]:
    """Return in what two words differ, without the beginning and the end that they share."""
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(word), len(other)) - start and word[-1 - end] == other[-1 - end]:
        end += 1
    return word[start : len(word) - end], other[start : len(other) - end]
