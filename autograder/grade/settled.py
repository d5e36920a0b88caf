"""Prepare a process for grading by importing this: the one from which all workers are forked, which only imports."""

from __future__ import annotations

import gc

__all__: list[str] = []


def _settle() -> None:
    gc.disable()  # nothing that is imported here is garbage; workers begin to collect theirs
    from autograder.grade.grading_task import settle

    settle()


_settle()
