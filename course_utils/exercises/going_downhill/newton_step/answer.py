"""What is right and wrong in `newton_step`: x minus the solution of H s = g, the full step."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from autograder.kits.results import NO_TENSOR, RESULT_LABELS
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SIZE = 3
STEP = "torch.linalg.solve(curvature, slope)"
END = "return point"
ABSOLUTE = "values, vectors = torch.linalg.eigh(curvature)\ncurvature = vectors * values.abs() @ vectors.T"

MISTAKES = (
    edit(
        "added-step",
        "The step is added; on a bowl it leads as far away from the minimum as the right one leads towards it.",
        {f"point - {STEP}": f"point + {STEP}"},
    ),
    edit(
        "hessian-not-inverted",
        "The gradient is multiplied by the Hessian: steep directions get longer steps instead of shorter ones.",
        {STEP: "curvature @ slope"},
    ),
    edit(
        "hessian-ignored",
        "This is a gradient step of rate one: the Hessian has no effect.",
        {STEP: "slope"},
    ),
    edit(
        "diagonal-only",
        "Only the diagonal of the Hessian is used: the mixed derivatives are lost.",
        {END: f"curvature = curvature.diagonal().diag()\n{END}"},
    ),
    edit(
        "entrywise-inverse",
        "Each entry of the Hessian is inverted by itself; the result is not the inverse of the matrix.",
        {STEP: "(1 / curvature) @ slope"},
    ),
    edit(
        "absolute-curvature",
        "Negative curvatures are made positive. That is a cure for saddles, but not Newton's step.",
        {END: f"{ABSOLUTE}\n{END}"},
    ),
    edit(
        "step-returned",
        "This is the step, not the point that it leads to.",
        {f"point - {STEP}": f"-{STEP}"},
    ),
    edit(
        "subtracted-step-returned",
        "This is the step that has to be subtracted from x, not the new point.",
        {f"point - {STEP}": STEP},
    ),
    edit(
        "x-changed",
        "The new point is right, but x itself is not what it was: its values, grad or requires_grad have changed.",
        {"point = x": "x.requires_grad_(True)\npoint = x"},
        share=0.75,
    ),
)


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


PART = solution_part(
    "newton_step",
    "newton_step",
    MISTAKES,
    ignored=(NO_TENSOR,),
    labels={
        "new_x": Label("new point", "function", link="of"),
        "is_tensor": RESULT_LABELS["is_tensor"],
        "x_left_alone": Label("x left as it was", statement=True),
    },
    reread="section 1.9, the Newton step",
    words={"curvature": "Hessian", "slope": "gradient"},
    baselines=lambda inputs: {"new_x": inputs["x"]},
    follows=(
        "follows-own-gradient",
        "Your function uses autograd_gradient as it should. The new points follow from your version of it; a "
        "mistake there is counted in its exercise.",
    ),
)

ANSWER = Answer("newton_step", _generate, (PART,))
