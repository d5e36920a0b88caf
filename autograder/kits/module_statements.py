"""Parts that look at a torch module itself: what it saves, keeps, changes and takes, in statements that hold or not.

These are tables of statements, not edits of the solution: one mistake makes the same statements false in whatever way a
module is written (a plain attribute, a list of tensors, a parameter), while an edit would show one of the ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from autograder.catalogue.answer import Alternative, AnswerPart, Simulate
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["MODULE_LABELS", "MODULE_MISTAKES", "OTHER_DTYPE", "WITH_AFFINE", "Statements", "statements_part"]

Value = float | tuple[float, ...]


@dataclass(frozen=True)
class Statements:
    """A mistake, or an accepted convention, by the values that some statements have under it.

    Args:
        id: Its name.
        says: A sentence for the student.
        values: What the statements hold that it changes.
        share: Fraction of the marks that it earns.
    """

    id: str
    says: str
    values: Mapping[str, Value]
    share: float = 0.5


MODULE_LABELS = {
    "input_left_alone": Label("input left as it was", statement=True),
    "strided": Label("the same for an input that is not contiguous in memory", statement=True),
    "half": Label("works in float16", statement=True),
    "bfloat16": Label("works in bfloat16", statement=True),
    "dtype_kept": Label("the output has the type of the input", statement=True),
}
MODULE_MISTAKES = (
    Statements(
        "input-changed",
        "forward() writes into the tensor that it is given, which the caller, and the backward pass, still need.",
        {"input_left_alone": 0.0},
    ),
    Statements(
        "needs-contiguous-memory",
        "A transposed input, which is not contiguous in memory, gives an error or other values.",
        {"strided": 0.0},
    ),
    Statements(
        "half-precision-fails",
        "In float16 or bfloat16 it raises an error or gives other values: the code fixes a type somewhere, or "
        "epsilon is too small for the type.",
        {"half": 0.0, "bfloat16": 0.0},
    ),
    Statements(
        "half-precision-fails",
        "In float16 it raises an error or gives other values: an intermediate value leaves the range of that type.",
        {"half": 0.0},
    ),
)
OTHER_DTYPE = Statements(
    "other-dtype",
    "The values are right, but the type of the output differs from that of the input, and the next layer may refuse "
    "it.",
    {"dtype_kept": 0.0},
    share=1.0,
)
WITH_AFFINE = Statements(
    "with-gain-and-shift",
    "The module has a gain and a shift to train, as torch's has; the text leaves them out here.",
    {"parameters": 2.0},
    share=1.0,
)


def statements_part(
    name: str,
    labels: Mapping[str, Label],
    mistakes: Sequence[Statements],
    *,
    usual: Mapping[str, Value] | None = None,
    conventions: Sequence[Statements] = (),
    reread: str,
    weight: float,
) -> AnswerPart:
    """Make the answer to a part of which all outputs are statements, or numbers that are the same for all inputs.

    Args:
        name: Name of the part.
        labels: The statements, and how to speak of them.
        mistakes: Known mistakes: looked for alone, in pairs, and alone within one or two conventions.
        usual: What is right where that is not 1.
        conventions: Accepted conventions.
        reread: What to read again.
        weight: Share of the exercise's marks.
    """
    right = {**dict.fromkeys(labels, 1.0), **(usual or {})}
    allowed = [chosen for count in range(1, len(conventions) + 1) for chosen in combinations(conventions, count)]
    allowed = [chosen for chosen in allowed if _apart(chosen)]
    return AnswerPart(
        name=name,
        reference=_simulate(right, ()),
        misconceptions=tuple(_mistaken(right, mistakes, [chosen for chosen in allowed if len(chosen) <= 2])),
        variants=tuple(_alternative(right, chosen) for chosen in allowed),
        labels=labels,
        reread=reread,
        weight=weight,
    )


def _mistaken(
    right: Mapping[str, Value], mistakes: Sequence[Statements], conventions: Sequence[Sequence[Statements]]
) -> Iterator[Alternative]:
    yield from (_alternative(right, [one]) for one in mistakes)
    yield from (_alternative(right, pair) for pair in combinations(mistakes, 2) if _apart(pair))
    for chosen, one in product(conventions, mistakes):
        if _apart((*chosen, one)):
            yield _alternative(right, [one], chosen)


def _apart(chosen: Iterable[Statements]) -> bool:
    names = [name for one in chosen for name in one.values]
    return len(names) == len(set(names))


def _alternative(
    right: Mapping[str, Value], chosen: Sequence[Statements], unnamed: Sequence[Statements] = ()
) -> Alternative:
    share = float(np.prod([one.share for one in chosen]))
    ids, says = tuple(one.id for one in chosen), tuple(one.says for one in chosen)
    return Alternative(ids, says, _simulate(right, (*chosen, *unnamed)), share)


def _simulate(right: Mapping[str, Value], chosen: Sequence[Statements]) -> Simulate:
    values = dict(right)
    for one in chosen:
        values |= one.values

    def simulate(inputs: Inputs) -> Outputs:
        return {name: np.array(value) for name, value in values.items()}

    return simulate
