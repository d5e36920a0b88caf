"""Prepare a process for grading by importing this: the one from which all workers are forked, which only imports."""

from __future__ import annotations

from autograder.grade.grading_task import settle

__all__: list[str] = []

settle()
