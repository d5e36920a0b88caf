"""How `cross_entropy(logits, labels)` is exercised: moderate logits, shifted ones, and examples that are far off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from course_utils.kits.comparing import flag
from course_utils.kits.losses import finite_or_nan, growing, loss_and_gradient
from course_utils.kits.probe import Inputs, Outputs, Probe
from course_utils.kits.tensors import same, tensor

__all__ = ["PROBE"]


def _run(cross_entropy: Callable[[torch.Tensor, torch.Tensor], Any], inputs: Inputs) -> Outputs:
    """Where the probability of the label has rounded to 0 the loss must still grow; else it counts as 0."""
    labels = tensor(inputs["labels"], torch.int64)
    of = partial(loss_and_gradient, cross_entropy, labels, name="cross_entropy", prediction_first=True)
    logits = tensor(inputs["logits"])
    cross_entropy(logits, labels)
    loss, slope = of(inputs["logits"])
    far, near = of(inputs["logits_far"])[0], of(inputs["logits_far"] / 2)[0]
    grows = growing(far, near)
    return {
        "loss": loss,
        "gradient": slope,
        "loss_shifted": finite_or_nan(of(inputs["logits"] + inputs["shift"])[0]),
        "loss_shifted_by_row": finite_or_nan(of(inputs["logits"] + inputs["shift_by_row"])[0]),
        "loss_grows": flag(grows),
        "loss_far": far if grows else np.zeros(()),
        "inputs_left_alone": flag(same(logits, inputs["logits"]) and same(labels, inputs["labels"])),
    }


PROBE = Probe.single("cross_entropy", "cross_entropy", _run)
