"""Code that would not let itself be stopped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["swallows"]


def swallows(source: str) -> bool:
    """Say whether a cell has an `except` that takes every exception, or a `finally` that leaves it behind."""
    return any(
        _takes_everything(node) if isinstance(node, ast.ExceptHandler) else isinstance(node, ast.Try) and _leaves(node)
        for node in ast.walk(ast.parse(source))
    )


def _takes_everything(handler: ast.ExceptHandler) -> bool:
    names = {node.id for node in _inside(handler.type) if isinstance(node, ast.Name)}
    return handler.type is None or "BaseException" in names


def _leaves(node: ast.Try) -> bool:
    return any(
        isinstance(one, ast.Return | ast.Break | ast.Continue) for end in node.finalbody for one in ast.walk(end)
    )


def _inside(node: ast.AST | None) -> Iterator[ast.AST]:
    return ast.walk(node) if node is not None else iter(())
