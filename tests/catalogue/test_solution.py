"""The solution of an exercise: its own cells, and of the others what it uses, whatever else they do."""

import numpy as np
import pytest

from autograder.build.master import read_master
from autograder.catalogue.solution import load_solution, solution_in

MASTER = '''\
# %%
import numpy as np
import this_package_is_not_there

from course_utils.checks import check

SCALE = 3.0
raise RuntimeError("cells are not run")


# %%
def helper(x):
    """Scale."""
    return SCALE * deeper(x)


# %% exercise="first"
def first(x):
    ### BEGIN SOLUTION
    return np.abs(x)
    ### END SOLUTION


# %% exercise="second"
def second(x):
    ### BEGIN SOLUTION
    return helper(x) + first(x)
    ### END SOLUTION


# %%
def deeper(x):
    return x + 1


# %% experiment="late"
def helper(x):
    return 0 * x
'''


@pytest.fixture
def master(tmp_path):
    path = tmp_path / "02_small.py"
    path.write_text(MASTER)
    return read_master(path)


def test_a_solution_runs_with_what_it_uses_and_nothing_else(master):
    solution = solution_in(master, "second")
    assert solution.objects()["second"](-2.0) == 3.0 * -1.0 + 2.0
    assert "this_package_is_not_there" not in solution.given
    assert "check" not in solution.given


def test_a_changed_text_leaves_the_solution_as_it_was(master):
    solution = solution_in(master, "second")
    changed = solution.source.replace("+ first", "- first")
    assert solution.objects(changed)["second"](-2.0) == -5.0
    assert solution.objects()["second"](-2.0) == -1.0


def test_the_line_is_that_of_the_cell(master):
    solution = solution_in(master, "first")
    assert MASTER.splitlines()[solution.line - 1] == "def first(x):"


def test_the_course_has_solutions_by_id():
    ema = load_solution("ema").objects()["ema"]
    assert np.allclose(ema(np.array([1.0, 1.0]), 0.5), [0.5, 0.75])
    with pytest.raises(KeyError, match="no master"):
        load_solution("no_such_exercise")
