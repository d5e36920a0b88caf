"""A text of Python code together with its syntax tree: places, names, and what a statement computes."""

from __future__ import annotations

import ast
import copy
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Block", "Function", "Text"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Block:
    """A simple statement or the head of a compound one, and where it stands.

    Args:
        node: The statement.
        function: The function that it belongs to; None at the top.
        conditions: The tests of the `if` statements before it in the same list of statements.
    """

    node: ast.stmt
    function: Function | None
    conditions: tuple[ast.expr, ...] = ()


class Text:
    """A piece of Python code that is looked at for changes.

    Args:
        source: The code.
        names: Functions and classes that may be changed; all of the code if empty.

    Raises:
        SyntaxError: It is not Python.
    """

    def __init__(self, source: str, names: tuple[str, ...] = ()) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        chosen = [node for node in self.tree.body if getattr(node, "name", "") in names]
        self.blocks = self._every = tuple(_blocks(chosen or self.tree.body, None))
        self._codes: dict[int, str] = {}
        self._statements: dict[int, int] = {}

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node begins and ends in the text."""
        start = self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return start, self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def within(self, lines: Collection[int]) -> Text:
        """Return the same text, of which only the statements that begin in some lines are looked at for changes."""
        part = copy.copy(self)
        part.blocks = tuple(block for block in self._every if block.node.lineno in lines)
        return part

    def line_at(self, place: int) -> int:
        """Return the line, counted from 1, that a place in the text is in."""
        return bisect_right(self._starts, place)

    def start_of(self, line: int) -> int:
        """Return where a line, counted from 1, begins in the text."""
        return self._starts[line - 1]

    def statement_at(self, place: int) -> int:
        """Return the first line of the statement that a place in the text is in; of the whole text where there is none.

        Args:
            place: A position in the text, counted from 0.
        """
        if place not in self._statements:
            around = ((start, line) for start, end, line in self._spans if start <= place <= end)
            self._statements[place] = max(around, default=(0, 1))[1]
        return self._statements[place]

    def code(self, node: ast.AST) -> str:
        """Return the text of a node."""
        if id(node) not in self._codes:
            start, end = self.span(node)
            self._codes[id(node)] = self.source[start:end]
        return self._codes[id(node)]

    @cached_property
    def _spans(self) -> tuple[tuple[int, int, int], ...]:
        """Where each statement begins and ends, and its line."""
        return tuple((*self.span(block.node), block.node.lineno) for block in self._every)

    @cached_property
    def complemented(self) -> frozenset[str]:
        """What occurs as x in 1 - x."""
        return frozenset(
            self.code(node.right)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Sub)
            and isinstance(node.left, ast.Constant)
            and node.left.value == 1
        )

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of self that occur, each once."""
        own = (node for node in ast.walk(self.tree) if isinstance(node, ast.Attribute))
        named = (node for node in own if isinstance(node.value, ast.Name) and node.value.id == "self")
        return tuple(dict.fromkeys(map(self.code, named)))

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())


def _blocks(body: list[ast.stmt], function: Function | None) -> Iterator[Block]:
    conditions: tuple[ast.expr, ...] = ()
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        yield Block(node, function, conditions)
        inner = node if isinstance(node, Function) else function
        for name in ("body", "orelse", "finalbody"):
            yield from _blocks(getattr(node, name, []), inner)
        if isinstance(node, ast.If):
            conditions = (*conditions, node.test)
