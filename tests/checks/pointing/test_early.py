"""What a run that is stopped at its first wrong array shows of a change, and which lines are likely."""

import numpy as np
import pytest

from course_utils.checks.pointing.bounds import Stopped
from course_utils.checks.pointing.candidates import Spot
from course_utils.checks.pointing.early import Early, Effect
from course_utils.checks.pointing.order import ENOUGH, Order
from course_utils.checks.pointing.suspects import suspicion
from course_utils.checks.types import PartKey

WANTED = {"first": np.array([1.0, 2.0]), "second": np.array([3.0, 4.0, 5.0, 6.0])}
# The first array is wrong; the second one comes in two pieces, and is right.
SEEN = [np.array([7.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])]
OUTPUTS = {"first": SEEN[0], "second": WANTED["second"]}


def run(arrays, *, scouts=False):
    """Return what a run with these arrays shows, and how many of them it takes."""
    early = Early(PartKey("part", 1.0, WANTED, (), (), {}, ""), SEEN, OUTPUTS)
    early.start(scouts=scouts)
    for number, array in enumerate(arrays, start=1):
        try:
            early.look(np.array(array))
        except Stopped:
            return early.effect, number
    return early.effect, len(arrays)


@pytest.mark.parametrize(
    ("arrays", "scouts", "effect", "taken"),
    [
        ([[1, 2], [3, 4], [5, 6]], False, Effect.NOTHING, 3),
        ([[8, 2], [3, 4], [5, 6]], False, Effect.OTHER, 1),
        ([[7, 2], [3, 4], [5, 6]], False, Effect.IDLE, 1),
        ([[1, 2], [3, 0], [5, 6]], False, Effect.SPOILS, 2),
        ([[8, 2], [3, 4], [5, 0]], True, Effect.SPOILS, 3),
        ([[8, 2], [3, 4], [5, 6]], True, Effect.OTHER, 3),
        ([[7, 2], [3, 4], [5, 6]], True, Effect.IDLE, 3),
        ([], True, Effect.NOTHING, 0),
    ],
)
def test_a_run_ends_where_it_shows_enough(arrays, scouts, effect, taken):
    assert run(arrays, scouts=scouts) == (effect, taken)


def test_where_all_that_is_right_comes_before_there_is_nothing_to_scout():
    assert Early(PartKey("part", 1.0, WANTED, (), (), {}, ""), SEEN, OUTPUTS).can_scout
    assert not Early(PartKey("part", 1.0, WANTED, (), (), {}, ""), SEEN[1:] + SEEN[:1], OUTPUTS).can_scout


def spots(lines):
    return [("cell", Spot(number, line, "")) for number, line in enumerate(lines)]


@pytest.mark.parametrize("effect", [Effect.SPOILS, Effect.IDLE])
def test_changes_of_a_line_that_cannot_be_the_wrong_one_wait_in_this_stage_and_the_next(effect):
    order = Order()
    stage = spots([1] * 9 + [2])
    tried = []
    for one in order.of(stage):
        tried.append(one[1].line)
        order.learn(one, effect if one[1].line == 1 else Effect.OTHER)
    assert tried == [1] * ENOUGH + [2] + [1] * (9 - ENOUGH)
    assert [one[1].line for one in order.of(spots([1, 2]))] == [2, 1]


def test_a_change_that_spoils_nothing_clears_its_line():
    order = Order()
    (one,) = spots([1])
    for _ in range(ENOUGH):
        order.learn(one, Effect.SPOILS)
    assert not order.wants_scout(one)
    order.learn(one, Effect.OTHER)
    assert [spot[1].line for spot in order.of(spots([1, 2]))] == [1, 2]


def test_lines_that_only_what_is_wrong_needs_are_the_likely_ones():
    both, wrong, right = (("cell", line) for line in (1, 2, 3))
    found = suspicion([{both, right}, {both, wrong}, {both, right}], [True, False, True])
    assert (found[wrong], found[both], found[right]) == (0, 1, 1)


def test_arrays_that_come_together_share_their_lines():
    line, other = ("cell", 1), ("cell", 2)
    assert suspicion([{line}, set(), {other}], [None, False, True]) == {line: 0, other: 1}
