"""How `collapse(params)` and `perturb(params, relative_noise, generator)` are exercised.

Perturbed weights come back as they are, and the noise is found from the weights that it was added to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array, raw_array
from course_utils.kits.tensors import chance, flag, parameters, same, tensor

__all__ = ["LINEAR_LAYERS", "PROBE"]

LINEAR_LAYERS, NOISY_LAYERS = 3, 3
# What float32 leaves of a difference, in standard deviations of the weights.
ROUNDING = 1e-6
Params = list[tuple[torch.Tensor, torch.Tensor, Callable[[Any], Any]]]


def _same_values(z: Any) -> Any:
    return z


def _layers(inputs: Inputs, kind: str, count: int) -> Params:
    return [(tensor(inputs[f"{kind}_w{i}"]), tensor(inputs[f"{kind}_b{i}"]), _same_values) for i in range(count)]


def _unchanged(params: Params, inputs: Inputs, kind: str) -> bool:
    given = [(inputs[f"{kind}_w{i}"], inputs[f"{kind}_b{i}"]) for i in range(len(params))]
    return all(same(w, gw) and same(b, gb) for (w, b, _), (gw, gb) in zip(params, given, strict=True))


def _collapse(collapse: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return the layer made of three square layers, and that made of one."""
    params = _layers(inputs, "linear", LINEAR_LAYERS)
    size = len(params[0][1])
    outputs: Outputs = {}
    for name, given in (("", params), ("_of_one", params[:1])):
        w, b = parameters(collapse(list(given)), 2, "collapse")
        outputs[f"w{name}"] = as_array(w, "the first result of collapse", (size, size))
        outputs[f"b{name}"] = as_array(b, "the second result of collapse", (size,))
    return {**outputs, "layers_left_alone": flag(_unchanged(params, inputs, "linear"))}


def _perturb(perturb: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return the weights and biases after two calls, of which only the given generator starts in the same state.

    Weights are in float32: precise enough for statistics, and half as much to send.
    """
    params = _layers(inputs, "noisy", NOISY_LAYERS)
    first = _moved(perturb, params, inputs, "first", seed=1)
    kept = flag(_unchanged(params, inputs, "noisy"))
    again = _moved(perturb, _layers(inputs, "noisy", NOISY_LAYERS), inputs, "again", seed=2)
    return {**first, **again, "layers_left_alone": kept}


def _moved(perturb: Callable[..., Any], params: Params, inputs: Inputs, name: str, seed: int) -> Outputs:
    generator = torch.Generator().manual_seed(int(inputs["seed"]))
    with chance(int(inputs["seed"]) % 2**30 + seed):
        moved = parameters(perturb(params, float(inputs["relative_noise"]), generator), NOISY_LAYERS, "perturb")
    found: Outputs = {}
    for i, layer in enumerate(moved):
        w, b, activation = parameters(layer, 3, f"layer {i} of perturb")
        if activation is not _same_values:
            raise ProbeFailure("perturb should keep each layer's activation as the third value.")
        weights = as_array(w, f"the weights of layer {i}", inputs[f"noisy_w{i}"].shape)
        found[f"{name}_w{i}"] = weights.astype(np.float32)
        found[f"{name}_b{i}"] = as_array(b, f"the biases of layer {i}", inputs[f"noisy_b{i}"].shape)
    return found


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return standard deviations of the noise in those of the weights, and statements about it.

    Noise that is one number for a whole layer has no statistics: its deviation is 0, the statements hold.
    """
    weights = [inputs[f"noisy_w{i}"] for i in range(NOISY_LAYERS)]
    noise, again = (_noise(raw, weights, name) for name in ("first", "again"))
    biases = [raw_array(raw, f"first_b{i}", inputs[f"noisy_b{i}"].shape) for i in range(NOISY_LAYERS)]
    varied = not any(n.std() <= ROUNDING * w.std() for n, w in zip(noise, weights, strict=True))
    return {
        "noise_std": np.array([n.std() / w.std() if varied else 0.0 for n, w in zip(noise, weights, strict=True)]),
        "centred": flag(not varied or all(abs(n.mean()) * np.sqrt(n.size) < 8 * n.std() for n in noise)),
        "bell_shaped": flag(not varied or all(abs(_kurtosis(n) - 3) < 0.5 for n in noise)),
        "independent": flag(not varied or all(_unrelated(n, w) for n, w in zip(noise, weights, strict=True))),
        "layers_differ": flag(not varied or abs(_correlation(noise[1], noise[2])) < 0.5),
        "entries_differ": flag(varied),
        "weights_move": flag(all(n.any() for n in noise)),
        "biases_kept": flag(all(np.array_equal(b, inputs[f"noisy_b{i}"]) for i, b in enumerate(biases))),
        "layers_left_alone": raw_array(raw, "layers_left_alone", ()),
        "repeatable": flag(all(np.array_equal(n, m) for n, m in zip(noise, again, strict=True))),
    }


def _noise(raw: Outputs, weights: list[NDArray[Any]], name: str) -> list[NDArray[Any]]:
    """Return what was added to the weights; exactly 0 where nothing was, so both are rounded alike."""
    moved = [raw_array(raw, f"{name}_w{i}", w.shape) for i, w in enumerate(weights)]
    return [m.astype(np.float64) - w.astype(np.float32) for m, w in zip(moved, weights, strict=True)]


def _kurtosis(noise: NDArray[Any]) -> float:
    return float(((noise - noise.mean()) ** 4).mean() / noise.var() ** 2)


def _correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def _unrelated(noise: NDArray[Any], weights: NDArray[Any]) -> bool:
    """Say whether neither noise nor its size goes with the weights."""
    return abs(_correlation(noise, weights)) < 0.1 and abs(_correlation(np.abs(noise), np.abs(weights))) < 0.1


PROBE = Probe(
    "depth",
    ("collapse", "perturb"),
    (Part("collapse", ("collapse",), _collapse), Part("perturb", ("perturb",), _perturb, summarise=_statements)),
)
