"""The answer to `convnets`: two stages of convolution, ReLU, pooling (and batch norm), a linear layer; safe scaling."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.convnet_builds import NET, NET_MISTAKES, NORM_MISTAKES, PLAIN_MISTAKES, WITHOUT_BIAS, factory
from autograder.kits.pixel_scaling import ABOUT_SCALING, LARGE_EPSILON, SCALING, UNBIASED
from autograder.kits.programs import as_function, part_of, seen_by
from autograder.kits.rules import Mistake, Rule, alternatives, under_variants
from course_utils.checks.labels import Label
from course_utils.exercises.why_it_works.convnets.probe import PROBE
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

LABELS = {
    "classes": Label("number of logits, for the num_classes asked for and by default"),
    "logits": Label("logits in evaluation mode"),
    "logits_in_training": Label("logits in training mode"),
    "train": Label("standardized training pixels"),
    "test": Label("standardized test pixels"),
    "constant_finite": Label("pixels that are constant in the training images stay finite", statement=True),
    "constant_bounded": Label("these pixels stay below 100 in the test images", statement=True),
    "inputs_left_alone": Label("images left as they were", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a seed for networks and images, and pixels of which some are constant in the training images."""
    spread = rng.uniform(0.15, 0.3, size=(1, 3, 3))
    middle = rng.uniform(0.3, 0.7, size=(1, 3, 3))
    train, test = (middle + spread * rng.uniform(-1, 1, size=(count, 1, 3, 3)) for count in (12, 7))
    train[:, 0, 0, 0] = 0.0
    train[:, 0, 2, 1] = 0.25
    test[:, 0, 0, 0] = np.where(np.arange(7) == rng.integers(7), 0.5, 0.0)
    test[:, 0, 2, 1] = 0.25
    return {
        "seed": np.array(rng.integers(2**31)),
        "num_classes": np.array(rng.integers(5, 9)),
        "train": train,
        "test": test,
    }


def _net_part(name: str, program: Rule, mistakes: tuple[Mistake, ...], under: tuple[Mistake, ...] = ()) -> AnswerPart:
    simulate = seen_by(part_of(PROBE, name), factory)
    return AnswerPart(
        name=name,
        reference=simulate(program),
        misconceptions=(
            *alternatives(program, mistakes, simulate, pairs=False),
            *under_variants(program, under, (WITHOUT_BIAS,), simulate),
        ),
        variants=alternatives(program, (WITHOUT_BIAS,), simulate, pairs=False),
        labels=LABELS,
        reread="section 5.0, the table of layers",
    )


def _scaling_part() -> AnswerPart:
    simulate = seen_by(part_of(PROBE, "standardize"), lambda program: as_function(program, "train", "test"))
    return AnswerPart(
        name="standardize",
        reference=simulate(SCALING),
        misconceptions=(
            *alternatives(SCALING, ABOUT_SCALING, simulate),
            *under_variants(SCALING, ABOUT_SCALING, (UNBIASED,), simulate),
        ),
        variants=alternatives(SCALING, (UNBIASED, LARGE_EPSILON), simulate),
        labels=LABELS,
        reread="section 5.0, pixels that never change",
        # Wide enough for the tiny constants that are added to a standard deviation.
        rtol=1e-3,
    )


ANSWER = Answer(
    "convnets",
    generate,
    (
        _net_part("ConvNet", {**NET, "norm": lambda s: "nowhere"}, (*NET_MISTAKES, *PLAIN_MISTAKES)),
        _net_part("BatchNormConvNet", NET, (*NET_MISTAKES, *NORM_MISTAKES), under=NORM_MISTAKES[:2]),
        _scaling_part(),
    ),
)
