"""A value of a student's function that is used nowhere: where no change is found, what should use it may be missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import FunctionType

from course_utils.changes import Unread, unread_values
from course_utils.checks.pointing.cells import cell_source
from course_utils.checks.pointing.own_code import cells_of, own_code

__all__ = ["unused_value"]

Defines = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def unused_value(arguments: Sequence[object]) -> tuple[str, Unread] | None:
    """Return a cell and what a function of it never uses; None where everything is used.

    Of several functions, those beside the objects come first, from the top of their cell to its end.

    Args:
        arguments: The student's objects of a part.
    """
    own = cells_of(arguments)
    found = [(one.__code__.co_filename, unread) for one in own_code(arguments).functions for unread in _of(one)]
    return min(found, key=lambda one: (one[0] not in own, one[0], one[1].line), default=None)


def _of(function: FunctionType) -> Iterator[Unread]:
    code = function.__code__
    for node in ast.walk(ast.parse(cell_source(code.co_filename))):
        if isinstance(node, Defines) and _begin(node) == code.co_firstlineno and _name(node) == code.co_name:
            unread = unread_values(node)
            if unread is not None:
                yield unread


def _begin(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(one.lineno for one in decorators)])


def _name(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name
