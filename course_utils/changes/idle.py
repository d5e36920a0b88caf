"""Values that a text computes or is given and never uses: what a slip has left out is often one of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from course_utils.changes.change import Change
from course_utils.changes.text import Function, Text

__all__ = ["KEPT", "WORD", "IdleValues", "idle_names"]

# Functions of which the result is remembered.
KEPT = 64
WORD = re.compile(r"(?:self\.)?[^\W\d]\w*")


@lru_cache(maxsize=KEPT)
def idle_names(text: Text, function: Function | ast.Lambda) -> tuple[str, ...]:
    """Return what a function is given or computes and never uses, as code.

    Args:
        text: The text.
        function: A function of it.
    """
    given = [one.arg for one in (*function.args.args, *function.args.kwonlyargs) if one.arg != "self"]
    found = list(_names(function))
    stored = [name for name, is_used in found if not is_used and not name.startswith("self.")]
    used = {name for name, is_used in found if is_used}
    own = _unused_attributes(text) if any(one.arg == "self" for one in function.args.args) else ()
    return tuple(name for name in dict.fromkeys([*given, *stored, *own]) if name not in used and name != "_")


class IdleValues:
    """Says which changes of a text take up a value that is idle where they are made.

    Args:
        text: The text.
    """

    def __init__(self, text: Text) -> None:
        self._text = text
        self._of_line: dict[int, frozenset[str]] = {}

    def taken_up(self, change: Change) -> bool:
        """Say whether a change brings in an idle value, or the earlier value of what its statement computes."""
        if change.kind == "added-up":
            return True
        new = _words(change.new) - _words(self._text.source[change.start : change.end])
        return bool(new & self._idle_at(change.start))

    def _idle_at(self, place: int) -> frozenset[str]:
        line = self._text.statement_at(place)
        if line not in self._of_line:
            node, function = self._by_line.get(line, (None, None))
            found = idle_names(self._text, function) if function is not None else ()
            self._of_line[line] = frozenset(found) | (_earlier_value(node) if node is not None else frozenset())
        return self._of_line[line]

    @cached_property
    def _by_line(self) -> dict[int, tuple[ast.stmt, Function]]:
        return {one.node.lineno: (one.node, one.function) for one in self._text.blocks if one.function is not None}


def _earlier_value(node: ast.stmt) -> frozenset[str]:
    """Return the target of an assignment that does not use the value which it replaces."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return frozenset()
    target = node.targets[0]
    while isinstance(target, ast.Subscript):
        target = target.value
    used = {name for name, is_used in _names(node.value) if is_used}
    return (
        frozenset(_words(ast.unparse(target)) - used) if isinstance(target, ast.Name | ast.Attribute) else frozenset()
    )


@lru_cache(maxsize=KEPT)
def _unused_attributes(text: Text) -> tuple[str, ...]:
    found = list(_names(text.tree))
    used = {name for name, is_used in found if is_used}
    return tuple(dict.fromkeys(name for name, _ in found if name.startswith("self.") and name not in used))


def _names(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the names and the attributes of self in a tree, and whether their value is used there.

    An item of an array that is assigned to uses nothing of the array.
    """
    nodes = list(ast.walk(tree))
    subscripts = (node for node in nodes if isinstance(node, ast.Subscript))
    filled = {id(node.value) for node in subscripts if isinstance(node.ctx, ast.Store)}
    attributes = (node for node in nodes if isinstance(node, ast.Attribute))
    own = {id(node.value) for node in attributes if _is_own(node)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and _is_own(node):
            yield f"self.{node.attr}", isinstance(node.ctx, ast.Load) and id(node) not in filled
        elif isinstance(node, ast.Name) and id(node) not in own:
            yield node.id, isinstance(node.ctx, ast.Load) and id(node) not in filled


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _words(code: str) -> set[str]:
    return set(WORD.findall(code))
