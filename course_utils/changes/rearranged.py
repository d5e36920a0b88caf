"""How the pieces of a formula hang together otherwise: brackets, axes, transposes, what goes into a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course_utils.changes.bracketed_runs import bracketed_runs
from course_utils.changes.expressions import ALIKE, Piece, bracketed
from course_utils.changes.text import Text
from course_utils.changes.values import REDUCTIONS
from course_utils.changes.words import Words

__all__ = ["rearranged"]

# Functions into which an operand belongs that was written behind or before them.
TAKING_IN = ("sqrt", "rsqrt", "exp", "log", "square", "abs")
# Functions that are mistaken for others which are never mistaken for them: by what is written, what is meant.
MEANT = {
    written: tuple(name for name, others in ALIKE.items() if written in others and name not in ALIKE.get(written, ()))
    for written in {other for others in ALIKE.values() for other in others}
}


def rearranged(text: Text, node: ast.AST, words: Words) -> Iterator[Piece]:
    """Return what becomes of a node of a formula whose pieces are put together in another way.

    Args:
        text: The text.
        node: The node.
        words: What the function around it speaks of.
    """
    yield from _of_formula(text, node)
    yield from _of_power(text, node)
    yield from _of_axis(node, words)


def _of_formula(text: Text, node: ast.AST) -> Iterator[Piece]:
    """Return what changes how the pieces of a formula hang together."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        a, b = bracketed(text, node.left), bracketed(text, node.right)
        yield Piece("matrix-product", node, f"({a} @ {b})")
        kind = "exponent" if isinstance(node.right, ast.Constant) else "power"
        yield Piece(kind, node, f"({a} ** {b})")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS:
        yield from _of_reduction(text, node)
    if isinstance(node, ast.BinOp):
        yield from (Piece("brackets", node, new) for new in bracketed_runs(text.code(node)))
        yield from (Piece("into-function", node, new) for new in _into_functions(text, node))
    match node:
        case ast.BinOp(op=ast.Sub(), left=ast.Constant(value=1), right=right):
            yield Piece("exchanged", node, f"({bracketed(text, right)} - {text.code(node.left)})", text.code(right))
        case ast.Call(func=ast.Name(id="sum"), args=[ast.Name(id=name)], keywords=[]):
            yield Piece("function", node, f"({text.code(node)} / len({name}))", name)
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            a, b = bracketed(text, left), bracketed(text, right)
            for new in (_transposed(a) + f" @ {b}", f"{a} @ " + _transposed(b)):
                yield Piece("transposed", node, f"({new})")
        case ast.Call(func=ast.Attribute(attr="grad", value=ast.Attribute(attr="autograd")), keywords=keywords):
            if "create_graph" not in {one.arg for one in keywords}:
                yield Piece("flag", node, f"{text.code(node)[:-1]}, create_graph=True)")
        case ast.Call(func=ast.Attribute(value=owner, attr=name) as func) if name in MEANT:
            rest = text.code(node).removeprefix(text.code(func))
            for meant in MEANT[name]:
                yield Piece("function", node, f"{text.code(owner)}.{meant}{rest}", name, meant)
        case ast.keyword(arg="keepdims" | "keepdim" as arg, value=ast.Constant(value=False)):
            yield Piece("axis-lost", node, f"{arg}=True")
        case ast.keyword(arg="correction" | "ddof" as arg):
            yield Piece("bias", node, f"{arg}=0")
        case ast.Subscript(slice=ast.Constant(value=int()) | ast.List() as index, ctx=ast.Load()):
            for one in index.elts if isinstance(index, ast.List) else [index]:
                if isinstance(one, ast.Constant) and isinstance(one.value, int) and one.value > 0:
                    yield Piece("index", one, f"-{one.value}")
        case ast.Subscript(slice=ast.Name() | ast.BinOp() as index, ctx=ast.Load()):
            yield from _of_index(text, index)
        case ast.Slice(lower=lower, upper=upper):
            for end in (lower, upper):
                if isinstance(end, ast.Name | ast.BinOp):
                    yield from _of_index(text, end)


def _of_index(text: Text, index: ast.expr) -> Iterator[Piece]:
    yield Piece("index", index, f"{text.code(index)} + 1")
    yield Piece("index", index, f"{text.code(index)} - 1")


def _of_power(text: Text, node: ast.AST) -> Iterator[Piece]:
    """Return the power of a sum for a sum of powers, and the other way round."""
    match node:
        case ast.BinOp(
            op=ast.Pow(), left=ast.Call(func=ast.Attribute(value=inner, attr=name) as func) as call, right=power
        ) if name in REDUCTIONS:
            end = text.code(call).removeprefix(text.code(func))
            yield Piece("into-function", node, f"({bracketed(text, inner)} ** {text.code(power)}).{name}{end}")
        case ast.Call(func=ast.Attribute(value=ast.BinOp(op=ast.Pow(), left=base, right=power), attr=name) as func) if (
            name in REDUCTIONS
        ):
            end = text.code(node).removeprefix(text.code(func))
            yield Piece("into-function", node, f"({bracketed(text, base)}.{name}{end} ** {text.code(power)})")


def _of_axis(node: ast.AST, words: Words) -> Iterator[Piece]:
    """Return the axes of other calls of the function."""
    if isinstance(node, ast.keyword) and node.arg in ("axis", "dim"):
        yield from (Piece("axis", node, f"{node.arg}={axis}") for axis in words.axes)


def _into_functions(text: Text, node: ast.BinOp) -> Iterator[str]:
    """Return what an operation becomes whose other operand is taken into a function: `1 - log(p)` as `log(1 - p)`."""
    begin, end = text.span(node)
    last = node.left
    while isinstance(last, ast.BinOp) and text.span(last.right)[1] == text.span(node.left)[1]:
        last = last.right
    behind = text.source[text.span(node.left)[1] : end]
    first = text.source[begin : text.span(node.right)[0]]
    match last:
        case ast.Call(args=[inside], keywords=[]) if _is_elementary(last):
            yield f"({text.source[begin : text.span(inside)[1]]}{behind}))"
        case ast.Call(func=ast.Attribute(value=inside, attr=name), args=[]) if _is_elementary(last):
            yield f"({text.source[begin : text.span(last)[0]]}({text.code(inside)}{behind}).{name}())"
    match node.right:
        case ast.Call(func=func, args=[inside], keywords=[]) if _is_elementary(node.right):
            yield f"{text.code(func)}({first}{bracketed(text, inside)})"


def _is_elementary(node: ast.Call) -> bool:
    return (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) in TAKING_IN


def _of_reduction(text: Text, node: ast.Call) -> Iterator[Piece]:
    given = {one.arg for one in node.keywords}
    whole = text.code(node)[:-1].rstrip().rstrip(",")
    comma = "" if whole.endswith("(") else ", "
    if not given & {"keepdims", "keepdim"}:
        yield Piece("axis-lost", node, f"{whole}{comma}keepdims=True)")
    is_method = not (isinstance(node.func, ast.Attribute) and text.code(node.func.value) in ("np", "torch"))
    if not given & {"axis", "dim"} and len(node.args) == (0 if is_method else 1):
        for axis in ("0", "1", "-1"):
            yield Piece("axis", node, f"{whole}{comma}axis={axis})")


def _transposed(code: str) -> str:
    return code.removesuffix(".T") if code.endswith(".T") else f"{code}.T"
