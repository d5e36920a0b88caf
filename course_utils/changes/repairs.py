"""The other way round: what a formula gets where a slip has taken something out of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain, combinations, permutations, product

from course_utils.changes.bracketed_runs import bracketed_runs
from course_utils.changes.change import Change
from course_utils.changes.expressions import Piece, bracketed, made, roots
from course_utils.changes.loops import out_of_loops
from course_utils.changes.statements import added_up
from course_utils.changes.text import Block, Text
from course_utils.changes.words import ELEMENTARY, Words, words_of

__all__ = ["repairs"]

# Of idle values, so many are tried two at a time.
MOST_IDLE = 4
# Of the names, so many are subtracted from each other.
MOST_DIFFERENCES = 10
VALUES = (ast.Name, ast.Attribute, ast.Call, ast.BinOp, ast.Subscript, ast.UnaryOp, ast.IfExp)
REDUCTIONS = ("mean", "sum", "var", "std", "max", "min", "norm")


def repairs(source: str, names: tuple[str, ...] = ()) -> tuple[Change, ...]:
    """Return changes that add to a text: a factor, a term, a power, a bracket, an axis. No name or call is new to it.

    What stands at the end of a loop moves behind it.

    Args:
        source: Python code.
        names: Functions and classes in it that are changed; all of it if empty.
    """
    text = Text(source, names)
    found: dict[str, Change] = {}
    for block in text.blocks:
        if block.function is None or isinstance(block.node, ast.FunctionDef):
            continue
        of_formulas = _of_block(text, block, words_of(text, block.function))
        for change in chain(out_of_loops(text, block), added_up(text, block), of_formulas):
            found.setdefault(change.applied(source), change)
    return tuple(change for changed, change in found.items() if changed != source)


def _of_block(text: Text, block: Block, words: Words) -> Iterator[Change]:
    for root in roots(block.node):
        for node in ast.walk(root):
            yield from (made(text, block, piece) for piece in _of_formula(text, node))
            yield from (made(text, block, piece) for piece in _of_numerator(node, words))
        yield from (made(text, block, piece) for piece in _of_whole(text, block, root, words))
        of_matrices = any(isinstance(node, ast.MatMult) for node in ast.walk(root))
        for node in _operands(root):
            yield from (made(text, block, piece) for piece in _of_operand(text, node, words))
            if of_matrices and isinstance(node, ast.Name | ast.Attribute):
                yield made(
                    text, block, Piece("power", node, f"({text.code(node)} @ {text.code(node)})", text.code(node))
                )
        for node in _receivers(root):
            yield from (made(text, block, piece) for piece in _of_receiver(text, node, words))
        for node in _terms(root):
            yield from (made(text, block, piece) for piece in _of_term(text, node, words))


def _of_formula(text: Text, node: ast.AST) -> Iterator[Piece]:
    """Return what changes how the pieces of a formula hang together."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        a, b = bracketed(text, node.left), bracketed(text, node.right)
        yield Piece("matrix-product", node, f"({a} @ {b})")
        yield Piece("power", node, f"({a} ** {b})")
    match node:
        case ast.BinOp(op=ast.Add(), left=ast.Call(func=func, args=[inside], keywords=[]), right=right):
            if text.code(func).rpartition(".")[2] == "sqrt":
                yield Piece("under-root", node, f"{text.code(func)}({text.code(inside)} + {text.code(right)})")
        case ast.BinOp(
            op=ast.Add(), left=ast.Call(func=ast.Attribute(value=inside, attr="sqrt"), args=[]), right=right
        ):
            yield Piece("under-root", node, f"({text.code(inside)} + {text.code(right)}).sqrt()")
    if isinstance(node, ast.BinOp):
        yield from (Piece("brackets", node, new) for new in bracketed_runs(text.code(node)))
    match node:
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            a, b = bracketed(text, left), bracketed(text, right)
            for new in (_transposed(a) + f" @ {b}", f"{a} @ " + _transposed(b)):
                yield Piece("transposed", node, f"({new})")
        case ast.Call(func=ast.Attribute(attr=name)) if name in REDUCTIONS:
            yield from _of_reduction(text, node)
        case ast.keyword(arg="keepdims" | "keepdim" as arg, value=ast.Constant(value=False)):
            yield Piece("axis-lost", node, f"{arg}=True")
        case ast.keyword(arg="correction" | "ddof" as arg):
            yield Piece("bias", node, f"{arg}=0")
        case ast.Subscript(slice=ast.Constant(value=int()) | ast.List() as index, ctx=ast.Load()):
            for one in index.elts if isinstance(index, ast.List) else [index]:
                if isinstance(one, ast.Constant) and isinstance(one.value, int) and one.value > 0:
                    yield Piece("index", one, f"-{one.value}")
        case ast.Subscript(slice=ast.Name() | ast.BinOp() as index, ctx=ast.Load()):
            yield Piece("index", index, f"{text.code(index)} + 1")
            yield Piece("index", index, f"{text.code(index)} - 1")


def _of_numerator(node: ast.AST, words: Words) -> Iterator[Piece]:
    """Return what becomes of the 1 in 1 / x: a name, or the difference of two, the first ones of which may be idle."""
    match node:
        case ast.BinOp(op=ast.Div(), left=ast.Constant(value=1) as one):
            yield from (Piece("numerator", one, name) for name in words.terms)
            names = words.terms[:MOST_DIFFERENCES]
            yield from (Piece("numerator", one, f"({a} - {b})") for a, b in permutations(names, 2))


def _of_whole(text: Text, block: Block, root: ast.AST, words: Words) -> Iterator[Piece]:
    """Return elementary functions of the whole value that a statement computes or returns; of a name, reductions."""
    if not isinstance(block.node, ast.Return | ast.Assign):
        return
    if isinstance(root, VALUES):
        own = text.code(root)
        for library, name in product(words.libraries, ELEMENTARY):
            yield Piece("call", root, f"{library}.{name}({own})", own)
    for value in root.elts if isinstance(root, ast.Tuple) else [root]:
        if isinstance(value, ast.Name | ast.Attribute):
            yield from _reduced(text, value, "reduced")


def _reduced(text: Text, node: ast.expr, kind: str) -> Iterator[Piece]:
    code, own = bracketed(text, node), text.code(node)
    for name, axis in product(("sum", "mean"), ("", "0", "1")):
        yield Piece(kind, node, f"{code}.{name}({axis})", own)


def _transposed(code: str) -> str:
    return code.removesuffix(".T") if code.endswith(".T") else f"{code}.T"


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


def _of_operand(text: Text, node: ast.expr, words: Words) -> Iterator[Piece]:
    """Return what a single factor or term becomes."""
    code, own = bracketed(text, node), text.code(node)
    yield Piece("complement", node, f"(1 - {code})", own)
    yield Piece("power", node, f"({code} ** 2)", own)
    yield Piece("power", node, f"({code} ** 0.5)", own)
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr="clone" | "requires_grad_")):
            chain_end = own.removeprefix(text.code(receiver))
            yield Piece("call", node, f"{text.code(receiver)}.detach(){chain_end}", own)
    if not isinstance(node, ast.Call):
        yield Piece("copy", node, f"(1 * {code})", own)
    for wrap in words.wraps:
        yield Piece("call", node, f"{wrap}({own})", own)
    for method in words.methods:
        yield Piece("call", node, f"{code}.{method}()", own)
    if isinstance(node, ast.Name | ast.Attribute):
        for other in words.terms:
            if other != own:
                yield Piece("other-name", node, other, own)


def _of_receiver(text: Text, node: ast.Name, words: Words) -> Iterator[Piece]:
    """Return what a name becomes of which a reduction is taken: a product, of which a slip has left out one factor."""
    own = text.code(node)
    for other in words.terms:
        if other != own:
            yield Piece("factor", node, f"({own} * {other})", own)


def _of_term(text: Text, node: ast.expr, words: Words) -> Iterator[Piece]:
    """Return what a whole term, which may be a product, becomes."""
    code, own = bracketed(text, node), text.code(node)
    yield Piece("sign", node, f"(-{code})", own)
    yield Piece("term", node, f"(1 + {code})", own)
    yield Piece("term", node, f"({code} - 1)", own)
    if isinstance(node, ast.BinOp):
        yield from _reduced(text, node, "call")
    yield Piece("factor", node, f"(2 * {code})", own)
    yield Piece("factor", node, f"({code} / 2)", own)
    for other in words.terms:
        yield Piece("factor", node, f"({code} * {other})", own)
        yield Piece("factor", node, f"({code} / {other})", own)
        yield Piece("term", node, f"({code} + {other})", own)
        yield Piece("term", node, f"({code} - {other})", own)
    for one, other in combinations(words.idle[:MOST_IDLE], 2):
        yield Piece("term", node, f"({code} - {one} * {other})", own)
        yield Piece("term", node, f"({code} + {one} * {other})", own)


def _operands(root: ast.AST) -> Iterator[ast.expr]:
    """Return the values in a formula: no function that is called, no object of which a part is taken, no index."""
    return (node for node, _ in _values(root, None))


def _receivers(root: ast.AST) -> Iterator[ast.Name]:
    """Return the names of which a reduction is taken by a method."""
    for node in ast.walk(root):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name() as receiver, attr=name)) if name in REDUCTIONS:
                if receiver.id not in ("np", "torch"):
                    yield receiver


def _terms(root: ast.AST) -> Iterator[ast.expr]:
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
