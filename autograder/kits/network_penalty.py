"""The L2 penalty of a network, 0.5 reg times the sum of squared weights, as a rule; what else gets penalised."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import AnswerPart, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule
from autograder.kits.numpy_net_rule import LAYERS
from autograder.kits.rules import Mistake, Rule
from course_utils.kits.numpy_nets import names
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["penalty_part"]

# What is penalised in the loss, and in the gradients; `half` is the factor in the loss, `double` that of a derivative.
RULE: Rule = {
    "half": lambda s: 0.5,
    "double": lambda s: 2.0,
    "chosen": lambda s: np.ones_like(s.all_weights),
    "in_loss": lambda s: s.all_weights * s.chosen,
    "in_gradient": lambda s: s.in_loss,
    "penalty": lambda s: s.half * s.reg * (s.in_loss**2).sum(),
    "weights": lambda s: s.double * s.half * s.reg * s.in_gradient,
    "biases": lambda s: 0.0 * s.all_biases,
    "gains": lambda s: 0.0 * s.all_gains,
}


def _of(s: SimpleNamespace, values: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(s.double * s.half * s.reg * values)


def _gammas(s: SimpleNamespace) -> NDArray[Any]:
    return np.where(np.arange(s.all_gains.size) < s.all_gains.size // 2, s.all_gains, 0.0)


MISSING = "(nan: not a number, or not in the dictionary)"
DISAGREE = "penalty-and-gradient-disagree"
GAINS = "A gain pulled towards 0 switches its unit off; the penalty is for the weights."
MISTAKES = (
    Mistake(
        "half-missing", "The penalty lacks the factor 1/2, in the loss and in the gradients.", {"half": lambda s: 1.0}
    ),
    Mistake(
        DISAGREE,
        "The penalty in the loss lacks the factor 1/2 that its gradients assume: 0.5 reg w^2 goes with reg w.",
        {"half": lambda s: 1.0, "double": lambda s: 1.0},
    ),
    Mistake(
        DISAGREE,
        "The gradients of the penalty have a factor 2 too many: 0.5 reg w^2 goes with reg w.",
        {"double": lambda s: 4.0},
    ),
    Mistake(
        DISAGREE,
        "The gradients of the penalty have a factor 1/2 too many: 0.5 reg w^2 goes with reg w.",
        {"double": lambda s: 1.0},
    ),
    Mistake(
        "regularization-ignored",
        "`reg` has no effect.",
        {"half": lambda s: 0.0},
        pairs=False,
    ),
    Mistake(
        "penalty-missing-in-loss", "The penalty is in the gradients but not in the loss.", {"penalty": lambda s: 0.0}
    ),
    Mistake(
        "penalty-missing-in-gradients",
        "The penalty is in the loss but not in the gradients.",
        {"in_gradient": lambda s: 0.0 * s.all_weights},
    ),
    Mistake(
        "penalty-not-squared",
        "The penalty in the loss is not the sum of squares.",
        {"penalty": lambda s: s.half * s.reg * np.sqrt((s.in_loss**2).sum())},
    ),
    Mistake(
        "biases-regularised",
        "The biases are penalised too; the penalty is for the weights.",
        {"in_loss": lambda s: np.append(s.all_weights, s.all_biases), "in_gradient": lambda s: s.all_weights}
        | {"biases": lambda s: _of(s, s.all_biases)},
        pairs=False,
    ),
    Mistake(
        "biases-regularised",
        "The gradients of the biases hold a penalty; it is for the weights.",
        {"biases": lambda s: _of(s, s.all_biases)},
    ),
    Mistake(
        "gains-regularised", f"Gamma and beta are penalised too. {GAINS}", {"gains": lambda s: _of(s, s.all_gains)}
    ),
    Mistake("gains-regularised", f"The gammas are penalised too. {GAINS}", {"gains": lambda s: _of(s, _gammas(s))}),
    Mistake(
        "everything-regularised",
        f"All parameters are penalised, biases, gammas and betas too. {GAINS}",
        {"in_loss": lambda s: np.append(s.all_weights, s.all_biases), "in_gradient": lambda s: s.all_weights}
        | {"biases": lambda s: _of(s, s.all_biases), "gains": lambda s: _of(s, s.all_gains)},
        pairs=False,
    ),
    Mistake(
        "one-layer-regularised",
        "Only the weights of the first layer are penalised.",
        {"chosen": lambda s: s.layer == 1},
    ),
    Mistake(
        "one-layer-regularised",
        "Only the weights of the last layer are penalised.",
        {"chosen": lambda s: s.layer == LAYERS},
    ),
    Mistake(
        "last-layer-not-regularised",
        "The weights of the last layer are not penalised.",
        {"chosen": lambda s: s.layer < LAYERS},
    ),
)


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        groups = {
            word: [inputs[name].ravel() for name in names(LAYERS, normalized=True) if name.rstrip("123") in letters]
            for word, letters in (("weights", "W"), ("biases", "b"), ("gains", ("gamma", "beta")))
        }
        layer = np.repeat(np.arange(1, LAYERS + 1), [values.size for values in groups["weights"]])
        given = {f"all_{word}": np.concatenate(values) for word, values in groups.items()}
        (state,) = over_calls(rule, [{**given, "layer": layer, "reg": float(inputs["reg"])}], {})
        return {name: np.asarray(getattr(state, name)) for name in ("penalty", "weights", "biases", "gains")}

    return simulate


def penalty_part(name: str, reread: str, weight: float) -> AnswerPart:
    """Make the answer to the part `name`, which says to read `reread` again."""
    return part_from_rule(
        name,
        RULE,
        _simulate,
        MISTAKES,
        labels={
            "penalty": "what reg adds to the loss",
            "weights": f"what reg adds to the gradients of the weights in turn {MISSING}",
            "biases": f"what reg adds to the gradients of the biases {MISSING}",
            "gains": "what reg adds to the gradients of gammas and betas",
        },
        reread=reread,
        weight=weight,
    )
