"""What is right and wrong in `fully_connected`: a network of numpy layers with a choice of normalization."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit
from autograder.catalogue.solution import load_solution
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import AUTOGRAD, NORMALIZATIONS
from course_utils.checks.labels import Label
from course_utils.exercises.normalization.fully_connected.answer_dropout import DROPOUT_LABELS, DROPOUT_MISTAKES
from course_utils.exercises.normalization.fully_connected.answer_normalization import (
    BATCH_MISTAKES,
    BIASES_AS_ROWS,
    CONVENTIONS,
    FOLLOWS,
    GAINS_AS_ROWS,
    LAYER_MISTAKES,
    NETWORK_MISTAKES,
)
from course_utils.exercises.normalization.fully_connected.answer_parameters import parameters_part
from course_utils.exercises.normalization.fully_connected.answer_penalty import PENALTY_LABELS, PENALTY_MISTAKES
from course_utils.kits.probe import Inputs
from course_utils.numpy_networks import plain_net

__all__ = ["ANSWER"]

EXERCISE = "fully_connected"
WIDTHS = (5, 4, 4, 3)
NETWORK = inspect.getsource(plain_net)
BATCHNORM = load_solution("batchnorm_forward").source
MISSING = "not a number, or not in the dictionary"
LABELS = {
    # Rows: the first batch, the second, and the first again after scores in test mode.
    "losses": Label("loss", "training batch", "of", nan="not a number, or an error"),
    "scores": Label("scores in test mode", axes=("example (N)", "class")),
    **{f"dW{k}": Label(f"gradient of W{k}", nan=MISSING) for k in range(1, len(WIDTHS))},
    **{f"d{word}": Label(f"gradients of the {word}s in turn", nan=MISSING) for word in ("gamma", "beta")},
    "db": Label("gradients of the biases in turn", nan=MISSING),
    "gradients_shaped": Label("gradients in the shapes of their parameters", statement=True),
}
WORDS = {
    "self": "the network", "x": "input", "out": "output of the hidden layers", "dout": "upstream gradient",
    "bn_params": "running statistics", "y": "labels", "dw": "gradient of the weights", "db": "gradient of the biases",
    "dx": "gradient of the input", "dgamma": "gradient of gamma", "dbeta": "gradient of beta", "reg": "`reg`",
}  # fmt: skip


def _part(
    name: str,
    mistakes: Iterable[Edit],
    labels: dict[str, Label],
    reread: str,
    weight: float,
    conventions: Iterable[Edit] = (),
    more: str = "",
    own: bool = False,
    follows: tuple[str, ...] = (),
) -> AnswerPart:
    """Make the answer to a part; small changes are looked for only where the solution's own text decides, if `own`."""
    return solution_part(
        EXERCISE,
        name,
        mistakes,
        conventions=conventions,
        with_changes=own,
        changing=("FullyConnectedNet",),
        built_on=f"{NETWORK}{more}",
        labels=labels,
        reread=reread,
        weight=weight,
        words=WORDS,
        follows=follows,
        not_in_mistakes=("gradients_shaped",),
    )


def _values(name: str, mistakes: Iterable[Edit], weight: float, **more: Any) -> AnswerPart:
    return _part(name, mistakes, LABELS, "section 4.6, the order of the layers", weight, **more)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw parameters for which about half of the units are active, and batches of 6, 5 and 4 rows."""
    inputs: dict[str, Any] = {}
    layers = len(WIDTHS) - 1
    for k in range(1, layers + 1):
        before, after = WIDTHS[k - 1 : k + 1]
        inputs[f"W{k}"] = rng.normal(size=(before, after)) * np.sqrt(2 / before)
        inputs[f"b{k}"] = rng.uniform(0.1, 0.4, size=after) * rng.choice([-1.0, 1.0], size=after)
        if k < layers:
            inputs[f"gamma{k}"] = rng.uniform(0.6, 1.8, size=after)
            inputs[f"beta{k}"] = rng.uniform(0.2, 0.6, size=after)
    for name, rows in (("1", 6), ("2", 5), ("test", 4)):
        inputs[f"X_{name}"] = rng.normal(size=(rows, WIDTHS[0])) + 0.3
        inputs[f"y_{name}"] = rng.permutation(np.resize(np.arange(WIDTHS[-1]), rows))
    return {**inputs, "reg": np.array(rng.uniform(0.2, 0.6))}


# Most marks are for what the text asks to fill in; the rest of the network may be the given one.
ANSWER = Answer(
    EXERCISE,
    _generate,
    (
        parameters_part("parameters", "section 4.6, the parameters of the network"),
        _values("without normalization", NETWORK_MISTAKES, 0.25, conventions=(BIASES_AS_ROWS,)),
        _values(
            "batchnorm",
            BATCH_MISTAKES,
            3.0,
            own=True,
            conventions=(*CONVENTIONS, GAINS_AS_ROWS),
            more=BATCHNORM,
            follows=FOLLOWS,
        ),
        _values("layernorm", LAYER_MISTAKES, 3.0, own=True, conventions=(GAINS_AS_ROWS,), follows=FOLLOWS),
        _part("regularization", PENALTY_MISTAKES, PENALTY_LABELS, "section 4.6, what is regularised", 0.25),
        _part("dropout", DROPOUT_MISTAKES, DROPOUT_LABELS, "section 4.6, the paragraph on dropout", 0.5),
    ),
    by_hand=(*NORMALIZATIONS, *AUTOGRAD),
)
