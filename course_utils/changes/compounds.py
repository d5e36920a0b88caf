"""What a formula gets where a slip has taken a whole piece out of it: a factor or a term that is a formula itself."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, permutations, product

from course_utils.changes.change import Change
from course_utils.changes.expressions import Piece, bracketed, made, roots
from course_utils.changes.text import Block, Function, Text
from course_utils.changes.values import REDUCTIONS, terms
from course_utils.changes.words import WORD, words_of

__all__ = ["compounds"]

# Of a function, so many formulas of so many letters are brought in.
MOST, LONGEST, MOST_IN_POOL = 60, 40, 400
# Of the names, so many are subtracted from each other.
MOST_NAMES = 8
SIGNS = ("*", "/", "+", "-")
# How two names are combined to a factor, and to a divisor.
PAIRS = {"*": "-", "/": "+"}


def compounds(source: str, lines: Collection[int] | None = None) -> Iterator[Change]:
    """Yield changes that combine a term with another formula of its function, or with one that is like it.

    Alike are formulas with one name exchanged for another, as `(bad - mean) ** 2` is for `(good - mean) ** 2`, and
    means and sums of a product in place of a single factor. A factor may be the difference of two names, and a
    divisor the sum of two.

    Args:
        source: Python code.
        lines: Where the statements begin that are changed; None for all of them.
    """
    text = Text(source) if lines is None else Text(source).within(lines)
    blocks = [one for one in text.blocks if not isinstance(one.node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for sign, block in product(SIGNS, blocks):
        for function, formulas in _formulas(block):
            pool = _likeliest(_pool(text, function), text.code(block.node))
            pool += _pairs(text, function, sign) if sign in PAIRS else ()
            for node, new in product(chain.from_iterable(map(_places, formulas)), pool):
                code = text.code(node)
                yield made(text, block, Piece("compound", node, f"({bracketed(text, node)} {sign} {new})", code))


def _places(root: ast.AST) -> Iterator[ast.expr]:
    """Return the terms of a formula; a 1 is one, too, as something may have divided it."""
    yield from terms(root)
    yield from (node for node in ast.walk(root) if isinstance(node, ast.Constant) and node.value in (1, -1))


def _formulas(block: Block) -> Iterator[tuple[Function | ast.Lambda, Iterable[ast.AST]]]:
    if block.function is not None:
        yield block.function, roots(block.node)
        return
    for node in chain.from_iterable(map(ast.walk, roots(block.node))):
        if isinstance(node, ast.Lambda):
            yield node, [node.body]


@lru_cache(maxsize=64)
def _pool(text: Text, function: Function | ast.Lambda) -> tuple[str, ...]:
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Call | ast.BinOp) and _is_short(text, node)]
    names = [name for name in words_of(text, function).terms if name.isidentifier()]
    own = (bracketed(text, node) for node in nodes)
    of_products = chain.from_iterable(_of_products(text, node, names) for node in nodes)
    alike = chain.from_iterable(_alike(text, node, names) for node in nodes)
    found = dict.fromkeys(chain(own, of_products, alike))
    idle = set(words_of(text, function).idle)
    # What the function is given or computes and never uses has likely been in what is lost.
    return tuple(sorted(found, key=lambda code: idle.isdisjoint(WORD.findall(code))))[:MOST_IN_POOL]


def _likeliest(pool: Sequence[str], statement: str) -> tuple[str, ...]:
    """Return some of the formulas, those first that have a name which the statement lacks."""
    own = set(WORD.findall(statement))
    return tuple(sorted(pool, key=lambda code: own.issuperset(WORD.findall(code))))[:MOST]


def _pairs(text: Text, function: Function | ast.Lambda, sign: str) -> tuple[str, ...]:
    """Return differences of two names as factors, and sums of two as divisors."""
    names = [name for name in words_of(text, function).terms if name.isidentifier()][:MOST_NAMES]
    pairs = permutations(names, 2) if sign == "*" else combinations(names, 2)
    return tuple(f"({one} {PAIRS[sign]} {other})" for one, other in pairs)


def _is_short(text: Text, node: ast.expr) -> bool:
    code = text.code(node)
    return len(code) <= LONGEST and "\n" not in code


def _of_products(text: Text, node: ast.expr, names: Iterable[str]) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as factor, attr=attr)) if attr in REDUCTIONS:
            rest = text.code(node).removeprefix(text.code(factor))
            yield from (f"({name} * {other}){rest}" for other in names if name not in ("np", "torch"))


def _alike(text: Text, node: ast.expr, names: list[str]) -> Iterator[str]:
    if not isinstance(node, ast.BinOp):
        return
    code, (begin, _) = text.code(node), text.span(node)
    for one in (one for one in ast.walk(node) if isinstance(one, ast.Name) and one.id in names):
        start, end = (place - begin for place in text.span(one))
        yield from (f"({code[:start]}{name}{code[end:]})" for name in names if name != one.id)
