"""Mistakes and conventions of Adam, as edits of the two solutions that write it: `adam` and `adamw`.

Both solutions keep the moments in `firsts` and `seconds`, count `steps_taken`, and call the corrected moments
`direction` and `size`.
"""

from __future__ import annotations

from autograder.catalogue.edit import accepted, edit
from autograder.kits.optimizer import other_epsilons, sharing

__all__ = ["BETAS", "CONVENTIONS", "MISTAKES", "ON_UNCORRECTED", "STEP", "WORDS"]

# Values at which no mistake hides: with (0.9, 0.99) a first step without any correction is right.
BETAS = {"beta1": (0.6, 0.75), "beta2": (0.94, 0.97)}
WORDS = {
    "first": "first moment",
    "firsts": "first moments",
    "second": "second moment",
    "seconds": "second moments",
    "steps_taken": "number of steps",
    "direction": "corrected first moment",
    "size": "corrected second moment",
}

STEP = "parameter.sub_(self.lr * direction / torch.sqrt(size + epsilon))"
FIRST_LEFT, SECOND_LEFT = "(1 - self.beta1**self.steps_taken)", "(1 - self.beta2**self.steps_taken)"
ON_UNCORRECTED = {"/ torch": "/ (torch", "size +": "size) +", "+ epsilon)": f"+ epsilon / {SECOND_LEFT} ** 0.5)"}

CONVENTIONS = (
    accepted(
        "epsilon-outside",
        "epsilon is outside the root here, as in the paper and in torch; the text puts it inside.",
        {"/ torch": "/ (torch", "size +": "size) +"},
    ),
    accepted(
        "epsilon-on-uncorrected-v",
        "epsilon is added to the root of the uncorrected second moment, as in some published solutions; the text "
        "adds it to the corrected one. The two differ where gradients are tiny.",
        ON_UNCORRECTED,
        frequent=False,
    ),
    accepted(
        "epsilon-inside-uncorrected-v",
        "epsilon is added to the uncorrected second moment; the text adds it to the corrected one. The two differ "
        "where gradients are tiny.",
        {"+ epsilon)": f"+ epsilon / {SECOND_LEFT})"},
        frequent=False,
    ),
    *other_epsilons("the paper and of torch"),
)

CORRECTION_MISTAKES = (
    edit(
        "no-bias-correction",
        "The bias correction is missing: both moments start at zero and are used as they are, so the first steps "
        "have the wrong length.",
        {f"first / {FIRST_LEFT}": "first", f"second / {SECOND_LEFT}": "second"},
    ),
    edit(
        "only-first-moment-corrected",
        "Only the first moment gets its bias correction; the second one is used uncorrected.",
        {f"second / {SECOND_LEFT}": "second"},
    ),
    edit(
        "only-second-moment-corrected",
        "Only the second moment gets its bias correction; the first one is used uncorrected.",
        {f"first / {FIRST_LEFT}": "first"},
    ),
    edit(
        "correction-multiplied",
        "The correction multiplies by 1 - beta^t where it should divide, so the start becomes smaller still.",
        {"first / (": "first * (", "second / (": "second * ("},
        pairs=False,
    ),
    *(
        edit(
            "correction-without-root",
            "The second correction is used without its root: where the step is corrected by one factor, that is the "
            "root of 1 - beta2^t over 1 - beta1^t.",
            {"torch.sqrt(size + epsilon)": f"((torch.sqrt(second) + {epsilon}) / {SECOND_LEFT})"},
            pairs=False,
        )
        for epsilon in ("epsilon", "1e-8")
    ),
    edit(
        "product-for-power",
        "The correction divides by 1 - beta t, a product; the share of the start that is left is the power beta^t.",
        {"beta1**self": "beta1 * self", "beta2**self": "beta2 * self"},
        pairs=False,
    ),
    edit(
        "exponent-too-small",
        "The exponent of the bias correction is 0 at the first step, so the correction divides by zero and "
        "nothing that follows is a number: t is 1 at the first step.",
        {"self.steps_taken = 0": "self.steps_taken = -1"},
        pairs=False,
    ),
    edit(
        "exponent-too-large",
        "The exponent of the bias correction is one too large: 2 at the first step.",
        {"self.steps_taken = 0": "self.steps_taken = 1"},
    ),
    edit(
        "t-frozen",
        "The exponent of the bias correction stays at 1: the steps are not counted.",
        {"self.steps_taken += 1": "self.steps_taken = 1"},
    ),
    edit(
        "t-per-parameter",
        "One counter is raised for each parameter instead of once a step, so the second parameter is ahead of the "
        "first.",
        {
            "self.steps_taken += 1\nfor parameter": "for parameter",
            "first.mul_(": "self.steps_taken += 1\nfirst.mul_(",
        },
    ),
    edit(
        "corrected-stored-back",
        "The corrected moments are put back in place of the moments themselves, so the correction piles up.",
        {"first / (": "first.div_(", "second / (": "second.div_("},
        pairs=False,
    ),
    edit(
        "correction-betas-swapped",
        "The two betas have changed places in the bias correction.",
        {"beta1**self": "beta2**self", "beta2**self": "beta1**self"},
        pairs=False,
    ),
)

MOMENT_MISTAKES = (
    edit(
        "ascent",
        "The weights move uphill: the update adds where it should subtract.",
        {"parameter.sub_(": "parameter.add_("},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"self.lr * direction": "direction"},
        pairs=False,
    ),
    edit(
        "betas-swapped",
        "beta1 and beta2 have changed places: beta1 belongs to the mean of gradients, beta2 to that of squares.",
        {"= beta1, beta2": "= beta2, beta1"},
    ),
    edit(
        "beta1-on-wrong-term",
        "In the first moment beta1 and 1 - beta1 have changed places.",
        {"mul_(self.beta1).add_((1 - self.beta1)": "mul_(1 - self.beta1).add_(self.beta1"},
    ),
    edit(
        "beta2-on-wrong-term",
        "In the second moment beta2 and 1 - beta2 have changed places.",
        {"mul_(self.beta2).add_((1 - self.beta2)": "mul_(1 - self.beta2).add_(self.beta2"},
    ),
    edit(
        "no-one-minus-beta1",
        "The gradient enters the first moment with weight 1 instead of 1 - beta1.",
        {"add_((1 - self.beta1) * ": "add_("},
    ),
    edit(
        "no-one-minus-beta2",
        "The square enters the second moment with weight 1 instead of 1 - beta2.",
        {"add_((1 - self.beta2) * ": "add_("},
    ),
    edit(
        "squares-summed",
        "The squares are added up without forgetting, as in AdaGrad.",
        {"mul_(self.beta2).add_((1 - self.beta2) * ": "add_("},
    ),
    edit(
        "second-moment-from-m",
        "The second moment averages the square of the first moment instead of the square of the gradient.",
        {"parameter.grad**2": "first**2"},
        pairs=False,
    ),
    edit(
        "absolute-instead-of-square",
        "The second moment averages the size of the gradient instead of its square.",
        {"parameter.grad**2": "parameter.grad.abs()"},
        pairs=False,
    ),
    edit(
        "gradient-not-squared",
        "The gradient enters the second moment without being squared; where it is negative, the root does not exist.",
        {"parameter.grad**2": "parameter.grad"},
        pairs=False,
    ),
    edit(
        "scalar-second-moment",
        "One second moment serves the whole tensor; every entry needs its own.",
        {"parameter.grad**2": "(parameter.grad**2).mean()"},
        pairs=False,
    ),
    edit(
        "no-root",
        "The step divides by the second moment itself: the square root is missing.",
        {"torch.sqrt(size": "(size"},
    ),
    edit(
        "first-moment-unused",
        "The step uses the gradient where the first moment belongs: that is RMSProp with a correction.",
        {"self.lr * direction": "self.lr * parameter.grad"},
        pairs=False,
    ),
)

STATE_MISTAKES = (
    edit(
        "moments-not-kept",
        "The moments start again from zero at each step: nothing is kept from one step to the next.",
        {"mul_(self.beta1)": "mul_(0)", "mul_(self.beta2)": "mul_(0)"},
    ),
    edit(
        "shared-state",
        "All parameters share one pair of moments: each parameter continues with the values that the parameter "
        "before it left.",
        sharing("firsts", "seconds"),
        pairs=False,
    ),
    edit(
        "no-epsilon",
        "epsilon is missing: an entry whose gradients are all zero is divided by zero.",
        {" + epsilon": ""},
        pairs=False,
    ),
)

MISTAKES = (*CORRECTION_MISTAKES, *MOMENT_MISTAKES, *STATE_MISTAKES)
