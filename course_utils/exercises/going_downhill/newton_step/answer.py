"""The answer to `newton_step`: x minus the solution of H s = g, the full step."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.closed_form import evaluate
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

Array = NDArray[Any]
SIZE = 3

RULE: Rule = {
    "curvature": lambda s: s.hessian,
    "step": lambda s: np.linalg.solve(s.curvature, s.g),
    "new_x": lambda s: s.x - s.step,
    "left_alone": lambda s: 1.0,
}

MISTAKES = (
    Mistake(
        "added-step",
        "The step is added; on a bowl it leads as far away from the minimum as the right one leads towards it.",
        {"new_x": lambda s: s.x + s.step},
    ),
    Mistake(
        "hessian-not-inverted",
        "The gradient is multiplied by the Hessian: steep directions get longer steps instead of shorter ones.",
        {"step": lambda s: s.curvature @ s.g},
    ),
    Mistake(
        "hessian-ignored",
        "This is a gradient step of rate one: the Hessian has no effect.",
        {"step": lambda s: s.g},
    ),
    Mistake(
        "diagonal-only",
        "Only the diagonal of the Hessian is used: the mixed derivatives are lost.",
        {"curvature": lambda s: np.diag(np.diag(s.hessian))},
    ),
    Mistake(
        "entrywise-inverse",
        "Each entry of the Hessian is inverted by itself; the inverse of a matrix is another thing.",
        {"step": lambda s: (1 / s.curvature) @ s.g},
    ),
    Mistake(
        "absolute-curvature",
        "Negative curvatures are made positive. That is a cure for saddles, but not Newton's step.",
        {"curvature": lambda s: _absolute(s.hessian)},
    ),
    Mistake("step-returned", "This is the step, not the point that it leads to.", {"new_x": lambda s: -s.step}),
    Mistake(
        "subtracted-step-returned",
        "This is what is to be subtracted from x, not the new point.",
        {"new_x": lambda s: s.step},
    ),
    Mistake(
        "x-changed",
        "The new point is right, but x itself is not what it was: its values, grad or requires_grad have changed.",
        {"left_alone": lambda s: 0.0},
        share=0.75,
    ),
)


def _absolute(hessian: Array) -> Array:
    eigenvalues, vectors = np.linalg.eigh(hessian)
    return np.asarray(vectors * np.abs(eigenvalues) @ vectors.T)


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        states = [_state(rule, inputs, case) for case in range(len(inputs["x"]))]
        new_x = np.stack([state.new_x for state in states])
        return {"new_x": new_x, "x_left_alone": np.array([states[0].left_alone])}

    return simulate


def _state(rule: Rule, inputs: Inputs, case: int) -> SimpleNamespace:
    a, b, c, x = (inputs[name][case] for name in "abcx")
    return evaluate(rule, {"x": x, "g": a @ x + b + c * x**3, "hessian": a + np.diag(3 * c * x**2)})


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw two bowls and a saddle: f(x) = x.A x/2 + b.x + sum(c x**4)/4."""
    signs = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [-3.0, 1.0, 1.0]])
    bases = np.linalg.qr(rng.normal(size=(3, SIZE, SIZE)))[0]
    eigenvalues = rng.uniform(0.8, 3.0, size=(3, SIZE)) * signs
    symmetric = np.einsum("nij,nj,nkj->nik", bases, eigenvalues, bases)
    return {
        "a": (symmetric + symmetric.transpose(0, 2, 1)) / 2,
        "b": rng.normal(size=(3, SIZE)),
        "c": rng.uniform(0.1, 0.3, size=(3, SIZE)),
        "x": rng.uniform(0.3, 0.8, size=(3, SIZE)) * rng.choice([-1.0, 1.0], size=(3, SIZE)),
    }


ANSWER = Answer(
    "newton_step",
    _generate,
    (
        AnswerPart(
            name="newton_step",
            reference=_simulate(RULE),
            misconceptions=alternatives(RULE, MISTAKES, _simulate),
            labels={"new_x": "new point of function", "x_left_alone": "x left as it was (1 = yes)"},
            reread="section 1.9, the Newton step",
            baselines=lambda inputs: {"new_x": inputs["x"]},
        ),
    ),
)
