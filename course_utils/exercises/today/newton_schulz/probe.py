"""How `newton_schulz(matrix, steps=5)` is exercised."""

from __future__ import annotations

import torch

from course_utils.kits.comparing import tensors_equal
from course_utils.kits.function import function_probe
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, gathered

__all__ = ["CASES", "PROBE"]

# The last one leaves the number of steps to the default value.
CASES = ("wide", "tall", "square", "zero", "usual")
ARRAYS = function_probe("newton_schulz", "newton_schulz(matrix, steps=5)", cases=CASES, tensors=True)


def _run(function: object, inputs: Inputs) -> Outputs:
    """Return `<case>_value` and `arguments_left_alone`; inputs: `<case>_matrix` and `steps`."""
    (part,) = ARRAYS.parts
    outputs = gathered(part.run(function, inputs))
    values = torch.cat([torch.tensor(outputs[f"{case}_value"]).flatten() for case in CASES])
    if _in_16_bits(values) and not tensors_equal(values, values.round()):
        raise ProbeFailure(
            "every number of the result is one that fits into 16 bits, so it was rounded on the way; the text keeps "
            "the dtype of the matrix."
        )
    return outputs


def _in_16_bits(values: torch.Tensor) -> bool:
    return any(tensors_equal(values, values.to(dtype).to(values.dtype)) for dtype in (torch.bfloat16, torch.float16))


PROBE = Probe.single("newton_schulz", "newton_schulz", _run)
