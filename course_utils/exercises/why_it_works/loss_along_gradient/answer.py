"""The answer to `loss_along_gradient`: lowest and highest loss at given distances down the gradient."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.gradient_line import PROGRAM
from autograder.kits.gradient_line_mistakes import MANNER_MISTAKES, MANNER_VARIANTS, MANNERS, MISTAKES, VARIANTS
from autograder.kits.module_manners import flag_part
from autograder.kits.programs import perform
from autograder.kits.rules import Rule, alternatives, under_variants
from autograder.kits.watched_inputs import fresh_nets, fresh_rows
from course_utils.checks.labels import Label
from course_utils.exercises.why_it_works.loss_along_gradient.probe import PROBE, SETS
from course_utils.kits.probe import Inputs, Outputs
from course_utils.kits.watched_nets import batch

__all__ = ["ANSWER"]


def _simulate(program: Rule) -> Simulate:
    def arrays(inputs: Inputs) -> Outputs:
        x, y = batch(inputs, "rows")
        states = [perform(program, inputs=inputs, x=x, y=y, lengths=inputs[name].tolist()) for name in SETS]
        ends = {name: [getattr(s, name) for s in states] for name in ("lowest", "highest")}
        return {name: np.array(values) for name, values in ends.items()}

    return arrays


LABELS = {
    "lowest": Label("lowest loss", "set of lengths", "for"),
    "highest": Label("highest loss", "set of lengths", "for"),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a net, rows, and lengths in no order, until no two mistakes agree."""
    while True:
        # Short lengths, where the start is the highest place, and long ones, where the loss falls and rises again.
        inputs = {
            **fresh_nets(rng),
            **fresh_rows(rng, "rows", 14),
            "few_lengths": rng.permutation(np.array([0.1, 0.25, 0.4, 0.7]) * rng.uniform(0.8, 1.2)),
            "many_lengths": rng.permutation(np.array([0.05, 0.2, 0.6, 1.4, 2.2, 3.1, 6.0]) * rng.uniform(0.8, 1.2)),
        }
        if _separates(inputs):
            return inputs


def _separates(inputs: Inputs) -> bool:
    programs = [PROGRAM, *({**PROGRAM, **mistake.formulas} for mistake in (*MISTAKES, *VARIANTS))]
    values = np.array([np.concatenate([*_simulate(program)(inputs).values()]) for program in programs])
    apart = np.abs(values[:, None] - values).max(axis=2) + np.eye(len(values))
    return bool(apart.min() > 1e-4)


ANSWER = Answer(
    "loss_along_gradient",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_simulate(PROGRAM),
            misconceptions=(
                *alternatives(PROGRAM, MISTAKES, _simulate),
                *under_variants(PROGRAM, MISTAKES, VARIANTS, _simulate),
            ),
            variants=alternatives(PROGRAM, VARIANTS, _simulate),
            labels=LABELS,
            reread="section 5.3, one direction and many lengths",
            weight=3.0,
        ),
        flag_part(
            PROBE.parts[1].name,
            MANNERS,
            MANNER_MISTAKES,
            variants=MANNER_VARIANTS,
            reread="section 5.2, leaving no trace",
            weight=1.0,
        ),
    ),
)
