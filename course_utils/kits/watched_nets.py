"""Small networks for exercises that measure a network: which rows it is shown, and what is left of it afterwards."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.probe import Inputs, Outputs, as_array, raw_array
from course_utils.kits.tensors import tensor

__all__ = [
    "Seen",
    "afterwards",
    "batch",
    "copy_of",
    "kept",
    "normalised_net",
    "plain_net",
    "plain_number",
    "states",
    "watch",
]


def plain_net(inputs: Inputs) -> nn.Module:
    """Return a net of two linear layers with a tanh between, for inputs of shape (N, 1, 2, 2), in training mode."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    return _filled(net, inputs, ("plain_w0", "plain_b0", "plain_w1", "plain_b1"))


def normalised_net(inputs: Inputs) -> nn.Module:
    """Return a net with two batch normalizations of images, for inputs (N, 1, 4, 4), in training mode."""
    first, second = nn.BatchNorm2d(3, momentum=0.2), nn.BatchNorm2d(4)
    net = nn.Sequential(
        nn.Conv2d(1, 3, 3), first, nn.Softplus(), nn.Conv2d(3, 4, 1), second, nn.Tanh(), nn.Flatten(), nn.Linear(16, 3)
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


SETTINGS = ("momentum", "track_running_stats", "eps")
UNSET = -1.0


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
    return _compared(_state(net), _state(before))


def states(net: nn.Module, before: nn.Module, name: str) -> Outputs:
    """Return the raw arrays that `kept` makes statements of: a net, and the weights that it had before."""
    found = {f"{name}_{key}": value for key, value in _state(net).items()}
    return {**found, f"{name}_weights_before": _state(before)["parameters"]}


def kept(
    raw: Outputs, inputs: Inputs, name: str, *, training: bool = True, dtype: torch.dtype = torch.float64
) -> Outputs:
    """Compare what `states` returned of a `normalised_net` with such a net made anew; statements as in `afterwards`.

    Raises:
        ValueError: Arrays are missing, or the net was not made from these inputs.
    """
    before = _state(normalised_net(inputs).to(dtype).train(training))
    weights = before["parameters"]
    if not array_equal(raw_array(raw, f"{name}_weights_before", weights.shape), weights):
        raise ValueError("a net of other weights")
    return _compared({key: raw[f"{name}_{key}"] for key in before}, before)


def _state(net: nn.Module) -> Outputs:
    """Return all that `afterwards` compares, each as one vector."""
    options = [getattr(part, name, 0) for part in net.modules() for name in SETTINGS]
    settings = [UNSET if value is None else float(value) for value in options]
    found: dict[str, list[Any]] = {
        "parameters": [as_array(parameter, "a parameter").ravel() for parameter in net.parameters()],
        "statistics": [as_array(buffer, "a buffer").ravel() for buffer in net.buffers()],
        "modes": [[float(part.training) for part in net.modules()]],
        "settings": [settings, [float(parameter.requires_grad) for parameter in net.parameters()]],
        "gradients": [as_array(p.grad, "a gradient").ravel() for p in net.parameters() if p.grad is not None],
    }
    return {name: np.concatenate([np.zeros(0), *values]) for name, values in found.items()}


def _compared(after: Outputs, before: Outputs) -> Outputs:
    same = {name: array_equal(after[name], before[name]) for name in before}
    statements = {f"{name}_kept": flag(same[name]) for name in ("parameters", "statistics", "modes", "settings")}
    return {**statements, "no_gradients": flag(not after["gradients"].any())}


def plain_number(value: object, what: str) -> tuple[NDArray[np.float64], bool]:
    """Return a number that a student's function returned, and whether it is free of a graph."""
    attached = isinstance(value, torch.Tensor) and value.requires_grad
    return as_array(value, what, ()), not attached


def copy_of(net: nn.Module) -> nn.Module:
    """Return a deep copy, without gradients."""
    copied: nn.Module = copy.deepcopy(net)
    return copied
