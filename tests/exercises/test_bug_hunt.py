"""`bug_hunt`: what students are given does not tell the answer for a single loop, whatever they try."""

import numpy as np
import pytest
from safetensors.numpy import load

from autograder.build.recorded import record, record_second
from autograder.catalogue.answer import load_answer
from autograder.grade.lazy_key import lazy_key
from autograder.grade.plan import draw_inputs, plan
from autograder.grade.types import Cell, Rebuilt
from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import load_recorded, load_second
from course_utils.exercises import exercise_folder
from course_utils.exercises.training_loop.bug_hunt import answer
from course_utils.exercises.training_loop.bug_hunt.probe import FAULTS, LOOPS, RIGHT
from course_utils.kits.probe import load_probe
from tests.exercises.matrix import solutions

NAMED = solutions("bug_hunt", "CORRECT")["dict"][0]()
DECOYS = sorted(set(FAULTS) - set(NAMED.values()))


def said(named, released=load_recorded):
    """All that the visible check says of an answer: verdict, marks, names of mistakes, message and numbers."""
    inputs, key = released("bug_hunt")
    found = judge(observe(load_probe("bug_hunt"), [lambda: named], inputs), key)
    return found.verdict, found.score, found.misconceptions, found.message, found.evidence


def forget():
    answer._places.cache_clear()
    answer._digest.cache_clear()


@pytest.mark.parametrize("released", [load_recorded, load_second])
def test_all_names_together_are_told_to_be_right(released):
    assert said(NAMED, released)[:2] == ("correct", 1.0)
    assert said({**NAMED, "J": DECOYS[0]}, released)[:2] == ("misconception", 0.0)


@pytest.mark.parametrize("loop", LOOPS)
def test_no_name_of_one_loop_is_answered_in_another_way_than_the_others(loop):
    assert len({said({loop: fault}) for fault in FAULTS}) == 1


def test_with_names_for_all_loops_a_right_one_changes_nothing_that_is_said():
    tries = [{**dict.fromkeys(LOOPS, DECOYS[0]), "A": fault} for fault in (NAMED["A"], *FAULTS[:3])]
    assert len({said(one) for one in tries}) == 1
    assert said(tries[0]) == said({**NAMED, "B": DECOYS[0]})


def test_what_is_released_depends_on_the_answers_only_through_the_digest_of_all(monkeypatch):
    before = {make: make("bug_hunt", 1.0) for make in (record, record_second)}
    monkeypatch.setitem(answer.KEY, "A", DECOYS[0])
    forget()
    after = {make: make("bug_hunt", 1.0) for make in before}
    forget()
    for make, (text, arrays) in before.items():
        ours, theirs = load(arrays), load(after[make][1])
        assert text == after[make][0]
        assert [name for name in ours if not np.array_equal(ours[name], theirs[name], equal_nan=True)] == [
            "inputs/digest"
        ]


def test_released_files_hold_nothing_per_loop_but_whether_it_has_a_name():
    for stem in ("recorded", "second"):
        arrays = load((exercise_folder("bug_hunt") / f"{stem}.safetensors").read_bytes())
        assert {name: array.size for name, array in arrays.items() if name.startswith("inputs/")} == {
            "inputs/digest": 32
        }
        text = (exercise_folder("bug_hunt") / f"{stem}.json").read_text()
        assert not any(fault in text for fault in FAULTS)


def test_the_process_of_a_submission_never_gets_the_right_names():
    cells = (Cell("bug_hunt", "solution", True, "faults = dict", "bug_hunt"), Cell("c", "check", True, "", "bug_hunt"))
    planned = plan(Rebuilt(cells), 3, "ada")
    assert RIGHT in planned.inputs["bug_hunt"]
    assert list(planned.steps[-1].inputs) == ["digest"]


@pytest.mark.parametrize("right", range(11))
def test_grading_counts_the_right_names(right):
    named = {loop: fault if number < right else DECOYS[0] for number, (loop, fault) in enumerate(NAMED.items())}
    inputs = draw_inputs("bug_hunt", 3, "ada")
    key = lazy_key(load_answer("bug_hunt"), inputs, 1.0)
    found = judge(observe(load_probe("bug_hunt"), [lambda: named], inputs), key)
    assert found.score == pytest.approx(right / 10)
