"""A solution without what does nothing: results that nobody uses, texts, prints, branches that are never taken."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

__all__ = ["cleaned"]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# What these do is seen on the screen, and nowhere else.
SHOWN = ("print", "display")
ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
ASSIGNS = (ast.Assign, ast.AnnAssign)
# What is new where it stands, so that changing it changes nothing else.
NEW = (
    ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.BinOp, ast.UnaryOp, ast.ListComp, ast.DictComp,
    ast.SetComp, ast.JoinedStr,
)  # fmt: skip
# Each round takes away what was used only by what the round before took away.
MOST_ROUNDS = 20


def cleaned(tree: ast.Module, asked: Sequence[str]) -> ast.Module:
    """Return the code without what does nothing, with its functions and methods in one order.

    Nothing is run, and a name counts as used wherever the same name is read. So some that does nothing may stay, and
    some that does something may go: this is for a comparison.

    Args:
        tree: The code; it is changed.
        asked: The names of functions, classes and methods that the exercise asks for, in its order.
    """
    for _ in range(MOST_ROUNDS):
        size = _size(tree)
        _Cleaner(tree, asked).visit(tree)
        if _size(tree) == size:
            break
    places = {name: place for place, name in enumerate(asked, start=1)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            node.body.sort(key=lambda one: _place(one, places))
    return tree


def _size(tree: ast.AST) -> int:
    return sum(1 for _ in ast.walk(tree))


def _place(node: ast.stmt, places: dict[str, int]) -> tuple[int, int]:
    """Return what orders the statements of a body: lines, then what is asked for, then helpers by their size."""
    if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return 0, 0
    return (places[node.name], 0) if node.name in places else (len(places) + 1, _size(node))


class _Cleaner(ast.NodeTransformer):
    """One round."""

    def __init__(self, tree: ast.Module, asked: Sequence[str]) -> None:
        self.used = {*asked, *_read(tree)}
        self.kept = _not_new(tree)
        self.methods = {*asked, *_attributes(tree)}

    def visit(self, node: ast.AST) -> ast.AST:
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                body[:] = self._clean(body)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.body:
            node.body.append(ast.Pass())
        return self.generic_visit(node)

    def _clean(self, body: list[ast.stmt]) -> Iterator[ast.stmt]:
        for node in body:
            if isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
                yield from self._clean(node.body if node.test.value else node.orelse)
            elif not self._does_nothing(node):
                yield node
            if isinstance(node, ENDS):
                return

    def _does_nothing(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Pass | ast.Assert | ast.Delete | ast.Import | ast.ImportFrom):
            return True
        if isinstance(node, FUNCTIONS):
            return node.name not in self.used | self.methods and not node.name.startswith("__")
        if isinstance(node, ast.For | ast.While | ast.If | ast.With):
            return not node.body and not getattr(node, "orelse", [])
        if isinstance(node, ast.Expr) and (isinstance(node.value, ast.Constant) or _only_shows(node.value)):
            return True
        return any(self._is_lost(name) for name in _sets_only(node))

    def _is_lost(self, name: str) -> bool:
        if name.startswith("self."):
            return name.removeprefix("self.") not in self.methods
        return name not in self.used and name not in self.kept


def _only_shows(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN


def _read(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are read elsewhere than where they are set, or where something is put into them."""
    own = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        for name in _sets_only(node)
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and part.id == name
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in own:
            yield node.id


def _attributes(tree: ast.Module) -> Iterator[str]:
    """Yield what is read behind a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr


def _sets_only(node: ast.stmt) -> Iterator[str]:
    """Yield the one name that a statement sets, or puts something into, where it does nothing else that lasts."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        target = node.target
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        target = node.value.func
        if not isinstance(target, ast.Attribute):
            return
        target = target.value
    else:
        return
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
        if not isinstance(node, ast.Expr):
            yield f"self.{target.attr}"
        return
    if isinstance(target, ast.Subscript):
        target = target.value
    if isinstance(target, ast.Name):
        yield target.id


def _not_new(tree: ast.Module) -> set[str]:
    """Return the names that may stand for something that is known elsewhere: arguments, what loops run through."""
    changed = {name for node in ast.walk(tree) if isinstance(node, ast.stmt) for name in _changes(node)}
    found = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assigned: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ASSIGNS):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {one.id for one in targets if isinstance(one, ast.Name)}
            assigned |= names
            found |= set() if isinstance(node.value, NEW) else names & changed
    every = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    return found | (every - assigned) | {name for name in changed if name not in assigned}


def _changes(node: ast.stmt) -> Iterator[str]:
    """Yield the name that a statement changes in place."""
    if not isinstance(node, ASSIGNS) or any(isinstance(one, ast.Subscript) for one in getattr(node, "targets", [])):
        yield from _sets_only(node)
