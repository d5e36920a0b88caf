"""What a judge trains with is the same for a class and seen by nobody; all other inputs are each student's own."""

import numpy as np
import pytest

from autograder.catalogue.answer import load_answer
from autograder.grade.plan import draw_inputs, plan
from autograder.grade.types import Cell, Rebuilt
from course_utils.exercises.optimizers.race.probe_settings import try_settings
from tests.exercises.test_nothing import CHECKED


@pytest.fixture(scope="module")
def common():
    """The exercises that have such inputs."""
    found = [exercise for exercise in CHECKED if load_answer(exercise).common]
    assert found
    return found


def same(one, other):
    """Return the names of the arrays that are the same in both."""
    return {name for name in one if np.array_equal(one[name], other[name])}


def test_students_share_what_is_common_and_nothing_that_is_drawn_beside_it(common):
    for exercise in common:
        ada, bob = (draw_inputs(exercise, 3, student) for student in ("ada", "bob"))
        constant = same(*(load_answer(exercise).generate(np.random.default_rng(seed)) for seed in (1, 2)))
        assert same(ada, bob) - constant == set(load_answer(exercise).common), exercise
        assert not set(load_answer(exercise).common) & same(ada, draw_inputs(exercise, 4, "ada")), exercise


def test_no_submission_gets_what_others_have_as_well(common):
    for exercise in common:
        cells = (Cell("check", "check", code=True, source="", exercise=exercise),)
        planned = plan(Rebuilt(cells), 3, "ada")
        assert not set(load_answer(exercise).common) & planned.steps[0].inputs.keys(), exercise
        assert set(load_answer(exercise).common) <= planned.inputs[exercise].keys(), exercise


def test_the_same_settings_of_two_students_are_tried_on_the_same_runs():
    seeds = [draw_inputs("race", 7, student)["seeds"].astype(int).tolist() for student in ("ada", "bob")]
    first, second = (try_settings("SGD", {"lr": 0.5}, each, 0.9) for each in seeds)
    assert first is second
