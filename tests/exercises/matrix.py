"""The material of the kill matrix: solutions and mutants by exercise, and what the judge says of each."""

import functools
import importlib

import numpy as np
import pytest

from autograder.catalogue.answer import load_answer
from autograder.grade.lazy_key import lazy_key
from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import load_recorded
from course_utils.exercises import exercise_ids, package_of
from course_utils.kits.probe import load_probe
from tests.exercises.remembered import remembering

EXERCISES = exercise_ids()
# What the visible check says of every mutant where it may know less than grading does.
VISIBLE = {"bug_hunt": {"not-all-right"}}


def solutions(exercise, kind):
    module = importlib.import_module(f"{package_of(exercise)}.solutions")
    return getattr(module, kind, {})


def named(name):
    """Return the ids that a name stands for; what stands in brackets only tells several mutants apart."""
    return set(name.split(" (")[0].split("+"))


def recorded(exercise):
    """Return what is recorded; where nothing is yet, the test fails in one line."""
    try:
        return load_recorded(exercise)
    except KeyError as error:
        pytest.fail(error.args[0], pytrace=False)


@functools.cache
def material(exercise, seed):
    """Return inputs and their key; the probes get copies."""
    if seed == "recorded":
        return recorded(exercise)
    answer = load_answer(exercise)
    inputs = answer.generate(np.random.default_rng(seed))
    return inputs, lazy_key(remembering(answer), inputs, points=1.0)


def verdict(exercise, objects, seed):
    inputs, key = material(exercise, seed)
    return judge(observe(load_probe(exercise), objects, inputs), key)
