"""The material of the kill matrix: solutions and mutants by exercise, and what the judge says of each."""

import functools
import importlib
import random
import time
import zlib

import numpy as np

from autograder.catalogue.answer import load_answer
from autograder.catalogue.solution import load_solution
from autograder.grade.lazy_key import lazy_key
from course_utils.changes import small_changes
from course_utils.checks.judge import judge, judge_part
from course_utils.checks.observe import observe
from course_utils.checks.pointing import find_change
from course_utils.checks.recorded import load_recorded
from course_utils.exercises import exercise_ids, package_of
from course_utils.kits.probe import load_probe
from tests.checks.pointing.typed import run_cell

EXERCISES = exercise_ids()
# Changes of which no single line is wrong.
MOVED = ("order", "statement-missing")


def solutions(exercise, kind):
    module = importlib.import_module(f"{package_of(exercise)}.solutions")
    return getattr(module, kind, {})


def named(name):
    """Return the ids that a name stands for; what stands in brackets only tells several mutants apart."""
    return set(name.split(" (")[0].split("+"))


@functools.cache
def material(exercise, seed):
    """Return inputs and their key; the probes get copies."""
    if seed == "recorded":
        return load_recorded(exercise)
    answer = load_answer(exercise)
    inputs = answer.generate(np.random.default_rng(seed))
    return inputs, lazy_key(answer, inputs, points=1.0)


def verdict(exercise, objects, seed):
    inputs, key = material(exercise, seed)
    return judge(observe(load_probe(exercise), objects, inputs), key)


def pointing(exercise, most, budget_s):
    """Point at slips made in the solution: so many small changes of it that leave the part wrong, at known lines.

    Returns what became of each: "named", "pointed at", "another line" or "neither", and the seconds of the search.
    """
    solution, probe = load_solution(exercise), load_probe(exercise)
    inputs, key = load_recorded(exercise)
    keys = {part.name: part for part in key.parts}
    found = []
    for change in _slips(exercise, solution.source, most):
        space = run_cell(change.applied(solution.source), solution.given_names())
        objects = {name: space.get(name) for name in probe.objects}
        for part, seen in zip(probe.parts, observe(probe, list(objects.values()), inputs).parts, strict=True):
            said = judge_part(seen, keys[part.name], exercise, 1.0)
            if said.verdict in ("misconception", "wrong"):
                start = time.thread_time()
                line = find_change(exercise, part, [objects[name] for name in part.uses], seen, budget_s)
                found.append((_kind(said, line, change), time.thread_time() - start))
    return found


def _kind(said, line, change):
    if line is not None:
        return "pointed at" if line.line == change.line else "another line"
    return "named" if said.misconceptions else "neither"


def _slips(exercise, source, most):
    """Return some small changes, the same ones each time, within single lines that hold one statement."""
    changes = [one for one in small_changes(source, under_conditions=False) if one.kind not in MOVED]
    return random.Random(zlib.crc32(exercise.encode())).sample(changes, min(most, len(changes)))
