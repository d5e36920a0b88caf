"""What is right and wrong in `step_size_limit`: 2 / largest eigenvalue of the Hessian."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SIZES = (2, 3, 4)
LARGEST = "np.linalg.eigvalsh(hessian)[-1]"
LIMIT = "2 / largest"

MISTAKES = (
    edit(
        "one-over-curvature",
        "1/L is the step that lands in the minimum of the steepest direction at once; larger ones still converge.",
        {LIMIT: "1 / largest"},
    ),
    edit(
        "smallest-eigenvalue",
        "The smallest eigenvalue is used: the flattest direction allows long steps, the steepest one becomes "
        "unstable first.",
        {LARGEST: "np.linalg.eigvalsh(hessian)[0]"},
    ),
    edit(
        "trace",
        "The sum of the eigenvalues (the trace) is used instead of the largest one.",
        {LARGEST: "np.linalg.eigvalsh(hessian).sum()"},
    ),
    edit(
        "mean-eigenvalue",
        "The mean of the eigenvalues is used instead of the largest one.",
        {LARGEST: "np.linalg.eigvalsh(hessian).mean()"},
    ),
    edit(
        "diagonal-only",
        "The largest entry of the Hessian, which lies on its diagonal, is used: the mixed derivatives make the "
        "steepest direction steeper still.",
        {LARGEST: "hessian.diagonal().max()"},
    ),
    edit(
        "frobenius-norm",
        "The root of the sum of squared entries is used: it is larger than the largest eigenvalue.",
        {LARGEST: "np.linalg.norm(hessian)"},
    ),
    edit(
        "row-sums",
        "The largest row sum bounds the largest eigenvalue, but is not equal to it.",
        {LARGEST: "np.abs(hessian).sum(axis=1).max()"},
    ),
    edit(
        "best-step",
        "2/(smallest + largest eigenvalue) is the step with the fastest worst case; it is below the limit.",
        {LARGEST: "np.linalg.eigvalsh(hessian)[[0, -1]].sum()"},
    ),
    edit(
        "determinant",
        "The determinant (the product of all eigenvalues) is used instead of the largest eigenvalue.",
        {LARGEST: "np.linalg.eigvalsh(hessian).prod()"},
    ),
    edit(
        "not-inverted",
        "The limit grows with the curvature here; steeper directions allow only shorter steps.",
        {LIMIT: "0.5 * largest"},
    ),
    edit(
        "eigenvalue-returned",
        "This is the curvature itself, not the step size that follows from it.",
        {LIMIT: "largest"},
    ),
    edit(
        "condition-number",
        "This is the condition number, largest over smallest eigenvalue.",
        {LIMIT: "largest / np.linalg.eigvalsh(hessian)[0]"},
    ),
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw positive definite Hessians in a random basis, with well separated eigenvalues."""
    inputs = {}
    for size in SIZES:
        basis, _ = np.linalg.qr(rng.normal(size=(size, size)))
        eigenvalues = np.cumsum(rng.uniform(0.4, 2.0, size=size)) * rng.uniform(1.0, 3.0)
        hessian = basis @ np.diag(eigenvalues) @ basis.T
        inputs[f"hessian_{size}"] = (hessian + hessian.T) / 2
    return inputs


PART = solution_part(
    "step_size_limit",
    "largest_stable_step",
    MISTAKES,
    labels={"limits": Label("limit", "Hessian", link="for")},
    reread="section 1.6, along one eigenvector",
    words={"largest": "largest curvature", "hessian": "Hessian"},
    baselines=lambda inputs: {"limits": np.zeros(len(SIZES))},
)

ANSWER = Answer("step_size_limit", _generate, (PART,))
