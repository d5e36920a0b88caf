"""Whether fresh inputs tell apart what the recorded ones do: mistakes, small changes, accepted conventions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from autograder.catalogue.answer import Alternative, AnswerPart, candidate_of, load_answer, make_key
from autograder.catalogue.clashes import clashes
from autograder.catalogue.differences import differs, statements
from course_utils.checks.judge import agrees
from course_utils.checks.recorded import load_recorded
from course_utils.checks.types import Candidate, PartKey
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["faults_of_fresh_inputs"]


def faults_of_fresh_inputs(exercise: str, seed: int) -> Iterator[str]:
    """Yield a line for each mistake, alone or among others, and each small change that these inputs hide.

    Args:
        exercise: Exercise id; something is recorded for it.
        seed: Seed of the inputs.
    """
    answer, recorded = load_answer(exercise), load_recorded(exercise)[1]
    inputs = answer.generate(np.random.default_rng(seed))
    single = replace(answer, parts=tuple(map(_edits_only, answer.parts)))
    keys = make_key(single, inputs, 1.0).parts
    for part, alone, key, known in zip(answer.parts, single.parts, keys, recorded.parts, strict=True):
        found = (*clashes(alone, key), *_coinciding(part, key, known, inputs), *_restated(part, key, known))
        yield from (f"{exercise}, {part.name}, seed {seed}: {line}" for line in found)


def _edits_only(part: AnswerPart) -> AnswerPart:
    return replace(part, misconceptions=tuple(one for one in part.misconceptions if one.where), changes=())


def _coinciding(part: AnswerPart, key: PartKey, recorded: PartKey, inputs: Inputs) -> Iterator[str]:
    """Yield a line for each recorded candidate that gives what is right or accepted, edits by themselves apart."""
    if key.agreement:
        return  # a share of the entries is no pattern by which anything is told apart
    for kind, ways in (("mistake", part.misconceptions), ("small change", part.changes)):
        known = recorded.misconceptions if kind == "mistake" else recorded.changes
        for one in known:
            way = ways[one.numbers[0]]
            if not way.where and (same := _same_as(way, key, inputs)):
                yield f"the {kind} {' + '.join(way.ids)} ({one.numbers[0]}) gives what is {same}"


def _same_as(way: Alternative, key: PartKey, inputs: Inputs) -> str:
    """Return "right" or which convention a way to answer is like; empty where it is like none."""
    left = {"right": key.expected} | {
        f"accepted as {' + '.join(one.ids)}": one.outputs for one in key.variants if one.ends
    }

    def is_enough(piece: Outputs) -> bool:
        for name in [name for name, outputs in left.items() if differs(piece, outputs, key)]:
            del left[name]
        return not left

    found = candidate_of(way, inputs, 0, is_enough)
    # What is seen in some arrays only says nothing of the others, which are compared with what is right before.
    seen = {name for one in key.misconceptions for name in one.outputs}
    if not found.ends or not left or seen - found.outputs.keys():
        return ""
    return next((name for name, outputs in left.items() if agrees(outputs, found.outputs, key)), "")


def _restated(part: AnswerPart, key: PartKey, recorded: PartKey) -> Iterator[str]:
    """Yield a line for each edit that makes another statement than for the recorded inputs."""
    known = {number: one for one in recorded.misconceptions for number in one.numbers}
    edits = [number for number, way in enumerate(part.misconceptions) if way.where]
    for number, found in zip(edits, key.misconceptions, strict=True):
        before, way = known.get(number), part.misconceptions[number]
        for name in statements(recorded):
            if before and {name} <= found.outputs.keys() & before.outputs.keys() and not _equal(found, before, name):
                yield f"{way.where}: {way.ids[0]!r} makes {name!r} another statement than for the recorded inputs"


def _equal(one: Candidate, other: Candidate, name: str) -> bool:
    return one.outputs[name].size == 1 and one.outputs[name].item() == other.outputs[name].item()
