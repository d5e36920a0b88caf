"""What is right in `bug_hunt`: the fault of each loop, and marks in proportion to how many are named rightly.

The counts are simulated, as the answers are names and no code.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart
from course_utils.checks.labels import Label
from course_utils.exercises.training_loop.bug_hunt.probe import LOOPS, PROBE, digest
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


def _counted(right: int) -> Callable[[Inputs], Outputs]:
    return lambda inputs: {"right": np.array(float(right))}


def _some(right: int) -> Alternative:
    said = (
        f"{right} of {len(LOOPS)} loops are named rightly. For the others, follow one batch by hand: which numbers "
        "does each line read, and which does it change?"
    )
    return Alternative((f"{COUNTS[right]}-of-ten",), (said,), _counted(right), share=right / len(LOOPS))


def _all_right(inputs: Inputs) -> Outputs:
    return {**{f"named_{loop}": np.array(1.0) for loop in LOOPS}, **_counted(len(LOOPS))(inputs)}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a salt; the digests follow from it and from the key."""
    salt = rng.integers(256, size=16).astype(np.uint8)
    digests = [digest(salt.tobytes(), loop, KEY[loop]) for loop in LOOPS]
    return {"salt": salt, "digests": np.array(digests, dtype=np.int64)}


ANSWER = Answer(
    "bug_hunt",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_all_right,
            misconceptions=tuple(map(_some, range(len(LOOPS)))),
            labels={
                **{
                    f"named_{loop}": Label(f"loop {loop} has a name from the list of faults", statement=True)
                    for loop in LOOPS
                },
                "right": Label("loops named rightly"),
            },
            reread="section 3.5, what goes wrong without an error",
        ),
    ),
)
