"""Checks: run a probe, judge the arrays, say what is wrong."""

from course_utils.checks.check import check

__all__ = ["check"]
