"""What a demo can be asked for: numbers, choices and switches, each with its range and its start.

A control knows how to read a value (from a slider, a text box or JSON) and what to say of one that makes no sense.
It knows nothing of ipywidgets: `panel.py` draws it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Choice", "Control", "Number", "State", "Switch", "read_state", "start_state"]

State = dict[str, Any]


@dataclass(frozen=True)
class Number:
    """A number between two bounds.

    Args:
        name: Key in the state.
        label: What stands beside the slider, unit included.
        low: Smallest value.
        high: Largest value.
        start: Value at first.
        log: Whether the slider is logarithmic (then `low` is positive).
        whole: Whether only whole numbers make sense.
    """

    name: str
    label: str
    low: float
    high: float
    start: float
    log: bool = False
    whole: bool = False

    def read(self, value: Any) -> float | int:
        """Return `value` as a number within the bounds.

        Raises:
            ValueError: It is no number, not finite, or outside; the message says which bounds hold.
        """
        expected = f"{self.label}: expected a {'whole ' * self.whole}number from {self.low:g} to {self.high:g}"
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"{expected}, found {value!r}") from None
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise ValueError(f"{expected}, found {value!r}")
        if self.whole and number != round(number):
            raise ValueError(f"{expected}, found {value!r}")
        return round(number) if self.whole else number


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    name: str
    label: str
    options: tuple[str, ...]
    start: str

    def read(self, value: Any) -> str:
        """Return `value` if it is one of the options.

        Raises:
            ValueError: It is not; the message lists the options.
        """
        if value not in self.options:
            raise ValueError(f"{self.label}: expected one of {', '.join(self.options)}; found {value!r}")
        return str(value)


@dataclass(frozen=True)
class Switch:
    """On or off."""

    name: str
    label: str
    start: bool

    def read(self, value: Any) -> bool:
        """Return `value` if it is true or false.

        Raises:
            ValueError: It is neither.
        """
        if not isinstance(value, bool):
            raise ValueError(f"{self.label}: expected true or false, found {value!r}")
        return value


Control = Number | Choice | Switch


def start_state(controls: Iterable[Control]) -> State:
    """Return the state in which a demo starts."""
    return {control.name: control.start for control in controls}


def read_state(controls: Iterable[Control], state: State, changes: Mapping[str, Any]) -> State:
    """Return `state` with `changes`, every value read by its control.

    Raises:
        ValueError: A value makes no sense, or there is no such control. Nothing has been changed then.
    """
    by_name = {control.name: control for control in controls}
    unknown = [name for name in changes if name not in by_name]
    if unknown:
        raise ValueError(f"there is no control {unknown[0]!r}; this demo has {', '.join(by_name)}")
    return {**state, **{name: by_name[name].read(value) for name, value in changes.items()}}
