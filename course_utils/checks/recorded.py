"""Recorded inputs and keys: numbers for the visible checks, without any source of an answer.

Two files in the folder of each exercise: `recorded.json` with the texts and `recorded.safetensors` with the arrays.
Both are generated; the answers that they come from are not part of what students get. `second.json` and
`second.safetensors` are the same for other inputs, without mistakes that are made together and small changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from course_utils.checks.labels import Label
from course_utils.checks.types import KINDS, Besides, Candidate, Key, PartKey
from course_utils.exercises import exercise_folder
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["dump_recorded", "load_recorded", "load_second", "parse_recorded"]

VALUES = ("expected", "baselines", "places", "upon")
TEXTS = ("name", "weight", "reread", "factors", "rtol", "agreement", "uses", "counts_with", "follows", "besides")


def load_recorded(exercise: str) -> tuple[Inputs, Key]:
    """Return the recorded inputs of `exercise` and the key for them.

    Raises:
        KeyError: Nothing is recorded for this id.
    """
    folder = exercise_folder(exercise)
    text, arrays = folder / "recorded.json", folder / "recorded.safetensors"
    if not text.is_file():
        raise KeyError(f"nothing is recorded for {exercise!r} yet; authors run `make exercise ID={exercise}` first")
    return parse_recorded(text.read_text(encoding="utf-8"), arrays.read_bytes())


def load_second(exercise: str) -> tuple[Inputs, Key] | None:
    """Return other recorded inputs of `exercise` and the key for them; None if there are none.

    What fits the recorded inputs by accident does not fit these. The key holds single mistakes only.
    """
    folder = exercise_folder(exercise)
    text, arrays = folder / "second.json", folder / "second.safetensors"
    if not text.is_file():
        return None
    return parse_recorded(text.read_text(encoding="utf-8"), arrays.read_bytes())


def parse_recorded(text: str, data: bytes) -> tuple[Inputs, Key]:
    """Read what `dump_recorded` wrote."""
    groups: dict[str, Outputs] = {}
    for path, array in load(data).items():
        group, _, name = path.rpartition("/")
        groups.setdefault(group, {})[name] = array
    record = json.loads(text)
    parts = tuple(_part(part, groups) for part in record["parts"])
    return groups.get("inputs", {}), Key(record["exercise"], record["points"], parts)


def dump_recorded(inputs: Inputs, key: Key) -> tuple[str, bytes]:
    """Return the JSON text and the safetensors bytes that hold `inputs` and `key`, whose parts have `places`."""
    arrays = {f"inputs/{name}": np.asarray(array) for name, array in inputs.items()}
    parts = [_describe(part, arrays) for part in key.parts]
    record = {"exercise": key.exercise, "points": key.points, "parts": parts}
    contiguous = {name: np.array(array, order="C") for name, array in arrays.items()}
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\n", save(contiguous)


def _describe(part: PartKey, arrays: Outputs) -> dict[str, Any]:
    """Return the texts of a part; put its arrays into `arrays`, all entries of its candidates into one table."""
    for kind in VALUES:
        arrays.update({f"{part.name}/{kind}/{name}": array for name, array in getattr(part, kind).items()})
    everyone = [one for kind in KINDS for one in getattr(part, kind)]
    rows = [np.concatenate([one.outputs.get(n, _nothing(p)) for n, p in part.places.items()]) for one in everyone]
    arrays[f"{part.name}/candidates/entries"] = np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)
    says = list(dict.fromkeys(pair for one in everyone for pair in zip(one.ids, one.says, strict=True)))
    number = {pair: index for index, pair in enumerate(says)}
    record = {name: getattr(part, name) for name in TEXTS if getattr(part, name)}
    record["labels"] = {name: _set_fields(label) for name, label in part.labels.items()}
    for kind in KINDS:
        record[kind] = [_brief(one, number, part) for one in getattr(part, kind)]
    return {**record, "says": says, "arrays": list(part.expected)}


def _set_fields(label: Label) -> dict[str, Any]:
    return {field.name: value for field in fields(label) if (value := getattr(label, field.name)) != field.default}


def _nothing(places: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.full(len(places), np.nan, dtype=np.float32)


def _brief(one: Candidate, number: Mapping[tuple[str, str], int], part: PartKey) -> dict[str, Any]:
    """Return a candidate without its entries and sentences."""
    record: dict[str, Any] = {"of": [number[pair] for pair in zip(one.ids, one.says, strict=True)], "share": one.share}
    record["n"] = one.numbers
    if one.shapes:
        record["shapes"] = one.shapes
    if missing := [name for name in part.expected if name not in one.outputs]:
        record["without"] = missing
    return record


def _part(record: dict[str, Any], groups: Mapping[str, Outputs]) -> PartKey:
    name = record["name"]
    values = {kind: _in_order(groups.get(f"{name}/{kind}", {}), record["arrays"]) for kind in VALUES}
    rows, slices = iter(groups[f"{name}/candidates"]["entries"]), _slices(values["places"])
    known: dict[str, Any] = {
        kind: tuple(_candidate(one, record["says"], next(rows), slices) for one in record[kind]) for kind in KINDS
    }
    texts = {key: value for key, value in record.items() if key not in ("says", "arrays")}
    labels = {name: Label(**{**said, "axes": tuple(said.get("axes", ()))}) for name, said in record["labels"].items()}
    tuples: dict[str, Any] = {name: tuple(record[name]) for name in ("uses", "follows") if name in record}
    besides = tuple(Besides(*one) for one in record.get("besides", ()))
    fields: dict[str, Any] = {**texts, **known, **values, "labels": labels, **tuples, "besides": besides}
    return PartKey(**fields)


def _in_order(arrays: Outputs, names: list[str]) -> Outputs:
    return {name: arrays[name] for name in names if name in arrays}


def _slices(places: Mapping[str, NDArray[np.int64]]) -> Mapping[str, slice]:
    """Return where in the row of a candidate the entries of each array stand."""
    ends = list(accumulate(map(len, places.values()), initial=0))
    return {name: slice(start, end) for name, (start, end) in zip(places, pairwise(ends), strict=True)}


def _candidate(
    record: dict[str, Any], says: list[tuple[str, str]], row: NDArray[Any], slices: Mapping[str, slice]
) -> Candidate:
    pairs = [says[index] for index in record["of"]]
    without = record.get("without", ())
    entries = {name: row[piece] for name, piece in slices.items() if name not in without}
    shapes = {name: tuple(shape) for name, shape in record.get("shapes", {}).items()}
    return Candidate(
        ids=tuple(pair[0] for pair in pairs),
        says=tuple(pair[1] for pair in pairs),
        share=record["share"],
        outputs=entries,
        shapes=shapes,
        numbers=tuple(record["n"]),
    )
