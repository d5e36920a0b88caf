"""The answer to `capstone`: the labels, and the share of them that has to be predicted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from course_utils.checks.labels import Label
from course_utils.exercises.why_it_works.capstone.answer_images import drawn_images, labels_of
from course_utils.exercises.why_it_works.capstone.probe import BUDGET_S, PROBE
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

# Measured on the 1,000 altered images, three seeds and two tickets each, after ten passes of draws with replacement
# in batches of 32, one mean and standard deviation for all pixels: a linear softmax classifier (learning rate 0.01)
# 0.60 to 0.62, mean 0.62; `ConvNet` (0.04) 0.72 to 0.79, mean 0.76.
FIRST_HURDLE, BENCHMARK = 0.62, 0.76


def generate(rng: np.random.Generator) -> Inputs:
    """Draw altered images in an order of their own, and the seed that is set before training."""
    return {**drawn_images(rng), "seed": np.array(int(rng.integers(2**31)))}


def _labels(inputs: Inputs) -> Outputs:
    labels = labels_of(inputs["ticket"])
    return {
        "benchmark": labels,
        "first_hurdle": labels,
        "classes_predicted": np.array(10.0),
        "within_budget": np.array(1.0),
    }


def _only(*names: str, shift: int = 0, **values: float) -> Simulate:
    """Return a simulation that gives the named arrays of the answer, shifted by a whole number, and given values."""

    def arrays(inputs: Inputs) -> Outputs:
        return {
            **{name: _labels(inputs)[name] + shift for name in names},
            **{name: np.array(value) for name, value in values.items()},
        }

    return arrays


def _known(name: str, says: str, simulate: Callable[[Inputs], Outputs], share: float) -> Alternative:
    return Alternative((name,), (says,), simulate, share)


# Not edits of the solution: what is judged is how well a net is trained, which takes minutes and is never the same.
KNOWN = (
    _known(
        "over-budget",
        f"The predictions are good enough, but they took more than {BUDGET_S:g} s of processor time, which counts the "
        "seconds of all threads.",
        _only("benchmark", within_budget=0.0),
        0.5,
    ),
    _known(
        "below-the-benchmark",
        "Better than a linear classifier, but not as good as the benchmark.",
        _only("first_hurdle", within_budget=1.0),
        0.5,
    ),
    _known(
        "classes-from-one",
        "The class numbers go from 1 to 10; they are 0 to 9, as in train_labels.",
        _only("first_hurdle", shift=1),
        0.5,
    ),
    _known(
        "one-class-for-all",
        "All test images get the same class. Either nothing was learned, or the test images are on another scale than "
        "the training images.",
        _only(classes_predicted=1.0),
        0.0,
    ),
    _known(
        "below-a-linear-classifier",
        "Worse than a linear classifier. The usual reasons: test images on another scale than the training images, a "
        "net that predicts in training mode, an order of the images that was lost, or training that diverged.",
        _only(),
        0.0,
    ),
)

ANSWER = Answer(
    "capstone",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_labels,
            misconceptions=KNOWN,
            labels={
                "benchmark": Label("the predictions"),
                "first_hurdle": Label("the predictions"),
                "classes_predicted": Label("number of classes that are predicted at all"),
                "within_budget": Label(f"at most {BUDGET_S:g} s of processor time", statement=True),
            },
            reread="section 5.6, the task and its rules",
            agreement={"benchmark": BENCHMARK, "first_hurdle": FIRST_HURDLE},
        ),
    ),
)
