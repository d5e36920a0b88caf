"""What is right and wrong in `adagrad`: s += g^2, w -= lr g / (sqrt(s) + eps)."""

from __future__ import annotations

from autograder.catalogue.edit import accepted, edit
from autograder.kits.optimizer import optimizer_answer, sharing

__all__ = ["ANSWER"]

SUM = "squares.add_(parameter.grad**2)"
DENOMINATOR = "(squares.sqrt() + self.eps)"
STEP = "parameter.sub_("
AVERAGED = (
    "The squared gradients are averaged, so old ones are forgotten: that is RMSProp. AdaGrad adds them up and forgets "
    "nothing."
)

MISTAKES = (
    edit(
        "ascent",
        "The weights move uphill: the update adds where it should subtract.",
        {STEP: "parameter.add_("},
    ),
    *(
        edit("average-not-sum", AVERAGED, {SUM: f"squares.mul_({beta}).add_((1 - {beta}) * parameter.grad**2)"})
        for beta in (0.9, 0.99, 0.999)
    ),
    edit(
        "mean-over-the-steps",
        "The sum of the squares is divided by the number of steps. Then it is a mean, which does not grow, and the "
        "steps do not become shorter.",
        {
            "self.sums = [": "self.t = 0\nself.sums = [",
            "for parameter, squares in": "self.t += 1\nfor parameter, squares in",
            DENOMINATOR: "((squares / self.t).sqrt() + self.eps)",
        },
    ),
    edit(
        "bare-gradient",
        "The step is the gradient alone: neither the learning rate nor the root of the sum is in it.",
        {f"self.lr * parameter.grad / {DENOMINATOR}": "parameter.grad"},
        pairs=False,
    ),
    edit(
        "not-squared",
        "The sum is one of absolute values, and its root is taken; the text adds up squares.",
        {SUM: "squares.add_(parameter.grad.abs())"},
    ),
    edit(
        "no-root",
        "The gradient is divided by the sum of the squares itself, without the root.",
        {DENOMINATOR: "(squares + self.eps)"},
    ),
    edit(
        "last-gradient-only",
        "Only the last gradient is in the sum: every weight moves by the learning rate, as with the sign.",
        {SUM: "squares.copy_(parameter.grad**2)"},
    ),
    edit(
        "stale-sum",
        "The step divides by the sum from before this gradient, so the first step is divided by almost nothing.",
        {SUM: f"old = squares.clone()\n{SUM}", DENOMINATOR: "(old.sqrt() + self.eps)"},
    ),
    edit(
        "no-epsilon",
        "The divisor can be zero: a weight whose gradients have all been zero becomes NaN.",
        {DENOMINATOR: "squares.sqrt()"},
    ),
    edit(
        "eps-ignored",
        "The constant in the denominator is always 1e-10, whatever `eps` is given.",
        {DENOMINATOR: "(squares.sqrt() + 1e-10)"},
        share=0.75,
    ),
    edit(
        "one-sum-per-tensor",
        "There is one sum for a whole tensor; each weight needs its own.",
        {SUM: "squares.add_((parameter.grad**2).sum())"},
    ),
    edit(
        "shared-state",
        "All parameters share one sum: the squares of one parameter shorten the steps of the next.",
        sharing("sums"),
    ),
)

INSIDE = accepted(
    "epsilon-inside",
    "eps is added to the sum, under the root; the text adds it to the root.",
    {DENOMINATOR: "(squares + self.eps).sqrt()"},
)

ANSWER = optimizer_answer(
    "adagrad",
    MISTAKES,
    conventions=(INSIDE,),
    hyperparameters={"lr": (0.04, 0.1), "eps": (0.02, 0.04)},
    reread="section 6.2, the formula of AdaGrad",
    words={"squares": "sum of the squared gradients"},
)
