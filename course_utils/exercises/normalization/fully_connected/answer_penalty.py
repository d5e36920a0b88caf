"""What goes wrong with the L2 penalty of a network, 0.5 reg times the sum of squared weights."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from course_utils.checks.labels import Label

__all__ = ["PENALTY_LABELS", "PENALTY_MISTAKES"]

CHOSEN = 'f"W{i}" for i in range(1, last + 1) if self.reg'
LOSS = "loss += 0.5 * self.reg * float((self.params[name] ** 2).sum())"
GRADIENT = "grads[name] = grads[name] + self.reg * self.params[name]"
TWICE, HALF = GRADIENT.replace("+ ", "+ 2 * "), GRADIENT.replace("+ ", "+ 0.5 * ")
BIASES_TOO = GRADIENT.replace("[name]", "[bias]")
ALL_NORMS = 'float(np.sqrt(sum((self.params[f"W{i}"] ** 2).sum() for i in range(1, last + 1))))'

DISAGREE = "penalty-and-gradient-disagree"
GAINS = "A gain pulled towards 0 switches its unit off; the penalty is for the weights."


def _kinds(*kinds: str) -> dict[str, str]:
    return {CHOSEN: f'name for name in self.params if name.rstrip("0123456789") in {kinds} and self.reg'}


PENALTY_MISTAKES = (
    edit(
        "half-missing",
        "The penalty lacks the factor 1/2, in the loss and in the gradients.",
        {LOSS: LOSS.replace("0.5 * ", ""), GRADIENT: TWICE},
    ),
    edit(
        DISAGREE,
        "The penalty in the loss lacks the factor 1/2 that its gradients assume: 0.5 reg w^2 goes with reg w.",
        {LOSS: LOSS.replace("0.5 * ", "")},
    ),
    edit(
        DISAGREE,
        "The gradients of the penalty have a factor 2 too many: 0.5 reg w^2 goes with reg w.",
        {GRADIENT: TWICE},
    ),
    edit(
        DISAGREE,
        "The gradients of the penalty have a factor 1/2 too many: 0.5 reg w^2 goes with reg w.",
        {GRADIENT: HALF},
    ),
    edit("regularization-ignored", "`reg` has no effect.", {"if self.reg": "if False"}, pairs=False),
    edit("penalty-missing-in-loss", "The penalty is in the gradients but not in the loss.", {LOSS: "pass"}),
    edit("penalty-missing-in-gradients", "The penalty is in the loss but not in the gradients.", {GRADIENT: "pass"}),
    # The root for each layer, and one root for all of them.
    *(
        edit("penalty-not-squared", "The penalty in the loss is not the sum of squares.", {LOSS: other})
        for other in (
            LOSS.replace("float((self.params[name] ** 2).sum())", "float(np.sqrt((self.params[name] ** 2).sum()))"),
            f'loss += 0.5 * self.reg * {ALL_NORMS} * (name == "W1")',
        )
    ),
    edit(
        "biases-regularised",
        "The biases are penalised too; the penalty is for the weights.",
        _kinds("W", "b"),
        pairs=False,
    ),
    edit(
        "biases-regularised",
        "The gradients of the biases hold a penalty; it is for the weights.",
        {GRADIENT: f'{GRADIENT}\nbias = name.replace("W", "b")\n{BIASES_TOO}'},
    ),
    edit(
        "gains-regularised",
        f"Gamma and beta are penalised too. {GAINS}",
        _kinds("W", "gamma", "beta"),
    ),
    edit("gains-regularised", f"The gammas are penalised too. {GAINS}", _kinds("W", "gamma")),
    edit(
        "everything-regularised",
        f"All parameters are penalised, biases, gammas and betas too. {GAINS}",
        _kinds("W", "b", "gamma", "beta"),
        pairs=False,
    ),
    edit(
        "one-layer-regularised",
        "Only the weights of the first layer are penalised.",
        {CHOSEN: CHOSEN.replace("self.reg", "self.reg and i == 1")},
    ),
    edit(
        "one-layer-regularised",
        "Only the weights of the last layer are penalised.",
        {CHOSEN: CHOSEN.replace("self.reg", "self.reg and i == last")},
    ),
    edit(
        "last-layer-not-regularised",
        "The weights of the last layer are not penalised.",
        {CHOSEN: CHOSEN.replace("last + 1", "last")},
    ),
)
MISSING = "not a number, or not in the dictionary"
PENALTY_LABELS = {
    "penalty": Label("what reg adds to the loss"),
    "weights": Label("what reg adds to the gradients of the weights in turn", nan=MISSING),
    "biases": Label("what reg adds to the gradients of the biases", nan=MISSING),
    "gains": Label("what reg adds to the gradients of gammas and betas"),
}
