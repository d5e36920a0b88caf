"""The small course of the grading tests."""

from tests.grade.conftest import course, submissions

__all__ = ["course", "submissions"]
