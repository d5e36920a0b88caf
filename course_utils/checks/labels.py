"""How to speak of the arrays of a probe."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["IMAGES", "TABLE", "TIMES", "Label", "plural"]

PLURALS = {
    "step": "steps", "epoch": "epochs", "pass": "passes", "layer": "layers", "rate": "rates", "number": "numbers",
    "walk": "walks", "function": "functions", "Hessian": "Hessians", "pair": "pairs", "run": "runs",
}  # fmt: skip
# What follows one upon another, so that something can be kept from one to the next.
TIMES = ("step", "epoch", "pass")
# What the axes count, of a batch of examples and of one of images.
TABLE = ("example (N)", "feature (D)")
IMAGES = ("image (N)", "channel (C)", "row (H)", "column (W)")


@dataclass(frozen=True)
class Label:
    """How to speak of an array.

    Args:
        what: What it holds, as in "first parameter". Of a statement, what is the case if it is 1, as in "inputs left as
            they were".
        rows: What its first axis counts, as in "step"; empty where it is not spoken of row by row.
        link: The word between the two, as in "first parameter after step 3".
        then: What follows, as in "with the default values".
        statement: Whether it holds 1 for yes and 0 for no.
        nan: What NaN stands for, where it is a sign for something else.
        infinite: What infinity stands for, where it is a sign for something else.
        zero: What 0 stands for, where that is not a number like others.
        axes: What the axes of the array (of one of its rows, if it is spoken of row by row) count, as in
            ("example (N)", "feature (D)"), for its picture.
        against: Name of another array: this one and that one are the coordinates of a point, for a picture of its path.
    """

    what: str
    rows: str = ""
    link: str = "after"
    then: str = ""
    statement: bool = False
    nan: str = ""
    infinite: str = ""
    zero: str = ""
    axes: tuple[str, ...] = ()
    against: str = ""

    def at(self, row: int | None, value: float) -> str:
        """Return how to speak of one number of the array.

        Args:
            row: Its place along the first axis, counted from 1; None where rows are not spoken of.
            value: The number.
        """
        notes = [f"({name} {said})" for name, said in self._signs(value) if said]
        return " ".join([self._words(row), *notes])

    def first_wrong(self, row: int) -> str:
        """Return how to speak of an array of which `row`, counted from 1, is the first that is not right."""
        return self._words(None if self.rows == "step" else row)

    def whole(self, rows: int) -> str:
        """Return how to speak of all of the array, which has `rows` rows; steps go without saying."""
        if not self.rows or self.rows == "step":
            return self._words(None)
        return self._words(1) if rows == 1 else self._words(f"1 to {rows}", plural(self.rows))

    def meaning(self, value: float) -> str:
        """Return what a value that is not finite stands for; empty where it is just that."""
        return self.nan if math.isnan(value) else self.infinite if math.isinf(value) else ""

    def _words(self, row: int | str | None, rows: str = "") -> str:
        numbered = f"{rows or self.rows} {row}" if self.rows and row is not None else ""
        words = " ".join(word for word in (self.what, self.link if numbered and self.what else "", numbered) if word)
        return f"{words}, {self.then}" if self.then else words

    def _signs(self, value: float) -> tuple[tuple[str, str], ...]:
        return (
            ("nan:", self.nan if math.isnan(value) else ""),
            ("infinite:", self.infinite if math.isinf(value) else ""),
            ("0 =", self.zero),
            ("1 =", "yes" * self.statement),
        )


def plural(word: str) -> str:
    """Return the plural of what rows count."""
    return PLURALS.get(word, word)
