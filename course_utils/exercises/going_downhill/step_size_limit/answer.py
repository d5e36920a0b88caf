"""The answer to `step_size_limit`: 2 / largest eigenvalue of the Hessian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.closed_form import evaluate
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

Array = NDArray[Any]
SIZES = (2, 3, 4)

RULE: Rule = {
    "curvature": lambda s: s.eigenvalues[-1],
    "limit": lambda s: 2 / s.curvature,
}

MISTAKES = (
    Mistake(
        "one-over-curvature",
        "1/L is the step that lands in the minimum of the steepest direction at once; larger ones still converge.",
        {"limit": lambda s: 1 / s.curvature},
    ),
    Mistake(
        "smallest-eigenvalue",
        "The smallest eigenvalue is used: the flattest direction allows long steps, the steepest one breaks first.",
        {"curvature": lambda s: s.eigenvalues[0]},
    ),
    Mistake(
        "trace",
        "The sum of the eigenvalues (the trace) is used instead of the largest one.",
        {"curvature": lambda s: s.eigenvalues.sum()},
    ),
    Mistake(
        "mean-eigenvalue",
        "The mean of the eigenvalues is used instead of the largest one.",
        {"curvature": lambda s: s.eigenvalues.mean()},
    ),
    Mistake(
        "diagonal-only",
        "The largest entry of the Hessian, which lies on its diagonal, is used: the mixed derivatives make the "
        "steepest direction steeper still.",
        {"curvature": lambda s: s.hessian.diagonal().max()},
    ),
    Mistake(
        "frobenius-norm",
        "The root of the sum of squared entries is used: it is larger than the largest eigenvalue.",
        {"curvature": lambda s: np.linalg.norm(s.hessian)},
    ),
    Mistake(
        "row-sums",
        "The largest row sum bounds the largest eigenvalue, but is not equal to it.",
        {"curvature": lambda s: np.abs(s.hessian).sum(axis=1).max()},
    ),
    Mistake(
        "best-step",
        "2/(smallest + largest eigenvalue) is the step with the fastest worst case; it is below the limit.",
        {"curvature": lambda s: s.eigenvalues[0] + s.eigenvalues[-1]},
    ),
    Mistake(
        "determinant",
        "The determinant (the product of all eigenvalues) is used instead of the largest eigenvalue.",
        {"curvature": lambda s: s.eigenvalues.prod()},
    ),
    Mistake(
        "not-inverted",
        "The limit grows with the curvature here; steeper directions allow only shorter steps.",
        {"limit": lambda s: s.curvature / 2},
    ),
    Mistake(
        "eigenvalue-returned",
        "This is the curvature itself, not the step size that follows from it.",
        {"limit": lambda s: s.curvature},
    ),
    Mistake(
        "condition-number",
        "This is the condition number, largest over smallest eigenvalue.",
        {"limit": lambda s: s.eigenvalues[-1] / s.eigenvalues[0]},
    ),
)


def _simulate(rule: Rule) -> Any:
    def simulate(inputs: Inputs) -> Outputs:
        states = [evaluate(rule, _given(inputs[f"hessian_{size}"])) for size in SIZES]
        return {"limits": np.array([state.limit for state in states])}

    return simulate


def _given(hessian: Array) -> Mapping[str, Any]:
    return {"hessian": hessian, "eigenvalues": np.linalg.eigvalsh(hessian)}


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw positive definite Hessians in a random basis, with well separated eigenvalues."""
    inputs = {}
    for size in SIZES:
        basis, _ = np.linalg.qr(rng.normal(size=(size, size)))
        eigenvalues = np.cumsum(rng.uniform(0.4, 2.0, size=size)) * rng.uniform(1.0, 3.0)
        hessian = basis @ np.diag(eigenvalues) @ basis.T
        inputs[f"hessian_{size}"] = (hessian + hessian.T) / 2
    return inputs


ANSWER = Answer(
    "step_size_limit",
    _generate,
    (
        AnswerPart(
            name="largest_stable_step",
            reference=_simulate(RULE),
            misconceptions=alternatives(RULE, MISTAKES, _simulate),
            labels={"limits": "limit for Hessian"},
            reread="section 1.6, along one eigenvector",
            baselines=lambda inputs: {"limits": np.zeros(len(SIZES))},
        ),
    ),
)
