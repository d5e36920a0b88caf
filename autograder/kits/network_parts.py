"""What a network starts with, and what dropout does in it: parts of `fully_connected` that are seen by statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.catalogue.answer import AnswerPart, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule
from autograder.kits.rules import Mistake, Rule
from course_utils.exercises.normalization.fully_connected.probe import DROPOUT_KEEP, INITIAL_WIDTHS, WEIGHT_SCALE
from course_utils.kits.numpy_nets import coarse
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["dropout_part", "parameters_part"]

Deviation = Callable[[int], float]


def _std(deviation: Deviation) -> Callable[[SimpleNamespace], Any]:
    """Return the formula of standard deviations, in units of the weight scale, from the number of inputs."""
    values = np.array([coarse(deviation(inputs) / WEIGHT_SCALE) for inputs, _ in pairwise(INITIAL_WIDTHS)])
    return lambda s: values


FLAGS = (
    *("centred", "biases_zero", "batchnorm_has", "layernorm_has", "plain_has_none"),
    *("gains_one", "shifts_zero", "dtype", "unknown_refused"),
)
START: Rule = {
    "std": _std(lambda inputs: WEIGHT_SCALE),
    **{name: (lambda s: 1.0) for name in FLAGS},
}


def _wrong_std(name: str, says: str, deviation: Deviation, **more: float) -> Mistake:
    flags: Rule = {flag: _constant(value) for flag, value in more.items()}
    return Mistake(name, says, {"std": _std(deviation), **flags})


def _constant(value: float) -> Callable[[SimpleNamespace], float]:
    return lambda s: value


START_MISTAKES = (
    _wrong_std("weight-scale-ignored", "`weight_scale` has no effect; 1e-2 stands in its place.", lambda inputs: 1e-2),
    _wrong_std(
        "other-initialisation",
        "The weights have a standard deviation of root(2 / inputs); the experiments need the given `weight_scale`.",
        lambda inputs: float(np.sqrt(2 / inputs)),
    ),
    _wrong_std(
        "other-initialisation",
        "The weights have a standard deviation of root(1 / inputs); the experiments need the given `weight_scale`.",
        lambda inputs: float(np.sqrt(1 / inputs)),
    ),
    _wrong_std("weights-not-scaled", "The weights have standard deviation 1.", lambda inputs: 1.0),
    _wrong_std("weights-zero", "All weights start at 0, so that all units learn the same.", lambda inputs: 0.0),
    _wrong_std(
        "weight-scale-for-variance",
        "`weight_scale` is taken for the variance; it is the standard deviation.",
        lambda inputs: float(np.sqrt(WEIGHT_SCALE)),
    ),
    _wrong_std(
        "uniform-weights",
        "The weights are uniform within the given scale; they should be normal, with that standard deviation.",
        lambda inputs: float(WEIGHT_SCALE / np.sqrt(3)),
    ),
    _wrong_std(
        "uniform-weights",
        "The weights are uniform from 0 to the given scale, so none is negative; they should be normal, around 0.",
        lambda inputs: float(WEIGHT_SCALE / np.sqrt(12)),
        centred=0.0,
    ),
    Mistake("biases-not-zero", "The biases start at other values than 0.", {"biases_zero": lambda s: 0.0}),
    Mistake(
        "normalization-ignored",
        'With normalization="layernorm" there are no gains and shifts: the flag knows batch normalization only.',
        {"layernorm_has": lambda s: 0.0},
    ),
    Mistake(
        "normalization-ignored",
        'With normalization="batchnorm" there are no gains and shifts: the flag knows layer normalization only.',
        {"batchnorm_has": lambda s: 0.0},
    ),
    Mistake(
        "normalization-parameters",
        "Gammas and betas should be there once for each hidden layer (gamma1, beta1, ...) when a normalization is "
        "chosen, and not for the scores.",
        {"batchnorm_has": lambda s: 0.0, "layernorm_has": lambda s: 0.0},
    ),
    Mistake(
        "normalization-parameters",
        "Without a normalization there are gammas or betas too; such a network has weights and biases only.",
        {"plain_has_none": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "gains-not-one", "Gammas should start at 1, so that at first nothing is scaled.", {"gains_one": lambda s: 0.0}
    ),
    Mistake("shifts-not-zero", "Betas should start at 0.", {"shifts_zero": lambda s: 0.0}),
    Mistake(
        "dtype-ignored",
        "The parameters do not have the given `dtype`; a gradient check needs float64, training wants float32.",
        {"dtype": lambda s: 0.0},
        share=0.75,
    ),
)

ACCEPTS_UNKNOWN = Mistake(
    "unknown-normalization-accepted",
    "A normalization of a name that nobody knows is accepted without an error. With a typing mistake you would compare "
    "a network with itself.",
    {"unknown_refused": lambda s: 0.0},
)

# `keep` and `second` are the shares that dropout keeps after each of two hidden layers, `last` after the scores.
DROPOUT: Rule = {
    "keep": lambda s: DROPOUT_KEEP,
    "second": lambda s: s.keep,
    "last": lambda s: 1.0,
    "kept_by_one": lambda s: round(s.keep * s.last, 1),
    "kept_by_two": lambda s: round(s.keep * s.second * s.last, 1),
    "kept_after_norm": lambda s: s.kept_by_one,
    **{name: (lambda s: 1.0) for name in ("mean_kept", "quiet_in_test", "seed_repeats", "gradients_fit")},
}
DROPOUT_MISTAKES = (
    Mistake("dropout-ignored", "`dropout_keep_ratio` has no effect.", {"keep": lambda s: 1.0}, pairs=False),
    Mistake(
        "keep-ratio-for-drop-ratio",
        "The ratio is taken for the share that is dropped; it is the share that is kept.",
        {"keep": lambda s: 1 - DROPOUT_KEEP},
    ),
    Mistake(
        "dropout-in-one-layer-only",
        "Dropout follows one hidden layer only; it belongs after each of them.",
        {"second": lambda s: 1.0},
    ),
    Mistake(
        "dropout-on-scores",
        "The scores are dropped too; dropout belongs to the hidden layers.",
        {"last": lambda s: s.keep},
        pairs=False,
    ),
    Mistake(
        "dropout-before-normalization",
        "With batch normalization dropout is missing, or comes before the normalization, which then shifts the zeros; "
        "it follows the ReLU.",
        {"kept_after_norm": lambda s: 1.0},
    ),
    Mistake(
        "dropout-not-scaled",
        "The values that are kept are not divided by the keep ratio, so the mean is another one while training than in "
        "test mode.",
        {"mean_kept": lambda s: 0.0},
    ),
    Mistake(
        "dropout-in-test",
        "Scores in test mode are random: dropout acts there too.",
        {"quiet_in_test": lambda s: 0.0},
    ),
    Mistake(
        "dropout-backward-missing",
        "The gradients are not those of the loss: dropout is missing on the way back.",
        {"gradients_fit": lambda s: 0.0},
    ),
    Mistake(
        "seed-ignored",
        "With a given `seed` the values dropped should be the same in every call, as a gradient check needs.",
        {"seed_repeats": lambda s: 0.0, "gradients_fit": lambda s: 0.0},
        share=0.75,
    ),
)


def _of_statistics(outputs: Sequence[str]) -> Callable[[Rule], Simulate]:
    def simulate(rule: Rule) -> Simulate:
        def arrays(inputs: Inputs) -> Outputs:
            (state,) = over_calls(rule, [{}], {})
            return {name: np.asarray(getattr(state, name)) for name in outputs}

        return arrays

    return simulate


def parameters_part(name: str, reread: str) -> AnswerPart:
    """Make the answer to the part about the first values; `reread` says what to read again."""
    labels = {
        "std": "standard deviation of each layer's weights, in units of weight_scale",
        "centred": "weights around 0 (1 = yes)",
        "biases_zero": "biases 0 (1 = yes)",
        "batchnorm_has": 'gammas and betas as named in the text with "batchnorm" (1 = yes)',
        "layernorm_has": 'gammas and betas as named in the text with "layernorm" (1 = yes)',
        "plain_has_none": "no gammas and betas without a normalization (1 = yes)",
        "gains_one": "gammas 1 (1 = yes)",
        "shifts_zero": "betas 0 (1 = yes)",
        "dtype": "parameters of the given dtype (1 = yes)",
        "unknown_refused": "an unknown normalization is refused (1 = yes)",
    }
    return part_from_rule(
        name,
        START,
        _of_statistics(list(labels)),
        START_MISTAKES,
        variants=(ACCEPTS_UNKNOWN,),
        labels=labels,
        reread=reread,
    )


def dropout_part(name: str, reread: str, weight: float) -> AnswerPart:
    """Make the answer to the part about dropout; `reread` says what to read again."""
    labels = {
        "kept_by_one": "share of signals that pass one hidden layer",
        "kept_by_two": "share of signals that pass two hidden layers",
        "kept_after_norm": "share of signals that pass one hidden layer with batch normalization",
        "mean_kept": "mean of the signal kept (1 = yes)",
        "quiet_in_test": "no dropout in test mode (1 = yes)",
        "seed_repeats": "the same loss again with a seed (1 = yes)",
        "gradients_fit": "gradients are those of the loss (1 = yes)",
    }
    return part_from_rule(
        name,
        DROPOUT,
        _of_statistics(list(labels)),
        DROPOUT_MISTAKES,
        labels=labels,
        reread=reread,
        weight=weight,
    )
