"""Statements that do nothing: a value that nobody keeps, a branch that is never taken, a line behind a `return`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course_utils.changes.text import Function
from course_utils.changes.unread import Fact, Unread

__all__ = ["futile_statement"]

# What computes something new, whatever it is called on, and changes nothing.
PURE = (
    "sqrt", "exp", "log", "log1p", "abs", "square", "mean", "var", "std", "clone", "detach", "mul", "div", "float",
    "double", "reshape", "view", "flatten", "transpose", "clamp", "astype", "maximum", "minimum", "where", "softmax",
    "log_softmax", "sigmoid", "tanh", "relu", "matmul", "dot", "zeros_like", "ones_like", "clip", "power", "squeeze",
    "unsqueeze", "permute", "argmax", "argmin",
)  # fmt: skip
LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
BODIES = ("body", "orelse", "finalbody")


def futile_statement(function: Function | ast.Lambda) -> Unread | None:
    """Return the first statement of a function that does nothing; None where every one does something."""
    return next(_futile(function), None) if isinstance(function, Function) else None


def _futile(node: ast.stmt) -> Iterator[Unread]:
    for name in BODIES:
        body = getattr(node, name, [])
        for number, one in enumerate(body):
            if number and isinstance(body[number - 1], LEAVES):
                yield Unread(one.lineno, (), Fact.NEVER_RUN)
            elif isinstance(one, ast.Expr) and _is_dropped(one.value):
                yield Unread(one.lineno, (), Fact.DROPPED)
            elif isinstance(one, ast.Assign) and [ast.dump(one.value)] == [_as_value(two) for two in one.targets]:
                yield Unread(one.lineno, (), Fact.SAME)
            elif isinstance(one, ast.If | ast.While) and isinstance(one.test, ast.Constant):
                if not one.test.value or isinstance(one, ast.If):
                    yield Unread(one.lineno, (), Fact.ALWAYS_TAKEN if one.test.value else Fact.NEVER_TAKEN)
            elif isinstance(one, ast.Pass) and len(body) == 1:
                yield Unread(one.lineno, (), Fact.EMPTY)
            if not isinstance(one, ast.ClassDef):
                yield from _futile(one)


def _as_value(target: ast.expr) -> str:
    return ast.dump(target).replace("ctx=Store()", "ctx=Load()")


def _is_dropped(value: ast.expr) -> bool:
    """Say whether an expression that stands alone does nothing but compute."""
    match value:
        case ast.Name() | ast.Compare() | ast.BinOp() | ast.UnaryOp() | ast.Subscript() | ast.Attribute():
            calls = (node for node in ast.walk(value) if isinstance(node, ast.Call))
            return all(map(_is_pure, calls))
        case ast.Call():
            return _is_pure(value)
    return False


def _is_pure(call: ast.Call) -> bool:
    is_known = isinstance(call.func, ast.Attribute) and call.func.attr in PURE
    return is_known and all(one.arg not in (None, "out", "inplace") for one in call.keywords)
