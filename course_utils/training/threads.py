"""How many threads a training run uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from torch import nn

from course_utils.one_thread import torch_in_one_thread

__all__ = ["SMALL", "fitting_threads"]

# Up to this many weights, the operations of one batch are over before a second thread has been woken up.
SMALL = 100_000


@contextmanager
def fitting_threads(model: nn.Module) -> Iterator[None]:
    """Use one thread for a small network without convolutions, and put the number back afterwards.

    Threads wait for each other after every operation. For a network of the course that costs what they gain on an idle
    machine, and on a busy one (two notebooks on a laptop, a course server) more than ten times the whole run.

    Args:
        model: The network that will be trained.
    """
    convolves = any(isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d) for module in model.modules())
    small = sum(parameter.numel() for parameter in model.parameters()) <= SMALL
    with torch_in_one_thread() if small and not convolves else nullcontext():
        yield
