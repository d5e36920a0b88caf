"""The sentences about arrays that match nothing known: understandable, for every exercise there is."""

from dataclasses import replace

import numpy as np
import pytest

from course_utils.checks.judge import judge_part
from course_utils.checks.labels import Label
from course_utils.checks.patterns import explain_pattern
from course_utils.checks.recorded import load_recorded
from course_utils.checks.types import PartKey, PartObservation
from tests.exercises.matrix import EXERCISES


def key(**labels):
    expected = {name: np.arange(6.0).reshape(3, 2) + 1 for name in labels}
    return PartKey("part", 1.0, expected, (), (), labels, reread="section 1")


def explained(part, **changes):
    return explain_pattern({**part.expected, **changes}, part)


def disturbed(part):
    """Return wrong outputs of many kinds: one array, all but one, from the second row on, not numbers."""
    rng = np.random.default_rng(0)
    wrong = {name: array + rng.normal(size=array.shape) for name, array in part.expected.items()}
    late = {name: np.concatenate([np.atleast_1d(part.expected[name])[:1], np.atleast_1d(w)[1:]]).reshape(w.shape)
            for name, w in wrong.items()}  # fmt: skip
    empty = {name: np.full(array.shape, np.nan) for name, array in wrong.items()}
    for changed in (wrong, late, empty):
        yield changed
        for name in wrong:
            yield {**part.expected, name: changed[name]}
            yield {**changed, name: part.expected[name]}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_sentence_holds_the_place_of_a_number(exercise):
    sentences = set()
    for known in load_recorded(exercise)[1].parts:
        part = replace(known, variants=(), misconceptions=(), changes=())
        for outputs in disturbed(part):
            found = judge_part(PartObservation(part.name, outputs), part, exercise, 1.0)
            sentences |= {found.message, explain_pattern(outputs, part), *map(str, found.evidence)}
    assert len(sentences) > 2
    assert not [sentence for sentence in sentences if "{step" in sentence or "step}" in sentence]


def test_what_is_right_is_right_at_every_number_and_what_is_not_is_so_first_at_one():
    part = key(used=Label("examples used", "epoch", "in"), weights=Label("parameters", "epoch"))
    assert (
        explained(part, weights=part.expected["weights"] * [[1.0, 1.0], [1.0, 1.5], [2.0, 2.0]])
        == "Right: examples used in epochs 1 to 3. Not right: parameters after epoch 2."
    )


def test_steps_go_without_saying():
    part = key(w=Label("weight", "step"), b=Label("bias", "step", "at"))
    assert explained(part, b=part.expected["b"] + 1) == "Right: weight. Not right: bias."


def test_labels_with_commas_are_kept_apart_by_semicolons():
    part = key(one=Label("step, with warmup"), two=Label("cosine, with warmup"), three=Label("cosine"))
    said = explained(part, three=part.expected["three"] + 1)
    assert said == "Right: step, with warmup; cosine, with warmup. Not right: cosine."


def test_of_a_statement_only_the_words_are_said_and_nothing_that_is_not_so():
    part = key(
        w=Label("weights"),
        kept=Label("params left as they were", statement=True),
        idle=Label("nothing moved", zero="not so"),
    )
    said = explained(part, w=part.expected["w"] + 1)
    assert said == "Right: params left as they were. Not right: weights."


@pytest.mark.parametrize(("row", "begun"), [(1, "the first step"), (2, "the first 2 steps")])
def test_one_step_is_a_step(row, begun):
    part = key(w=Label("weight", "step"))
    changed = part.expected["w"].copy()
    changed[row:] += 1
    assert explained(part, w=changed).startswith(f"Right for {begun}, wrong from step {row + 1}: ")


def test_what_is_numbered_says_what_it_is_and_only_what_follows_in_time_keeps_something():
    changed = key(w=Label("")).expected["w"] + [[0], [0], [1]]
    said = explained(key(w=Label("weights", "pass", "of")), w=changed)
    assert said == "Right for the first 2 passes, wrong from pass 3: look at what is kept from one pass to the next."
    assert "not one of the known mistakes" in explained(key(w=Label("weights", "layer", "of")), w=changed)


def test_where_only_a_statement_is_not_so_the_values_are_not_said_to_differ():
    part = key(
        w=Label("weights"),
        kept=Label("params left as they were", statement=True),
        mixed=Label("modes mixed", statement=True),
    )
    part = replace(part, expected={**part.expected, "kept": np.array(1.0), "mixed": np.array(0.0)})
    assert (
        explained(part, kept=np.array(0.0))
        == "The values are right. This should be the case and is not: params left as they were."
    )
    both = explained(part, kept=np.array(0.0), mixed=np.array(1.0))
    assert both.endswith(
        "This should be the case and is not: params left as they were. This is the case and should not be: modes mixed."
    )
    assert "differ from the formula" in explained(replace(part, labels={}), kept=np.array(0.0))


def moving(start=1.0):
    part = key(w=Label("weight", "step"))
    return replace(part, baselines={"w": np.full(2, start)})


def test_where_nothing_moved_no_single_cause_is_asserted():
    said = explained(moving(), w=np.ones((3, 2)))
    assert said.startswith("Nothing changed")
    assert "Either" in said
    assert said.count(", or ") == 2


def test_zeros_are_not_said_to_be_a_start_from_which_nothing_moved():
    assert explained(moving(0.0), w=np.zeros((3, 2))) == "Every value is 0."


@pytest.mark.parametrize(("off", "is_near"), [(1e-5, True), (1e-3, True), (1e-2, False), (0.3, False)])
def test_values_that_are_nearly_right_are_said_to_be_rounded_or_searched(off, is_near):
    part = key(w=Label("weight"))
    signs = np.array([[1, -1], [-1, 1], [1, 1]])
    said = explained(part, w=part.expected["w"] * (1 + off * signs))
    assert said.startswith("All values are nearly right, to ") == is_near


def test_a_change_of_some_percent_is_not_nearly_right_however_large_the_start():
    part = replace(moving(), expected={"w": 1 + 0.001 * np.arange(1.0, 7.0).reshape(3, 2)})
    off = np.array([[0.9, 1.1], [1.1, 0.9], [0.9, 1.1]])
    assert "nearly" not in explained(part, w=1 + (part.expected["w"] - 1) * off)


def test_right_numbers_with_a_wrong_statement_are_not_nearly_right():
    part = key(w=Label("weight"), kept=Label("kept", statement=True))
    assert "nearly" not in explained(part, kept=part.expected["kept"] + 1)
