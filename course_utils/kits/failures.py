"""Errors of a student's code that a probe goes on after: kept, so that they can be quoted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["keep_failure", "kept_failures"]

_KEPT: ContextVar[list[Exception] | None] = ContextVar("kept failures", default=None)


@contextmanager
def kept_failures() -> Iterator[list[Exception]]:
    """Collect the errors that probes keep within the block, in their order."""
    failures: list[Exception] = []
    before = _KEPT.set(failures)
    try:
        yield failures
    finally:
        _KEPT.reset(before)


def keep_failure(error: Exception) -> None:
    """Keep an error that becomes an observation."""
    failures = _KEPT.get()
    if failures is not None:
        failures.append(error)
