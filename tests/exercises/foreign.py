"""Right solutions in other styles than ours, as the text of a cell: what their functions need, and no more."""

import ast
import functools
import importlib
import inspect
from dataclasses import dataclass

from course_utils.exercises import package_of

__all__ = ["ForeignCell", "foreign_cells"]

MADE = "handed_in"


@dataclass(frozen=True)
class ForeignCell:
    """A cell that defines a right solution.

    Args:
        name: What the solution is called in `CORRECT`.
        source: The cell; each object has a name of its own, and the last statement binds `MADE` to their tuple.
    """

    name: str
    source: str


@functools.cache
def foreign_cells(exercise):
    """Return a cell for each right solution of an exercise that is written as functions and classes of its own."""
    module = importlib.import_module(f"{package_of(exercise)}.solutions")
    text = inspect.getsource(module)
    tree = ast.parse(text)
    cells = []
    for name, value in _right(tree, module):
        if _is_written_out(value, tree):
            parts = value.elts if isinstance(value, ast.Tuple) else [value]
            names = [f"given_{number}" for number in range(len(parts))]
            lines = [f"{one} = {ast.unparse(part)}" for one, part in zip(names, parts, strict=True)]
            made = f"{MADE} = ({', '.join(names)},)"
            cells.append(ForeignCell(name, "\n\n".join([_needed(tree, text, value), *lines, made]) + "\n"))
    return tuple(cells)


def _right(tree, module):
    """Return names and expressions of the right solutions, where these are a table or a row of classes."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "CORRECT":
            if isinstance(node.value, ast.Dict):
                pairs = zip(node.value.keys, node.value.values, strict=True)
                yield from ((key.value, value) for key, value in pairs if key is not None)
            elif isinstance(node.value, ast.DictComp):
                names = [one for one in ast.walk(node.value.generators[0].iter) if isinstance(one, ast.Name)]
                yield from ((one.id, one) for one in names if hasattr(module, one.id))


def _is_written_out(value, tree):
    """Say whether an expression names functions and classes of this module, or is a lambda: nothing put together."""
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    named = [part for part in parts if isinstance(part, ast.Name | ast.Lambda)]
    return len(named) == len(parts) and any(isinstance(part, ast.Lambda) or part.id in own for part in parts)


def _needed(tree, text, value):
    """Return the statements of a module that an expression leads to, in their order."""
    bound = {}
    for node in tree.body:
        names = _binds(node)
        bound.update({} if "CORRECT" in names else dict.fromkeys(names, node))
    wanted, taken = [one.id for one in ast.walk(value) if isinstance(one, ast.Name)], set()
    while wanted:
        node = bound.get(wanted.pop())
        if node is not None and node not in taken:
            taken.add(node)
            wanted += [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
    return "\n\n".join(
        ast.get_source_segment(text, node, padded=True)
        if not getattr(node, "decorator_list", ())
        else _with_decorators(text, node)
        for node in tree.body
        if node in taken
    )


def _with_decorators(text, node):
    lines = text.splitlines()
    return "\n".join(lines[node.decorator_list[0].lineno - 1 : node.end_lineno])


def _binds(node):
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(one.asname or one.name).partition(".")[0] for one in node.names]
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
    return []
