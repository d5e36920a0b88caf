"""Small networks for exercises that measure a network: which rows it is shown, and what is left of it afterwards."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.probes.base import Inputs, Outputs, as_array
from course_utils.probes.tensors import flag, tensor

__all__ = ["Seen", "afterwards", "batch", "copy_of", "normalised_net", "plain_net", "plain_number", "watch"]


def plain_net(inputs: Inputs) -> nn.Module:
    """Return a net of two linear layers with a tanh between, for inputs of shape (N, 1, 2, 2), in training mode."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    return _filled(net, inputs, ("plain_w0", "plain_b0", "plain_w1", "plain_b1"))


def normalised_net(inputs: Inputs) -> nn.Module:
    """Return a net with two batch normalizations, for inputs of shape (N, 1, 4, 4), in training mode."""
    first, second = nn.BatchNorm2d(3, momentum=0.2), nn.BatchNorm1d(4)
    net = nn.Sequential(
        nn.Conv2d(1, 3, 3), first, nn.Softplus(), nn.Flatten(), nn.Linear(12, 4), second, nn.Tanh(), nn.Linear(4, 3)
    )
    names = [f"net_{i}" for i in range(10)]
    filled = _filled(net, inputs, tuple(names))
    # As training leaves them: statistics of some batches long ago.
    with torch.no_grad():
        for module, name in ((first, "first"), (second, "second")):
            for key in ("running_mean", "running_var"):
                module.get_buffer(key).copy_(tensor(inputs[f"{name}_{key}"]))
    return filled


def _filled(net: nn.Module, inputs: Inputs, names: tuple[str, ...]) -> nn.Module:
    net = net.to(torch.float64)
    with torch.no_grad():
        for parameter, name in zip(net.parameters(), names, strict=True):
            parameter.copy_(tensor(inputs[name]))
    return net.train()


def batch(inputs: Inputs, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the images and class numbers called `name`."""
    return tensor(inputs[f"{name}_x"]), tensor(inputs[f"{name}_y"], torch.int64)


@dataclass
class Seen:
    """What a net and its copies were shown: for every call the row numbers, the mode, and whether a graph was kept."""

    rows: list[list[int]] = field(default_factory=list)
    training: list[bool] = field(default_factory=list)
    with_graph: list[bool] = field(default_factory=list)

    def sizes(self) -> list[int]:
        """Return the number of rows of every call."""
        return [len(rows) for rows in self.rows]


def watch(net: nn.Module, x: torch.Tensor) -> Seen:
    """Keep a record of the rows of `x` that `net`, or a copy of it, is called with; all rows of `x` must differ."""
    seen = Seen()
    known = x.detach().clone().flatten(1)

    # A plain function: a deep copy of the net shares it, where it would copy an object.
    def note(module: nn.Module, arguments: tuple[Any, ...], output: torch.Tensor) -> None:
        given = arguments[0].detach().flatten(1)
        seen.rows.append(torch.cdist(given, known).argmin(dim=1).tolist() if len(given) else [])
        seen.training.append(module.training)
        seen.with_graph.append(bool(output.requires_grad))

    net.register_forward_hook(note)
    return seen


def afterwards(net: nn.Module, before: nn.Module) -> Outputs:
    """Compare a net with a copy from before: 1.0 where it is as it was.

    Returns:
        `parameters_kept`, `statistics_kept` (buffers), `modes_kept` (of all its modules), `settings_kept` (momentum of
        the normalizations, and which parameters are trained), and `no_gradients`: nothing was left in `.grad`.
    """
    pairs = list(zip(net.modules(), before.modules(), strict=True))
    parameters = zip(net.parameters(), before.parameters(), strict=True)
    settings = ("momentum", "track_running_stats", "eps")
    kept = {
        "parameters_kept": _same(net.parameters(), before.parameters()),
        "statistics_kept": _same(net.buffers(), before.buffers()),
        "modes_kept": all(one.training == other.training for one, other in pairs),
        "settings_kept": all(getattr(a, name, 0) == getattr(b, name, 0) for a, b in pairs for name in settings)
        and all(a.requires_grad == b.requires_grad for a, b in parameters),
        "no_gradients": all(parameter.grad is None or not parameter.grad.any() for parameter in net.parameters()),
    }
    return {name: flag(bool(holds)) for name, holds in kept.items()}


def _same(some: Any, others: Any) -> bool:
    one, other = list(some), list(others)
    return len(one) == len(other) and all(torch.equal(a.detach(), b.detach()) for a, b in zip(one, other, strict=True))


def plain_number(value: object, what: str) -> tuple[NDArray[np.float64], bool]:
    """Return a number that a student's function returned, and whether it is free of a graph."""
    attached = isinstance(value, torch.Tensor) and value.requires_grad
    return as_array(value, what, ()), not attached


def copy_of(net: nn.Module) -> nn.Module:
    """Return a deep copy, without gradients."""
    copied: nn.Module = copy.deepcopy(net)
    return copied
