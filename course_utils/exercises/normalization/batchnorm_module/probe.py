"""How `BatchNorm(dimensions, beta=0.9)`, a torch module, is exercised.

The first part sends two training batches and a test batch through it and reads `running_mean` and `running_var` after
each; again with beta = 0, where test mode knows the last batch only; then a training batch of one. Inputs as in
`batchnorm_forward`, without gain and shift; `single`, `plain` (batches), and `beta`; the way back is looked at for
`plain` and the upstream gradient `dout`. The second part looks at the module itself: what it saves, what it hands to
an optimizer, what it keeps of the graph.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.array_functions import histories, if_shapes_fit, is_row
from course_utils.kits.comparing import every, flag
from course_utils.kits.module_gradients import gradient_statements
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, ProbeFailure, as_array
from course_utils.kits.tensor_modules import applied, made, manner_statements, manners, tensor

__all__ = ["PROBE"]

Factory = Callable[..., Any]
RUNNING = ("running_mean", "running_var")


def _values(factory: Factory, inputs: Inputs) -> Pieces:
    features = inputs["square_x_1"].shape[1]
    yield _two_batches_and_a_test(made(factory, features, beta=float(inputs["beta"])), inputs, "square")
    yield {
        "forgetful_out_test": _two_batches_and_a_test(made(factory, features, beta=0.0), inputs, "square")[
            "square_out_test"
        ]
    }
    yield if_shapes_fit(_two_batches_and_a_test)(made(factory, features), inputs, "other")
    yield {"single": _batch_of_one(made(factory, features), inputs["single"])}
    yield gradient_statements(lambda: made(factory, features), inputs["plain"], inputs["dout"])


def _two_batches_and_a_test(module: nn.Module, inputs: Inputs, prefix: str) -> Outputs:
    outputs: Outputs = {}
    running: dict[str, list[NDArray[Any]]] = {key: [] for key in RUNNING}
    for name in ("1", "2", "test"):
        module.train(name != "test")
        outputs[f"{prefix}_out_{name}"] = applied(module, inputs[f"{prefix}_x_{name}"])
        for key, values in running.items():
            values.append(_running(module, key))
    rows = any(is_row(value) for values in running.values() for value in values)
    kept = {f"{prefix}_{key}": histories(values, key) for key, values in running.items()}
    return {**outputs, **kept, "statistics_flat": flag(not rows)}


def _running(module: nn.Module, key: str) -> NDArray[Any]:
    if not hasattr(module, key):
        raise ProbeFailure(f"the module has no attribute {key}; the text names running_mean and running_var.")
    return as_array(getattr(module, key), key)


def _batch_of_one(module: nn.Module, single: NDArray[Any]) -> NDArray[Any]:
    """Return what a training batch of one example gives; infinity where it is refused with a ValueError."""
    try:
        return applied(module, single)
    except ValueError:
        return np.full(single.shape, np.inf)


def _state(factory: Factory, inputs: Inputs) -> Outputs:
    batch = inputs["plain"]
    features = batch.shape[1]
    module = made(factory, features)
    saved = [_saved(module, key) for key in RUNNING]
    running = [_kept(module, key) for key in RUNNING]
    follows = every(isinstance(value, torch.Tensor) and value.dtype == torch.float64 for value in running)
    nodes = [_nodes_after(module, batch, calls) for calls in (2, 3)]
    trained = sum(parameter.requires_grad for parameter in module.parameters())
    return {
        "in_state_dict": flag(every(value is not None and value.numel() == features for value in saved)),
        "follows_dtype": flag(follows),
        "parameters": np.array(float(trained)),
        "no_parameters_themselves": flag(not any(isinstance(value, nn.Parameter) for value in running)),
        "detached": flag(not any(getattr(_kept(module, key), "requires_grad", False) for key in RUNNING)),
        "graph_bounded": flag(nodes[0] == nodes[1]),
        "deepcopies": flag(_deepcopies(module)),
        **manners(lambda: made(factory, features), batch),
    }


def _saved(module: nn.Module, key: str) -> torch.Tensor | None:
    """Return what a saved state holds of this name, in the module or in one inside it."""
    found = [value for name, value in module.state_dict().items() if name.split(".")[-1] == key]
    return found[0] if len(found) == 1 else None


def _kept(module: nn.Module, key: str) -> object:
    """Return a running statistic as the module keeps it.

    Raises:
        ProbeFailure: There is none, in the module or in one inside it.
    """
    if not hasattr(module, key) and (saved := _saved(module, key)) is not None:
        return saved
    return getattr(module, key) if hasattr(module, key) else _running(module, key)


def _nodes_after(module: nn.Module, batch: NDArray[Any], calls: int) -> int:
    """Count the nodes of the graph of a test output after some more training calls."""
    module.train()
    for _ in range(calls):
        module(1.0 * tensor(batch, requires_grad=True))
    module.eval()
    todo, seen = [module(1.0 * tensor(batch, requires_grad=True)).grad_fn], set()
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [following for following, _ in node.next_functions]
    return len(seen)


def _deepcopies(module: nn.Module) -> bool:
    try:
        copy.deepcopy(module)
    except RuntimeError:
        return False
    return True


PROBE = Probe(
    "batchnorm_module",
    ("BatchNorm",),
    (
        Part("BatchNorm", ("BatchNorm",), _values),
        Part("BatchNorm as a module", ("BatchNorm",), _state, summarise=manner_statements, counts_with="BatchNorm"),
    ),
)
