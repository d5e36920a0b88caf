"""How `FullyConnectedNet` is exercised: a network with hidden layers of 4 and 4 units gets its parameters and batches.

Inputs: the parameters `W1` to `beta2`; batches `X_1`, `y_1`, `X_2`, `y_2` and `X_test`; the strength `reg`.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.comparing import all_close, every, every_entry, flag
from course_utils.kits.failures import keep_failure
from course_utils.kits.numpy_nets import (
    NetClass,
    coarse,
    gradients,
    loss_and_gradients,
    made_net,
    names,
    with_parameters,
    without_parameter,
)
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, as_array
from course_utils.kits.stand_ins import NORMALIZATIONS
from course_utils.kits.tensors import chance
from course_utils.numpy_networks.gradient_check import eval_numerical_gradient

__all__ = ["DROPOUT_KEEP", "INITIAL_WIDTHS", "PROBE", "WEIGHT_SCALE"]

SEED = 2021
INITIAL_WIDTHS = (200, 300, 250, 100)
WEIGHT_SCALE = 0.03
DROPOUT_KEEP = 0.7
MANY = 20_000
# A backward pass of one's own may hold an array of (rows, rows): 72 MB; chance is still four standard deviations away.
MANY_NORMALISED = 3_000
# A score at which the loss of the right class is nearly 0, and that of the other one is not cut off by a small number
# inside the logarithm.
SURE = 6.0


def _parameters(net_class: NetClass, inputs: Inputs) -> Outputs:
    inner, *hidden, classes = INITIAL_WIDTHS
    with chance(SEED):
        net = made_net(net_class, hidden, input_dim=inner, num_classes=classes, weight_scale=WEIGHT_SCALE)
        plain = made_net(net_class, [4])
        default = made_net(net_class, [4], dtype=np.float32)
        batch, layer = (
            made_net(net_class, [4, 3], input_dim=5, normalization=kind) for kind in ("batchnorm", "layernorm")
        )
    weights = [_shaped(net, f"W{k}", pair) for k, pair in enumerate(pairwise(INITIAL_WIDTHS), 1)]
    biases = [_shaped(net, f"b{k}", (width,)) for k, width in enumerate(INITIAL_WIDTHS[1:], 1)]
    _shaped(plain, "W1", (3072, 4)), _shaped(plain, "W2", (4, 10))
    return {
        "std": np.array([coarse(float(w.std()) / WEIGHT_SCALE) for w in weights]),
        "centred": flag(every(abs(w.mean()) <= 0.05 * w.std() for w in weights)),
        "biases_zero": flag(not any(b.any() for b in biases)),
        "batchnorm_has": flag(_has(batch)),
        "layernorm_has": flag(_has(layer)),
        "plain_has_none": flag(not _starting((plain,), "gamma") and not _starting((plain,), "beta")),
        "gains_one": flag(every(every_entry(value == 1) for value in _starting((batch, layer), "gamma"))),
        "shifts_zero": flag(every(every_entry(value == 0) for value in _starting((batch, layer), "beta"))),
        "unknown_refused": flag(_refuses(net_class, "batch_norm")),
        "dtype": flag(_all_of(default, np.float32) and _all_of(plain, np.float64)),
    }


def _refuses(net_class: NetClass, kind: str) -> bool:
    """Say whether a normalization of this name is refused, by whatever error."""
    try:
        made_net(net_class, [4], normalization=kind)
    except Exception:
        return True
    return False


def _shaped(net: Any, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if name not in net.params:
        raise without_parameter(net, name)
    return as_array(np.squeeze(net.params[name]), f"params[{name!r}]", shape)


def _has(net: Any) -> bool:
    """Say whether gains and shifts are there for the hidden layers, and for these alone."""
    return set(net.params) == set(names(3, normalized=True))


def _starting(nets: tuple[Any, ...], word: str) -> list[NDArray[Any]]:
    return [as_array(value, name) for net in nets for name, value in net.params.items() if name.startswith(word)]


def _all_of(net: Any, dtype: type) -> bool:
    return every(np.asarray(value).dtype == dtype for value in net.params.values())


def _given(inputs: Inputs, *, normalized: bool) -> dict[str, NDArray[Any]]:
    return {name: inputs[name] for name in names(3, normalized=normalized)}


def _net(net_class: NetClass, inputs: Inputs, kind: str | None, **options: Any) -> Any:
    inner, *hidden, classes = (inputs["W1"].shape[0], *(inputs[f"W{k}"].shape[1] for k in (1, 2, 3)))
    net = made_net(net_class, hidden, input_dim=inner, num_classes=classes, normalization=kind, **options)
    return with_parameters(net, _given(inputs, normalized=kind is not None))


def _values(kind: str | None, net_class: NetClass, inputs: Inputs) -> Pieces:
    """Two training batches, a test batch, and the first training batch again."""
    arrays = _given(inputs, normalized=kind is not None)
    with chance(SEED):
        net = _net(net_class, inputs, kind)
        first, found = loss_and_gradients(net, inputs["X_1"], inputs["y_1"])
        yield {"losses": np.stack([first]), **_grouped(found, arrays)}
        second, _ = loss_and_gradients(net, inputs["X_2"], inputs["y_2"])
        yield {"scores": as_array(net.loss(inputs["X_test"]), "the return value of loss(X)")}
        yield {"losses": np.stack([first, second, _once_more(net, inputs)])}
        shaped = flag(_are_shaped(found, net.params, ("gamma", "beta") if kind else ("b",)))
        yield {"gradients_shaped": shaped}


def _are_shaped(found: dict[str, Any], params: dict[str, Any], words: tuple[str, ...]) -> bool:
    """Say whether gradients have the shapes of their parameters; those that are missing are another matter."""
    names = [name for name in params if name.rstrip("123") in words and name in found]
    return every(np.shape(found[name]) == np.shape(params[name]) for name in names)


def _once_more(net: Any, inputs: Inputs) -> NDArray[Any]:
    """Return the loss after scores in test mode; NaN where it fails now, as it did not before."""
    try:
        return loss_and_gradients(net, inputs["X_1"], inputs["y_1"])[0]
    except Exception as error:
        keep_failure(error)
        return np.array(np.nan)


def _grouped(found: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Outputs:
    """Return gradients; those of the biases together, because that of a bias before batch norm is rounding about 0."""
    groups = {f"dW{k}": [f"W{k}"] for k in (1, 2, 3)} | {
        f"d{word}": [name for name in arrays if name.rstrip("123") == word] for word in ("b", "gamma", "beta")
    }
    return {group: gradients(found, arrays, members) for group, members in groups.items() if members}


def _regularization(net_class: NetClass, inputs: Inputs) -> Outputs:
    """What changes in loss and gradients when `reg` is not 0."""
    strength = float(inputs["reg"])
    penalty, change = _change(net_class, inputs, None, strength)
    try:
        _, normalized = _change(net_class, inputs, "batchnorm", strength)
    except Exception:
        # That the network works with normalization is another part's matter.
        normalized = {name: np.zeros(inputs[name].size) for name in names(3, normalized=True)}
    weights = np.concatenate([change[f"W{k}"] for k in (1, 2, 3)])
    biases = np.concatenate([change[f"b{k}"] for k in (1, 2, 3)])
    gains = np.concatenate([normalized[f"{word}{k}"] for word in ("gamma", "beta") for k in (1, 2)])
    return {"penalty": penalty, "weights": weights, "biases": biases, "gains": np.nan_to_num(gains)}


def _change(
    net_class: NetClass, inputs: Inputs, kind: str | None, strength: float
) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
    arrays = _given(inputs, normalized=kind is not None)
    (loss, without), (more, found) = (
        loss_and_gradients(_net(net_class, inputs, kind, reg=reg), inputs["X_1"], inputs["y_1"])
        for reg in (0.0, strength)
    )
    change = {
        name: np.round(gradients(found, arrays, [name]) - gradients(without, arrays, [name]), 10) for name in arrays
    }
    return more - loss, change


def _dropout(net_class: NetClass, inputs: Inputs) -> Outputs:
    """The share of examples whose signal is kept, in networks of single units; and what a seed and test mode do."""
    with chance(SEED):
        one, mean = _kept(net_class, 1, None)
        both, _ = _kept(net_class, 2, None)
        normalized, _ = _kept(net_class, 1, "batchnorm")
        normalized = one if np.isnan(normalized) else normalized
        quiet = _net(net_class, inputs, None, dropout_keep_ratio=DROPOUT_KEEP).loss(inputs["X_test"])
    plain = _net(net_class, inputs, None).loss(inputs["X_test"])
    return {
        "kept_by_one": np.array(round(one, 1)),
        "kept_by_two": np.array(round(both, 1)),
        "kept_after_norm": np.array(round(normalized, 1)),
        "mean_kept": flag(abs(mean - 1.0) < 0.05),
        "quiet_in_test": flag(
            all_close(as_array(quiet, "the array of scores"), as_array(plain, "the array of scores"))
        ),
        **_seeded(net_class, inputs),
    }


def _kept(net_class: NetClass, hidden: int, kind: str | None) -> tuple[float, float]:
    """Return the share of examples whose signal arrives, and the mean of the signal.

    All weights are 1 and the last layer is sure of class 0. Where the signal is lost both scores are 0, which
    costs ln 2; for label 1 an example costs its score.
    """
    net = made_net(
        net_class, [1] * hidden, input_dim=1, num_classes=2, dropout_keep_ratio=DROPOUT_KEEP, normalization=kind
    )
    # A gain of 0 and a shift of 1: what is normalised is 1 for every example.
    unit = {"W": np.ones((1, 1)), "b": np.zeros(1), "gamma": np.zeros(1), "beta": np.ones(1)}
    units = {f"{word}{k}": array for word, array in unit.items() for k in range(1, hidden + 1)}
    last = {f"W{hidden + 1}": np.array([[SURE, 0.0]]), f"b{hidden + 1}": np.zeros(2)}
    with_parameters(net, {**units, **last})
    if kind is not None and set(net.params) != set(names(hidden + 1, normalized=True)):
        # No gains, or too many, are another part's matter.
        return np.nan, np.nan
    x = np.ones((MANY if kind is None else MANY_NORMALISED, 1))
    lost, cost = (float(loss_and_gradients(net, x, np.full(len(x), label))[0]) for label in (0, 1))
    return 1.0 - lost / np.log(2), (cost - lost) / SURE


def _seeded(net_class: NetClass, inputs: Inputs) -> Outputs:
    net = _net(net_class, inputs, None, dropout_keep_ratio=DROPOUT_KEEP, seed=SEED)
    x, y = inputs["X_1"], inputs["y_1"]
    (first, _), (second, _) = (loss_and_gradients(net, x, y) for _ in range(2))
    # A gradient that is not right without dropout either is another part's matter.
    fits = _fits(net, x, y) or not _fits(_net(net_class, inputs, None), x, y)
    return {"seed_repeats": flag(bool(first == second)), "gradients_fit": flag(fits)}


def _fits(net: Any, x: NDArray[Any], y: NDArray[Any]) -> bool:
    """Say whether the gradient of the first weights is that of the network's own loss."""
    _, found = loss_and_gradients(net, x, y)
    wanted = eval_numerical_gradient(lambda _: float(net.loss(x, y)[0]), net.params["W1"])
    tolerance = 1e-4 * float(np.abs(wanted).max())
    return all_close(gradients(found, net.params, ["W1"]), wanted.ravel(), rtol=0, atol=tolerance + 1e-8)


PROBE = Probe(
    "fully_connected",
    ("FullyConnectedNet",),
    tuple(
        Part(name, ("FullyConnectedNet",), run, upon=upon)
        for name, run, upon in (
            ("parameters", _parameters, {}),
            ("without normalization", partial(_values, None), {}),
            ("batchnorm", partial(_values, "batchnorm"), NORMALIZATIONS),
            ("layernorm", partial(_values, "layernorm"), NORMALIZATIONS),
            ("regularization", _regularization, {}),
            ("dropout", _dropout, {}),
        )
    ),
)
