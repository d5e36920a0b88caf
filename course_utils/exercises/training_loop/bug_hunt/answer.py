"""What is right in `bug_hunt`: the fault of each loop, and marks in proportion to how many are named rightly.

The counts are simulated, as the answers are names and no code. The visible check knows "all" and "not all" only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, NoOutputsError
from course_utils.checks.labels import Label
from course_utils.exercises.training_loop.bug_hunt.probe import FAULTS, LOOPS, PROBE, RIGHT, digest
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

KEY = {
    "A": "pairs-broken",
    "B": "gradients-accumulate",
    "C": "softmax-twice",
    "D": "average-starts-at-zero",
    "E": "argument-ignored",
    "F": "new-tensors",
    "G": "ascent",
    "H": "measured-after-normalising",
    "I": "labels-reversed",
    "J": "seeds-compared",
}
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


NOT_ALL = (
    "Not all ten are right yet. This check cannot say which or how many: it has one digest of the ten names together. "
    "Grading counts those that are right. For each loop, follow one batch by hand: which numbers does each line read, "
    "and which does it change?"
)


def _counted(right: int) -> Callable[[Inputs], Outputs]:
    def outputs(inputs: Inputs) -> Outputs:
        if RIGHT not in inputs:
            raise NoOutputsError("the visible check does not count")
        return {"all_right": np.array(0.0), "right": np.array(float(right))}

    return outputs


def _some(right: int) -> Alternative:
    said = (
        f"{right} of {len(LOOPS)} loops are named rightly. For the others, follow one batch by hand: which numbers "
        "does each line read, and which does it change?"
    )
    return Alternative((f"{COUNTS[right]}-of-ten",), (said,), _counted(right), share=right / len(LOOPS))


def _not_all(inputs: Inputs) -> Outputs:
    if RIGHT in inputs:
        raise NoOutputsError("grading counts")
    return {"all_right": np.array(0.0)}


def _all_right(inputs: Inputs) -> Outputs:
    named = {f"named_{loop}": np.array(1.0) for loop in LOOPS}
    counted = {"right": np.array(float(len(LOOPS)))} if RIGHT in inputs else {}
    return {**named, "all_right": np.array(1.0), **counted}


@cache
def _places() -> tuple[int, ...]:
    return tuple(FAULTS.index(KEY[loop]) for loop in LOOPS)


@cache
def _digest() -> bytes:
    return digest(_places()).tobytes()


def generate(rng: np.random.Generator) -> Inputs:
    """Return the digest of all names, and the names themselves; nothing is drawn."""
    return {"digest": np.frombuffer(_digest(), dtype=np.uint8), RIGHT: np.array(_places(), dtype=np.int64)}


ANSWER = Answer(
    "bug_hunt",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_all_right,
            misconceptions=(
                *map(_some, range(len(LOOPS))),
                Alternative(("not-all-right",), (NOT_ALL,), _not_all, share=0.0),
            ),
            labels={
                **{
                    f"named_{loop}": Label(f"loop {loop} has a name from the list of faults", statement=True)
                    for loop in LOOPS
                },
                "right": Label("loops named rightly"),
                "all_right": Label("all loops are named rightly", statement=True),
            },
            reread="section 3.5, what goes wrong without an error",
        ),
    ),
)
