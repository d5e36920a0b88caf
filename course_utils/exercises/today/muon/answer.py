"""What is right and wrong in `muon`: v = mu v + g, w -= lr sqrt(max(1, rows / columns)) newton_schulz(g + mu v)."""

from __future__ import annotations

from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import Ignored
from autograder.kits.optimizer import optimizer_answer, sharing
from course_utils.checks.labels import Label

__all__ = ["ANSWER"]

VELOCITY = "velocity.mul_(self.mu).add_(parameter.grad)"
DIRECTION = "newton_schulz(parameter.grad + self.mu * velocity)"
SCALE = "max(1, rows / columns) ** 0.5"
STEP = "parameter.sub_(self.lr * scale * direction)"
AVERAGE = "velocity.mul_(self.mu).add_((1 - self.mu) * parameter.grad)"
DOCSTRING = "with all its singular values near 1."

MISTAKES = (
    edit(
        "ascent",
        "The weights move uphill: the update adds where it should subtract.",
        {STEP: "parameter.add_(self.lr * scale * direction)"},
    ),
    edit(
        "no-nesterov",
        "The direction is the velocity itself (or mu times the old velocity, plus the gradient, which is the same). "
        "The text looks ahead, with mu times the new velocity.",
        {DIRECTION: "newton_schulz(velocity)"},
    ),
    edit(
        "gradient-plus-velocity",
        "The direction is the gradient plus the whole velocity; in the text, the velocity is multiplied by mu once "
        "more.",
        {DIRECTION: "newton_schulz(parameter.grad + velocity)"},
    ),
    edit(
        "gradient-only",
        "The direction comes from the last gradient alone: nothing is kept from one step to the next, or it is not "
        "used.",
        {DIRECTION: "newton_schulz(parameter.grad)"},
    ),
    edit(
        "average-in-the-velocity-only",
        "The velocity is a moving average, in which the gradient has the weight 1 - mu, but in the direction the "
        "gradient has the weight 1. The two do not fit together: the gradient outweighs the velocity.",
        {VELOCITY: AVERAGE},
    ),
    edit(
        "not-orthogonalised",
        "The step follows the momentum as it is; its singular values have not been made equal.",
        {DIRECTION: "(parameter.grad + self.mu * velocity)"},
    ),
    edit(
        "gradient-orthogonalised",
        "The singular values of each gradient are made equal before it enters the velocity; the text does this to the "
        "direction, at the end.",
        {
            VELOCITY: "gradient = newton_schulz(parameter.grad)\nvelocity.mul_(self.mu).add_(gradient)",
            DIRECTION: "gradient + self.mu * velocity",
        },
    ),
    edit(
        "gradient-orthogonalised",
        "The singular values of each gradient are made equal before it enters the velocity, and the velocity is the "
        "step. In the text the gradient enters as it is, and the direction, which looks ahead, is orthogonalised.",
        {VELOCITY: "velocity.mul_(self.mu).add_(newton_schulz(parameter.grad))", DIRECTION: "velocity"},
    ),
    edit(
        "entry-by-entry",
        "This is the sign of every entry, and not the matrix with equal singular values.",
        {DIRECTION: "torch.sign(parameter.grad + self.mu * velocity)"},
    ),
    edit(
        "scale-inverted",
        "The scale has rows and columns the wrong way round: matrices with more columns than rows get the longer "
        "steps.",
        {SCALE: "max(1, columns / rows) ** 0.5"},
    ),
    edit(
        "no-scale",
        "All matrices have the same scale, whatever their shape.",
        {SCALE: "1"},
    ),
    edit(
        "scale-below-one",
        "The scale falls below 1 for matrices with more columns than rows; the text keeps it at 1 there.",
        {SCALE: "(rows / columns) ** 0.5"},
    ),
    edit(
        "scale-without-root",
        "The scale is the ratio itself, without the root.",
        {SCALE: "max(1, rows / columns)"},
    ),
    edit(
        "other-scale-undeclared",
        "The scale is the one that matches AdamW, but the docstring of the class does not say so. The two scales need "
        "different learning rates, so a reader has to know.",
        {SCALE: "0.2 * max(rows, columns) ** 0.5"},
        share=0.75,
    ),
    edit(
        "scaled-by-the-size-of-the-direction",
        "The step is divided by its Frobenius norm, so its length does not depend on the shape as it does in the text.",
        {SCALE: "1 / direction.norm()"},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {STEP: "parameter.sub_(scale * direction)"},
    ),
    edit(
        "shared-state",
        "All parameters share one velocity: each parameter continues with the value that the parameter before it left.",
        sharing("velocities"),
    ),
)
VECTOR = Ignored(
    "vector-accepted",
    "The steps are right. But a parameter that is no matrix is not refused with a ValueError, and a vector has no "
    "singular values to make equal.",
    "A parameter that is no matrix is not refused with a ValueError, either.",
    ("vector_refused",),
    share=0.75,
)
AS_ADAMW = accepted(
    "match-rms-adamw",
    "The scale is the one that matches AdamW, as the docstring says; it takes learning rates about as large as "
    "AdamW's.",
    {SCALE: "0.2 * max(rows, columns) ** 0.5", DOCSTRING: f"{DOCSTRING} Scale: match_rms_adamw."},
)

ANSWER = optimizer_answer(
    "muon",
    MISTAKES,
    conventions=(AS_ADAMW,),
    hyperparameters={"lr": (0.04, 0.1), "mu": (0.7, 0.85)},
    reread="section 6.3, the two formulas of Muon",
    shapes={"a": (2, 3), "b": (2, 3), "c": (5, 2)},
    ignored=(VECTOR,),
    labels={
        "vector_refused": Label("a vector refused with a ValueError", statement=True),
        "declares_other_scale": Label("a docstring that declares the other scale", statement=True),
    },
    words={"newton_schulz": "Newton-Schulz"},
    follows=(
        "follows-own-newton-schulz",
        "Your class uses newton_schulz as it should. The values follow from your version of it; a mistake there is "
        "counted in its exercise.",
    ),
)
