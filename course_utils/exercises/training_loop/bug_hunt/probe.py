"""How `faults()` is exercised: ten loops, and a fault named for each.

The right names are not here, and students have no digest of a single one: sixteen names are tried in no time. They have
one digest of all ten together, slow to make, so that their check says "all right" and no more. Grading has the names
themselves, on the side that no submission sees, and counts. The right names are the same for all inputs, so whoever can
say them has done the exercise, however the answer was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.comparing import array_equal
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, raw_array

__all__ = ["FAULTS", "LOOPS", "PROBE", "RIGHT", "digest"]

LOOPS = "ABCDEFGHIJ"
FAULTS = (
    "argument-ignored",
    "ascent",
    "average-starts-at-zero",
    "gradients-accumulate",
    "labels-reversed",
    "last-batch-dropped",
    "measured-after-normalising",
    "new-tensors",
    "pairs-broken",
    "same-order-every-epoch",
    "seeds-compared",
    "softmax-twice",
    "statistics-of-both-parts",
    "summed-loss",
    "unweighted-mean",
    "update-recorded",
)
UNNAMED = -1
# Name of the input that holds the right names, as places in FAULTS. It stays with those who grade.
RIGHT = "right_names"
# 128 MiB and about a second for each set of names that is tried.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
SCRYPT_BYTES = 2 * 128 * SCRYPT_N * SCRYPT_R
SALT = b"bug_hunt: ten loops, one fault each"


def digest(named: Sequence[int]) -> NDArray[np.uint8]:
    """Return 32 bytes, of dtype uint8, that only these ten names give; it takes about a second on purpose.

    Args:
        named: For each loop the place of its fault in FAULTS.

    The function is scrypt: C. Percival and S. Josefsson, RFC 7914, 2016.
    """
    text = ",".join(f"{loop}:{FAULTS[place]}" for loop, place in zip(LOOPS, named, strict=True)).encode()
    hashed = hashlib.scrypt(text, salt=SALT, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, maxmem=SCRYPT_BYTES, dklen=32)
    return np.frombuffer(hashed, dtype=np.uint8)


def _run(faults: Callable[[], Any], inputs: Inputs) -> Outputs:
    """Return for each loop where the fault that is named stands in FAULTS; UNNAMED where none is."""
    named = _read(faults())
    return {"named": np.array([float(FAULTS.index(named[loop]) if loop in named else UNNAMED) for loop in LOOPS])}


def _compare(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return which loops have a name at all, whether all names are right and, where these are known, how many are."""
    given = [
        int(place) if place in range(len(FAULTS)) else UNNAMED
        for place in raw_array(raw, "named", (len(LOOPS),)).tolist()
    ]
    found = {f"named_{loop}": np.array(float(place != UNNAMED)) for loop, place in zip(LOOPS, given, strict=True)}
    if RIGHT in inputs:
        right = int((np.array(given) == inputs[RIGHT]).sum())
        return {**found, "all_right": np.array(float(right == len(LOOPS))), "right": np.array(float(right))}
    all_right = UNNAMED not in given and array_equal(digest(given), inputs["digest"])
    return {**found, "all_right": np.array(float(all_right))}


def _read(named: object) -> dict[str, str]:
    """Return the names that can be read, by loop; what cannot be read is said and costs no other loop."""
    if named is None:
        raise ProbeFailure("faults returned None. Is there a `return` at the end?")
    if not isinstance(named, Mapping):
        raise ProbeFailure(f"faults should return a dict from letter to name; found a {type(named).__name__}.")
    read = {}
    for key, value in named.items():
        loop, fault = str(key).strip().upper(), str(value).strip().lower()
        if loop not in tuple(LOOPS):
            print(f"{key!r} is no loop; they are called {', '.join(LOOPS)}.")
        elif fault not in FAULTS:
            print(f"Loop {loop}: {value!r} is not in the list of faults. Check the spelling.")
        else:
            read[loop] = fault
    return read


PROBE = Probe.single("bug_hunt", "faults", _run, _compare, kept_back=(RIGHT,))
