"""`faults()`: the ten loops named rightly, in part, and not at all."""

from types import MappingProxyType

RIGHT = {
    "A": "pairs-broken", "B": "gradients-accumulate", "C": "softmax-twice", "D": "average-starts-at-zero",
    "E": "argument-ignored", "F": "new-tensors", "G": "ascent", "H": "measured-after-normalising",
    "I": "labels-reversed", "J": "seeds-compared",
}  # fmt: skip


def but(**others):
    return lambda: {**RIGHT, **others}


def without(*loops):
    return lambda: {loop: fault for loop, fault in RIGHT.items() if loop not in loops}


CORRECT = {
    "dict": lambda: dict(RIGHT),
    "other order": lambda: dict(reversed(RIGHT.items())),
    "read-only": lambda: MappingProxyType(RIGHT),
}
MUTANTS = {
    "nine-of-ten": but(C="summed-loss"),
    "eight-of-ten": but(A="ascent", G="pairs-broken"),
    "eight-of-ten (left out)": without("H", "I"),
    "one-of-ten": lambda: dict.fromkeys(RIGHT, "ascent"),
    "none-of-ten": lambda: {},
    "none-of-ten (decoys)": lambda: dict.fromkeys(RIGHT, "update-recorded"),
    "five-of-ten": without(*"ABCDE"),
}
WRONG = {
    "forgotten return": lambda: None,
    "a list": lambda: list(RIGHT.values()),
    "own words": but(A="the labels are shuffled"),
    "number for a name": but(B=3),
    "list for a name": but(B=["ascent"]),
    "no such loop": lambda: {**RIGHT, "K": "ascent"},
    "lower case": lambda: {loop.lower(): fault for loop, fault in RIGHT.items()},
    "raises": lambda: RIGHT["Z"],
}
CORRECT, MUTANTS, WRONG = ({name: (f,) for name, f in kind.items()} for kind in (CORRECT, MUTANTS, WRONG))
