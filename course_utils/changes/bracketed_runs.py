"""Brackets that a formula may lack: around some operands that stand beside each other in it."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

__all__ = ["bracketed_runs"]

OPERATORS = ("+", "-", "*", "/", "@", "**", "//", "%")
# Of a longer formula there are too many pieces.
MOST_OPERANDS = 8


@lru_cache(maxsize=512)
def bracketed_runs(code: str) -> tuple[str, ...]:
    """Return a formula with one more pair of brackets, each time with another meaning.

    That is how `1 - beta ** t + 1` becomes `1 - beta ** (t + 1)`.

    Args:
        code: An operation, without brackets around it.
    """
    operands = list(_operands(code))
    if not 2 < len(operands) <= MOST_OPERANDS:
        return ()
    meanings = {_meaning(code)}
    found = []
    for (start, _), (_, end) in combinations(operands, 2):
        new = f"({code[:start]}({code[start:end]}){code[end:]})"
        if (meaning := _meaning(new)) not in meanings:
            meanings.add(meaning)
            found.append(new)
    return tuple(found)


def _meaning(code: str) -> str:
    return ast.dump(ast.parse(f"({code})", mode="eval"))


def _operands(code: str) -> Iterator[tuple[int, int]]:
    """Yield where the operands begin and end; what is in brackets is one."""
    whole = f"({code})"  # in brackets, lines may end anywhere
    begins = [0]
    for line in whole.splitlines(keepends=True):
        begins.append(begins[-1] + len(line))
    depth, start, end = 0, 0, 0
    for token in tokenize.generate_tokens(io.StringIO(whole).readline):
        place, behind = (begins[row - 1] + column - 1 for row, column in (token.start, token.end))
        if token.type in (tokenize.NL, tokenize.COMMENT) or place < 0:
            continue
        if place >= len(code):
            break
        if depth == 0 and token.string in OPERATORS and start < end:
            yield start, end
            start, end = behind, behind
            continue
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        start, end = place if start == end else start, behind
    yield start, end
