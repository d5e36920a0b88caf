"""A key that is worked out as far as it is needed judges as one that is worked out in full."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.catalogue.answer import Alternative, Piecewise, candidate_of, load_answer, make_key
from autograder.catalogue.differences import differs, statements
from autograder.catalogue.solution import load_solution
from autograder.grade import lazy_key as grade_lazy_key
from autograder.grade.lazy_key import lazy_key
from autograder.grade.refuted import Refuted
from autograder.grade.twins import Twins
from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import load_recorded
from course_utils.checks.types import Candidate, PartKey
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


# What the untrained network of these inputs gets right is 0, in percent as well.
@pytest.mark.parametrize("seed", [100, 101])
def test_a_single_mistake_is_named_rather_than_two_together(seed):
    answer = load_answer("training_epoch")
    inputs = answer.generate(np.random.default_rng(seed))
    seen = observe(load_probe("training_epoch"), solutions("training_epoch", "MUTANTS")["new-tensors"], inputs)
    assert judge(seen, lazy_key(answer, inputs, 4.0)).misconceptions == ("new-tensors",)


@pytest.fixture
def worked_out(monkeypatch):
    """The numbers of the candidates that are worked out, as they come."""
    numbers = []

    def noted(way, inputs, number, *options):
        numbers.append(number)
        return candidate_of(way, inputs, number, *options)

    monkeypatch.setattr(grade_lazy_key, "candidate_of", noted)
    return numbers


def test_inputs_of_other_shapes_than_the_recorded_ones_leave_few_mistakes_to_look_at(worked_out):
    answer = load_answer("convnets")
    known = load_recorded("convnets")[0]["num_classes"]
    draws = (answer.generate(np.random.default_rng(seed)) for seed in range(9))
    key = lazy_key(answer, next(drawn for drawn in draws if drawn["num_classes"] != known), 1.0).parts[1]
    got = {name: array * 1.01 for name, array in key.expected.items()}
    assert not [one for one in key.misconceptions.likely(got, key) if not differs(one.outputs, got, key)]
    assert 0 < len(worked_out) < 0.7 * len(key.misconceptions)


def recorded_part(**given):
    """A recorded part with an array of four numbers, and what mistakes give, of one letter each."""
    ways = [
        Candidate(tuple(name), (), 0.5, {"out": np.array(out)}, numbers=(number,))
        for number, (name, out) in enumerate(given.items())
    ]
    return PartKey("f", 1.0, {"out": np.arange(1.0, 5.0)}, (), ways, {}, "", places={"out": np.arange(4)})


GOT = {"out": np.array([7.0, 8.0, 9.0, 10.0])}
GIVEN = np.array([2.5, 3.5, 4.5, 5.5])


@pytest.mark.parametrize(
    ("together", "refuted"),
    [([0.5, 1.5, 2.5, 3.5], True), ([0.5, 1.5, 2.5, 3.6], False), ([0.0, 1.0, 2.0, 3.0], False)],
)
def test_two_mistakes_that_give_what_one_gave_are_as_wrong_as_it(together, refuted):
    seen = Refuted(recorded_part(a=[0.5, 1.5, 2.5, 3.5], ab=together), GOT, recorded_part())
    assert not seen.has(1, ("a", "b"))
    seen.add(Candidate(("a",), (), 0.5, {"out": GIVEN}, numbers=(0,)), is_edit=True)
    assert seen.has(1, ("a", "b")) is refuted
    assert not seen.has(1, ("c", "b"))


def test_whole_numbers_and_what_the_outputs_have_refute_nothing():
    for recorded, got in (([1.0, 0.0, 1.0, 1.0], GIVEN + 1), ([0.5, 1.5, 2.5, 3.5], GIVEN)):
        seen = Refuted(recorded_part(a=recorded, ab=recorded), {"out": got}, recorded_part())
        seen.add(Candidate(("a",), (), 0.5, {"out": GIVEN}, numbers=(0,)), is_edit=True)
        assert not seen.has(1, ("a", "b"))


def test_a_mistake_within_a_convention_that_gives_what_the_convention_gave_is_as_wrong_as_it():
    entries = np.array([0.5, 1.5, 2.5, 3.5])
    way = Candidate(("way",), (), 1.0, {"out": entries}, numbers=(0,))
    recorded = replace(recorded_part(a=entries, b=entries + 0.25), variants=[way])
    worked_out = replace(way, outputs={"out": GIVEN})
    seen = Refuted(recorded, GOT, recorded_part(), [worked_out])
    assert seen.has(0, ("a",))
    assert not seen.has(1, ("b",))
    assert not Refuted(recorded, {"out": GIVEN}, recorded_part(), [worked_out]).has(0, ("a",))


def recorded_ways(*rows):
    """A recorded part of two arrays, and what a mistake gives in the solution itself and within conventions."""
    ways = [
        Candidate(("a",), (), 0.5, {"one": np.array(one), "other": np.array(other)}, numbers=(n,))
        for n, (one, other) in enumerate(rows)
    ]
    size = np.arange(np.size(rows[0][0]))
    expected = {"one": size + 1.0, "other": size + 3.0}
    return PartKey("f", 1.0, expected, (), ways, {}, "", places={"one": size, "other": size})


@pytest.mark.parametrize(
    ("within", "is_edit", "refuted"),
    [
        (([0.5, 1.5], [0.5, 1.5]), True, True),
        (([0.5, 1.5], [0.5, 1.6]), True, False),
        (([0.5, 1.6], [0.5, 1.5]), True, False),
        (([0.5, 1.5], [0.5, 1.5]), False, False),
    ],
)
def test_a_mistake_within_a_convention_has_to_agree_with_the_edit_in_all_arrays(within, is_edit, refuted):
    recorded = recorded_ways(([0.5, 1.5], [0.5, 1.5]), within)
    seen = Refuted(recorded, {"one": GIVEN[:2] + 9, "other": GIVEN[2:] + 9}, replace(recorded, places={}))
    seen.add(replace(recorded.misconceptions[0], outputs={"one": GIVEN[:2], "other": GIVEN[2:]}), is_edit=is_edit)
    assert seen.has(1, ("a",)) is refuted


def test_that_a_single_number_agrees_is_an_accident():
    recorded = recorded_ways(([0.5], [1.0]), ([0.5], [1.0]))
    seen = Refuted(recorded, {"one": np.array([7.5]), "other": np.array([7.0])}, replace(recorded, places={}))
    seen.add(
        replace(recorded.misconceptions[0], outputs={"one": np.array([2.5]), "other": np.array([1.0])}), is_edit=True
    )
    assert not seen.has(1, ("a",))


@pytest.mark.parametrize(
    ("once", "twice", "got", "refuted"),
    [
        ([0.5, 1.5], [0.5, 1.5], [7.0, 8.0], True),
        ([0.5, 1.5], [0.5, 1.6], [7.0, 8.0], False),
        ([1.0, 0.0], [1.0, 0.0], [7.0, 8.0], False),
        ([0.5, 1.5], [0.5, 1.5], [5.01, 6.0], False),
    ],
)
def test_a_mistake_that_makes_two_arrays_the_same_is_none_of_outputs_with_two(once, twice, got, refuted):
    mistake = Candidate(("a",), (), 0.5, {"once": np.array(once), "twice": np.array(twice)}, numbers=(0,))
    places, expected = {"once": np.arange(2), "twice": np.arange(2)}, {"once": np.ones(2), "twice": np.full(2, 3.0)}
    recorded = PartKey("f", 1.0, expected, (), [mistake], {}, "", places=places)
    assert Twins(recorded, {"once": np.array([5.0, 6.0]), "twice": np.array(got)}).differ(0) is refuted


def test_what_ignores_an_argument_is_not_worked_out_for_outputs_that_depend_on_it(worked_out):
    answer = load_answer("sharpness")
    key = lazy_key(answer, answer.generate(np.random.default_rng(0)), 1.0).parts[1]
    got = {name: array * (1.0 if "alone" in name else 1.01) for name, array in key.expected.items()}
    ways = answer.parts[1].misconceptions
    assert not [one for one in key.misconceptions.likely(got, key) if not differs(one.outputs, got, key)]
    ignoring = [number for number in worked_out if "iterations-ignored" in ways[number].ids]
    assert 0 < len(ignoring) < sum("iterations-ignored" in way.ids for way in ways) / 4


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
