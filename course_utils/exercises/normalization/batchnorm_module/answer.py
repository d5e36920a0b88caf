"""What is right and wrong in `batchnorm_module`: batch normalization as a torch module without gain and shift."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.batch_sequences import FEATURES, SEQUENCE_LABELS, fresh_columns, fresh_sequences
from autograder.kits.library_functions import NORMALIZATIONS
from autograder.kits.module_statements import (
    MODULE_LABELS,
    MODULE_MISTAKES,
    OTHER_DTYPE,
    WITH_AFFINE,
    Statements,
    statements_part,
)
from autograder.kits.normalization_mistakes import (
    EXTRA_LABELS,
    GRADIENT_LABELS,
    WORDS,
    normalization_mistakes,
    other_epsilons,
)
from course_utils.checks.labels import TABLE, Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

STATISTICS = "mean, var = x.mean(dim=0), x.var(dim=0, correction=0)"
KEEP_MEAN = "self.running_mean.mul_(self.beta).add_(mean, alpha=1 - self.beta)"
KEEP_VAR = "self.running_var.mul_(self.beta).add_(var, alpha=1 - self.beta)"
IN_TEST = "mean, var = self.running_mean, self.running_var"
OUT = "return (x - mean) / torch.sqrt(var + 1e-5)"
ROOT = "torch.sqrt(var + 1e-5)"
# What was kept before this batch, where the buffers are changed in place.
OLD = {STATISTICS: f"{STATISTICS}\nold_mean, old_var = self.running_mean.clone(), self.running_var.clone()"}
ALWAYS_UPDATED = {"if self.training:": "if True:", "else:": "if not self.training:"}
ASSIGNED = {
    KEEP_MEAN: "self.running_mean = self.beta * self.running_mean + (1 - self.beta) * mean",
    KEEP_VAR: "self.running_var = self.beta * self.running_var + (1 - self.beta) * var",
}


def _kept(var: str) -> dict[str, str]:
    return {KEEP_VAR: KEEP_VAR.replace("add_(var", f"add_({var}")}


MISTAKES = (
    *normalization_mistakes(
        "batchnorm_module",
        {
            # One call of x.var() serves both; torch's default is the unbiased estimate.
            "unbiased-variance": (
                {"correction=0": "correction=1"},
                {"correction=0": "correction=1", **_kept("x.var(dim=0, correction=0)")},
            ),
            "wrong-axis": (
                {STATISTICS: STATISTICS.replace("dim=0", "dim=1")},
                {STATISTICS: STATISTICS.replace("dim=0", "dim=1, keepdim=True"), **ASSIGNED},
            ),
            "whole-array": {STATISTICS: "mean, var = x.mean(), x.var(correction=0)"},
            "divides-by-features": {
                STATISTICS: "mean = x.sum(dim=0) / x.shape[1]\nvar = ((x - mean) ** 2).sum(dim=0) / x.shape[1]"
            },
            "divides-by-variance": {ROOT: "(var + 1e-5)"},
            "epsilon-outside": {ROOT: "(torch.sqrt(var) + 1e-5)"},
            "no-epsilon": {ROOT: "torch.sqrt(var)"},
            "not-centred": {"(x - mean)": "x"},
            "no-epsilon-in-test": {ROOT: "torch.sqrt(var + 1e-5 * self.training)"},
            # Epsilon stands once, so that it may be another one.
            "epsilon-outside-in-test": {
                ROOT: "(lambda eps: torch.sqrt(var + eps) if self.training else torch.sqrt(var) + eps)(1e-5)"
            },
            "momentum-swapped": {"self.beta = beta": "self.beta = 1 - beta"},
            "running-variance-not-updated": {KEEP_VAR: "pass"},
            "running-mean-not-updated": {KEEP_MEAN: "pass"},
            "running-statistics-not-updated": {KEEP_MEAN: "pass", KEEP_VAR: "pass"},
            "running-standard-deviation": (
                _kept("var.sqrt()"),
                _kept("(var + 1e-5).sqrt()"),
                {**_kept("var.sqrt()"), IN_TEST: f"{IN_TEST}**2"},
            ),
            "epsilon-in-running-variance": _kept("var + 1e-5"),
            "first-batch-copied": {
                KEEP_MEAN: "share, self.beta = self.beta, self.beta * hasattr(self, 'seen')\nself.seen = True\n"
                f"{KEEP_MEAN}",
                KEEP_VAR: f"{KEEP_VAR}\nself.beta = share",
            },
            # Detached or with their graph, after this batch or before it.
            "running-statistics-in-training": (
                {OUT: f"{IN_TEST}\n{OUT}"},
                {OUT: f"{IN_TEST}\n{OUT}", "with torch.no_grad():": "if True:", **ASSIGNED},
                {**OLD, OUT: f"if self.training:\n    mean, var = old_mean, old_var\n{OUT}"},
            ),
            "batch-statistics-in-test": {IN_TEST: "pass"},
            "running-statistics-updated-in-test": (
                ALWAYS_UPDATED,
                {**ALWAYS_UPDATED, **OLD, IN_TEST: "mean, var = old_mean, old_var"},
            ),
            "momentum-ignored": {"self.beta = beta": "self.beta = 0.9"},
            "shapes-do-not-fit": {
                STATISTICS: f'if 1 < len(x) != x.shape[1]:\n    raise ValueError("shapes")\n{STATISTICS}'
            },
            "statistics-as-constants": {OUT: f"mean, var = mean.detach(), var.detach()\n{OUT}"},
            "one-statistic-as-constant": (
                {OUT: f"mean = mean.detach()\n{OUT}"},
                {OUT: f"var = var.detach()\n{OUT}"},
            ),
            "graph-cut": {STATISTICS: f"x = x.detach()\n{STATISTICS}"},
        },
    ),
    edit(
        "running-variance-starts-at-zero",
        "The running variance starts at 0 instead of 1: test mode then divides by far too little until many batches "
        "have been seen.",
        {"torch.ones(": "torch.zeros("},
    ),
)
CONVENTIONS = (
    *normalization_mistakes(
        "batchnorm_module",
        {
            "unbiased-running-variance": _kept("x.var(dim=0)"),
            "statistics-as-rows": {"torch.zeros(dimensions)": "torch.zeros(1, dimensions)"},
        },
    ),
    *other_epsilons("batchnorm_module", "1e-5", "1e-3"),
    accepted(
        "refuses-batch-of-one",
        "A training batch of one example is refused with an error, as in torch: its variance says nothing. The text "
        "lets it pass, with output 0.",
        {STATISTICS: f'{STATISTICS}\nif self.training and len(x) == 1:\n    raise ValueError("one example")'},
        pairs=False,
    ),
)
LABELS = {
    **SEQUENCE_LABELS,
    **EXTRA_LABELS,
    **GRADIENT_LABELS,
    "forgetful_out_test": Label("output in test mode with beta = 0", axes=TABLE),
    "single": Label("output for a training batch of one example", infinite="refused with an error", axes=TABLE),
}

STATE_LABELS = {
    "in_state_dict": Label("running_mean and running_var are in state_dict()", statement=True),
    "follows_dtype": Label("running_mean and running_var follow module.to(dtype)", statement=True),
    "parameters": Label("number of parameters to train"),
    "no_parameters_themselves": Label("running_mean and running_var are no parameters", statement=True),
    "detached": Label("running statistics without a graph", statement=True),
    "graph_bounded": Label("the graph stays as large as it is from one batch to the next", statement=True),
    "deepcopies": Label("copy.deepcopy works after a training batch", statement=True),
    **MODULE_LABELS,
}
STATE_MISTAKES = (
    Statements(
        "not-buffers",
        "The running statistics are plain attributes: they are missing in state_dict(), so a saved model forgets them, "
        "and module.to() leaves them where they are.",
        {"in_state_dict": 0.0, "follows_dtype": 0.0},
    ),
    Statements(
        "not-buffers",
        "In state_dict() there is no running_mean with running_var, one value per feature: a saved model forgets them.",
        {"in_state_dict": 0.0},
    ),
    Statements(
        "running-statistics-keep-their-type",
        "running_mean and running_var do not take the type that module.to() asks for.",
        {"follows_dtype": 0.0},
    ),
    Statements(
        "not-detached",
        "The running statistics carry the graph of every batch so far: memory grows with each step, the model cannot "
        "be copied, and a second backward pass fails.",
        {"detached": 0.0, "graph_bounded": 0.0, "deepcopies": 0.0},
    ),
    Statements(
        "not-detached",
        "The running statistics carry the graph of the last batch: the model cannot be copied.",
        {"detached": 0.0, "deepcopies": 0.0},
    ),
    Statements(
        "running-statistics-as-parameters",
        "The running statistics are parameters, so an optimizer would train what should only be measured.",
        {"parameters": 2.0, "detached": 0.0, "no_parameters_themselves": 0.0},
    ),
    Statements(
        "running-statistics-as-parameters",
        "The running statistics are parameters, although without a gradient: a weight penalty or a count that loops "
        "over parameters() includes them. Buffers are kept apart from parameters.",
        {"no_parameters_themselves": 0.0},
        share=0.75,
    ),
    *MODULE_MISTAKES,
)


def _generate(rng: np.random.Generator) -> Inputs:
    inputs = {key: value for key, value in fresh_sequences(rng).items() if "_x_" in key}
    single, plain = fresh_columns(rng, 1), rng.normal(size=(FEATURES, FEATURES)) * rng.uniform(0.8, 2.0, size=FEATURES)
    beta, dout = np.array(rng.uniform(0.65, 0.8)), rng.normal(size=plain.shape)
    return {**inputs, "single": single, "plain": plain, "beta": beta, "dout": dout}


VALUES = solution_part(
    "batchnorm_module",
    "BatchNorm",
    MISTAKES,
    conventions=CONVENTIONS,
    not_in_mistakes=("statistics_flat",),
    labels=LABELS,
    reread="section 4.1, the formulas, and section 4.2, what is kept where",
    weight=3.0,
    rtol=1e-5,
    words=WORDS,
)
STATE = statements_part(
    "BatchNorm as a module",
    STATE_LABELS,
    STATE_MISTAKES,
    usual={"parameters": 0.0},
    conventions=(OTHER_DTYPE, WITH_AFFINE),
    reread="section 4.2, buffers and what is kept of the graph",
    weight=1.0,
)
ANSWER = Answer("batchnorm_module", _generate, (VALUES, STATE), by_hand=NORMALIZATIONS)
