"""The live view tells what a class gets wrong, and nothing of anybody."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.serve.groups import FEWEST, blocks, is_safe, merged
from autograder.serve.live import class_view, people_view
from tests.grade import mini
from tests.serve.conftest import STUDENTS

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20))
EXERCISES = ("momentum", "adam")


@given(COUNTS)
def test_no_group_is_smaller_than_five_and_nobody_is_left_out(counts):
    found = merged(counts)
    total = sum(counts.values())
    assert all(count >= FEWEST for count in found.values())
    assert sum(found.values()) == (total if total >= FEWEST else 0)
    names = [name for names in found for name in names]
    assert sorted(names) == sorted(name for name, count in counts.items() if count and total >= FEWEST)


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_mistake_is_shown_only_where_neither_those_who_have_it_nor_the_others_are_few(count, more):
    total = count + more
    assert is_safe(count, total) == (count >= 5 and (more == 0 or more >= 5))


@given(st.lists(st.sampled_from("abcdefghij"), max_size=60), st.integers(0, 60))
def test_figures_change_by_five_people_or_not_at_all(order, cut):
    earlier, later = blocks(order[:cut]), blocks(order)
    assert earlier <= later <= len(order)
    changed = set(order[earlier:later])
    assert not changed or len(changed) >= FEWEST


@pytest.fixture
def room(running, course):
    """Six with one mistake; then ada hands in again, without it."""
    for name in STUDENTS[:6]:
        running.hand_in(name, mini.solved(course, {**mini.PERFECT, "momentum": mini.HEAVY_BALL}))
    running.hand_in("ada", mini.solved(course, mini.PERFECT))
    return running


def view(running):
    return class_view(running.engine, mini.NAME, EXERCISES)


def test_below_five_there_is_nothing(room):
    room.grade(4)
    found = view(room)
    assert found["counted"] == 0
    assert all(one["people"] is None and not one["groups"] and not one["mistakes"] for one in found["exercises"])


def test_a_mistake_that_many_share_is_named(room):
    room.grade(5)
    momentum, adam = view(room)["exercises"]
    assert momentum["groups"] == [{"kinds": ["a known mistake"], "most": "a known mistake", "count": 5}]
    (mistake,) = momentum["mistakes"]
    assert mistake["count"] == 5
    assert "(1 - " in mistake["says"] or "gradient" in mistake["says"]
    assert adam["groups"] == [{"kinds": ["right"], "most": "right", "count": 5}]


def test_the_room_does_not_see_the_sixth_and_seventh(room):
    room.grade(5)
    before = view(room)["exercises"]
    room.grade(2)
    assert view(room)["exercises"] == before


def test_the_room_sees_no_name(room):
    room.grade(7)
    text = json.dumps(view(room)) + room.browser("teacher").get("/class").text
    assert not [name for name in (*STUDENTS, "teacher") if re.search(rf"\b{name}\b", text)]


def test_the_staff_sees_who_and_what_and_who_is_missing(room):
    room.grade(7)
    found = people_view(room.engine, mini.NAME, STUDENTS)
    people = {one["student"]: one for one in found["people"]}
    assert people["ada"]["hand_ins"] == 2
    assert (people["ada"]["score"], people["ada"]["open"]) == (4, [])
    assert (people["bob"]["score"], people["bob"]["open"]) == (3, ["momentum: a known mistake"])
    assert found["missing"] == ["gus"]
    assert found["queue"] == {"waiting": 0, "running": 0, "done": 7, "failed": 0, "kept": 0}
