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
    "lower-case letters": lambda: {loop.lower(): fault for loop, fault in RIGHT.items()},
    "a loop too many": lambda: {**RIGHT, "K": "ascent"},
}
MUTANTS = {
    "nine-of-ten": but(C="summed-loss"),
    "eight-of-ten": but(A="ascent", G="pairs-broken"),
    "eight-of-ten (left out)": without("H", "I"),
    "one-of-ten": lambda: dict.fromkeys(RIGHT, "ascent"),
    "none-of-ten": lambda: {},
    "none-of-ten (decoys)": lambda: dict.fromkeys(RIGHT, "update-recorded"),
    "seven-of-ten": without(*"HIJ"),
    "six-of-ten": without(*"ABCD"),
    "five-of-ten": without(*"ABCDE"),
    "four-of-ten": without(*"EFGHIJ"),
    "three-of-ten": without(*"DEFGHIJ"),
    "two-of-ten": without(*"ABCDEFGH"),
    "nine-of-ten (own words)": but(A="the labels are shuffled"),
    "nine-of-ten (misspelt)": but(F="new-tensor"),
    "nine-of-ten (number for a name)": but(B=3),
    "nine-of-ten (list for a name)": but(B=["ascent"]),
    "nine-of-ten (misspelt letter)": lambda: {loop.replace("C", "Z"): fault for loop, fault in RIGHT.items()},
}
WRONG = {
    "forgotten return": lambda: None,
    "a list": lambda: list(RIGHT.values()),
    "raises": lambda: RIGHT["Z"],
}
CORRECT, MUTANTS, WRONG = ({name: (f,) for name, f in kind.items()} for kind in (CORRECT, MUTANTS, WRONG))
