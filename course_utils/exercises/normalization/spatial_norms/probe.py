"""How the normalizations of images are exercised; images are (N, C, H, W), gains and shifts (C,).

`spatial_batchnorm_forward(x, gamma, beta, bn_param)` gets two training batches and a test batch, with prefix `image_`
(see `array_sequences`), and then one image alone; it usually rests on the student's `batchnorm_forward`.
`spatial_groupnorm_forward(x, gamma, beta, G, gn_param)` gets `group_x`, `group_gamma`, `group_beta`, and the same with
prefix `other_`; `group_count` and `other_count` are G.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from course_utils.kits.array_functions import copies, if_shapes_fit, keeps_float32, same, taken_apart
from course_utils.kits.array_sequences import Forward, two_batches_and_a_test
from course_utils.kits.comparing import flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array
from course_utils.kits.stand_ins import NORMALIZATIONS

__all__ = ["PROBE"]

BATCHNORM, SPATIAL, GROUP = "batchnorm_forward", "spatial_batchnorm_forward", "spatial_groupnorm_forward"


def _batchnorm(spatial: Forward, inputs: Inputs) -> Outputs:
    kept = copies(inputs)
    options = {"eps": float(inputs["eps"]), "momentum": float(inputs["momentum"])}
    bn_param: dict[str, Any] = {"mode": "train", **options}
    single = inputs["image_x_test"][:1].copy()
    outputs = two_batches_and_a_test(spatial, inputs, "image", bn_param, SPATIAL)
    one = if_shapes_fit(_one_image)(spatial, single, inputs, bn_param)
    left_alone = same(inputs, kept)
    names = ("image_x_1", "image_gamma", "image_beta")
    float32 = keeps_float32(spatial, inputs, names, {"mode": "train"})
    flags = {"inputs_left_alone": flag(left_alone), "float32_kept": flag(float32)}
    # The shape of the statistics is a matter of batchnorm_forward.
    del outputs["statistics_flat"]
    return {**outputs, **one, **flags}


def _one_image(spatial: Forward, x: NDArray[Any], inputs: Inputs, bn_param: dict[str, Any]) -> Outputs:
    returned = spatial(x, inputs["image_gamma"], inputs["image_beta"], bn_param)
    out, _ = taken_apart(returned, SPATIAL, ("out", "cache"))
    return {"one_out": as_array(out, "out")}


def _groupnorm(group: Forward, inputs: Inputs) -> Outputs:
    kept = copies(inputs)
    outputs, shaped = _groups(group, inputs, "group", {"eps": float(inputs["eps"])})
    other = if_shapes_fit(lambda: _groups(group, inputs, "other", {})[0])()
    left_alone = same(inputs, kept)
    return {**outputs, **other, "takes_flat_gain": flag(not shaped), "inputs_left_alone": flag(left_alone)}


def _groups(group: Forward, inputs: Inputs, prefix: str, gn_param: dict[str, float]) -> tuple[Outputs, bool]:
    """Return the output, and whether gain and shift had to have four axes, (1, C, 1, 1), for it."""
    x, gamma, beta = (inputs[f"{prefix}_{name}"] for name in ("x", "gamma", "beta"))
    count = int(inputs[f"{prefix}_count"])
    shape = (1, len(gamma), 1, 1)
    try:
        returned, shaped = group(x, gamma, beta, count, dict(gn_param)), False
    except (ValueError, IndexError):
        returned, shaped = group(x, gamma.reshape(shape), beta.reshape(shape), count, dict(gn_param)), True
    out, _ = taken_apart(returned, GROUP, ("out", "cache"))
    return {f"{prefix}_out": as_array(out, "out")}, shaped


PROBE = Probe(
    "spatial_norms",
    (BATCHNORM, SPATIAL, GROUP),
    (
        Part(SPATIAL, (SPATIAL,), _batchnorm, upon=NORMALIZATIONS),
        Part(GROUP, (GROUP,), _groupnorm, upon=NORMALIZATIONS),
    ),
)
