"""What torch and numpy import only when it is needed: within a search nothing is read from the disk."""

from __future__ import annotations

from functools import cache

__all__ = ["import_late_parts"]


@cache
def import_late_parts() -> None:
    """Go backward once, which takes half a second the first time, and name the parts of numpy that come late.

    Code that ended in an error before its backward pass would be stopped there when a change has mended it.
    """
    import numpy as np
    import torch

    _ = np.fft, np.ma, np.polynomial

    with torch.enable_grad():
        (2 * torch.ones(1, requires_grad=True)).backward(torch.ones(1))
