"""How to speak of the arrays of a probe."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Label"]


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
    """

    what: str
    rows: str = ""
    link: str = "after"
    then: str = ""
    statement: bool = False
    nan: str = ""
    infinite: str = ""
    zero: str = ""
