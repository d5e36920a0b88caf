"""Experiments at full size take minutes: how long is said before they begin, and a bar shows how far they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

__all__ = ["long_runs"]

T = TypeVar("T")


def long_runs(runs: Iterable[T], *, minutes: float, full: bool) -> Iterator[T]:
    """Iterate over the runs of an experiment.

    Args:
        runs: One entry for each run, such as its seed; the runs take about equally long.
        minutes: How long all of them take at full size, measured on two cores without a GPU.
        full: Whether they are made at full size. Without it nothing is printed.

    Yields:
        The entries. At full size the time is printed before the first run, and a bar shows the runs that are done.
    """
    entries = list(runs)
    if not full:
        yield from entries
        return
    from fastprogress.fastprogress import progress_bar

    print(f"Full size: {len(entries)} runs, about {_spoken(minutes)} on two cores without a GPU.", flush=True)
    bar: Any = progress_bar(entries)
    yield from bar


def _spoken(minutes: float) -> str:
    return f"{minutes:.0f} minutes" if minutes >= 1.5 else f"{60 * minutes:.0f} seconds"
