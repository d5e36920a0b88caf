"""Check everything that comes from the process that ran student code. Nothing in it is believed before."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError

from autograder.sandbox.frames import UPON, unpack_arrays
from autograder.sandbox.types import Claim, LibraryUse
from course_utils.checks.meanings import meaning_of
from course_utils.checks.types import PartObservation, Problem, VerdictName
from course_utils.kits.probe import Outputs

__all__ = ["CellReply", "OutputBudget", "clean_text", "read_cell", "read_claim", "read_part", "read_uses"]

MIMES = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg")
# What a probe itself can say; in particular not "correct".
VERDICTS: dict[str, VerdictName] = {"error": "error", "wrong": "wrong", "not attempted": "not attempted"}
SYNTAX = {kind.__name__: kind for kind in (SyntaxError, IndentationError, TabError)}
MAX_ARRAYS = 256
MAX_USES, MAX_USE = 4000, 120
MAX_NDIM = 8
MAX_LINE, MAX_CODE = 100_000, 300


def clean_text(value: object, length: int = 4000) -> str:
    """Return text that can be written anywhere: no lone surrogates, no NUL, at most `length` characters."""
    text = value if isinstance(value, str) else ""
    return text[:length].encode("utf-8", "replace").decode().replace("\0", "�")


@dataclass(frozen=True)
class CellReply:
    """What a cell gave.

    Args:
        message: The message of its exception; empty if it raised none.
        error: The name of the exception.
        line: The line in whose statement it was raised; empty if nobody knows.
        outputs: Its outputs.
    """

    message: str
    error: str
    line: str
    outputs: tuple[dict[str, Any], ...]

    @property
    def is_of_syntax(self) -> bool:
        """Whether Python could not read the cell."""
        return self.error in SYNTAX

    @property
    def raised(self) -> str:
        """The message with the line, and what it means where Python could not read that."""
        where = f" (at `{self.line}`)" if self.line else ""
        meaning = meaning_of(SYNTAX[self.error](), self.message) if self.is_of_syntax else ""
        return f"{self.message.rstrip('.')}{where}. {meaning}".rstrip()


def read_cell(answer: Mapping[str, Any], output_bytes: int) -> CellReply:
    """Return what a cell gave; what is malformed is left out."""
    raw = answer.get("outputs")
    outputs = [_output(item, output_bytes) for item in (raw if isinstance(raw, list) else [])[:10_000]]
    kept = tuple(output for output in outputs if output)
    error, line = clean_text(answer.get("error"), 200), clean_text(answer.get("line"), 80)
    return CellReply(clean_text(answer.get("message")), error, line, kept)


class OutputBudget:
    """What the outputs of all cells of a submission together may take.

    Args:
        size: The budget, in bytes of the outputs as JSON.
    """

    def __init__(self, size: int) -> None:
        self.left = size
        self.used_up = False

    def keep(self, outputs: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
        """Return the outputs of a cell that still fit; after the first that does not, none is kept of any cell."""
        kept: list[dict[str, Any]] = []
        for output in () if self.used_up else outputs:
            self.left -= len(json.dumps(output, ensure_ascii=False).encode())
            if self.left < 0:
                self.used_up = True
                break
            kept.append(output)
        return tuple(kept)


def _output(item: object, length: int) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        return None
    kind = item.get("output_type")
    if kind == "stream":
        name = "stderr" if item.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": clean_text(item.get("text"), length)}
    if kind == "error":
        lines = item.get("traceback")
        return {
            "output_type": "error",
            "ename": clean_text(item.get("ename"), 200),
            "evalue": clean_text(item.get("evalue")),
            "traceback": [clean_text(line) for line in (lines if isinstance(lines, list) else [])[:40]],
        }
    if kind in ("display_data", "execute_result"):
        count = {"execution_count": None} if kind == "execute_result" else {}
        return {"output_type": kind, "data": _data(item.get("data"), length), "metadata": {}, **count}
    return None


def _data(data: object, length: int) -> dict[str, str]:
    found = data if isinstance(data, dict) else {}
    texts = {mime: clean_text(found[mime], length) for mime in MIMES if mime in found}
    return {mime: text for mime, text in texts.items() if not mime.startswith("image/") or _is_base64(text)}


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def read_part(answer: Mapping[str, Any], data: bytes, part: str, duration_s: float, cpu_s: float) -> PartObservation:
    """Return what a part of a probe gave; how long it took was measured outside.

    Raises:
        ValueError: It is malformed: an unknown verdict, arrays that are no plain numbers, or too many of them.
    """
    problem = answer.get("problem")
    if problem is not None:
        said = problem.get("verdict") if isinstance(problem, dict) else None
        if not isinstance(said, str) or said not in VERDICTS:
            raise ValueError("an unknown verdict")
        problem = Problem(VERDICTS[said], clean_text(problem.get("message")))
    arrays = _arrays(data)
    outputs = {name: array for name, array in arrays.items() if not name.startswith(UPON)} if problem is None else {}
    upon = {name.removeprefix(UPON): array for name, array in arrays.items() if name.startswith(UPON)}
    return PartObservation(part, outputs, problem, duration_s, upon, clean_text(answer.get("failed", "")), cpu_s)


def read_uses(answer: Mapping[str, Any]) -> tuple[LibraryUse, ...]:
    """Return what a part used of libraries; what is malformed is left out."""
    raw = answer.get("uses")
    found = [item for item in (raw if isinstance(raw, list) else [])[:MAX_USES] if isinstance(item, list)]
    texts = [[clean_text(text, MAX_USE) for text in item] for item in found if len(item) == 3]
    return tuple(LibraryUse(name, text, of) for name, text, of in texts)


def read_claim(answer: Mapping[str, Any], data: bytes, part: str) -> Claim | None:
    """Return what is claimed about a line; None where nothing is.

    Raises:
        ValueError: It is malformed.
    """
    said = answer.get("claim")
    if said is None:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("line"), int) or not 0 < said["line"] <= MAX_LINE:
        raise ValueError("a claim about no line")
    quote, kind, before, after = (clean_text(said.get(name), MAX_CODE) for name in ("quote", "kind", "before", "after"))
    return Claim(said["line"], quote, kind, before, after, PartObservation(part, _arrays(data)))


def _arrays(data: bytes) -> Outputs:
    try:
        found = unpack_arrays(data)
    except (SafetensorError, KeyError, TypeError, MemoryError) as error:
        raise ValueError("the arrays cannot be read") from error
    if len(found) > MAX_ARRAYS:
        raise ValueError("too many arrays")
    for array in found.values():
        if array.dtype.kind not in "fiub" or array.ndim > MAX_NDIM:
            raise ValueError("an array that holds no plain numbers")
    return {clean_text(name, 200): array.astype(np.float64) for name, array in found.items()}
