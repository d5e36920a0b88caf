"""Whether a result is of the kind that the notebook goes on with: a tensor, its dtype, with or without a graph."""

from __future__ import annotations

import torch

from course_utils.kits.comparing import flag
from course_utils.kits.probe import Outputs

__all__ = ["carries_graph", "tensor_statements"]


def tensor_statements(value: object) -> Outputs:
    """Return statements about a value that should be a float64 tensor without a graph.

    What cannot be seen because of something else counts as all right.
    """
    is_tensor = isinstance(value, torch.Tensor)
    return {
        "is_tensor": flag(is_tensor),
        "same_dtype": flag(not is_tensor or value.dtype == torch.float64),  # type: ignore[attr-defined]
        "no_graph": flag(not carries_graph(value)),
    }


def carries_graph(*values: object) -> bool:
    """Say whether any of the values is a tensor from which backward() would lead somewhere."""
    return any(isinstance(value, torch.Tensor) and value.requires_grad for value in values)
