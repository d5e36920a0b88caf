"""The answer to `fully_connected`: a network of numpy layers with a choice of normalization, dropout and L2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.accepted_conventions import part_from_rule
from autograder.kits.library import AUTOGRAD, NORMALIZATIONS
from autograder.kits.network_parts import dropout_part, parameters_part
from autograder.kits.network_penalty import penalty_part
from autograder.kits.numpy_net_mistakes import (
    BATCH_MISTAKES,
    CONVENTIONS,
    INHERITED,
    LAYER_MISTAKES,
    NETWORK_MISTAKES,
    RUNNING_INHERITED,
)
from autograder.kits.numpy_net_rule import LAYERS, batch_normal, layer_normal, network_rule, plain_normal, values_of
from autograder.kits.rules import Mistake, Rule
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

WIDTHS = (5, 4, 4, 3)
MISSING = "(nan: not a number, or not in the dictionary)"
LABELS = {
    "losses": "loss of the first batch, of the second, and of the first again after scores in test mode "
    "(nan: not a number, or an error)",
    "scores": "scores in test mode",
    **{f"dW{k}": f"gradient of W{k}, flat {MISSING}" for k in range(1, LAYERS + 1)},
    "db": f"gradients of the biases in turn {MISSING}",
    "dgamma": f"gradients of the gammas in turn {MISSING}",
    "dbeta": f"gradients of the betas in turn {MISSING}",
}
REREAD = "section 4.6, the order of the layers"
Normal = Callable[[SimpleNamespace], Callable[[torch.Tensor, int], torch.Tensor]]


def _values_part(
    name: str,
    normal: Normal,
    mistakes: Sequence[Mistake],
    inherited: Sequence[Mistake] = (),
    conventions: Sequence[Mistake] = (),
    weight: float = 3.0,
) -> AnswerPart:
    def simulate(rule: Rule) -> Simulate:
        return lambda inputs: values_of(rule, inputs, normalized=normal is not plain_normal)

    def part(found: Sequence[Mistake], accepted: Sequence[Mistake]) -> AnswerPart:
        return part_from_rule(
            name,
            network_rule(normal),
            simulate,
            found,
            variants=accepted,
            labels=LABELS,
            reread=REREAD,
            weight=weight,
        )

    whole = part(mistakes, conventions)
    follows = [variant for one in inherited for variant in part((), (one,)).variants]
    return replace(whole, variants=(*whole.variants, *follows))


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw parameters for which about half of the units are active, and batches of 6, 5 and 4 rows."""
    inputs: dict[str, Any] = {}
    for k in range(1, LAYERS + 1):
        before, after = WIDTHS[k - 1 : k + 1]
        inputs[f"W{k}"] = rng.normal(size=(before, after)) * np.sqrt(2 / before)
        inputs[f"b{k}"] = rng.uniform(0.1, 0.4, size=after) * rng.choice([-1.0, 1.0], size=after)
        if k < LAYERS:
            inputs[f"gamma{k}"] = rng.uniform(0.6, 1.8, size=after)
            inputs[f"beta{k}"] = rng.uniform(0.2, 0.6, size=after)
    for name, rows in (("1", 6), ("2", 5), ("test", 4)):
        inputs[f"X_{name}"] = rng.normal(size=(rows, WIDTHS[0])) + 0.3
        inputs[f"y_{name}"] = rng.permutation(np.resize(np.arange(WIDTHS[-1]), rows))
    return {**inputs, "reg": np.array(rng.uniform(0.2, 0.6))}


# Most marks are for what the text asks to fill in; the rest of the network may be the given one.
ANSWER = Answer(
    "fully_connected",
    _generate,
    (
        parameters_part("parameters", "section 4.6, the parameters of the network"),
        _values_part("without normalization", plain_normal, NETWORK_MISTAKES, weight=0.25),
        _values_part("batchnorm", batch_normal, BATCH_MISTAKES, (*INHERITED, *RUNNING_INHERITED), CONVENTIONS),
        _values_part("layernorm", layer_normal, LAYER_MISTAKES, INHERITED),
        penalty_part("regularization", "section 4.6, what is regularised", weight=0.25),
        dropout_part("dropout", "section 4.6, where dropout stands", weight=0.5),
    ),
    by_hand=(*NORMALIZATIONS, *AUTOGRAD),
)
