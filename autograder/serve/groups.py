"""Counts of people that tell nobody's result: no group of fewer than five, and none that can be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["FEWEST", "blocks", "is_safe", "merged"]

FEWEST = 5


def merged(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    """Return counts of which none is below five: small groups are put together, and with the smallest other one.

    Args:
        counts: How many people are in each group; everybody is in one.

    Returns:
        Counts by the names that were put together; empty where there are too few people.
    """
    present = {name: count for name, count in counts.items() if count}
    small = tuple(name for name, count in present.items() if count < FEWEST)
    large: dict[tuple[str, ...], int] = {(name,): count for name, count in present.items() if count >= FEWEST}
    if not small:
        return large
    together = sum(present[name] for name in small)
    if together < FEWEST and large:
        smallest = min(large, key=lambda names: large[names])
        small, together = (*smallest, *small), together + large.pop(smallest)
    return {**large, small: together} if together >= FEWEST else {}


def is_safe(count: int, total: int) -> bool:
    """Say whether it may be shown that `count` people of `total` have something: so many have it, and have it not."""
    return count >= FEWEST and (count == total or total - count >= FEWEST)


def blocks(order: Sequence[str]) -> int:
    """Return how many of the first verdicts may be counted, so that the counts change by five people or more at once.

    Whoever watches them change would otherwise see the result of the one who has just handed in.

    Args:
        order: Whose verdict each one is, in the order in which they came.
    """
    counted, people = 0, set[str]()
    for place, student in enumerate(order, start=1):
        people.add(student)
        if len(people) >= FEWEST:
            counted, people = place, set()
    return counted
