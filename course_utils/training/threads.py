"""How many threads a training run uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

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
    before = torch.get_num_threads()
    convolves = any(isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d) for module in model.modules())
    if not convolves and sum(parameter.numel() for parameter in model.parameters()) <= SMALL:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
