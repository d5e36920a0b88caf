"""What a formula gets where a slip has taken a whole piece out of it: a factor or a term that is a formula itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, permutations, product

from course_utils.changes.change import Change
from course_utils.changes.expressions import Piece, bracketed, made, roots
from course_utils.changes.text import Block, Function, Text
from course_utils.changes.values import REDUCTIONS, terms
from course_utils.changes.words import words_of

__all__ = ["compounds"]

# Of a function, so many formulas of so many letters are brought in.
MOST, LONGEST = 60, 40
# Of the names, so many are subtracted from each other.
MOST_NAMES = 8
SIGNS = ("*", "/", "+", "-")


def compounds(source: str) -> Iterator[Change]:
    """Yield changes that combine a term with another formula of its function, or with one that is like it.

    Alike are formulas with one name exchanged for another, as `(bad - mean) ** 2` is for `(good - mean) ** 2`, and
    means and sums of a product in place of a single factor. A factor may be the difference of two names, too.

    Args:
        source: Python code.
    """
    text = Text(source)
    blocks = [one for one in text.blocks if not isinstance(one.node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for sign, block in product(SIGNS, blocks):
        for function, formulas in _formulas(block):
            pool = _pool(text, function) + (_differences(text, function) if sign == "*" else ())
            for node, new in product(chain.from_iterable(map(terms, formulas)), pool):
                code = text.code(node)
                yield made(text, block, Piece("compound", node, f"({bracketed(text, node)} {sign} {new})", code))


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
    return tuple(dict.fromkeys(chain(own, of_products, alike)))[:MOST]


def _differences(text: Text, function: Function | ast.Lambda) -> tuple[str, ...]:
    names = [name for name in words_of(text, function).terms if name.isidentifier()][:MOST_NAMES]
    return tuple(f"({one} - {other})" for one, other in permutations(names, 2))


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
