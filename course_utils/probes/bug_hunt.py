"""How `faults()` is exercised: ten loops, a fault named for each, and a count of the right ones.

The right names are not here. The inputs hold a slow salted digest of each, enough to count and too little to read off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.probes.base import Inputs, Outputs, Probe, ProbeFailure

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


def digest(salt: bytes, loop: str, fault: str) -> int:
    """Return 48 bits that only this fault, at this loop and with this salt, gives; it takes milliseconds on purpose."""
    hashed = hashlib.pbkdf2_hmac("sha256", f"{loop}:{fault}".encode(), salt, ROUNDS)
    return int.from_bytes(hashed[:6], "big")


def _run(faults: Callable[[], Any], inputs: Inputs) -> Outputs:
    """Return how many loops are named rightly; which ones is for the reader to find out."""
    named, salt = _read(faults()), inputs["salt"].astype(np.uint8).tobytes()
    pairs = zip(LOOPS, inputs["digests"].tolist(), strict=True)
    right = sum(loop in named and digest(salt, loop, named[loop]) == int(wanted) for loop, wanted in pairs)
    return {"right": np.array(float(right))}


def _read(named: object) -> dict[str, str]:
    if named is None:
        raise ProbeFailure("faults returned None. Is there a `return` at the end?")
    if not isinstance(named, Mapping):
        raise ProbeFailure(f"faults should return a dict from letter to name; found a {type(named).__name__}.")
    for loop, fault in named.items():
        if loop not in tuple(LOOPS):
            raise ProbeFailure(f"{loop!r} is no loop; they are called {', '.join(LOOPS)}.")
        if fault not in FAULTS:
            raise ProbeFailure(f"Loop {loop}: {fault!r} does not stand in the list of faults. Mind the spelling.")
    return dict(named)


PROBE = Probe.single("bug_hunt", "faults", _run)
