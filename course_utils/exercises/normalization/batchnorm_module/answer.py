"""The answer to `batchnorm_module`: batch normalization as a torch module without gain and shift."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograder.catalogue.answer import Answer, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule
from autograder.kits.batch_sequences import FEATURES, SEQUENCE_LABELS, fresh_columns, fresh_sequences, sequence
from autograder.kits.batch_statistics import (
    BATCHNORM,
    MOMENTUM_IGNORED,
    NORMALISER_MISTAKES,
    RUNNING_MISTAKES,
    STARTS_AT_ZERO,
    UNBIASED_RUNNING,
)
from autograder.kits.epsilons import OTHER_EPSILON, RARE_EPSILONS
from autograder.kits.library import NORMALIZATIONS
from autograder.kits.manners import MANNER_LABELS, SHAPES_DO_NOT_FIT
from autograder.kits.module_manners import MODULE_MANNER_MISTAKES, MODULE_MANNERS, OTHER_DTYPE, flag_part, turned
from autograder.kits.normalization_rule import UNBIASED
from autograder.kits.rules import Mistake, Rule
from autograder.kits.way_back import NO_WAY_BACK, WAY_BACK, WAY_BACK_LABELS, WAY_BACK_MISTAKES, way_back
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

REFUSES_ONE = Mistake(
    "refuses-batch-of-one",
    "A training batch of one example is refused with an error, as in torch: its variance says nothing. The text lets "
    "it pass, with output 0.",
    {"refuses": lambda s: True},
)
# Running statistics are detached, so the gradient that they leave in training mode is that of constants.
WITHOUT_GRAPH = tuple(
    replace(mistake, formulas={**mistake.formulas, **NO_WAY_BACK})
    for mistake in RUNNING_MISTAKES
    if mistake.id == "running-statistics-in-training"
)
# One call of x.var() serves both; torch's default is the unbiased estimate.
UNBIASED_TWICE = replace(UNBIASED, formulas={**UNBIASED.formulas, **UNBIASED_RUNNING.formulas})
MISTAKES = (
    UNBIASED_TWICE,
    *(*NORMALISER_MISTAKES, *RUNNING_MISTAKES, *WITHOUT_GRAPH),
    *(STARTS_AT_ZERO, MOMENTUM_IGNORED, SHAPES_DO_NOT_FIT, *WAY_BACK_MISTAKES),
)
CONSTANTS = {"gamma": 1.0, "beta": 0.0, "given_eps": 1e-5, "running_var": np.ones(FEATURES)}

ONE_LABELS = {
    "forgetful_out_test": "output in test mode with beta = 0",
    "single": "output for a training batch of one example (infinite: refused with an error)",
}


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        given = {"square": float(inputs["beta"]), "other": 0.9}
        outputs: Outputs = {}
        for prefix, beta in given.items():
            outputs |= sequence(rule, inputs, prefix, {**CONSTANTS, "given_momentum": beta})
        forgetful = sequence(rule, inputs, "square", {**CONSTANTS, "given_momentum": 0.0})
        outputs["forgetful_out_test"] = forgetful.get("square_out_test", np.empty(0))
        return {**outputs, "single": _single(rule, inputs["single"]), **way_back(rule)}

    return simulate


def _single(rule: Rule, x: np.ndarray) -> np.ndarray:
    calls = [{"x": x, "training": True, "prefix": "single"}]
    start = {**CONSTANTS, "over": 0, "given_momentum": 0.9, "running_mean": np.zeros(FEATURES)}
    state = over_calls(rule, calls, start)[-1]
    return np.full(x.shape, np.inf) if state.refuses else np.asarray(state.out) + np.zeros(x.shape)


def _generate(rng: np.random.Generator) -> Inputs:
    inputs = {key: value for key, value in fresh_sequences(rng).items() if "_x_" in key}
    single, plain = fresh_columns(rng, 1), rng.normal(size=(FEATURES, FEATURES)) * rng.uniform(0.8, 2.0, size=FEATURES)
    beta, dout = np.array(rng.uniform(0.65, 0.8)), rng.normal(size=plain.shape)
    return {**inputs, "single": single, "plain": plain, "beta": beta, "dout": dout}


STATE_LABELS = {
    "in_state_dict": "running_mean and running_var are in state_dict() (1 = yes)",
    "follows_dtype": "running_mean and running_var follow module.to(dtype) (1 = yes)",
    "parameters": "number of parameters to train",
    "no_parameters_themselves": "running_mean and running_var are no parameters (1 = yes)",
    "detached": "running statistics without a graph (1 = yes)",
    "graph_bounded": "the graph stays as large as it is from one batch to the next (1 = yes)",
    "deepcopies": "copy.deepcopy works after a training batch (1 = yes)",
    **MODULE_MANNERS,
}
STATE_MISTAKES = (
    turned(
        "not-buffers",
        "The running statistics are plain attributes: they are missing in state_dict(), so a saved model forgets them, "
        "and module.to() leaves them where they are.",
        {"in_state_dict": 0.0, "follows_dtype": 0.0},
    ),
    turned(
        "not-buffers",
        "In state_dict() there is no running_mean with running_var, one value per feature: a saved model forgets them.",
        {"in_state_dict": 0.0},
    ),
    turned(
        "running-statistics-keep-their-type",
        "running_mean and running_var do not take the type that module.to() asks for.",
        {"follows_dtype": 0.0},
    ),
    turned(
        "not-detached",
        "The running statistics carry the graph of every batch so far: memory grows with each step, the model cannot "
        "be copied, and a second backward pass fails.",
        {"detached": 0.0, "graph_bounded": 0.0, "deepcopies": 0.0},
    ),
    turned(
        "not-detached",
        "The running statistics carry the graph of the last batch: the model cannot be copied.",
        {"detached": 0.0, "deepcopies": 0.0},
    ),
    turned(
        "running-statistics-as-parameters",
        "The running statistics are parameters, so an optimizer would train what should only be measured.",
        {"parameters": 2.0, "detached": 0.0, "no_parameters_themselves": 0.0},
    ),
    turned(
        "running-statistics-as-parameters",
        "The running statistics are parameters, only without a gradient: what walks through parameters(), as a weight "
        "penalty or a count does, finds what should only be measured. Buffers are kept apart from them.",
        {"no_parameters_themselves": 0.0},
        share=0.75,
    ),
    *MODULE_MANNER_MISTAKES,
)
WITH_AFFINE = turned(
    "with-gain-and-shift",
    "The module has a gain and a shift to train, as torch's has; the text leaves them out here.",
    {"parameters": 2.0},
)

ANSWER = Answer(
    "batchnorm_module",
    _generate,
    (
        part_from_rule(
            "BatchNorm",
            {**BATCHNORM, "refuses": lambda s: False, **WAY_BACK},
            _simulate,
            MISTAKES,
            variants=(UNBIASED_RUNNING, OTHER_EPSILON),
            also=(REFUSES_ONE, *RARE_EPSILONS),
            labels={**SEQUENCE_LABELS, **MANNER_LABELS, **ONE_LABELS, **WAY_BACK_LABELS},
            reread="section 4.1, the formulas, and section 4.2, what is kept where",
            weight=3.0,
            rtol=1e-5,
        ),
        flag_part(
            "BatchNorm as a module",
            STATE_LABELS,
            STATE_MISTAKES,
            usual={"parameters": 0.0},
            variants=(OTHER_DTYPE, WITH_AFFINE),
            reread="section 4.2, buffers and what is kept of the graph",
            weight=1.0,
        ),
    ),
    by_hand=NORMALIZATIONS,
)
