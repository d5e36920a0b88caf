"""Where in a formula a value stands that a slip may have cut off something from."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["REDUCTIONS", "VALUES", "operands", "receivers", "terms"]

VALUES = (ast.Name, ast.Attribute, ast.Call, ast.BinOp, ast.Subscript, ast.UnaryOp, ast.IfExp)
REDUCTIONS = ("mean", "sum", "var", "std", "max", "min", "norm")


def operands(root: ast.AST) -> Iterator[ast.expr]:
    """Return the values in a formula: no function that is called, no object of which a part is taken, no index."""
    return (node for node, _ in _values(root, None))


def receivers(root: ast.AST) -> Iterator[ast.Name]:
    """Return the names of which a reduction is taken by a method."""
    for node in ast.walk(root):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name() as receiver, attr=name)) if name in REDUCTIONS:
                if receiver.id not in ("np", "torch"):
                    yield receiver


def terms(root: ast.AST) -> Iterator[ast.expr]:
    """Return the values that are no factor of a product and no exponent."""
    for node, parent in _values(root, None):
        if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Pow | ast.MatMult)):
            yield node


def _values(node: ast.AST, parent: ast.AST | None) -> Iterator[tuple[ast.expr, ast.AST | None]]:
    if isinstance(node, VALUES):
        yield node, parent
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            inner: list[ast.AST] = [*args]
            inner += [*(one.value for one in keywords if one.arg not in ("axis", "dim", "keepdims", "keepdim"))]
            inner += [func.value] if isinstance(func, ast.Attribute) and not isinstance(func.value, ast.Name) else []
        case ast.Attribute() | ast.Subscript() | ast.Lambda() | ast.JoinedStr():
            inner = []
        case _:
            inner = list(ast.iter_child_nodes(node))
    for child in inner:
        if not isinstance(getattr(child, "ctx", None), ast.Store):  # `for torch.mean in ...` would change torch
            yield from _values(child, node)
