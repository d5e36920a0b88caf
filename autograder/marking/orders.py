"""What a page asks for, read from JSON; nonsense becomes one sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.grade.types import GradingError
from autograder.marks.rubric import Item

__all__ = ["ExceptionOrder", "ItemOrder", "MarkOrder", "Order", "number_in", "read_order"]

NUMBER = re.compile(r"\s*([-+]?\d{1,6}(?:[.,]\d{0,6})?|[.,]\d{1,6})\s*")


class Order(BaseModel):
    """Any order: it says who gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    marker: str = Field(max_length=60)


Anything = TypeVar("Anything", bound=Order)


class MarkOrder(Order):
    """Marks for some answers: `answers` are their states by the page's names of them."""

    answers: dict[str, str] = Field(min_length=1, max_length=100_000)
    items: list[int] | None = None
    points: float | str | None = None
    comment: str | None = None


class _ShownItem(BaseModel):
    id: int
    text: str
    points: float
    origin: str = ""


class ItemOrder(Order):
    """An item of the rubric: a new one, or another text and other points for one, or none of it any more."""

    shown: _ShownItem | None
    text: str
    points: float | str
    retire: bool = False

    @property
    def item(self) -> Item | None:
        """The item as the page showed it; None for a new one."""
        return None if self.shown is None else Item(**self.shown.model_dump())


class ExceptionOrder(Order):
    """An exception: what it is about as `assignment/cell`, and why."""

    place: str
    reason: str
    kind: Literal["drop", "give"] = "drop"
    student: str = ""
    points: float | str = ""


def read_order(kind: type[Anything], record: Mapping[str, Any]) -> Anything:
    """Read an order.

    Raises:
        GradingError: It is not an order, or does not say who gives it.
    """
    try:
        order = kind.model_validate(record)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, one["loc"])) or "all of it" for one in error.errors()[:3])
        raise GradingError(f"the page has sent an order that cannot be read ({where}); load it again") from error
    marker = " ".join(order.marker.split())
    if not marker:
        raise GradingError("say who is marking: write a name into the field at the top")
    return order.model_copy(update={"marker": marker})


def number_in(value: float | str, what: str) -> float:
    """Return a number that a person has written, with a point or a comma.

    Raises:
        GradingError: It is not a number.
    """
    if isinstance(value, str):
        found = NUMBER.fullmatch(value)
        if found is None:
            raise GradingError(f"{what} is a number such as 0.5, and not {value[:40]!r}; nothing was changed")
        value = float(found[1].replace(",", "."))
    if not math.isfinite(value):
        raise GradingError(f"{what} is a number such as 0.5, and not {value}; nothing was changed")
    return value
