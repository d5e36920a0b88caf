"""How `learning_rate(step, kind, base_lr, ...)` and `clip_grad_norm(grads, max_norm)` are exercised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.calls import call
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, as_array

__all__ = ["KINDS", "PROBE", "TENSORS"]

KINDS = ("step", "exponential", "cosine")
CASES = ("long", "short", "zero")
TENSORS = ("a", "b", "c")
RATE = "learning_rate(step, kind, base_lr, total_steps, warmup_steps=0)"
CLIP = "clip_grad_norm(grads, max_norm)"


def _rates(learning_rate: object, inputs: Inputs) -> Pieces:
    """Ask for the rate of every step, without and with warmup, and once for a kind that does not exist.

    Inputs: `base_lr`; `total_plain`, `total_warm` and `warmup`, numbers of steps. Outputs: `plain_KIND` and
    `warm_KIND`, one value per step; `refuses`, 1.0 where the unknown kind raised a ValueError.
    """
    base, warmup = float(inputs["base_lr"]), int(inputs["warmup"])
    for name, more in (("plain", ()), ("warm", (warmup,))):
        total = int(inputs[f"total_{name}"])
        for kind in KINDS:
            rates = (call(learning_rate, RATE, step, kind, base, total, *more) for step in range(total))
            numbers = [as_array(rate, "the return value of learning_rate", ()) for rate in rates]
            yield {f"{name}_{kind}": np.stack(numbers)}
    yield {"refuses": np.array(float(_refuses(learning_rate, base)))}


def _refuses(learning_rate: object, base: float) -> bool:
    try:
        call(learning_rate, RATE, 1, "no such schedule", base, 10)
    except ValueError:
        return True
    except (KeyError, UnboundLocalError):
        # It stops, but with a message that helps nobody.
        return False
    return False


def _clip(clip_grad_norm: object, inputs: Inputs) -> Outputs:
    """Clip gradients that are too long, short enough, and all zero.

    Inputs: `max_norm`; `CASE_TENSOR`, the gradients. Outputs: `CASE`, all gradients after the call in one vector;
    `norms`, what was returned for each case; `new_list`, 1.0 where that was a list of gradients instead.
    """
    outputs: Outputs = {}
    norms, listed = [], False
    for case in CASES:
        grads = [torch.tensor(inputs[f"{case}_{name}"]) for name in TENSORS]
        returned = call(clip_grad_norm, CLIP, grads, float(inputs["max_norm"]))
        if isinstance(returned, (list, tuple)) and len(returned) == len(grads):
            listed, grads, returned = True, list(returned), float("nan")
        outputs[case] = _flat(grads, inputs, case)
        norms.append(as_array(returned, "the return value of clip_grad_norm", ()))
    return {**outputs, "norms": np.stack(norms), "new_list": np.array(float(listed))}


def _flat(grads: Sequence[object], inputs: Inputs, case: str) -> NDArray[Any]:
    shapes = [inputs[f"{case}_{name}"].shape for name in TENSORS]
    arrays = [as_array(grad, "a gradient", shape) for grad, shape in zip(grads, shapes, strict=True)]
    return np.concatenate([array.ravel() for array in arrays])


PROBE = Probe(
    "schedules",
    ("learning_rate", "clip_grad_norm"),
    (Part("learning_rate", ("learning_rate",), _rates), Part("clip_grad_norm", ("clip_grad_norm",), _clip)),
)
