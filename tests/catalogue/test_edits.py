"""Edits of a solution: where they apply, what they change, and what is said where they cannot be made."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.catalogue.edit import EditError, accepted, apply, edit, overlap, spans
from autograder.catalogue.solution import Solution

SOURCE = """\
def step(w, g, lr):
    v = 0.9 * w + (1 - 0.9) * g
    return w - lr * v


def other(w, g, lr):
    if lr:
        v = g
        w = w + v
    return w - lr * v
"""
SOLUTION = Solution("step", Path("masters/02_small.py"), 40, SOURCE, "")


def changed(changes, uses=("step",)):
    return apply(SOURCE, spans(edit("slip", "A slip.", changes), SOLUTION, uses))


def refused(changes, uses=("step",)):
    with pytest.raises(EditError) as caught:
        spans(edit("slip", "A slip.", changes), SOLUTION, uses)
    return str(caught.value)


def test_an_edit_replaces_its_text_and_nothing_else():
    assert changed({"0.9 * w": "0.8 * w"}) == SOURCE.replace("0.9 * w", "0.8 * w")


def test_a_text_in_several_places_is_looked_for_in_what_the_part_uses():
    found = changed({"w - lr * v": "w + lr * v"})
    assert found == SOURCE.replace("w - lr * v", "w + lr * v", 1)


def test_several_lines_are_written_as_if_they_began_at_the_margin():
    found = changed({"v = g\nw = w + v": "w = w + g\nv = w"}, ("other",))
    assert "        w = w + g\n        v = w\n" in found


def test_lines_can_be_inserted_with_the_indentation_of_the_place():
    assert "        old = w\n        v = g\n" in changed({"v = g": "old = w\nv = g"}, ("other",))


def test_a_text_that_is_not_there_is_named_with_both_files_and_lines():
    said = refused({"v = 0.7": "v = 0.8"})
    assert said.startswith(f"{__file__}:")
    assert "'slip' is not in the solution of step (02_small.py:40); copy it from there: `v = 0.7`" in said


def test_a_text_in_several_places_of_one_function_is_refused():
    assert "is 2 times in the solution of step" in refused({"0.9": "0.8"})
    assert "take more of the line" in refused({"0.9": "0.8"})


def test_what_leaves_no_python_is_refused():
    assert "leaves no Python" in refused({"return w": "return ("})


def test_two_changes_of_one_piece_are_refused():
    assert "the same piece" in refused({"0.9 * w": "w", "0.9 * w +": "0.8 * w +"})


def placed(changes):
    return spans(edit("slip", "A slip.", changes), SOLUTION, ("step",))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ({"v = 0.9 * w + (1 - 0.9) * g": "v = 0.8 * w + (1 - 0.9) * g"}, {"(1 - 0.9) * g": "g"}, True),
        ({"v = 0.9 * w": "v = w"}, {"return w - lr * v": "return w + lr * v"}, True),
        ({"(1 - 0.9) * g": "g"}, {"+ (1 - 0.9) * g": "+ 0.9 * g"}, False),
        ({"w - lr": "w + lr"}, {"w - lr * v": "w + lr * v"}, False),
    ],
)
def test_edits_of_different_pieces_can_be_made_together(one, other, together):
    assert overlap(placed(one), placed(other)) is not together
    if together:
        both = apply(SOURCE, (*placed(one), *placed(other)))
        assert both == apply(apply(SOURCE, placed(other)), placed(one)) or len(both) != len(SOURCE)
        compile(both, "both", "exec")


def test_a_convention_costs_nothing_and_a_mistake_does():
    assert accepted("form", "Another form.", {"a": "b"}).share == 1.0
    assert edit("slip", "A slip.", {"a": "b"}).share == 0.5


WORDS = st.lists(st.sampled_from(["w", "lr", "0.5", "(", ")", "+", "-", " ", "v"]), min_size=1, max_size=8).map("".join)


@given(WORDS, WORDS)
def test_the_piece_that_differs_makes_the_same_text(old, new):
    text = f"x = [{old}]\n"
    solution = Solution("step", Path("m.py"), 1, text, "")
    try:
        found = spans(edit("slip", "A slip.", {f"[{old}]": f"[{new}]"}), solution)
    except EditError:
        return
    assert apply(text, found) == f"x = [{new}]\n"
