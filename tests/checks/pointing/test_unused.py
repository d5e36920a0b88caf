"""Where no change is found and nothing is known, a value that nothing uses is named with its line, and nothing else."""

import pytest

from course_utils import check
from course_utils.checks.pointing import unused_value
from tests.checks.pointing.typed import run_cell

NEWTON = """
def newton_step(f, x):
    half = 0.5
    return half * x
"""
HELPER = """
def spread(mean, square):
    return square * square * 3

def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mean = p_good * good + (1 - p_good) * bad
    square = p_good * good**2 + (1 - p_good) * bad**2
    return num_steps * mean, num_steps * spread(mean, square) + 5
"""
# One change makes it right, and a value is idle beside it.
FOUND = """
def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    idle = 3
    mean = p_good * good + (1 - p_good) * bad
    square = p_good * good**2 + (1 - p_good) * bad**2
    return num_steps * mean, num_steps * (square + mean**2)
"""
NOTHING_IDLE = HELPER.replace("square * square * 3", "square * square * 3 + mean")
RAISES = NEWTON.replace("half * x", "half * x / 0 + [][3]")


def said(capsys, exercise, *objects):
    check(exercise, *objects, picture=False)
    return " ".join(capsys.readouterr().out.split())


def test_an_argument_that_is_used_nowhere_is_named_with_its_line(capsys):
    text = said(capsys, "newton_step", run_cell(NEWTON)["newton_step"])
    assert (
        "Look at line 1, `def newton_step(f, x):`: `f` gets a value there that nothing uses. "
        "If it belongs in the result, code is missing." in text
    )


def test_several_values_of_a_line_are_named_together(capsys):
    source = NEWTON.replace("half = 0.5", "half, g, h = 0.5, x, x")
    text = said(capsys, "newton_step", run_cell(source)["newton_step"])
    assert "Look at line 2, `half, g, h = 0.5, x, x`: `g` and `h` get values there that nothing uses." in text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("x.sqrt()\n    return x", "line 2, `x.sqrt()`: this line computes something that is neither kept nor used."),
        ("x = x\n    return x", "line 2, `x = x`: this line gives a name the value that it has already."),
        ("return x\n    x = f(x)", "line 3, `x = f(x)`: this line never runs, as the one above it always leaves."),
        (
            "if False:\n        x = x - f(x)\n    return x",
            "line 2, `if False:`: its condition is never true, so the block that it opens never runs.",
        ),
        ("if True:\n        x = x + f(x) ** 3\n    return x", "line 2, `if True:`: its condition is always true."),
        ("if f is None:\n        pass\n    return x", "line 3, `pass`: nothing is done here."),
    ],
)
def test_a_line_that_does_nothing_is_named(body, says, capsys):
    text = said(capsys, "newton_step", run_cell(f"def newton_step(f, x):\n    {body}\n")["newton_step"])
    assert f"Look at {says}" in text


def test_a_helper_is_looked_at_too_and_its_cell_is_named_where_that_is_another_one(capsys):
    space = run_cell(HELPER)
    assert "Look at line 1, `def spread(mean, square):`: `mean` gets" in said(
        capsys, "walk_moments", space["walk_moments"]
    )
    helper, rest = HELPER.split("def walk_moments")
    space = run_cell(helper)
    run_cell(f"def walk_moments{rest}", space)
    text = said(capsys, "walk_moments", space["walk_moments"])
    assert "Look at line 1 of the cell that defines spread, `def spread(mean, square):`: `mean` gets" in text


@pytest.mark.parametrize(
    ("exercise", "source"), [("walk_moments", FOUND), ("walk_moments", NOTHING_IDLE), ("newton_step", RAISES)]
)
def test_nothing_is_said_where_more_is_known_or_where_everything_is_used(exercise, source, capsys):
    text = said(capsys, exercise, run_cell(source)[exercise])
    assert "[ok]" not in text
    assert "that nothing uses" not in text


def test_objects_that_are_no_functions_have_no_idle_values():
    assert unused_value([3, None, dict, print]) is None
