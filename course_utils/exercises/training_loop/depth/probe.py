"""How `collapse(params)` and `perturb(params, relative_noise, generator)` are exercised.

Perturbed weights come back as they are, and the noise is found from the weights that it was added to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.comparing import array_equal, every, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array, raw_array
from course_utils.kits.tensors import chance, parameters, same, tensor

__all__ = ["LINEAR_LAYERS", "PROBE"]

LINEAR_LAYERS = 3
# Shapes of the layers that get noise, and standard deviations of their weights.
NOISY = (((120, 250), 3.0), ((150, 150), 0.05), ((150, 150), 0.5))
# What float32 leaves of a difference, in standard deviations of the weights.
ROUNDING = 1e-6
Arrays = list[tuple[NDArray[Any], NDArray[Any]]]
Params = list[tuple[torch.Tensor, torch.Tensor, Callable[[Any], Any]]]


def _same_values(z: Any) -> Any:
    return z


def _linear(inputs: Inputs) -> Arrays:
    return [(inputs[f"linear_w{i}"], inputs[f"linear_b{i}"]) for i in range(LINEAR_LAYERS)]


def _noisy(inputs: Inputs) -> Arrays:
    """Draw the weights and biases that get noise: what is judged are statistics, so a seed says enough of them."""
    rng = np.random.default_rng([int(inputs["seed"]), len(NOISY)])
    drawn = [(rng.normal(size=shape), rng.normal(size=shape[1]), std) for shape, std in NOISY]
    return [(std * (w - w.mean()), b) for w, b, std in drawn]


def _layers(given: Arrays) -> Params:
    return [(tensor(w), tensor(b), _same_values) for w, b in given]


def _unchanged(params: Params, given: Arrays) -> bool:
    return every(same(w, gw) and same(b, gb) for (w, b, _), (gw, gb) in zip(params, given, strict=True))


def _collapse(collapse: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return the layer made of three square layers, and that made of one."""
    params = _layers(_linear(inputs))
    size = len(params[0][1])
    outputs: Outputs = {}
    for name, given in (("", params), ("_of_one", params[:1])):
        w, b = parameters(collapse(list(given)), 2, "collapse")
        outputs[f"w{name}"] = as_array(w, "the first result of collapse", (size, size))
        outputs[f"b{name}"] = as_array(b, "the second result of collapse", (size,))
    return {**outputs, "layers_left_alone": flag(_unchanged(params, _linear(inputs)))}


def _perturb(perturb: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return the weights and biases after two calls, of which only the given generator starts in the same state.

    Weights are in float32: precise enough for statistics, and half as much to send.
    """
    params = _layers(_noisy(inputs))
    first = _moved(perturb, params, inputs, "first", seed=1)
    kept = flag(_unchanged(params, _noisy(inputs)))
    again = _moved(perturb, _layers(_noisy(inputs)), inputs, "again", seed=2)
    return {**first, **again, "layers_left_alone": kept}


def _moved(perturb: Callable[..., Any], params: Params, inputs: Inputs, name: str, seed: int) -> Outputs:
    generator = torch.Generator().manual_seed(int(inputs["seed"]))
    with chance(int(inputs["seed"]) % 2**30 + seed):
        moved = parameters(perturb(params, float(inputs["relative_noise"]), generator), len(NOISY), "perturb")
    found: Outputs = {}
    for i, layer in enumerate(moved):
        w, b, activation = parameters(layer, 3, f"layer {i} of perturb")
        if activation is not _same_values:
            raise ProbeFailure("perturb should keep each layer's activation as the third value.")
        shape = NOISY[i][0]
        weights = as_array(w, f"the weight matrix of layer {i}", shape)
        found[f"{name}_w{i}"] = weights.astype(np.float32)
        found[f"{name}_b{i}"] = as_array(b, f"the bias vector of layer {i}", shape[1:])
    return found


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return standard deviations of the noise in those of the weights, and statements about it.

    Noise that is one number for a whole layer has no statistics: its deviation is 0, the statements hold.
    """
    weights, given = zip(*_noisy(inputs), strict=True)
    noise, again = (_noise(raw, weights, name) for name in ("first", "again"))
    biases = [raw_array(raw, f"first_b{i}", b.shape) for i, b in enumerate(given)]
    varied = not any(n.std() <= ROUNDING * w.std() for n, w in zip(noise, weights, strict=True))
    return {
        "noise_std": np.array([n.std() / w.std() if varied else 0.0 for n, w in zip(noise, weights, strict=True)]),
        "centred": flag(not varied or every(abs(n.mean()) * np.sqrt(n.size) < 8 * n.std() for n in noise)),
        "bell_shaped": flag(not varied or every(abs(_kurtosis(n) - 3) < 0.5 for n in noise)),
        "independent": flag(not varied or every(_unrelated(n, w) for n, w in zip(noise, weights, strict=True))),
        "layers_differ": flag(not varied or abs(_correlation(noise[1], noise[2])) < 0.5),
        "entries_differ": flag(varied),
        "weights_move": flag(every(n.any() for n in noise)),
        "biases_kept": flag(every(array_equal(b, g) for b, g in zip(biases, given, strict=True))),
        "layers_left_alone": raw_array(raw, "layers_left_alone", ()),
        "repeatable": flag(every(array_equal(n, m) for n, m in zip(noise, again, strict=True))),
    }


def _noise(raw: Outputs, weights: Sequence[NDArray[Any]], name: str) -> list[NDArray[Any]]:
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
