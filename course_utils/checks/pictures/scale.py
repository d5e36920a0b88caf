"""From numbers to places in a picture, and the few numbers that stand at an axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["Scale", "short"]


@dataclass(frozen=True)
class Scale:
    """A linear axis.

    Args:
        low: Smallest number.
        high: Largest number.
        start: Where the smallest one lies, in pixels.
        end: Where the largest one lies.
    """

    low: float
    high: float
    start: float
    end: float

    @staticmethod
    def over(wanted: Iterable[float], shown: Iterable[float], start: float, end: float) -> Scale:
        """Return a scale that holds all of `wanted`, and of `shown` what is not so far off that nothing can be seen."""
        certain = [x for x in wanted if math.isfinite(x)] or [0.0]
        low, high = min(certain), max(certain)
        reach = 4 * ((high - low) or abs(high) or 1.0)
        near = [min(max(x, low - reach), high + reach) for x in shown if not math.isnan(x)]
        low, high = min([low, *near]), max([high, *near])
        margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        return Scale(low - margin, high + margin, start, end)

    def at(self, value: float) -> float:
        """Return the place of a number; one that is too large or too small lies at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int = 4) -> list[tuple[float, str]]:
        """Return some round numbers within the scale, with their texts, which differ."""
        rough = (self.high - self.low) / count
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [(index * step, _written(index * step, step)) for index in range(first, last + 1)]


def _written(value: float, step: float) -> str:
    """Return a number to the digit that changes from one step to the next."""
    size = max(abs(value), step)
    if not 1e-4 <= size < 1e5:
        digits = max(0, math.floor(math.log10(size)) - math.floor(math.log10(step)))
        return f"{value:.{digits}e}".replace("-", "−").replace("e+", "e").replace("e0", "e").replace("e−0", "e−")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{decimals}f}".replace("-", "−")


def short(largest: float) -> tuple[Callable[[float], str], str]:
    """Return how to write numbers that are to be compared, in a few letters each, and in which unit.

    Args:
        largest: The largest magnitude among them, above 0: it is written with two digits.
    """
    power = math.floor(math.log10(largest))
    if -2 <= power <= 3:
        return lambda value: f"{value:+.{max(0, 1 - power)}f}".replace("-", "−"), ""
    return lambda value: f"{value / 10.0**power:+.1f}".replace("-", "−"), f"1e{power}"
