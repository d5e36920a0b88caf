"""Which solutions of an exercise are alike, and how many others of the class are just as close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

__all__ = ["LEAST_TOKENS", "THRESHOLD", "Pair", "Solution", "similar_pairs"]

# Share of tokens in common, in the same order, from which on two solutions are listed.
THRESHOLD = 0.9
# Shorter solutions are alike because there is only one way to write them.
LEAST_TOKENS = 30
# Where more than this share of a class, and more than FEW, are as close to one of the two, the task explains it.
MOST_OF_CLASS = 0.2
FEW = 3


@dataclass(frozen=True)
class Solution:
    """What a student wrote for an exercise.

    Args:
        student: Student's id.
        assignment: Name of the assignment.
        exercise: Exercise id.
        source: The source as it was handed in; untrusted.
        tokens: What `normalise` left of it.
    """

    student: str
    assignment: str
    exercise: str
    source: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two solutions that are alike.

    Args:
        one: The solution of the student whose id comes first.
        other: That of the other.
        similarity: Share of tokens in common and in the same order, 0 to 1.
        others: How many further students are as close to one of the two.
        of: How many students have a solution that is long enough to be compared.
    """

    one: Solution
    other: Solution
    similarity: float
    others: int
    of: int


def similar_pairs(solutions: Sequence[Solution], threshold: float = THRESHOLD) -> list[Pair]:
    """Return the pairs that are alike, the rarest likeness and the longest solutions first.

    Args:
        solutions: Solutions of one exercise, one per student.
        threshold: Least similarity, 0 to 1.
    """
    chosen = sorted((one for one in solutions if len(one.tokens) >= LEAST_TOKENS), key=lambda one: one.student)
    if len(chosen) < 2:
        return []
    tokens = [one.tokens for one in chosen]
    # The similarity is 1 minus (insertions and deletions) / (both lengths).
    alike = cdist(tokens, tokens, scorer=Indel.normalized_similarity, score_cutoff=threshold, dtype=np.float64)
    close = alike >= threshold
    np.fill_diagonal(close, False)
    rows, columns = np.nonzero(np.triu(close))
    found = [
        Pair(chosen[i], chosen[j], float(alike[i, j]), int((close[i] | close[j]).sum()) - 2, len(chosen))
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    rare = [pair for pair in found if pair.others <= max(FEW, MOST_OF_CLASS * pair.of)]
    return sorted(rare, key=lambda pair: (pair.others, -pair.similarity * len(pair.one.tokens)))
