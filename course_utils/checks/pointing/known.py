"""What a part may give and still be understood: what is right, an accepted convention, a named mistake."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.judge import agrees, match
from course_utils.checks.types import Candidate, PartKey
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["Known"]


class Known:
    """The key of a part for some inputs.

    Args:
        inputs: The inputs.
        key: The recorded key for them.
    """

    def __init__(self, inputs: Inputs, key: PartKey) -> None:
        self.inputs, self.key = inputs, key

    @cached_property
    def _variants(self) -> _Table:
        return _Table(self.key.variants, self.key)

    @cached_property
    def _mistakes(self) -> _Table:
        return _Table(self.key.misconceptions, self.key)

    def is_right(self, outputs: Outputs) -> bool:
        """Say whether outputs earn all marks."""
        return agrees(outputs, self.key.expected, self.key) or self._variants.match(outputs) is not None

    def is_named(self, outputs: Outputs) -> bool:
        """Say whether outputs are those of a small change of the solution, which the judge names."""
        return match(outputs, self.key.changes, self.key) is not None

    def right_names(self, outputs: Outputs) -> set[str]:
        """Return the names of the outputs that are as expected."""
        return {name for name, wanted in self.key.expected.items() if agrees(outputs, {name: wanted}, self.key)}

    def mistake(self, outputs: Outputs) -> Candidate | None:
        """Return the named mistake that outputs show."""
        return self._mistakes.match(outputs)


class _Table:
    """Candidates of which all that are surely others are left out at once."""

    def __init__(self, candidates: Sequence[Candidate], key: PartKey) -> None:
        self._candidates, self._key = candidates, key
        self._sizes = {name: len(places) for name, places in key.places.items()}
        rows = [self._row(one.outputs) for one in candidates]
        self._rows = np.stack(rows) if rows else np.zeros((0, 0))
        pieces = [np.full(n, 2 * key.rtol * key.scales[name]) for name, n in self._sizes.items()]
        self._tolerance = np.concatenate(pieces) if pieces else np.zeros(0)

    def match(self, outputs: Outputs) -> Candidate | None:
        if not self._candidates:
            return None
        if self._key.agreement:
            return match(outputs, self._candidates, self._key)
        at_places = {
            name: outputs[name].ravel()[places]
            for name, places in self._key.places.items()
            if name in outputs and outputs[name].shape == self._key.expected[name].shape
        }
        with np.errstate(invalid="ignore", over="ignore"):
            far: NDArray[np.bool_] = np.abs(
                self._rows - self._row(at_places)
            ) > self._tolerance + self._key.rtol * np.abs(self._rows)
        likely = [self._candidates[int(row)] for row in np.flatnonzero(~far.any(axis=1))]
        return match(outputs, likely, self._key)

    def _row(self, entries: Outputs) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return all entries; NaN, which differs from nothing, where there are none."""
        pieces = [
            np.asarray(entries.get(name, np.full(n, np.nan)), dtype=np.float64) for name, n in self._sizes.items()
        ]
        return np.concatenate(pieces or [np.zeros(0)])
