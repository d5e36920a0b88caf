"""Which lines are likely to be wrong, by what came right and wrong after they were run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

__all__ = ["Place", "suspicion"]

# A cell and a line of it.
Place = tuple[str, int]
# Lines that only what is wrong needs come first, and those that almost only what is right needs come last.
MOSTLY_WRONG, MOSTLY_RIGHT = 0.9, 0.4


def suspicion(runs: Sequence[Collection[Place]], was_right: Sequence[bool | None]) -> Mapping[Place, int]:
    """Return, for each line that was run, 0 where it is a likely one, 1 where it is not, and 2 where it is unlikely.

    The measure is that of Tarantula (Jones and Harrold, 2005, https://doi.org/10.1145/1101908.1101949): how often a
    line is run for what is wrong, and how often for what is right.

    Args:
        runs: The lines that were run before each array was taken, since the one before.
        was_right: Whether each array was right; None where nobody knows.
    """
    found: dict[bool | None, list[Collection[Place]]] = {True: [], False: [], None: []}
    last: Collection[Place] = ()
    for lines, is_right in zip(runs, was_right, strict=True):
        last = lines or last
        found[is_right].append(last)
    every = {place for lines in runs for place in lines}
    return {place: _level(place, found[False], found[True]) for place in every}


def _level(place: Place, wrong: Sequence[Collection[Place]], right: Sequence[Collection[Place]]) -> int:
    failed, passed = (sum(place in lines for lines in some) / max(len(some), 1) for some in (wrong, right))
    share = failed / (failed + passed) if failed else MOSTLY_RIGHT
    return 0 if share >= MOSTLY_WRONG else 1 if share >= MOSTLY_RIGHT else 2
