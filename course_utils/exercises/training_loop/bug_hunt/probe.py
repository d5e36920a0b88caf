"""How `faults()` is exercised: ten loops, a fault named for each, and a count of the right ones.

The right names are not here. The inputs hold a slow salted digest of each, enough to count and too little to read off.
The names come back as numbers, and whoever judges counts. The right names are the same for all inputs, so whoever can
say them has done the exercise, however the answer was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, raw_array

__all__ = ["FAULTS", "LOOPS", "PROBE", "digest"]

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
ROUNDS = 20_000
UNNAMED = -1


def digest(salt: bytes, loop: str, fault: str) -> int:
    """Return 48 bits that only this fault, at this loop and with this salt, gives; it takes milliseconds on purpose."""
    hashed = hashlib.pbkdf2_hmac("sha256", f"{loop}:{fault}".encode(), salt, ROUNDS)
    return int.from_bytes(hashed[:6], "big")


def _run(faults: Callable[[], Any], inputs: Inputs) -> Outputs:
    """Return for each loop where the fault that is named stands in FAULTS; UNNAMED where none is."""
    named = _read(faults())
    return {"named": np.array([float(FAULTS.index(named[loop]) if loop in named else UNNAMED) for loop in LOOPS])}


def _count(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return how many loops are named rightly, and which have a name at all; the rest is for the reader to find out."""
    known, salt = dict(enumerate(FAULTS)), inputs["salt"].astype(np.uint8).tobytes()
    given = raw_array(raw, "named", (len(LOOPS),)).tolist()
    rows = zip(LOOPS, given, inputs["digests"].tolist(), strict=True)
    right = sum(named in known and digest(salt, loop, known[named]) == int(wanted) for loop, named, wanted in rows)
    has_name = {f"named_{loop}": np.array(float(named in known)) for loop, named in zip(LOOPS, given, strict=True)}
    return {**has_name, "right": np.array(float(right))}


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


PROBE = Probe.single("bug_hunt", "faults", _run, _count)
