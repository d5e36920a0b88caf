"""The other way round: what a formula gets where a slip has taken something out of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain, combinations, permutations, product

from course_utils.changes.bracketed_runs import bracketed_runs
from course_utils.changes.change import Change
from course_utils.changes.expressions import ALIKE, Piece, bracketed, made, roots
from course_utils.changes.loops import out_of_loops
from course_utils.changes.statements import added_up
from course_utils.changes.text import Block, Function, Text
from course_utils.changes.values import REDUCTIONS, VALUES, operands, receivers, terms
from course_utils.changes.words import ELEMENTARY, Words, words_of

__all__ = ["repairs"]

# Of idle values, so many are tried two at a time.
MOST_IDLE = 4
# Of the names, so many are subtracted from each other.
MOST_DIFFERENCES = 10
# Functions into which an operand belongs that was written behind or before them.
TAKING_IN = ("sqrt", "rsqrt", "exp", "log", "square", "abs")
SMALL = 0.01
# Functions that are mistaken for another one, and never the other way round.
MEANT = {other: name for name, others in ALIKE.items() for other in others if other not in ALIKE}
EPSILONS = ("1e-12", "1e-10", "1e-08", "1e-07", "1e-06", "1e-05", "0.0001", "0.001")


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
        for change in _of_small_numbers(text, block):
            found.setdefault(change.applied(source), change)
        if isinstance(block.node, ast.FunctionDef):
            continue
        for change in _of_lambdas(text, block) if block.function is None else _of_block(text, block, block.function):
            found.setdefault(change.applied(source), change)
    return tuple(change for changed, change in found.items() if changed != source)


def _of_block(text: Text, block: Block, function: Function) -> Iterator[Change]:
    of_formulas = _of_formulas(text, block, roots(block.node), words_of(text, function))
    return chain(out_of_loops(text, block), added_up(text, block), _of_average(text, block), of_formulas)


def _of_average(text: Text, block: Block) -> Iterator[Change]:
    """Return the running average that `average = (1 - share) * new` has been."""
    match block.node:
        case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Mult(), left=left, right=right) as value):
            for factor in (left, right):
                match factor:
                    case ast.BinOp(op=ast.Sub(), left=ast.Constant(value=1), right=share):
                        kept = f"{bracketed(text, share)} * {text.code(target)}"
                        yield made(text, block, Piece("term", value, f"({kept} + {text.code(value)})"))


def _of_lambdas(text: Text, block: Block) -> Iterator[Change]:
    """Return the changes of functions that are written as formulas, outside of any other."""
    for node in chain.from_iterable(map(ast.walk, roots(block.node))):
        if isinstance(node, ast.Lambda):
            yield from _of_formulas(text, block, [node.body], words_of(text, node))


def _of_formulas(text: Text, block: Block, formulas: Iterable[ast.AST], words: Words) -> Iterator[Change]:
    for root in formulas:
        for node in ast.walk(root):
            yield from (made(text, block, piece) for piece in _of_formula(text, node))
            yield from (made(text, block, piece) for piece in _of_numerator(node, words))
            yield from (made(text, block, piece) for piece in _of_base(text, node, words))
        yield from (made(text, block, piece) for piece in _of_whole(text, block, root, words))
        of_matrices = any(isinstance(node, ast.MatMult) for node in ast.walk(root))
        for node in operands(root):
            yield from (made(text, block, piece) for piece in _of_operand(text, node, words))
            if of_matrices and isinstance(node, ast.Name | ast.Attribute):
                yield made(
                    text, block, Piece("power", node, f"({text.code(node)} @ {text.code(node)})", text.code(node))
                )
        for node in receivers(root):
            yield from (made(text, block, piece) for piece in _of_receiver(text, node, words))
        for node in terms(root):
            yield from (made(text, block, piece) for piece in _of_term(text, node, words))


def _of_formula(text: Text, node: ast.AST) -> Iterator[Piece]:
    """Return what changes how the pieces of a formula hang together."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        a, b = bracketed(text, node.left), bracketed(text, node.right)
        yield Piece("matrix-product", node, f"({a} @ {b})")
        yield Piece("power", node, f"({a} ** {b})")
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
        case ast.Call(func=ast.Attribute(attr=name)) if name in REDUCTIONS:
            yield from _of_reduction(text, node)
        case ast.Call(func=ast.Attribute(value=owner, attr=name) as func) if name in MEANT:
            rest = text.code(node).removeprefix(text.code(func))
            yield Piece("function", node, f"{text.code(owner)}.{MEANT[name]}{rest}", name, MEANT[name])
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


def _of_small_numbers(text: Text, block: Block) -> Iterator[Change]:
    """Return the usual sizes of a number that keeps a quotient finite, 1 for 0, and what a share leaves of 1."""
    for root in roots(block.node):
        for node in ast.walk(root):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, float):
                continue
            if node.value == 0:
                yield made(text, block, Piece("constant", node, "1.0", text.code(node)))
            if 0 < node.value < 1:
                yield made(text, block, Piece("complement", node, f"(1 - {text.code(node)})", text.code(node)))
            if 0 < node.value <= SMALL:
                yield from (made(text, block, Piece("constant", node, one, text.code(node))) for one in EPSILONS)


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


def _of_numerator(node: ast.AST, words: Words) -> Iterator[Piece]:
    """Return what becomes of the 1 in 1 / x: a name, or the difference of two, the first ones of which may be idle."""
    match node:
        case ast.BinOp(op=ast.Div(), left=ast.Constant(value=1) as one):
            yield from (Piece("numerator", one, name) for name in words.terms)
            names = words.terms[:MOST_DIFFERENCES]
            yield from (Piece("numerator", one, f"({a} - {b})") for a, b in permutations(names, 2))


def _of_base(text: Text, node: ast.AST, words: Words) -> Iterator[Piece]:
    """Return what becomes of the base of a power where a term of it has been left out: `x ** 2` for `(x - m) ** 2`."""
    match node:
        case ast.BinOp(op=ast.Pow(), left=ast.Name() | ast.Attribute() | ast.Subscript() as base):
            own = text.code(base)
            for sign, other in product("-+", (one for one in words.terms if one != own)):
                yield Piece("term", node, f"({own} {sign} {other}) ** {bracketed(text, node.right)}", own)


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
    libraries = product(words.libraries, ELEMENTARY) if isinstance(node, ast.BinOp) else ()
    for wrap in dict.fromkeys([*words.wraps, *(f"{library}.{name}" for library, name in libraries)]):
        yield Piece("call", node, f"{wrap}({own})", own)
    for method in words.methods:
        yield Piece("call", node, f"{code}.{method}()", own)
    if isinstance(node, ast.Name | ast.Attribute):
        for other in words.terms:
            if other != own:
                yield Piece("other-name", node, other, own)


def _of_receiver(text: Text, node: ast.Name, words: Words) -> Iterator[Piece]:
    """Return what a name becomes of which a reduction is taken: a product, of which a slip has left out one factor.

    That factor may be the name itself, as in a sum of squares.
    """
    own = text.code(node)
    for other in dict.fromkeys([own, *words.terms]):
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
