"""Whoever imports this is settled for grading: for the process that all workers are forked from, which only imports."""

from __future__ import annotations

from autograder.grade.grading_task import settle

__all__: list[str] = []

settle()
