"""What is right and wrong in `functional_optimizers`: `(w, dw, config=None) -> (next_w, config)` for three rules."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import OPTIMIZERS
from course_utils.checks.labels import Label
from course_utils.exercises.optimizers.functional_optimizers import answer_adam, answer_rmsprop, answer_sgd_momentum
from course_utils.exercises.optimizers.functional_optimizers.answer_config import (
    BESIDES,
    IGNORED,
    W_IN_PLACE,
    config_mistakes,
)
from course_utils.exercises.optimizers.functional_optimizers.probe import ONE, STATES
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

STEPS = 4
SHAPE = (2, 3)
FAILS = "not a number, or an error"
LABELS = {
    "next_w": Label("next_w", "step"),
    **{key: Label(f"config[{key!r}]", "step") for keys in STATES.values() for key in keys},
    "next_w_default": Label("next_w", "step", then="from no config"),
    "next_w_without_state": Label("next_w", "step", then="from a config without state", nan=FAILS),
    "next_w_one_setting": Label("next_w", "step", then=f"from a config that holds only {ONE!r}", nan=FAILS),
    "w_left_alone": Label("w left as it was", statement=True),
    "dw_left_alone": Label("dw left as it was", statement=True),
}
BASED = ("next_w", "next_w_default", "next_w_without_state", "next_w_one_setting")
# What students see of the code under its own name.
WORDS = {name: name for name in ("learning_rate", "decay_rate", "next_w")}


def _part(name: str, mistakes: tuple[Edit, ...], conventions: tuple[Edit, ...] = ()) -> AnswerPart:
    return solution_part(
        "functional_optimizers",
        name,
        (*mistakes, *config_mistakes(STATES[name])),
        conventions=(*conventions, W_IN_PLACE),
        ignored=IGNORED,
        not_in_mistakes=("w_left_alone",),
        besides=BESIDES,
        labels=LABELS,
        reread="section 2.6, the three rules with a config",
        words=WORDS,
        baselines=lambda inputs: dict.fromkeys(BASED, inputs["w"]),
    )


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw gradients with small and zero components, a history that fits them, and a t that is not at its start."""
    scale = np.array([[1e-4, 0.0, 1e-6], [1.0, 1.0, 1.0]])
    signs = rng.choice([-1.0, 1.0], size=(STEPS, *SHAPE))
    numbers = {
        "sgd_momentum": {"learning_rate": rng.uniform(0.04, 0.1), "momentum": rng.uniform(0.65, 0.8)},
        "rmsprop": {
            "learning_rate": rng.uniform(0.04, 0.1),
            "decay_rate": rng.uniform(0.7, 0.85),
            "epsilon": rng.uniform(1e-4, 3e-4),
        },
        "adam": {
            "learning_rate": rng.uniform(0.04, 0.1),
            "beta1": rng.uniform(0.6, 0.75),
            "beta2": rng.uniform(0.94, 0.97),
            "epsilon": rng.uniform(1e-4, 3e-4),
            "t": 5.0,
        },
    }
    return {
        "w": rng.uniform(-0.1, 0.1, size=SHAPE),
        "dw": signs * rng.uniform(0.3, 1.5, size=(STEPS, *SHAPE)) * scale,
        "sgd_momentum_velocity": rng.normal(scale=0.3, size=SHAPE),
        "rmsprop_cache": rng.uniform(0.2, 1.5, size=SHAPE) * scale**2,
        "adam_m": rng.uniform(-0.5, 0.5, size=SHAPE) * scale,
        "adam_v": rng.uniform(0.2, 1.5, size=SHAPE) * scale**2,
        **{f"{name}_{key}": np.array(value) for name, values in numbers.items() for key, value in values.items()},
    }


ANSWER = Answer(
    "functional_optimizers",
    _generate,
    (
        _part("sgd_momentum", answer_sgd_momentum.MISTAKES),
        _part("rmsprop", answer_rmsprop.MISTAKES, answer_rmsprop.CONVENTIONS),
        _part("adam", answer_adam.MISTAKES, answer_adam.CONVENTIONS),
    ),
    by_hand=OPTIMIZERS,
)
