"""Parts that look at flags only: what a torch module saves, keeps, changes and takes. A mistake turns some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import numpy as np

from autograder.catalogue.answer import AnswerPart, Simulate
from autograder.kits.accepted_conventions import part_from_rule
from autograder.kits.rules import Formula, Mistake, Rule
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["MODULE_MANNERS", "MODULE_MANNER_MISTAKES", "OTHER_DTYPE", "flag_part", "turned"]

MODULE_MANNERS = {
    "input_left_alone": Label("input left as it was", statement=True),
    "strided": Label("the same for an input that is not contiguous in memory", statement=True),
    "half": Label("works in float16", statement=True),
    "bfloat16": Label("works in bfloat16", statement=True),
    "dtype_kept": Label("the output has the type of the input", statement=True),
}


def turned(name: str, says: str, flags: Mapping[str, float], share: float = 0.5) -> Mistake:
    """Make a mistake (or a convention) that is seen by the values of some flags."""
    return Mistake(name, says, _constants(flags), share=share)


def _constants(flags: Mapping[str, float]) -> Rule:
    return {name: _constant(value) for name, value in flags.items()}


def _constant(value: float) -> Formula:
    return lambda s: value


MODULE_MANNER_MISTAKES = (
    turned(
        "input-changed",
        "forward() writes into the tensor that it is given, which the caller, and the backward pass, still need.",
        {"input_left_alone": 0.0},
    ),
    turned(
        "needs-contiguous-memory",
        "A transposed input, which is not contiguous in memory, gives an error or other values.",
        {"strided": 0.0},
    ),
    turned(
        "half-precision-fails",
        "In float16 or bfloat16 it raises an error or gives other values: a type is fixed somewhere, or epsilon is too "
        "small for it.",
        {"half": 0.0, "bfloat16": 0.0},
    ),
    turned(
        "half-precision-fails",
        "In float16 it raises an error or gives other values: something leaves the range of that type.",
        {"half": 0.0},
    ),
)
OTHER_DTYPE = turned(
    "other-dtype",
    "The values are right, but the output has another type than the input, which the next layer may refuse.",
    {"dtype_kept": 0.0},
)


def flag_part(
    name: str,
    labels: Mapping[str, Label],
    mistakes: Sequence[Mistake],
    *,
    usual: Mapping[str, float] | None = None,
    variants: Sequence[Mistake] = (),
    reread: str,
    weight: float,
) -> AnswerPart:
    """Make the answer to a part of which all outputs are flags.

    Args:
        name: Name of the part.
        labels: The flags, and how to speak of them.
        mistakes: Known mistakes, from `turned`.
        usual: Where a flag should be something other than 1.
        variants: Accepted conventions.
        reread: What to read again.
        weight: Share of the exercise's marks.
    """
    flags = {**dict.fromkeys(labels, 1.0), **(usual or {})}

    def simulate(rule: Rule) -> Simulate:
        def outputs(inputs: Inputs) -> Outputs:
            return {key: np.array(formula(SimpleNamespace())) for key, formula in rule.items()}

        return outputs

    return part_from_rule(
        name,
        _constants(flags),
        simulate,
        mistakes,
        variants=variants,
        labels=labels,
        reread=reread,
        weight=weight,
    )
