"""What a network starts with. Its weights are drawn afresh in every network, so their size is computed, not drawn."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from autograder.catalogue.answer import AnswerPart
from autograder.kits.module_statements import Statements, statements_part
from course_utils.checks.labels import Label
from course_utils.exercises.normalization.fully_connected.probe import INITIAL_WIDTHS, WEIGHT_SCALE
from course_utils.kits.numpy_nets import coarse

__all__ = ["parameters_part"]


def _std(deviation: Callable[[int], float]) -> tuple[float, ...]:
    """Return the standard deviations of the layers, in units of the weight scale, from their numbers of inputs."""
    return tuple(coarse(deviation(inputs) / WEIGHT_SCALE) for inputs, _ in pairwise(INITIAL_WIDTHS))


def _wrong_std(name: str, says: str, deviation: Callable[[int], float], **more: float) -> Statements:
    return Statements(name, says, {"std": _std(deviation), **more})


MISTAKES = (
    _wrong_std("weight-scale-ignored", "`weight_scale` has no effect; 1e-2 is used instead.", lambda inputs: 1e-2),
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
    Statements("biases-not-zero", "The biases start at other values than 0.", {"biases_zero": 0.0}),
    Statements(
        "normalization-ignored",
        'With normalization="layernorm" there are no gains and shifts: the flag knows batch normalization only.',
        {"layernorm_has": 0.0},
    ),
    Statements(
        "normalization-ignored",
        'With normalization="batchnorm" there are no gains and shifts: the flag knows layer normalization only.',
        {"batchnorm_has": 0.0},
    ),
    Statements(
        "normalization-parameters",
        "Gammas and betas should be there once for each hidden layer (gamma1, beta1, ...) when a normalization is "
        "chosen, and not for the scores.",
        {"batchnorm_has": 0.0, "layernorm_has": 0.0},
    ),
    Statements(
        "normalization-parameters",
        "Without a normalization there are gammas or betas too; such a network has weights and biases only.",
        {"plain_has_none": 0.0},
        share=0.75,
    ),
    Statements("gains-not-one", "Gammas should start at 1, so that at first nothing is scaled.", {"gains_one": 0.0}),
    Statements("shifts-not-zero", "Betas should start at 0.", {"shifts_zero": 0.0}),
    Statements(
        "dtype-ignored",
        "The parameters do not have the given `dtype`; a gradient check needs float64, training wants float32.",
        {"dtype": 0.0},
        share=0.75,
    ),
)
ACCEPTS_UNKNOWN = Statements(
    "unknown-normalization-accepted",
    "An unknown name of a normalization is accepted without an error. After a typing mistake you would compare a "
    "network with itself.",
    {"unknown_refused": 0.0},
    share=1.0,
)
LABELS = {
    "std": Label("standard deviation of each layer's weights, in units of weight_scale"),
    "centred": Label("weights around 0", statement=True),
    "biases_zero": Label("biases 0", statement=True),
    "batchnorm_has": Label('gammas and betas as named in the text with "batchnorm"', statement=True),
    "layernorm_has": Label('gammas and betas as named in the text with "layernorm"', statement=True),
    "plain_has_none": Label("no gammas and betas without a normalization", statement=True),
    "gains_one": Label("gammas 1", statement=True),
    "shifts_zero": Label("betas 0", statement=True),
    "dtype": Label("parameters of the given dtype", statement=True),
    "unknown_refused": Label("an unknown normalization is refused", statement=True),
}


def parameters_part(name: str, reread: str) -> AnswerPart:
    """Make the answer to the part about the first values; `reread` says what to read again."""
    return statements_part(
        name,
        LABELS,
        MISTAKES,
        usual={"std": _std(lambda inputs: WEIGHT_SCALE)},
        conventions=(ACCEPTS_UNKNOWN,),
        reread=reread,
        weight=1.0,
    )
