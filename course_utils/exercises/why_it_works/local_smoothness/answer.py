"""The answer to `local_smoothness`: |grad f(w + u) - grad f(w)| / |u|, one norm over all parameters, nothing disturbed.

The value is computed on rows that are all alike, where the minibatch and the whole set have the same gradient.
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.module_manners import flag_part
from autograder.kits.programs import perform
from autograder.kits.rules import Rule, alternatives
from autograder.kits.smoothness_mistakes import MANNER_LABELS, MANNER_MISTAKES, MANNER_VARIANTS, MISTAKES
from autograder.kits.smoothness_rule import PROGRAM
from autograder.kits.watched_inputs import fresh_nets, fresh_rows
from course_utils.checks.labels import Label
from course_utils.exercises.why_it_works.local_smoothness.probe import PROBE, alike
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]


def _simulate(program: Rule) -> Simulate:
    def arrays(inputs: Inputs) -> Outputs:
        x, y = alike(inputs)
        size = int(inputs["batch_size"])
        states = [perform(program, inputs=inputs, x=x, y=y, size=size, rate=float(r)) for r in inputs["learning_rates"]]
        return {"smoothness": np.array([s.ratio.item() for s in states])}

    return arrays


LABELS = {"smoothness": Label("smoothness", "learning rate", "with")}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw the nets, one row to repeat, rows that all differ, and two learning rates far apart."""
    while True:
        inputs = {
            **fresh_nets(rng),
            **fresh_rows(rng, "row", 1, side=2),
            **fresh_rows(rng, "rows", 14),
            "copies": np.array(6),
            "batch_size": np.array(4),
            "learning_rates": np.array([rng.uniform(0.1, 0.2), rng.uniform(0.7, 0.9)]),
        }
        if _separates(inputs):
            return inputs


def _separates(inputs: Inputs) -> bool:
    """Say whether the row is misjudged enough, and no two single mistakes agree."""
    programs = [PROGRAM, *({**PROGRAM, **mistake.formulas} for mistake in MISTAKES)]
    values = np.array([_simulate(program)(inputs)["smoothness"] for program in programs])
    apart = np.abs(values[:, None] - values).max(axis=2) + np.eye(len(values))
    return bool(apart.min() > 1e-4 and values[0].min() > 0.01)


ANSWER = Answer(
    "local_smoothness",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_simulate(PROGRAM),
            misconceptions=alternatives(PROGRAM, MISTAKES, _simulate),
            labels=LABELS,
            reread="section 5.2, the definition, and the norm over all parameters",
            weight=5.0,
        ),
        flag_part(
            PROBE.parts[1].name,
            MANNER_LABELS,
            MANNER_MISTAKES,
            usual={"modes_mixed": 0.0},
            variants=MANNER_VARIANTS,
            reread="section 5.2, leaving no trace",
            weight=3.0,
        ),
    ),
)
