"""Mistakes with the kind of result, where the text asks for a tensor and the notebook goes on to use it as one."""

from __future__ import annotations

from autograder.catalogue.ways import Ignored
from course_utils.checks.labels import Label

__all__ = ["GRAPH_ATTACHED", "NO_TENSOR", "OTHER_DTYPE", "RESULT_LABELS"]

RESULT_LABELS = {
    "is_tensor": Label("the result is a tensor", statement=True),
    "same_dtype": Label("the result has the dtype of x", statement=True),
    "no_graph": Label("the result carries no graph", statement=True),
}
NO_TENSOR = Ignored(
    "no-tensor",
    "The numbers are right, but the text asks for a tensor, and the result is of another type; later cells use "
    "methods that only tensors have.",
    "The text asks for a tensor; the result is of another type.",
    ("is_tensor",),
    share=0.75,
)
OTHER_DTYPE = Ignored(
    "other-dtype",
    "The numbers are right, but in another precision than those of x: the result has another dtype.",
    "The dtype of the result also differs from that of x.",
    ("same_dtype",),
    share=0.75,
)
GRAPH_ATTACHED = Ignored(
    "graph-attached",
    "The numbers are right, but the result is still part of a graph: it can neither be plotted nor become an array, "
    "and the graph stays in memory with it.",
    "The result is also still part of a graph.",
    ("no_graph",),
    share=0.75,
)
