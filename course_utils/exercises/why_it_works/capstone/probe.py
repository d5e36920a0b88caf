"""How `train_and_predict(train_images, train_labels, test_images)` is exercised: as it will be used, once.

It is handed the 6,000 training images of the package with their labels, and test images without. What comes back is
compared with the labels elsewhere, and so is the processor time with the budget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.data.images import FASHION_MNIST
from course_utils.data.sources import read_sample
from course_utils.kits.calls import call
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array
from course_utils.seeding import set_seed

__all__ = ["BUDGET_S", "PROBE"]

BUDGET_S = 60.0
CLASSES = 10
DECLARED = "train_and_predict(train_images, train_labels, test_images)"


def _run(train_and_predict: Callable[..., Any], inputs: Inputs) -> Outputs:
    train_images, train_labels = read_sample(FASHION_MNIST, train=True)
    test_images = torch.tensor(inputs["images"])
    random_state = torch.get_rng_state()
    set_seed(int(inputs["seed"]))
    try:
        returned = call(train_and_predict, DECLARED, train_images.clone(), train_labels.clone(), test_images)
    finally:
        torch.set_rng_state(random_state)
    predictions = _predictions(returned, len(inputs["images"]))
    return {
        "benchmark": predictions,
        "first_hurdle": predictions,  # the same, compared with less
        "classes_predicted": np.array(float(len(np.unique(predictions)))),
    }


def _predictions(returned: object, count: int) -> NDArray[np.float64]:
    """Return one class number per image, also from one row of logits per image."""
    values = as_array(returned, "the return value of train_and_predict")
    if values.shape == (count, CLASSES):
        values = values.argmax(axis=1).astype(np.float64)
    if values.shape != (count,):
        raise ProbeFailure(
            f"train_and_predict returned shape {values.shape}; expected one class number for each of the {count} test "
            f"images, ({count},), or their logits, ({count}, {CLASSES})."
        )
    return values


PROBE = Probe(
    "capstone",
    ("train_and_predict",),
    (Part("train_and_predict", ("train_and_predict",), _run, limit_s=2 * BUDGET_S, budget_s=BUDGET_S),),
)
