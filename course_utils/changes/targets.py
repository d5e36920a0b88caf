"""What a statement computes, by the name that holds it."""

from __future__ import annotations

import ast

__all__ = ["DEFAULT_OF", "RETURNED", "target_of"]

RETURNED = "return value"
DEFAULT_OF = "default of "


def target_of(statement: ast.stmt, changed: ast.AST | None = None) -> str:
    """Return the name of what a statement computes; empty where it has none.

    Args:
        statement: The statement.
        changed: The part of it that is looked at, where a statement computes several values.
    """
    match statement:
        case ast.Return():
            return RETURNED
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
            inside = [n for n, v in zip(names, values, strict=True) if changed is not None and _holds(v, changed)]
            return _name(inside[0] if inside else names[0])
        case ast.Assign(targets=[target, *_]) | ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return _name(target)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver))):
            return _name(receiver)
        case ast.If() | ast.While():
            return "condition"
        case ast.For():
            return "loop"
        case ast.FunctionDef(name=name):
            return f"{DEFAULT_OF}{_default(statement, changed)}" if changed is not None else name
    return ""


def _holds(tree: ast.AST, node: ast.AST) -> bool:
    if not isinstance(tree, ast.expr) or not isinstance(node, ast.expr | ast.keyword):
        return any(one is node for one in ast.walk(tree))
    return _begin(tree) <= _begin(node) and _end(node) <= _end(tree)


def _begin(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def _name(node: ast.expr) -> str:
    """Return the word by which a target is known: the last name of it, or the key that it is kept under."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case ast.Subscript(value=inner) | ast.Call(func=ast.Attribute(value=inner)) | ast.Starred(value=inner):
            return _name(inner)
        case ast.Tuple(elts=[first, *_]):
            return _name(first)
    return ""


def _default(function: ast.FunctionDef, changed: ast.AST) -> str:
    given = function.args
    arguments = [*given.args[len(given.args) - len(given.defaults) :], *given.kwonlyargs]
    defaults = [*given.defaults, *given.kw_defaults]
    pairs = zip(arguments, defaults, strict=True)
    return next((one.arg for one, default in pairs if default is not None and _holds(default, changed)), "an argument")
