"""Hints in steps for the exercises; their texts come from the masters."""

from course_utils.hints.hint import hint

__all__ = ["hint"]
