"""Few entries by which all candidates can be told apart, so that recorded keys stay small.

A candidate is recorded at these places only: a number of each array at least, and as many more as it takes until no
two different candidates agree at all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.judge import agrees
from course_utils.checks.types import Candidate, PartKey
from course_utils.kits.probe import Outputs

__all__ = ["with_witnesses"]

PER_ARRAY = 4
MOST = 40
# Values this many tolerances apart are surely told apart.
SURE = 5.0
# Single precision is far closer than the tolerance.
STORED = np.float32
FINEST = 1e-6


def with_witnesses(key: PartKey) -> PartKey:
    """Return the key with candidates that hold few entries each, without those that give what another one gives."""
    groups = [[one for one in candidates if one.ends] for candidates in (key.variants, key.misconceptions, key.changes)]
    groups[2] = [one for one in groups[2] if _says_which(one, key) and not _is_fine(one, key)]
    places = _places(key, [one for group in groups for one in group])
    known = {_name(_recorded(Candidate((), (), 1.0, key.expected), key, places), key)}
    variants, misconceptions, changes = (
        tuple(_once([_recorded(one, key, places) for one in group], key, known)) for group in groups
    )
    return replace(key, places=places, variants=variants, misconceptions=misconceptions, changes=changes)


def _says_which(one: Candidate, key: PartKey) -> bool:
    """Say whether outputs point to one cause: not where nothing moved, or an array is 0 or NaN all through."""
    based = [name for name in key.baselines if _is_shaped(one.outputs, name, key.expected[name])]
    still = [_is_still(one, name, key) for name in based]
    if still and all(still):
        return False
    known = [(key.expected[name], array) for name, array in one.outputs.items() if name in key.expected]
    arrays = [array for expected, array in known if array.size > 1 and expected.any()]
    return not any(np.isnan(array).all() or not array.any() for array in arrays)


def _is_fine(one: Candidate, key: PartKey) -> bool:
    """Say whether all arrays that a candidate has are right, or accepted: what is wrong then has another cause."""
    fine = (key.expected, *(way.outputs for way in key.variants if way.ends))
    return not key.agreement and any(agrees(arrays, one.outputs, key) for arrays in fine)


def _is_still(one: Candidate, name: str, key: PartKey) -> bool:
    return np.array_equal(one.outputs[name], np.broadcast_to(key.baselines[name], one.outputs[name].shape))


def _places(key: PartKey, everyone: Sequence[Candidate]) -> Mapping[str, NDArray[np.int64]]:
    """Return the places of each array, chosen where the candidates differ most often."""
    names, offsets = list(key.expected), np.cumsum([0, *(array.size for array in key.expected.values())])
    table = np.stack([_row(key.expected, key), *(_row(one.outputs, key) for one in everyone)])
    chosen = {int(place) for name, start in zip(names, offsets, strict=False) for place in _first(key, name) + start}
    tolerance = np.repeat([_tolerance(key, name) for name in names], np.diff(offsets))
    kinds = _kinds(table, tolerance)
    _, group = np.unique(kinds[:, sorted(chosen)], axis=0, return_inverse=True)
    group = group.ravel()
    while len(chosen) < MOST + PER_ARRAY * len(names):
        counts = [
            len(np.unique(group * (kinds[:, place].max() + 1) + kinds[:, place])) for place in range(table.shape[1])
        ]
        best = int(np.argmax(counts))
        if counts[best] == len(np.unique(group)):
            break
        chosen.add(best)
        _, group = np.unique(group * (kinds[:, best].max() + 1) + kinds[:, best], return_inverse=True)
    return {
        name: np.array([place - start for place in sorted(chosen) if start <= place < end], dtype=np.int64)
        for name, start, end in zip(names, offsets, offsets[1:], strict=False)
    }


def _first(key: PartKey, name: str) -> NDArray[np.int64]:
    """Return some places of an array, spread over it; all of them where not every entry has to be right."""
    size = key.expected[name].size
    if name in key.agreement:
        return np.arange(size)
    return np.unique(np.linspace(0, size - 1, min(size, PER_ARRAY)).round().astype(np.int64)) if size else np.arange(0)


def _row(outputs: Outputs, key: PartKey) -> NDArray[np.float64]:
    """Return all entries of all arrays; NaN for arrays that are missing or shaped in another way."""
    rows = [
        outputs[name].ravel()
        if name in outputs and outputs[name].shape == wanted.shape
        else np.full(wanted.size, np.nan)
        for name, wanted in key.expected.items()
    ]
    return np.concatenate([np.asarray(row, dtype=np.float64) for row in rows])


def _is_shaped(outputs: Outputs, name: str, wanted: NDArray[Any]) -> bool:
    return name in outputs and outputs[name].shape == wanted.shape


def _tolerance(key: PartKey, name: str) -> float:
    return float(key.rtol * key.scales[name]) or 1e-12


def _kinds(table: NDArray[np.float64], tolerance: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each entry which of its column's values it has; values that cannot be told apart count as one."""
    order = np.argsort(table, axis=0, kind="stable")
    ranked = np.take_along_axis(table, order, axis=0)
    with np.errstate(invalid="ignore"):
        far = np.diff(ranked, axis=0) > SURE * tolerance
    far |= np.isfinite(ranked[:-1]) & ~np.isfinite(ranked[1:])
    kinds = np.zeros(table.shape, dtype=np.int64)
    np.put_along_axis(
        kinds, order, np.vstack([np.zeros((1, table.shape[1]), dtype=np.int64), np.cumsum(far, axis=0)]), axis=0
    )
    return kinds


def _recorded(one: Candidate, key: PartKey, places: Mapping[str, NDArray[np.int64]]) -> Candidate:
    like = [
        name for name, array in one.outputs.items() if name in key.expected and array.shape == key.expected[name].shape
    ]
    stored = STORED if key.rtol >= FINEST else np.float64
    with np.errstate(over="ignore"):
        entries = {name: one.outputs[name].ravel()[places[name]].astype(stored) for name in like}
    shapes = {name: array.shape for name, array in one.outputs.items() if name in key.expected and name not in like}
    return replace(one, outputs=entries, shapes=shapes)


def _once(group: Sequence[Candidate], key: PartKey, known: set[bytes]) -> Iterator[Candidate]:
    """Yield the candidates that are not recognised by the entries of one before, whose numbers go to the first such.

    Args:
        group: Candidates of one kind, as recorded.
        key: The key that they belong to.
        known: How the right answer and the candidates of other kinds are recognised; those of this kind are added.
    """
    first: dict[bytes, int] = {}
    numbers = [list(one.numbers) for one in group]
    new = []
    for place, one in enumerate(group):
        name = _name(one, key)
        if name in known and one.share < 1.0 and not key.agreement:
            numbers[first.get(name, place)] += one.numbers
            continue
        known.add(name)
        first.setdefault(name, place)
        new.append(place)
    return (replace(group[place], numbers=tuple(numbers[place])) for place in new)


def _name(recorded: Candidate, key: PartKey) -> bytes:
    parts = []
    for name, array in sorted(recorded.outputs.items()):
        with np.errstate(all="ignore"):
            parts.append(name.encode() + np.round(array.astype(np.float64) / (4 * _tolerance(key, name))).tobytes())
    return b"|".join([*parts, repr(sorted(recorded.shapes.items())).encode()])
