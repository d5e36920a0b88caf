"""In which sequence the changes of all cells come: by stages, and in each those of the likelier lines first."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice

from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.candidates import STAGES, Spot, stages
from course_utils.checks.pointing.cells import cell_source, is_cell
from course_utils.checks.pointing.misspelt import misspelt
from course_utils.checks.pointing.order import Candidate
from course_utils.checks.pointing.reach import distances
from course_utils.checks.pointing.sorts import Sorts
from course_utils.checks.pointing.suspects import Place
from course_utils.checks.pointing.trial import Trial

__all__ = ["after_error", "after_wrong_numbers"]

Stages = Iterator[list[Candidate]]
# Where a complaint or an error speaks of shapes, so many changes of these kinds, so near to where it ends, come first.
SHAPE = re.compile("shape|single number|dimension|size of tensor|broadcast|size [0-9]", re.IGNORECASE)
SHAPING = ("matrix-product", "reduced", "axis", "axis-lost", "transposed", "index", "results-exchanged")
NEAR, MOST_NEAR = 2, 20
# Where there is time for few, what formulas are made of comes first, out of so many stages. Of these there are many.
FORMULAS, MANY_OF = 7, ("name", "other-name", "count", "condition")


def after_wrong_numbers(bounds: Bounds, suspicion: Mapping[Place, int], *, is_slow: bool) -> Stages:
    """Yield the changes of the lines that were run; in each stage those of the most suspicious lines first.

    Args:
        bounds: What the run of the unchanged code has shown.
        suspicion: How likely each line is, from 0 on.
        is_slow: Whether a run takes so long that there is time for few.
    """

    def level(one: Candidate) -> int:
        return suspicion.get((one[0], one[1].line), 1)

    each = _all_stages(bounds, bounds.sorts)
    if is_slow:
        first = [(number, one) for number, stage in enumerate(islice(each, FORMULAS)) for one in stage]
        soon, late = list[Candidate](), list[Candidate]()
        for number, one in first:
            (late if number and one[1].change.kind in MANY_OF else soon).append(one)
        yield sorted(soon, key=level)
        yield sorted(late, key=level)
    for found in each:
        yield sorted(found, key=level)


def after_error(bounds: Bounds, now: Trial) -> Stages:
    """Yield the changes of the lines that were run before an error, or a complaint; near its line first.

    Args:
        bounds: What the run of the unchanged code has shown.
        now: How it ended.
    """
    yield misspelt(now.error)
    far = _far_from(_lines_of(now.error) if now.error else bounds.last)
    # The sort of a value may be what is wrong.
    each: Stages = _all_stages(bounds, {})
    if SHAPE.search(now.complaint or str(now.error or "")):
        first = [*islice(each, STAGES - 1)]
        near = [one for stage in first for one in stage if one[1].change.kind in SHAPING and far(one) <= NEAR]
        yield sorted(near, key=lambda one: (far(one), SHAPING.index(one[1].change.kind)))[:MOST_NEAR]
        each = chain(first, each)
    for found in each:
        yield sorted(found, key=far)


def _all_stages(bounds: Bounds, sorts: Mapping[str, Sorts]) -> Stages:
    per_cell = [(cell, _in_stages(cell, run, sorts.get(cell, {}))) for cell, run in bounds.lines.items()]
    for _ in range(STAGES):
        yield [(cell, spot) for cell, spots in per_cell for spot in next(spots, [])]


def _in_stages(cell: str, lines: set[int], sorts: Sorts) -> Iterator[list[Spot]]:
    try:
        yield from stages(cell_source(cell), lines, sorts)
    except (SyntaxError, ValueError, RecursionError):
        return


def _lines_of(error: BaseException) -> dict[str, int]:
    frames = traceback.extract_tb(error.__traceback__)
    return {frame.filename: frame.lineno or 0 for frame in frames if is_cell(frame.filename)}


def _far_from(lines: Mapping[str, int]) -> Callable[[Candidate], float]:
    """Return how far the values of a statement are from those of some lines, by cell."""
    steps = {name: distances(cell_source(name), line) for name, line in lines.items()}
    return lambda one: steps.get(one[0], {}).get(one[1].line, float("inf"))
