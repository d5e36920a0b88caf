"""What is tried first: names of the same sort, as a run has shown them."""

import numpy as np
import torch
from torch import nn

from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.candidates import STAGES, stages
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.sorts import add_sorts
from course_utils.checks.pointing.student_code import StudentCode
from course_utils.kits.probe import Part
from tests.checks.pointing.typed import PATIENCE_S, run_cell

WALK = """
def walk(f, x, y, rate, steps):
    points = [x]
    for t in range(steps):
        eta = rate / (1 + t)
        x = x - x * f(x)
        points.append(x)
    return points, x @ y
"""

# Of the stages, the one of names.
NAMES = 5


def seen(source, name, *arguments):
    """Return what a run of a function shows: the cell, its lines, and the sorts of its names."""
    space = run_cell(source)
    bounds = Bounds(Deadline(PATIENCE_S))
    part = Part(name, (name,), lambda function, _: function(*arguments) and {})
    StudentCode([space[name]]).run(part, {}, bounds)
    return bounds


def news(spots, line):
    return [spot.change.new for spot in spots if spot.line == line]


def walked():
    bounds = seen(WALK, "walk", np.cos, np.ones(3), np.ones(3), 0.1, 2)
    (cell,) = bounds.lines
    return bounds.lines[cell], bounds.sorts[cell]


def test_a_run_shows_the_sorts_of_names():
    sorts = walked()[1]
    assert (sorts["eta"], sorts["rate"]) == ({"number"}, {"number"})
    assert (sorts["x"], sorts["y"]) == ({"array (3,)"}, {"array (3,)"})
    assert (sorts["f"], sorts["points"]) == ({"function"}, {"list"})


def test_attributes_of_self_have_sorts_and_nothing_of_the_student_is_run_for_them():
    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.eps, self.weight = 1e-5, nn.Parameter(torch.ones(4))

        def __getattribute__(self, name):
            return super().__getattribute__(name) if counted.append(name) is None else None

    counted, sorts = [], {}
    module = Module()
    counted.clear()
    add_sorts(sorts, {"self": module, "x": torch.ones(2, 4)})
    assert not counted
    assert (sorts["self.eps"], sorts["self.weight"], sorts["x"]) == ({"number"}, {"array (4,)"}, {"array (2, 4)"})


def test_names_of_one_sort_are_exchanged_first_and_those_of_unlike_values_last():
    lines, sorts = walked()
    found = list(stages(WALK.strip("\n"), lines, sorts))
    assert len(found) == STAGES
    assert "f" not in [new for spots in found[:-2] for new in news(spots, 5)]
    assert {"y", "points"} & set(news(found[NAMES], 5)) == {"y"}
    assert "f" in news(found[-2], 5)


def test_an_argument_is_mixed_up_with_what_the_function_computes_itself():
    source = "def f(x, g, lr):\n    for g in g:\n        eta = lr / 2\n        x = x - lr * g\n    return x\n"
    bounds = seen(source, "f", 1.0, [2.0, 3.0], 0.1)
    (cell,) = bounds.lines
    found = list(stages(source, bounds.lines[cell], bounds.sorts[cell]))
    assert "eta" in [new for spots in found[:6] for new in news(spots, 4)]


def test_where_nothing_is_known_of_values_no_name_is_put_off():
    found = list(stages(WALK.strip("\n"), walked()[0]))
    assert not found[-2]
    assert {"y", "steps"} <= set(news(found[0], 5))
