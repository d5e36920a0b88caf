"""Known mistakes in `rmsprop`, cache = decay cache + (1 - decay) dw^2, and its accepted conventions."""

from __future__ import annotations

from autograder.catalogue.edit import accepted, edit
from course_utils.exercises.optimizers.functional_optimizers.answer_config import (
    EPSILON_INSIDE,
    EPSILON_MISTAKES,
    OTHER_EPSILONS,
)

__all__ = ["CONVENTIONS", "MISTAKES"]

OLD = 'config["decay_rate"] * config["cache"]'
CACHE = f'cache = {OLD} + (1 - config["decay_rate"]) * dw**2'
STEP = 'next_w = w - config["learning_rate"] * dw /'
ROOT = "np.sqrt(cache)"
STORED = '{**config, "cache": cache}'

CONVENTIONS = (
    accepted("epsilon-inside", EPSILON_INSIDE, {ROOT: "np.sqrt(cache", 'config["epsilon"])': 'config["epsilon"]))'}),
    *OTHER_EPSILONS,
)
MISTAKES = (
    edit(
        "ascent",
        "The weights move with the gradient, uphill: the update adds where it should subtract.",
        {STEP: 'next_w = w + config["learning_rate"] * dw /'},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {STEP: "next_w = w - dw /"},
        pairs=False,
    ),
    edit(
        "squares-summed",
        "The squares are added up without forgetting, so the steps only ever shrink: that is AdaGrad.",
        {CACHE: 'cache = config["cache"] + dw**2'},
    ),
    edit(
        "no-one-minus-beta",
        "The new square enters with weight 1 instead of 1 - decay_rate: the mean of squares comes out "
        "1/(1 - decay_rate) times too large.",
        {CACHE: f"cache = {OLD} + dw**2"},
    ),
    edit(
        "beta-on-wrong-term",
        "decay_rate and 1 - decay_rate have changed places: decay_rate weighs the new square instead of the old mean.",
        {CACHE: 'cache = (1 - config["decay_rate"]) * config["cache"] + config["decay_rate"] * dw**2'},
    ),
    edit(
        "absolute-instead-of-square",
        "The mean is taken over the size of the gradient instead of its square.",
        {CACHE: f'cache = {OLD} + (1 - config["decay_rate"]) * np.abs(dw)'},
        pairs=False,
    ),
    edit(
        "gradient-not-squared",
        "The gradient enters the mean without being squared; where it is negative, the root does not exist.",
        {CACHE: f'cache = {OLD} + (1 - config["decay_rate"]) * dw'},
        pairs=False,
    ),
    edit(
        "square-of-the-average",
        "The gradients are averaged and the average is squared; the text averages the squares. Where the sign of a "
        "gradient changes, its average is small, and the step too long.",
        {CACHE: f'cache = {OLD} + (1 - config["decay_rate"]) * dw', "np.sqrt(cache)": "np.sqrt(cache**2)"},
        pairs=False,
    ),
    edit(
        "no-root",
        "The gradient is divided by the mean of squares itself: the square root is missing.",
        {ROOT: "cache"},
    ),
    edit(
        "squares-not-kept",
        "The mean of squares is never stored: the new mean is used in this step and lost before the next one.",
        {STORED: "config"},
    ),
    edit(
        "scalar-second-moment",
        "One mean of squares serves the whole tensor; every entry needs its own.",
        {CACHE: f'cache = {OLD} + (1 - config["decay_rate"]) * np.mean(dw**2)'},
        pairs=False,
    ),
    edit(
        "stale-squares",
        "The step divides by the mean of squares from before this gradient was taken in.",
        {ROOT: 'np.sqrt(config["cache"])'},
    ),
    edit(
        "root-stored",
        "The root is kept in place of the mean of squares, and the next call takes it for one.",
        {STORED: '{**config, "cache": np.sqrt(cache)}'},
        pairs=False,
    ),
    *EPSILON_MISTAKES,
)
