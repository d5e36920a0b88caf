"""The other way round: what a formula gets where a slip has taken something out of it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, combinations, permutations, product

from course_utils.changes.change import Change
from course_utils.changes.expressions import Piece, bracketed, made, roots
from course_utils.changes.loops import out_of_loops
from course_utils.changes.rearranged import rearranged
from course_utils.changes.statements import added_up, of_its_own
from course_utils.changes.text import Block, Function, Text
from course_utils.changes.values import VALUES, operands, receivers, terms
from course_utils.changes.words import ELEMENTARY, Words, words_of

__all__ = ["repairs"]

# Of idle values, so many are tried two at a time.
MOST_IDLE = 4
# Of the names, so many are subtracted from each other.
MOST_DIFFERENCES = 10
SMALL = 0.01
# What makes the same numbers of another shape.
SHAPES = (".T", ".flatten()")
EPSILONS = ("1e-12", "1e-10", "1e-08", "1e-07", "1e-06", "1e-05", "0.0001", "0.001")


def repairs(source: str, names: tuple[str, ...] = (), *, lines: Collection[int] | None = None) -> tuple[Change, ...]:
    """Return changes that add to a text: a factor, a term, a power, a bracket, an axis. No name or call is new to it.

    What stands at the end of a loop moves behind it.

    Args:
        source: Python code.
        names: Functions and classes in it that are changed; all of it if empty.
        lines: Where the statements begin that are changed; None for all of them.
    """
    whole = Text(source, names)
    text = whole if lines is None else whole.within(lines)
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
    words = words_of(text, function)
    of_formulas = _of_formulas(text, block, roots(block.node), words)
    of_statement = chain(out_of_loops(text, block), added_up(text, block), of_its_own(text, block))
    return chain(of_statement, _of_average(text, block, words), of_formulas)


def _of_average(text: Text, block: Block, words: Words) -> Iterator[Change]:
    """Return the running average that `average = (1 - share) * new` has been, or `average = share * average`."""
    match block.node:
        case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Mult(), left=left, right=right) as value):
            for share, old in ((left, right), (right, left)):
                if text.code(old) == text.code(target) and not isinstance(share, ast.BinOp):
                    rest = f"(1 - {text.code(share)})"
                    news = (f"({text.code(value)} + {rest} * {name})" for name in words.terms)
                    yield from (made(text, block, Piece("term", value, new)) for new in news)
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
            yield from (made(text, block, piece) for piece in rearranged(text, node, words))
            yield from (made(text, block, piece) for piece in _of_numerator(node, words))
            yield from (made(text, block, piece) for piece in _of_base(text, node, words))
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                yield from (made(text, block, piece) for piece in _of_float(text, node, words))
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


def _of_small_numbers(text: Text, block: Block) -> Iterator[Change]:
    """Return the usual sizes of a number that keeps a quotient finite, 1 for 0, and what a share leaves of 1."""
    for root in roots(block.node):
        for node in ast.walk(root):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, float):
                continue
            if node.value == 0:
                yield from (made(text, block, Piece("constant", node, one, text.code(node))) for one in ("1.0", "0.5"))
            if 0 < node.value < 1:
                yield made(text, block, Piece("complement", node, f"(1 - {text.code(node)})", text.code(node)))
            if 0 < node.value <= SMALL:
                yield from (made(text, block, Piece("constant", node, one, text.code(node))) for one in EPSILONS)


def _of_numerator(node: ast.AST, words: Words) -> Iterator[Piece]:
    """Return what becomes of the 1 in 1 / x: a name, or the difference of two, the first ones of which may be idle."""
    match node:
        case ast.BinOp(op=ast.Div(), left=ast.Constant(value=1) as one):
            yield from (Piece("numerator", one, name) for name in words.terms)
            names = words.terms[:MOST_DIFFERENCES]
            yield from (Piece("numerator", one, f"({a} - {b})") for a, b in permutations(names, 2))


def _of_float(text: Text, node: ast.Constant, words: Words) -> Iterator[Piece]:
    for library, name in product(words.libraries, ELEMENTARY):
        yield Piece("call", node, f"{library}.{name}({text.code(node)})")


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
        calls = [f"{library}.{name}({own})" for library, name in product(words.libraries, ELEMENTARY)]
        methods = [f"{bracketed(text, root)}.{name}()" for name in ELEMENTARY if name not in words.methods]
        yield from (Piece("call", root, new, own) for new in (*calls, *methods))
    for value in root.elts if isinstance(root, ast.Tuple) else [root]:
        if isinstance(value, ast.Name | ast.Attribute | ast.Call | ast.BinOp | ast.UnaryOp):
            yield from _reduced(text, value, "reduced")


def _reduced(text: Text, node: ast.expr, kind: str) -> Iterator[Piece]:
    code, own = bracketed(text, node), text.code(node)
    for name, axis in product(("sum", "mean"), ("", "0", "1")):
        yield Piece(kind, node, f"{code}.{name}({axis})", own)


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
    if isinstance(node, ast.Call | ast.BinOp | ast.Name):
        yield Piece("call", node, f"abs({own})", own)
    yield from (Piece("shape", node, f"{code}{end}", own) for end in SHAPES if not own.endswith(end))
    if isinstance(node, ast.Name):
        yield from (Piece("name", node, length, own, length) for length in words.lengths)
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        yield Piece("shape", node, f"{code}[::-1]", own)
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


def _of_mixture(text: Text, node: ast.expr, words: Words) -> Iterator[Piece]:
    """Return what has lost its other half: `p * a` as `p * a + (1 - p) * b`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return
    own = {text.code(node.left), text.code(node.right)}
    for share in words.shares:
        other = f"(1 - {share})" if share in own else share if {f"(1 - {share})", f"1 - {share}"} & own else ""
        for name in words.terms if other else ():
            if name not in own and name != share:
                yield Piece("mixture", node, f"({text.code(node)} + {other} * {name})", text.code(node))


def _of_term(text: Text, node: ast.expr, words: Words) -> Iterator[Piece]:
    """Return what a whole term, which may be a product, becomes."""
    code, own = bracketed(text, node), text.code(node)
    yield Piece("sign", node, f"(-{code})", own)
    yield Piece("term", node, f"(1 + {code})", own)
    yield Piece("term", node, f"({code} - 1)", own)
    if isinstance(node, ast.BinOp):
        yield from _reduced(text, node, "call")
    yield Piece("number", node, f"(2 * {code})", own)
    yield Piece("number", node, f"({code} / 2)", own)
    yield from (Piece("number", node, f"({number} * {code})", own) for number in words.numbers)
    for share in words.shares:
        yield Piece("share", node, f"((1 - {share}) * {code})", own)
        yield Piece("share", node, f"({code} / (1 - {share}))", own)
    for other in words.terms:
        yield Piece("factor", node, f"({code} * {other})", own)
        yield Piece("factor", node, f"({code} / {other})", own)
        yield Piece("term", node, f"({code} + {other})", own)
        yield Piece("term", node, f"({code} - {other})", own)
    yield from _of_mixture(text, node, words)
    for one, other in combinations(words.idle[:MOST_IDLE], 2):
        yield Piece("term", node, f"({code} - {one} * {other})", own)
        yield Piece("term", node, f"({code} + {one} * {other})", own)
