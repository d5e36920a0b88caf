"""What is right and wrong in `random_directions`: a gradient step, compared with random steps of the same length."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import Ignored, solution_part
from autograder.kits.results import GRAPH_ATTACHED, NO_TENSOR
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

EXAMPLES, FEATURES, CLASSES = 12, 5, 4
BEGIN = "zero_grad(params)\nloss.backward()"
STEP = "parameter -= lr * parameter.grad"
ALONG = "change(scaled([-part for part in gradient]))"
RANDOM = "change(scaled(direction))"
SCALED = "step_length * part / length"
CHANGES = "changes = [change(scaled(direction)) for direction in random]"
END = "return downhill"
WALK = """changes = []
for direction in random:
    changes.append(change(scaled(direction)))
    for p, part in zip(params, scaled(direction)):
        p.data += part"""
WALKS_ON = "Each random step starts where the last one ended: that is a random walk. All steps start at the same place."

UPDATE_MISTAKES = (
    edit(
        "ascent",
        "The loss climbs: the update adds the gradient.",
        {STEP: "parameter += lr * parameter.grad"},
    ),
    edit(
        "gradients-accumulate",
        "Gradients of earlier steps are still in the sum: backward() adds to what the parameters hold already.",
        {BEGIN: "loss.backward()"},
    ),
    edit(
        "gradients-zeroed-late",
        "The gradients are cleared after the step and not before backward(): gradients that the parameters hold "
        "before the call become part of the first step.",
        {BEGIN: "loss.backward()", STEP: f"{STEP}\nparameter.grad = None"},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on lr: each is as long as the gradient.",
        {STEP: "parameter -= parameter.grad"},
    ),
    edit(
        "default-learning-rate-only",
        "Every step uses the default learning rate, whatever lr is given.",
        {STEP: "parameter -= 1e-3 * parameter.grad"},
    ),
    edit(
        "gradients-cleared-before-step",
        "Nothing moves: the gradients are set to zero between backward() and the update.",
        {BEGIN: "loss.backward()\nzero_grad(params)"},
        pairs=False,
    ),
    edit(
        "parameters-rebound",
        "Nothing moves although there is a gradient: the update makes a new tensor, which the caller does not hold, "
        "or it comes before backward(). The parameters themselves have to change.",
        {STEP: "parameter = parameter - lr * parameter.grad"},
        pairs=False,
    ),
    edit(
        "first-parameter-only",
        "Only the first parameter moves; the others keep their values.",
        {"in params:": "in params[:1]:"},
    ),
    edit(
        "unit-length-steps",
        "Each gradient is scaled to length one before it is used.",
        {STEP: f"{STEP} / parameter.grad.norm()"},
    ),
)
COMPARE_MISTAKES = (
    edit(
        "unequal-step-lengths",
        "The random steps are not all of length step_length: each direction has to be scaled, over all parameters "
        "together, before it is compared.",
        {RANDOM: "change([step_length * part for part in direction])"},
    ),
    edit(
        "gradient-not-normalised",
        "The step along the gradient is step_length times the gradient: its length is not step_length.",
        {ALONG: "change([-step_length * part for part in gradient])"},
    ),
    edit(
        "random-length-per-tensor",
        "Each parameter's part of a random direction is scaled by itself, so these steps are longer than step_length.",
        {RANDOM: "change([step_length * part / part.norm() for part in direction])"},
    ),
    edit(
        "length-per-tensor",
        "Each parameter's part of the direction is scaled by itself, so the whole step is longer than step_length. "
        "There is one length, over all parameters together.",
        {SCALED: "step_length * part / part.norm()"},
    ),
    edit(
        "step-length-ignored-by-random",
        "The random steps have length one, whatever step_length is.",
        {RANDOM: "change([part / step_length for part in scaled(direction)])"},
    ),
    edit(
        "step-length-ignored",
        "The steps have length one, whatever step_length is.",
        {SCALED: "part / length"},
    ),
    edit(
        "ascent",
        "The gradient step goes uphill: the gradient points to higher losses.",
        {"[-part for part in gradient]": "[part for part in gradient]"},
    ),
    edit(
        "change-reversed",
        "The changes have the wrong sign: a change is the loss after the step minus the loss before it.",
        {"(loss_fn(moved) - before)": "(before - loss_fn(moved))"},
    ),
    edit(
        "loss-instead-of-change",
        "These are the losses after the steps, not the changes that the steps made.",
        {"(loss_fn(moved) - before)": "loss_fn(moved)"},
    ),
    edit(
        "directions-all-positive",
        "All entries of the random directions have one sign: they fill only a corner of the space. Draw them around "
        "zero.",
        {"torch.randn(": "torch.rand("},
    ),
    edit(
        "same-direction-again",
        "The same random direction is tried again and again.",
        {" for _ in range(num_directions)]": "] * num_directions"},
    ),
    edit(
        "parameters-moved",
        "The parameters are not where they were before the call.",
        {END: f"for p in params:\n    p.data += step_length\n{END}"},
    ),
    edit("walks-on", WALKS_ON, {CHANGES: WALK}),
    edit("walks-on", WALKS_ON, {CHANGES: f"{WALK}\n    before = before + changes[-1]"}),
)
# No edit: it would draw other numbers each time that the answer is computed, and recorded numbers would never settle.
GENERATOR_IGNORED = Ignored(
    "generator-ignored",
    "Two calls with equally seeded generators give different numbers: the directions are not drawn from the generator.",
    "Two calls with equally seeded generators also give different numbers.",
    ("follows_generator",),
    share=0.75,
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw features, labels of all classes, weight and bias, gradients that lie in them, and settings."""
    return {
        "features": rng.normal(size=(EXAMPLES, FEATURES)),
        "labels": rng.permutation(np.arange(EXAMPLES) % CLASSES),
        "weight": rng.normal(size=(CLASSES, FEATURES)),
        "bias": rng.normal(size=CLASSES),
        "old_weight_gradient": rng.normal(size=(CLASSES, FEATURES)),
        "old_bias_gradient": rng.normal(size=CLASSES),
        "lr": np.array(rng.uniform(0.2, 0.4)),
        "num_steps": np.array(3),
        "step_length": np.array(rng.uniform(0.3, 0.6)),
        "num_directions": np.array(rng.integers(8, 14)),
        "seed": np.array(rng.integers(1, 10_000)),
    }


UPDATE = solution_part(
    "random_directions",
    "gradient_update",
    UPDATE_MISTAKES,
    labels={
        "weight": Label("weight", "step"),
        "bias": Label("bias", "step"),
        "moved_by_default": Label("change of the weight with the default lr"),
        "idle_gradient": Label("nothing moved although there is a gradient", zero="not so"),
    },
    reread="section 1.8, one step of gradient descent",
    words={"lr": "learning rate"},
    baselines=lambda inputs: {"weight": inputs["weight"], "bias": inputs["bias"]},
    factors=lambda inputs: {"lr": float(inputs["lr"]), "1/lr": 1 / float(inputs["lr"])},
)
COMPARE = solution_part(
    "random_directions",
    "compare_directions",
    COMPARE_MISTAKES,
    ignored=(GENERATOR_IGNORED, NO_TENSOR, GRAPH_ATTACHED),
    labels={
        "gradient_change": Label("change of the loss along the gradient"),
        "random_length": Label("length of the random steps, in units of step_length", nan="they differ"),
        "random_change_sign": Label("random changes are differences of the loss that was evaluated", statement=True),
        "both_signs": Label("entries of both signs in the random directions", statement=True),
        "all_different": Label("random directions all different", statement=True),
        "follows_generator": Label("the same seed gives the same numbers", statement=True),
        "params_left_alone": Label("parameters left as they were", statement=True),
        "is_tensor": Label("the random changes are a tensor", statement=True),
        "no_graph": Label("the changes carry no graph", statement=True),
    },
    reread="section 1.8, equal lengths",
    words={
        "loss_fn": "loss_fn",
        "num_directions": "number of directions",
        "moved": "moved parameters",
        "random": "random directions",
    },
)

ANSWER = Answer("random_directions", _generate, (UPDATE, COMPARE))
