"""Edits that are made together: conventions in combinations, mistakes in pairs and within conventions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations, product

from autograder.catalogue.edit import Span, overlap

__all__ = ["Placed", "pairs_of", "together", "within"]


@dataclass(frozen=True)
class Placed:
    """Edits that are made together, with what is said of them."""

    ids: tuple[str, ...]
    says: tuple[str, ...]
    spans: tuple[Span, ...]
    share: float
    pairs: bool = True
    frequent: bool = True
    where: str = ""

    def with_(self, other: Placed) -> Placed:
        """Return both together."""
        both = self.spans + other.spans
        return Placed(self.ids + other.ids, self.says + other.says, both, self.share * other.share)


def together(conventions: Sequence[Placed], most: int) -> list[Placed]:
    """Return the conventions alone and in every combination of up to `most` that change different pieces."""
    chosen = [c for count in range(1, most + 1) for c in combinations(conventions, count) if _apart(c)]
    return [reduce(Placed.with_, some) for some in chosen]


def _apart(some: Sequence[Placed]) -> bool:
    return not any(overlap(one.spans, other.spans) for one, other in combinations(some, 2))


def within(mistakes: Sequence[Placed], conventions: Sequence[Placed]) -> Iterator[Placed]:
    """Return each mistake in a solution that follows a convention; only the mistake is named."""
    for way, one in product(conventions, mistakes):
        if _apart((one, way)):
            yield replace(one, spans=one.spans + way.spans, where="")


def pairs_of(mistakes: Sequence[Placed]) -> Iterator[Placed]:
    """Return the mistakes two at a time where they have different names and change different pieces."""
    for one, other in combinations([one for one in mistakes if one.pairs], 2):
        if one.ids != other.ids and _apart((one, other)):
            yield one.with_(other)
