"""Answers of one group are worth the same mark, and all answers are in a group."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.marking.groups import grouped
from autograder.marking.signature import is_no_idea, key_terms
from tests.marking.class_of_words import ANSWERS, MODELS

WORDS = st.lists(st.sampled_from(["momentum", "step", "0.2", "0.18", "not", "faster", "the", "?", "$x$"]), max_size=6)


def groups_of(name):
    return grouped([text for _, text in ANSWERS[name]], key_terms(*MODELS[name]))


def places(group):
    return [place for member in group.members for place in member]


@pytest.mark.parametrize("name", ANSWERS)
def test_no_group_mixes_marks_in_more_than_two_percent_of_its_members(name):
    assert len(ANSWERS[name]) >= 60
    for group in groups_of(name):
        marks = Counter(ANSWERS[name][place][0] for place in places(group))
        others = group.size - max(marks.values())
        assert others <= 0.02 * group.size, [ANSWERS[name][place] for place in places(group)]


@pytest.mark.parametrize("name", ANSWERS)
def test_groups_save_marking(name):
    groups = groups_of(name)
    shared = sum(group.size for group in groups if group.size > 1)
    assert shared > len(ANSWERS[name]) * 0.4
    assert [group.kind for group in groups[:2]] == ["empty", "no idea"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Momentum averages the gradients of earlier steps.", "Adam averages the gradients of earlier steps."),
        ("The learning rate is too large for this curvature.", "The batch size is too large for this curvature."),
        ("Momentum is faster than Adam", "Adam is faster than Momentum"),
        ("It converges because 0.2 is below the limit.", "It does not converge because 0.2 is below the limit."),
        ("The limit is 0.18 here.", "The limit is 1.8 here."),
        ("The point ends at -1.837", "The point ends at 1.837"),
        ("All steps are larger than the limit", "No steps are larger than the limit"),
    ],
)
def test_a_word_or_a_number_that_changes_the_sense_keeps_answers_apart(one, other):
    assert len(grouped([one, other])) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It halves.", "it  halves"),
        ("The step size has to be below 2/L.", "The step size must be below 2/L"),
        ("The variance becomes a quarter of it.", "The varaince becomes a quarter of it."),
    ],
)
def test_what_says_the_same_lies_together(one, other):
    assert len(grouped([one, other])) == 1


@pytest.mark.parametrize("text", ["idk", "?", "No idea, sorry!", "I don't know", "—", "not sure.", "todo"])
def test_no_idea_is_recognised(text):
    assert is_no_idea(text)


@pytest.mark.parametrize("text", ["", "I don't know why, but the limit is 2/L", "no", "It halves", "0.5"])
def test_an_answer_is_not_taken_for_none(text):
    assert not is_no_idea(text)


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS.map(" ".join), max_size=12))
def test_every_answer_is_in_exactly_one_group(texts):
    assert sorted(place for group in grouped(texts) for place in places(group)) == list(range(len(texts)))
