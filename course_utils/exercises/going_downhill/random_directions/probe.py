"""How `gradient_update` and `compare_directions` are exercised, on a small softmax classifier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.exercises.going_downhill.random_directions.probe_softmax import fresh_parameters, softmax_loss
from course_utils.kits.comparing import all_close, array_equal, close, every, flag
from course_utils.kits.probe import Inputs, Part, Pieces, Probe, ProbeFailure, as_array
from course_utils.kits.results import carries_graph
from course_utils.kits.unpack import unpack

__all__ = ["PROBE"]

Array = NDArray[Any]


def _run_update(gradient_update: Callable[..., Any], inputs: Inputs) -> Pieces:
    """Take a few steps, the first with an old gradient lying in the parameters; then one with the default rate."""
    loss_fn, params = softmax_loss(inputs), fresh_parameters(inputs)
    for parameter, name in zip(params, ("old_weight_gradient", "old_bias_gradient"), strict=True):
        parameter.grad = torch.tensor(inputs[name], dtype=torch.float64)
    seen = []
    for _ in range(int(inputs["num_steps"])):
        if gradient_update(loss_fn(params), params, lr=float(inputs["lr"])) is NotImplemented:
            raise NotImplementedError
        seen.append([as_array(parameter, "a parameter") for parameter in params])
        yield {"weight": np.stack([weight for weight, _ in seen]), "bias": np.stack([bias for _, bias in seen])}
    single = fresh_parameters(inputs)
    gradient_update(loss_fn(single), single)
    yield {
        "moved_by_default": as_array(single[0], "a parameter") - inputs["weight"],
        "idle_gradient": np.array([_idle_gradient(params, inputs)]),
    }


def _idle_gradient(params: Sequence[torch.Tensor], inputs: Inputs) -> float:
    """Where nothing moved, say what lies in the weight's grad: 1 a new gradient, 2 the old one, 0 none."""
    gradient = params[0].grad
    if gradient is None or not gradient.any() or not array_equal(_flat(params), _flat(fresh_parameters(inputs))):
        return 0.0
    return 2.0 if array_equal(gradient.numpy(), inputs["old_weight_gradient"]) else 1.0


class _Watched:
    """A loss that remembers where it was evaluated."""

    def __init__(self, inputs: Inputs) -> None:
        self._loss_fn = softmax_loss(inputs)
        self.places: list[tuple[Array, float]] = []

    def __call__(self, params: Sequence[torch.Tensor]) -> torch.Tensor:
        if not isinstance(params, (list, tuple)) or len(params) != 2:
            raise ProbeFailure("loss_fn was called without a list of all the parameters.")
        loss = self._loss_fn(params)
        self.places.append((_flat(params), float(loss.detach())))
        return loss


def _flat(params: Sequence[torch.Tensor]) -> Array:
    return np.concatenate([parameter.detach().numpy().ravel() for parameter in params])


def _run_compare(compare_directions: Callable[..., Any], inputs: Inputs) -> Pieces:
    first, places, manners = _ask(compare_directions, inputs)
    yield {"gradient_change": first[:1]}
    again, _, _ = _ask(compare_directions, inputs)
    random_changes = first[1:]
    start, gradient, loss = _start(inputs)
    moved = [(place - start, value - loss) for place, value in places if np.linalg.norm(place - start) > 1e-12]
    random = [(step, change) for step, change in moved if abs(_cosine(step, gradient)) < 1 - 1e-9]
    steps = np.array([step for step, _ in random]).reshape(-1, len(start))
    lengths = np.linalg.norm(steps, axis=1) / float(inputs["step_length"])
    changes = np.array([change for _, change in random])
    statements = {
        "both_signs": bool(0.2 < (steps > 0).mean() < 0.8) if steps.size else False,
        "all_different": len(np.unique(steps.round(12), axis=0)) >= len(random_changes),
        "follows_generator": array_equal(random_changes, again[1:]),
        **manners,
    }
    yield {
        "random_length": np.array([lengths[0] if lengths.size and all_close(lengths, lengths[0]) else np.nan]),
        "random_change_sign": np.array([_relation(random_changes, changes)]),
        **{name: flag(holds).reshape(1) for name, holds in statements.items()},
    }


def _ask(
    compare_directions: Callable[..., Any], inputs: Inputs
) -> tuple[Array, list[tuple[Array, float]], dict[str, bool]]:
    """Return the answers (the change along the gradient first), where the loss was evaluated, and what else holds."""
    params, watched = fresh_parameters(inputs), _Watched(inputs)
    number, generator = int(inputs["num_directions"]), torch.Generator().manual_seed(int(inputs["seed"]))
    returned = compare_directions(watched, params, float(inputs["step_length"]), number, generator)
    along, random = unpack(returned, "compare_directions", ("gradient_change", "random_changes"))
    gradient_change = as_array(along, "gradient_change", ())
    random_changes = as_array(random, "random_changes", (number,))
    # Moved and moved back again by a sum and a difference: the last digit may have changed.
    kept = all_close(_flat(params), _flat(fresh_parameters(inputs)), rtol=0.0, atol=1e-9)
    manners = {
        "params_left_alone": kept,
        "is_tensor": isinstance(random, torch.Tensor),
        "no_graph": not carries_graph(along, random),
    }
    return np.concatenate([[gradient_change], random_changes]), watched.places, manners


def _start(inputs: Inputs) -> tuple[Array, Array, float]:
    params = fresh_parameters(inputs)
    loss = softmax_loss(inputs)(params)
    gradients = torch.autograd.grad(loss, params)
    return _flat(params), _flat(gradients), float(loss.detach())


def _cosine(one: Array, other: Array) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def _relation(reported: Array, evaluated: Array) -> float:
    """Return 1 if every reported number is a change that was evaluated, -1 if its negative, NaN otherwise."""
    for sign in (1.0, -1.0):
        if evaluated.size and every(close(sign * evaluated, value, rtol=1e-6, atol=1e-9).any() for value in reported):
            return sign
    return float("nan")


PROBE = Probe(
    "random_directions",
    ("gradient_update", "compare_directions"),
    (
        Part("gradient_update", ("gradient_update",), _run_update),
        Part("compare_directions", ("compare_directions",), _run_compare),
    ),
)
