"""Messages of autograd."""

from __future__ import annotations

from course_utils.checks.meanings.meaning import Meaning

__all__ = ["AUTOGRAD"]

OVERWRITTEN = (
    "A value that backward() still needs was overwritten: by an operation whose name ends with an underscore, by an "
    "assignment such as `+=`, or by one to a part of the tensor."
)

AUTOGRAD = (
    Meaning(
        RuntimeError,
        r"leaf Variable that requires grad is being used in an in-place",
        "Parameters are changed outside of autograd: under torch.no_grad(), or through .data.",
    ),
    Meaning(
        RuntimeError,
        r"backward through the graph a second time",
        "backward() frees the graph that it walks through. Either it is called twice on one loss, or the loss contains "
        "something that was computed before an earlier backward().",
    ),
    Meaning(
        RuntimeError,
        r"does not require grad",
        "No tracked tensor leads to this value: the parameters are not tracked, or it was computed under no_grad(), "
        "from detached tensors, or became a plain number on the way.",
    ),
    Meaning(
        RuntimeError,
        r"grad can be implicitly created only for scalar outputs",
        "backward() starts from a single number; this value has several entries.",
    ),
    Meaning(
        RuntimeError,
        r"you can only change requires_grad flags of leaf variables",
        "The tensor was computed from one that is tracked (a clone() is tracked as well), so it is not a leaf; only "
        "a leaf can be switched.",
    ),
    Meaning(RuntimeError, r"modified by an inplace operation", OVERWRITTEN),
    Meaning(
        RuntimeError,
        r"appears to not have been used in the graph",
        "The value was not computed from this tensor, but perhaps from a copy of it.",
    ),
    Meaning(
        RuntimeError,
        r"support the deepcopy protocol",
        "A tensor that carries a graph cannot be copied in this way: it has to be detached first.",
    ),
)
