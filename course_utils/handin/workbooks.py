"""Which graded cells every workbook has: what a notebook is told by, and what may be gone from it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

__all__ = ["cells_of", "nearest", "workbook_of", "workbooks"]


@cache
def workbooks() -> dict[str, dict[str, float | None]]:
    """Return the graded cells of every workbook: id and points, in order; None for a solution, which a check marks."""
    lists = [path for path in files("course_utils.cell_lists").iterdir() if re.fullmatch(r"\d\d_\w+\.json", path.name)]
    ordered = sorted(lists, key=lambda path: path.name)
    return {path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8")) for path in ordered}


def cells_of(workbook: str) -> dict[str, float | None]:
    """Return the graded cells of one workbook as `workbooks` does; none if the course has no such workbook."""
    return workbooks().get(workbook, {})


def workbook_of(ids: Collection[str]) -> str:
    """Return the workbook that shares most graded cells with a notebook; empty if none shares any.

    Args:
        ids: Ids of the notebook's graded cells.
    """
    shared = {name: len(cells.keys() & set(ids)) for name, cells in workbooks().items()}
    best = max(shared, key=lambda name: shared[name], default="")
    return best if shared.get(best) else ""


def nearest(name: str) -> str:
    """Return the workbook that somebody may mean, as `"02_optimizers"` for `"2"` or `"optimiser"`; empty if none."""
    titles = {workbook.partition("_")[2]: workbook for workbook in workbooks()}
    titles |= {workbook: workbook for workbook in workbooks()}
    if found := difflib.get_close_matches(name, titles, n=1):
        return titles[found[0]]
    number = re.match(r"\d+", name)
    return next((book for book in workbooks() if number and int(book[:2]) == int(number[0])), "")
