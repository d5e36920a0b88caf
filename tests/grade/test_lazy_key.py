"""A key that is worked out as far as it is needed judges as one that is worked out in full."""

import numpy as np
import pytest

from autograder.catalogue.answer import Alternative, Piecewise, candidate_of, load_answer, make_key
from autograder.catalogue.differences import differs, statements
from autograder.catalogue.solution import load_solution
from autograder.grade.lazy_key import lazy_key
from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import load_recorded
from course_utils.kits.probe import gathered, load_probe
from tests.exercises.matrix import solutions

KINDS = ("CORRECT", "VARIANTS", "MUTANTS", "WRONG")


@pytest.mark.parametrize("exercise", ["momentum", "sample_minibatch", "rmsnorm"])
def test_every_known_solution_is_judged_as_by_a_full_key(exercise):
    answer = load_answer(exercise)
    inputs = answer.generate(np.random.default_rng(11))
    full = make_key(answer, inputs, 4.0)
    for objects in (objects for kind in KINDS for objects in solutions(exercise, kind).values()):
        seen = observe(load_probe(exercise), objects, inputs)
        lazy, wanted = judge(seen, lazy_key(answer, inputs, 4.0)), judge(seen, full)
        assert (lazy.score, lazy.verdict) == (wanted.score, wanted.verdict)
        if wanted.verdict in ("misconception", "variant"):
            assert lazy.score == wanted.score


def test_a_run_stops_at_the_first_arrays_that_differ():
    asked = []

    def pieces():
        for step in (1, 2, 3):
            asked.append(step)
            yield {"weights": np.arange(step, dtype=float)}

    assert gathered(pieces(), lambda piece: len(piece["weights"]) == 2)["weights"].tolist() == [0.0, 1.0]
    assert asked == [1, 2]
    assert gathered(pieces())["weights"].tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("exercise", ["adam", "loss_scaler", "muon"])
def test_a_probe_of_steps_can_be_stopped_after_the_first(exercise):
    (part,) = load_probe(exercise).parts
    objects = [load_solution(exercise).objects()[name] for name in part.uses]
    found = gathered(part.run(*objects, load_recorded(exercise)[0]), lambda piece: True)
    assert {len(rows) for rows in found.values()} == {1}


def test_a_run_that_is_stopped_puts_back_what_it_changed():
    state = []

    def pieces():
        state.append("changed")
        try:
            yield {"a": np.zeros(1)}
            yield {"b": np.zeros(1)}
        finally:
            state.append("put back")

    assert list(gathered(pieces(), lambda piece: True)) == ["a"]
    assert state == ["changed", "put back"]


@pytest.mark.parametrize(
    ("rows", "other"),
    [
        ([0.0, 1.0], False),
        ([0.0, 1.0, 2.0], False),
        ([0.0, 1.5], True),
        ([0.0, 1.0, 2.0, 3.0], True),
        ([[0.0, 1.0]], True),
        (0.0, True),
    ],
)
def test_rows_belong_to_outputs_that_begin_with_them(rows, other):
    key = load_recorded("momentum")[1].parts[0]
    name = next(iter(key.expected))
    got = {name: np.arange(3.0)}
    assert differs({name: np.array(rows)}, got, key) is other
    assert differs({name: np.array(rows)}, {}, key)


def test_a_way_that_comes_in_pieces_gives_all_of_them_unless_it_is_stopped():
    def until(inputs, is_enough):
        return gathered(({name: np.ones(1)} for name in "ab"), is_enough)

    way = Alternative(("one",), ("One.",), Piecewise(until))
    assert candidate_of(way, {}, 3).outputs.keys() == {"a", "b"}
    assert candidate_of(way, {}, 3, lambda piece: True).outputs.keys() == {"a"}


def test_only_what_is_0_or_1_whatever_the_mistake_is_a_statement():
    for part in load_recorded("sample_minibatch")[1].parts:
        assert "pairs_kept" in statements(part)
        assert "default_size" not in statements(part)
    (momentum,) = load_recorded("momentum")[1].parts
    assert statements(momentum) == ("gradients_left_alone",)
