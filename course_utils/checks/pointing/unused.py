"""A line of a student's function that does nothing: where no change is found, what should use it may be missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import FunctionType

from course_utils.changes import Unread, futile_statement, unread_attributes, unread_values
from course_utils.checks.pointing.cells import cell_source
from course_utils.checks.pointing.own_code import cells_of, own_code

__all__ = ["unused_value"]

Defines = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def unused_value(arguments: Sequence[object]) -> tuple[str, Unread] | None:
    """Return a cell and what in it does nothing, or is never used; None where everything is.

    Of several, statements that do nothing come first, and those beside the objects, from the top of their cell to its
    end.

    Args:
        arguments: The student's objects of a part.
    """
    own, code = cells_of(arguments), own_code(arguments)
    found = [(one.__code__.co_filename, unread) for one in code.functions for unread in _of(one)]
    for name in {one.__code__.co_filename for one in code.functions}:
        attributes = unread_attributes(ast.parse(cell_source(name)))
        found += [(name, attributes)] if attributes else []
    return min(found, key=lambda one: (one[1].fact.value, one[0] not in own, one[0], one[1].line), default=None)


def _of(function: FunctionType) -> Iterator[Unread]:
    code = function.__code__
    for node in ast.walk(ast.parse(cell_source(code.co_filename))):
        if isinstance(node, Defines) and _begin(node) == code.co_firstlineno and _name(node) == code.co_name:
            yield from (one for one in (futile_statement(node), unread_values(node)) if one)


def _begin(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(one.lineno for one in decorators)])


def _name(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name
