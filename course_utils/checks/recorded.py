"""Recorded inputs and keys: numbers for the visible checks, without any source of an answer.

Two files per exercise in `course_utils/checkdata`: `<exercise>.json` with the texts and `<exercise>.safetensors`
with the arrays. Both are generated; the answers that they come from are not part of this package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from course_utils.checks.types import Candidate, Key, PartKey
from course_utils.probes.base import Inputs, Outputs

__all__ = ["dump_recorded", "load_recorded", "parse_recorded"]


def load_recorded(exercise: str) -> tuple[Inputs, Key]:
    """Return the recorded inputs of `exercise` and the key for them.

    Raises:
        KeyError: Nothing is recorded for this id.
    """
    folder = files("course_utils.checkdata")
    text, arrays = folder / f"{exercise}.json", folder / f"{exercise}.safetensors"
    if not exercise.isidentifier() or not text.is_file():
        raise KeyError(f"there is no exercise {exercise!r}; the id stands in the heading above the cell")
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
    """Return the JSON text and the safetensors bytes that hold `inputs` and `key`."""
    arrays = {f"inputs/{name}": np.asarray(array) for name, array in inputs.items()}
    parts = [_describe(part, arrays) for part in key.parts]
    record = {"exercise": key.exercise, "points": key.points, "parts": parts}
    contiguous = {name: np.array(array, order="C") for name, array in arrays.items()}
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n", save(contiguous)


def _describe(part: PartKey, arrays: Outputs) -> dict[str, Any]:
    """Return the texts of a part; put its arrays into `arrays`."""
    for kind, outputs in (("expected", part.expected), ("baselines", part.baselines)):
        arrays.update({f"{part.name}/{kind}/{name}": array for name, array in outputs.items()})
    record = asdict(part)
    del record["expected"], record["baselines"]
    if not part.agreement:
        del record["agreement"]
    for kind in ("variants", "misconceptions"):
        for index, candidate in enumerate(record[kind]):
            outputs = candidate.pop("outputs")
            arrays.update({f"{part.name}/{kind}/{index}/{name}": array for name, array in outputs.items()})
    return record


def _part(record: dict[str, Any], groups: Mapping[str, Outputs]) -> PartKey:
    name = record["name"]
    known = {
        kind: tuple(
            Candidate(tuple(c["ids"]), tuple(c["says"]), c["share"], groups.get(f"{name}/{kind}/{index}", {}))
            for index, c in enumerate(record[kind])
        )
        for kind in ("variants", "misconceptions")
    }
    values = {kind: groups.get(f"{name}/{kind}", {}) for kind in ("expected", "baselines")}
    return PartKey(**{**record, **known, **values})
