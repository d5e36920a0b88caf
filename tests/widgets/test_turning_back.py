"""What D2 says about turning back, against a plain loop over each eigenvector and against walks made by hand."""

import math

import numpy as np
import pytest

from course_utils.widgets import momentum_demo
from course_utils.widgets.walks import turning_points


def turns_by_hand(lr, beta, curvature, place, steps):
    """Walk along one eigenvector of a bowl, where a direction goes its own way, and count the changes of sign."""
    speed, before, turns = 0.0, 0.0, 0
    for _ in range(steps):
        speed = beta * speed + curvature * place
        place -= lr * speed
        if abs(lr * speed) > 1e-12:
            turns += before * speed < 0
            before = speed
    return turns


WALKS = [(0.1, 0.0), (0.5, 0.1), (1.2, 0.0), (1.6, 0.5), (1.9, 0.0), (2.5, 0.6), (0.3, 0.9), (1.0, 0.98), (2.86, 0.478)]


@pytest.mark.parametrize("angle", [0.0, 35.0])
@pytest.mark.parametrize(("lr", "beta"), WALKS)
def test_the_turns_are_the_changes_of_sign_of_the_steps_in_each_direction(lr, beta, angle):
    demo = momentum_demo(lr=lr, beta=beta, condition=30.0, angle=angle, x=-2.5, y=1.2, steps=60)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    flat, steep = -2.5 * cos + 1.2 * sin, 2.5 * sin + 1.2 * cos
    expected = [turns_by_hand(lr, beta, 1 / 30, flat, 60), turns_by_hand(lr, beta, 1.0, steep, 60)]
    assert demo.arrays["turns"].tolist() == expected


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lr": 0.1}, "It never turns back;"),
        ({"lr": 1.0, "beta": 0.0, "condition": 1.0}, "It never turns back;"),
        ({"lr": 1.6, "beta": 0.5, "steps": 2}, "It turns back once along the steepest direction;"),
        ({"lr": 1.8, "steps": 3}, "It turns back twice along the steepest direction;"),
        # Every step of the steep direction has the other sign; in the flat one they all have the same.
        ({"lr": 1.9, "steps": 40}, "It turns back 39 times along the steepest direction;"),
    ],
)
def test_the_sentence_says_in_which_direction_and_how_often(changes, said):
    assert momentum_demo(**changes).text_summary().startswith(said)


def test_the_sentence_names_both_directions_where_both_turn():
    demo = momentum_demo(lr=1.0, beta=0.98)
    flat, steep = turns_by_hand(1.0, 0.98, 1 / 30, -2.5, 100), turns_by_hand(1.0, 0.98, 1.0, 1.2, 100)
    said = f"It turns back {steep} times along the steepest direction and {flat} times along the flattest direction;"
    assert demo.text_summary().startswith(said)


def test_a_turn_is_counted_in_its_own_coordinate_and_rounding_is_passed_over():
    zigzag = [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (3.0, 1.0), (4.0, 1.0), (5.0, 2.0)]
    assert turning_points(np.array(zigzag)).tolist() == [0, 2]
    settled = [(0.0, 0.0), (1.0, -1.0), (1.0 + 1e-14, -1.0), (1.0, -1.0 + 1e-14), (math.nan, math.nan)]
    assert turning_points(np.array(settled)).tolist() == [0, 0]
    assert turning_points(np.array([(3.0, 4.0)])).tolist() == [0, 0]
