"""A submission that takes over the observer and replays what was right for other inputs earns nothing.

The recorded keys of the visible checks are in every student's hands. What they expect must not be right for the hidden
inputs as well, neither as the arrays that are judged nor as the raw arrays that a `summarise` makes them from.
"""

import functools
from dataclasses import replace

import numpy as np
import pytest

from autograder.catalogue.answer import load_answer, make_key
from autograder.grade.lazy_key import lazy_key
from course_utils.checks.judge import agrees, judge
from course_utils.checks.observe import conclude_part, observe_part
from course_utils.checks.recorded import load_recorded
from course_utils.checks.types import Observation, PartObservation
from course_utils.kits.probe import load_probe
from tests.exercises.matrix import EXERCISES, solutions

SEED = 1
# Parts of which the expected arrays are the same for all inputs. This list may only shrink.
REPLAYABLE = {
    # Statements about networks of drawn weights: which parameters there are, how many units are dropped.
    ("fully_connected", "parameters"),
    ("fully_connected", "dropout"),
}
# The raw arrays are the answer itself, the same for everybody: who sends it has to know it.
ANSWER_ITSELF = {
    ("tuning", "tuned_settings"),
    ("bug_hunt", "faults"),
    ("race", "tuned_settings"),
    ("step_size_decay", "decay_settings"),
}
MENDED = ("sample_minibatch", "gradient_noise", "tuning", "bug_hunt")
PARTS = [(exercise, part.name) for exercise in EXERCISES for part in load_probe(exercise).parts]
SUMMARISED = [
    (exercise, part.name) for exercise in EXERCISES for part in load_probe(exercise).parts if part.summarise is not None
]


@functools.cache
def hidden(exercise):
    """Return inputs as grading draws them, and by part what is right for them, without the mistakes."""
    answer = load_answer(exercise)
    parts = tuple(replace(part, variants=(), misconceptions=(), changes=()) for part in answer.parts)
    bare = replace(answer, parts=parts)
    inputs = answer.generate(np.random.default_rng(SEED))
    return inputs, {part.name: part for part in make_key(bare, inputs, 1.0).parts}


def part_of(exercise, name):
    return next(part for part in load_probe(exercise).parts if part.name == name)


@functools.cache
def raw_of_a_solution(exercise, name, recorded=True):
    """Return what the run of a part gives for a correct solution, on the recorded or on the hidden inputs."""
    probe, inputs = load_probe(exercise), (load_recorded if recorded else hidden)(exercise)[0]
    objects = next(iter(solutions(exercise, "CORRECT").values()))
    return observe_part(part_of(exercise, name), dict(zip(probe.objects, objects, strict=True)), inputs)


def is_right(exercise, name, seen):
    """Say whether an observation would be right for the hidden inputs."""
    inputs, keys = hidden(exercise)
    found = conclude_part(part_of(exercise, name), seen, inputs)
    return found.problem is None and agrees(found.outputs, keys[name].expected, keys[name])


@pytest.mark.parametrize(("exercise", "name"), PARTS)
def test_what_a_visible_check_expects_is_not_right_for_other_inputs(exercise, name):
    recorded = {part.name: part.expected for part in load_recorded(exercise)[1].parts}[name]
    assert is_right(exercise, name, PartObservation(name, recorded)) == ((exercise, name) in REPLAYABLE)


@pytest.mark.parametrize(("exercise", "name"), SUMMARISED)
def test_raw_arrays_are_right_only_for_their_own_inputs(exercise, name):
    own = raw_of_a_solution(exercise, name, recorded=False)
    other = raw_of_a_solution(exercise, name)
    assert own.problem is None
    assert is_right(exercise, name, own)
    assert is_right(exercise, name, other) == ((exercise, name) in ANSWER_ITSELF)


def points(exercise, seen):
    """Return what a forged observation of an exercise of one part earns of 1 point, mistakes recognised."""
    inputs = hidden(exercise)[0]
    found = conclude_part(load_probe(exercise).parts[0], seen, inputs)
    return judge(Observation(exercise, (found,)), lazy_key(load_answer(exercise), inputs, 1.0)).score


@pytest.mark.parametrize("exercise", MENDED)
def test_a_replay_of_the_recorded_check_earns_nothing(exercise):
    key = load_recorded(exercise)[1].parts[0]
    for outputs in (key.expected, *(candidate.outputs for candidate in key.misconceptions)):
        assert points(exercise, PartObservation(key.name, outputs)) == 0


@pytest.mark.parametrize("exercise", ["sample_minibatch", "gradient_noise"])
def test_a_replay_of_a_solution_run_on_the_recorded_inputs_earns_nothing(exercise):
    name = load_probe(exercise).parts[0].name
    assert points(exercise, raw_of_a_solution(exercise, name)) == 0


@pytest.mark.parametrize(("exercise", "name"), SUMMARISED)
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -1.0, 1e300])
def test_absurd_raw_arrays_are_a_problem_or_wrong(exercise, name, value):
    raw = raw_of_a_solution(exercise, name).outputs
    for forged in ({k: np.full(v.shape, value) for k, v in raw.items()}, {k: np.full((3, 2), value) for k in raw}, {}):
        assert not is_right(exercise, name, PartObservation(name, forged))
