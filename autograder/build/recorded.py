"""Recorded inputs and keys for the visible checks, made from the answers."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from autograder.catalogue.answer import Answer, AnswerPart, load_answer, make_key, place_of_answer
from autograder.catalogue.clashes import clashes
from autograder.catalogue.edit import EditError
from autograder.catalogue.witnesses import with_witnesses
from autograder.course import Course
from course_utils.checks.recorded import dump_recorded
from course_utils.checks.types import Key
from course_utils.exercises import exercise_folder, exercise_ids, package_of
from course_utils.kits.probe import Inputs, load_probe
from course_utils.one_thread import torch_in_one_thread

__all__ = [
    "build_recorded",
    "has_answer",
    "record",
    "record_second",
    "same_arrays",
    "second_sources",
    "sources",
    "without_answer",
]

# Other processors round sums and roots differently in the last places.
TOLERANCE, SINGLE = 1e-9, 1e-6


@torch_in_one_thread()  # sums in another order differ in the last digit
def build_recorded(course: Course, only: Sequence[str] = ()) -> dict[PurePosixPath, bytes]:
    """Return the files of every exercise that is marked by a check and has an answer, by their paths.

    Args:
        course: The course.
        only: The exercises that are wanted; all of them if empty.
    """
    files: dict[PurePosixPath, bytes] = {}
    for exercise, points in course.points.items():
        if points.auto and has_answer(exercise) and (not only or exercise in only):
            folder = PurePosixPath(package_of(exercise).replace(".", "/"))
            for name, made in (("recorded", record), ("second", record_second))[: 1 if _trains(exercise) else 2]:
                text, arrays = made(exercise, points.auto)
                files[folder / f"{name}.json"] = text.encode()
                files[folder / f"{name}.safetensors"] = arrays
    return files


def record(exercise: str, points: float) -> tuple[str, bytes]:
    """Return the text and the arrays for one exercise.

    Raises:
        EditError: An edit cannot be made, or two of them cannot be told apart; an array has no label; the probe has
            the id of another exercise.
    """
    answer, inputs = sources(exercise)
    key = make_key(answer, inputs, points)
    _refuse_other_names(exercise, key)
    if found := [line for part, known in zip(answer.parts, key.parts, strict=True) for line in clashes(part, known)]:
        raise EditError("\n".join(found))
    return dump_recorded(inputs, replace(key, parts=tuple(map(with_witnesses, key.parts))))


def record_second(exercise: str, points: float) -> tuple[str, bytes]:
    """Return the same for other inputs, with single mistakes only: what fits by accident is found out by these."""
    answer, inputs = second_sources(exercise)
    key = make_key(answer, inputs, points)
    return dump_recorded(inputs, replace(key, parts=tuple(map(with_witnesses, key.parts))))


def _refuse_other_names(exercise: str, key: Key) -> None:
    if (found := load_probe(exercise).exercise) != exercise:
        raise EditError(f"{exercise_folder(exercise) / 'probe.py'}:1: the id of PROBE is {found!r}; use {exercise!r}")
    for part in key.parts:
        if missing := [name for name in part.expected if name not in part.labels]:
            say = f"the probe returns {', '.join(map(repr, missing))}, for which there is no label; add it to `labels`"
            raise EditError(f"{place_of_answer(exercise)}: {say}")


def sources(exercise: str) -> tuple[Answer, Inputs]:
    """Return what a record is made from: the answer, and inputs drawn from a seed that is the exercise's name."""
    return _drawn(load_answer(exercise), zlib.crc32(exercise.encode()))


def second_sources(exercise: str) -> tuple[Answer, Inputs]:
    """Return the same for the second record: other inputs, and the answer without mistakes that are made together."""
    answer = load_answer(exercise)
    answer = replace(answer, parts=tuple(_with_single_mistakes(part) for part in answer.parts))
    return _drawn(answer, [zlib.crc32(exercise.encode()), 2])


def _drawn(answer: Answer, seed: int | list[int]) -> tuple[Answer, Inputs]:
    return answer, load_probe(answer.exercise).public(answer.generate(np.random.default_rng(seed)))


def _with_single_mistakes(part: AnswerPart) -> AnswerPart:
    return replace(part, misconceptions=tuple(one for one in part.misconceptions if len(one.ids) == 1), changes=())


def _trains(exercise: str) -> bool:
    """Say whether all parts take too long to be run again and again."""
    return all(part.limit_s for part in load_probe(exercise).parts)


def without_answer(course: Course) -> list[str]:
    """Return the exercises that should be marked by a check but have no answer yet."""
    return [exercise for exercise, points in course.points.items() if points.auto and not has_answer(exercise)]


def same_arrays(one: bytes, other: bytes) -> bool:
    """Tell whether two safetensors files hold the same names, shapes and, up to rounding, numbers."""
    try:
        first, second = load(one), load(other)
    except SafetensorError:
        return False
    return first.keys() == second.keys() and all(_close(first[name], second[name]) for name in first)


def _close(first: np.ndarray, second: np.ndarray) -> bool:
    if first.shape != second.shape or first.dtype != second.dtype:
        return False
    finite = np.abs(first[np.isfinite(first)])
    scale = float(finite.max()) if finite.size else 0.0
    # What candidates give is recorded in single precision, whose last place is enough for another rounding.
    rtol = SINGLE if first.dtype == np.float32 else TOLERANCE
    return np.allclose(first, second, rtol=rtol, atol=TOLERANCE * min(scale, 1.0), equal_nan=True)


def has_answer(exercise: str) -> bool:
    """Tell whether there is a module with the answer to an exercise."""
    return exercise in exercise_ids() and (exercise_folder(exercise) / "answer.py").is_file()
