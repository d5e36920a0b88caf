"""How `batchnorm_forward(x, gamma, beta, bn_param) -> (out, cache)` is exercised.

Two training batches and a test batch go through it with one `bn_param`; the running statistics are read after each.
Inputs, with prefix `square_` and again `other_`: `x_1`, `x_2`, `x_test`, `gamma`, `beta`; and `eps`, `momentum`,
which the second sequence leaves to their defaults.
"""

from __future__ import annotations

from course_utils.kits.array_functions import copies, if_shapes_fit, keeps_float32, same
from course_utils.kits.array_sequences import Forward, two_batches_and_a_test
from course_utils.kits.comparing import flag
from course_utils.kits.probe import Inputs, Outputs, Probe

__all__ = ["PROBE"]


def _run(forward: Forward, inputs: Inputs) -> Outputs:
    options = {"eps": float(inputs["eps"]), "momentum": float(inputs["momentum"])}
    return {
        **two_batches_and_a_test(forward, inputs, "square", {"mode": "train", **options}),
        **if_shapes_fit(_other_shapes)(forward, inputs),
    }


def _other_shapes(forward: Forward, inputs: Inputs) -> Outputs:
    kept = copies(inputs)
    outputs = two_batches_and_a_test(forward, inputs, "other", {"mode": "train"})
    left_alone = same(inputs, kept)
    names = ("other_x_1", "other_gamma", "other_beta")
    float32 = keeps_float32(forward, inputs, names, {"mode": "train"})
    return {**outputs, "inputs_left_alone": flag(left_alone), "float32_kept": flag(float32)}


PROBE = Probe.single("batchnorm_forward", "batchnorm_forward", _run)
