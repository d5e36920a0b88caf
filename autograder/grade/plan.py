"""From a rebuilt notebook to the steps of a run, with fresh inputs for every check."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from autograder.catalogue.answer import load_answer
from autograder.grade.types import Rebuilt
from autograder.sandbox.types import CellStep, ProbeStep, Step
from course_utils.kits.probe import Inputs, load_probe

__all__ = ["Plan", "draw_inputs", "plan"]


@dataclass(frozen=True)
class Plan:
    """What will be run, and the inputs of every probe in it, by exercise; the steps lack those that are kept back."""

    steps: tuple[Step, ...]
    inputs: Mapping[str, Inputs]


def plan(rebuilt: Rebuilt, seed: int, student: str, only: str = "", plain: Collection[str] = ()) -> Plan:
    """Turn cells into steps: given and added cells, solutions, and in each check's place its probe on fresh inputs.

    Runs and figures are skipped, and so is text. The inputs depend on the seed, the exercise and the student only,
    those that all students have in common not on the student.

    Args:
        rebuilt: The rebuilt notebook.
        seed: Seed of the hidden inputs.
        student: Id of the student.
        only: The only exercise to check; the plan then ends with its check. Empty for all.
        plain: Exercises for which nothing of a library can run that the code does not name: they are not watched.
    """
    inputs: dict[str, Inputs] = {}
    steps: list[Step] = []
    for cell in rebuilt.cells:
        if cell.role == "check" and only in ("", cell.exercise):
            inputs[cell.exercise] = draw_inputs(cell.exercise, seed, student)
            watch = cell.exercise not in plain and bool(load_answer(cell.exercise).by_hand)
            steps.append(ProbeStep(cell.exercise, _shown(cell.exercise, inputs[cell.exercise]), watch))
            if only:
                break
        elif cell.code and cell.role not in ("check", "experiment") and cell.source.strip():
            steps.append(CellStep(cell.id, cell.source, cell.exercise or None, cell.role == "added"))
    return Plan(tuple(steps), inputs)


def draw_inputs(exercise: str, seed: int, student: str) -> Inputs:
    """Return the hidden inputs of an exercise for one student."""
    common = load_answer(exercise).common
    every = _draw(exercise, f"{seed}\n{exercise}") if common else {}
    return {**_draw(exercise, f"{seed}\n{exercise}\n{student}"), **{name: every[name] for name in common}}


def _shown(exercise: str, inputs: Inputs) -> Inputs:
    """Return what a submission gets of its inputs: not what is kept back, nor what others have as well."""
    common = load_answer(exercise).common
    return {name: array for name, array in load_probe(exercise).public(inputs).items() if name not in common}


def _draw(exercise: str, name: str) -> Inputs:
    words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype=np.uint32)
    return load_answer(exercise).generate(np.random.default_rng(np.random.SeedSequence(words.tolist())))
