"""Each fault of a master is reported with its line, and then nothing is written."""

import pytest

from autograder.build.headings import marks_text
from autograder.build.master_faults import BuildError
from autograder.build.notebooks import build_notebooks, release_notebook
from autograder.course import Points

LONG = "\n".join(f"number_{n} = {n}" for n in range(26))

# What is changed in the master, the start of the line that is to be named, and what is said of it.
FAULTS = {
    "an exercise that course.toml does not know": (
        '# %% exercise="momentum"',
        '# %% exercise="momentun"',
        "class Momentum",
        "exercise 'momentun' is not in [workbooks.01_small.points] of course.toml",
    ),
    "a check that course.toml does not know": (
        '# %% check="momentum"',
        '# %% check="momentun"',
        'check("momentum"',
        "exercise 'momentun' is not in",
    ),
    "an exercise without a solution cell": (
        '# %% exercise="momentum"',
        "# %%",
        "# %% [markdown]",
        "there is no exercise cell for 'momentum'; course.toml gives it 2 points, so it needs one",
    ),
    "an exercise without a check": (
        '# %% check="momentum"',
        "# %%",
        "# %% [markdown]",
        "there is no check cell for 'momentum'; course.toml gives it 2 points, so it needs one",
    ),
    "a question by hand without a cell": (
        ' question="why"',
        "",
        "# %% [markdown]",
        "there is no question cell for 'why'; course.toml gives it 1 point, so it needs one",
    ),
    "a heading with marks of its own": (
        "### Exercise `momentum`",
        "### Exercise `momentum` (3 points)",
        "# ### Exercise",
        "the marks stand in course.toml, and the build adds them: remove (3 points) here",
    ),
    "an exercise without a heading": (
        "### Exercise `momentum`",
        "### Exercise",
        "# %% [markdown]",
        "there should be one heading `### Exercise `momentum``; there are 0",
    ),
    "a heading of nothing": (
        "### Exercise `momentum`",
        "### Exercise `momentum`\n# ### Exercise `adam`",
        "# ### Exercise `adam`",
        "exercise 'adam' is not in [workbooks.01_small.points]",
    ),
    "a solution without an end": (
        "        ### END SOLUTION\n",
        "",
        "        ### BEGIN SOLUTION",
        "`### BEGIN SOLUTION` without `### END SOLUTION`",
    ),
    "a solution without a beginning": (
        "        ### BEGIN SOLUTION\n",
        "",
        "        ### END SOLUTION",
        "`### END SOLUTION` without `### BEGIN SOLUTION`",
    ),
    "a solution in a solution": (
        "        ### BEGIN SOLUTION\n",
        "        ### BEGIN SOLUTION\n        ### BEGIN SOLUTION \n",
        "        ### BEGIN SOLUTION ",
        "inside a solution that began in line 5 of the cell",
    ),
    "a marker that nbgrader would take and we would not": (
        "        ### END SOLUTION\n",
        "        ### END SOLUTION here\n",
        "        ### END SOLUTION here",
        "a marker is a line of its own",
    ),
    "a solution outside a solution cell": (
        "print(np.zeros(3))",
        "### BEGIN SOLUTION\nprint(np.zeros(3))\n### END SOLUTION",
        "### BEGIN SOLUTION",
        "`BEGIN SOLUTION` stands outside a solution cell",
    ),
    "hidden tests in a check": (
        'check("momentum", MomentumOptimizer)',
        '### BEGIN HIDDEN TESTS\ncheck("momentum", MomentumOptimizer)',
        "### BEGIN HIDDEN TESTS",
        "`BEGIN HIDDEN TESTS` stands outside a solution cell",
    ),
    "a check of another exercise": (
        'check("momentum", MomentumOptimizer)',
        'check("adam", MomentumOptimizer)',
        'check("adam"',
        "the check cell should be `check('momentum', MomentumOptimizer)`",
    ),
    "a check of another object": (
        'check("momentum", MomentumOptimizer)',
        'check("momentum", Momentum)',
        'check("momentum"',
        "the check cell should be `check('momentum', MomentumOptimizer)`",
    ),
    "a check whose number gets lost": (
        'check("momentum", MomentumOptimizer)',
        'score = check("momentum", MomentumOptimizer)',
        "score =",
        "the check cell should be `check('momentum', MomentumOptimizer)`",
    ),
    "a cell that is too long": ("print(np.zeros(3))", LONG, "number_0", "the cell has 26 lines; 25 at most"),
    "a cell that is not Python": (
        "print(np.zeros(3))",
        "print(np.zeros(3)",
        "print(",
        "not Python: '(' was never closed",
    ),
    "an import in the middle": (
        "print(np.zeros(3))",
        "x = 1\nimport math",
        "import math",
        "an import belongs in the first code cell",
    ),
    "an import that students do not have": (
        "import numpy as np\n",
        "import numpy as np\nfrom autograder.catalogue import answer\n",
        "from autograder",
        "students do not have `autograder`",
    ),
    "two experiments with one name": (
        "print(np.zeros(3))\n",
        'print(np.zeros(3))\n\n# %% experiment="picture"\nprint(2)\n',
        "print(2)",
        "a second cell with the id 'run-picture'; the first is in line",
    ),
    "an answer without a marking guide": (
        "# **Marking guide**\n",
        "# Guide\n",
        "# Because",
        "the model answer needs a line `**Marking guide**`",
    ),
    "marks that nobody can read": (
        "# - 1 for a reason.",
        "# - 1: a reason.",
        "# **Marking guide**",
        "a line of the marking guide is `- 0.4 for ...` or `- 3 × 0.2 for ...`, and not `- 1: a reason.`",
    ),
    "marks that do not add up": (
        "# - 1 for a reason.",
        "# - 2 × 0.4 for a reason.",
        "# **Marking guide**",
        "the lines of the marking guide give 0.8 marks together, and course.toml 1",
    ),
    "a marker that means nothing": (
        '# %% check="momentum"',
        '# %% chek="momentum"',
        '# %% chek="momentum"',
        "a code cell cannot be marked `chek`; there is exercise, check, experiment",
    ),
    "a question in a code cell": (
        '# %% [markdown] question="why"',
        '# %% question="why"',
        '# %% question="why"',
        "a code cell cannot be marked `question`",
    ),
    "a cell of two kinds": (
        '# %% check="momentum"',
        '# %% check="momentum" experiment="momentum"',
        '# %% check="momentum"',
        "a cell is one of exercise, check, experiment, not several",
    ),
    "an empty cell": ("print(np.zeros(3))\n", "", '# %% experiment="picture"', "the cell is empty"),
}


@pytest.mark.parametrize(("old", "new", "at", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_with_its_line_and_nothing_is_built(small, old, new, at, said):
    small.edit(old, new)
    with pytest.raises(BuildError) as caught:
        build_notebooks(small.course, small.root)
    found = [(fault.path, fault.line) for fault in caught.value.faults if said in fault.message]
    named = 1 if at == "# %% [markdown]" else small.line(at)
    assert found, str(caught.value)
    assert found[0][0] == small.master
    assert found[0][1] == named


def test_all_faults_are_reported_at_once(small):
    small.edit("### Exercise `momentum`", "### Exercise `momentum` (1 point)")
    small.edit("print(np.zeros(3))", LONG)
    with pytest.raises(BuildError) as caught:
        build_notebooks(small.course, small.root)
    assert len(caught.value.faults) == 2
    assert str(caught.value).splitlines()[0].startswith(f"{small.master}:12: the marks stand in course.toml")


def test_a_check_before_its_solution_is_named(small):
    text = small.master.read_text()
    head, rest = text.split('# %% exercise="momentum"')
    solution, tail = rest.split('# %% check="momentum"')
    check, end = tail.split("# %% experiment")
    small.master.write_text(f'{head}# %% check="momentum"{check}# %% exercise="momentum"{solution}# %% experiment{end}')
    with pytest.raises(BuildError, match="the check of 'momentum' stands before its solution cell"):
        build_notebooks(small.course, small.root)


def test_text_before_the_first_cell_is_named(small):
    small.master.write_text("import os\n\n" + small.master.read_text())
    with pytest.raises(BuildError, match="there is text before the first cell marker"):
        build_notebooks(small.course, small.root)


def test_a_master_that_course_toml_does_not_know_is_named(small):
    small.master.rename(small.master.with_name("02_small.py"))
    with pytest.raises(BuildError, match=r"02_small\.py:1: \[workbooks\.02_small\] is not in course\.toml"):
        build_notebooks(small.course, small.root)


def test_a_workbook_without_a_master_cannot_be_released(small):
    small.master.unlink()
    with pytest.raises(BuildError, match=r"01_small\.py:1: there is no such master"):
        release_notebook("01_small", small.root)


def test_points_for_a_kind_of_cell_that_course_toml_does_not_pay(small):
    toml = small.root / "course.toml"
    toml.write_text(toml.read_text().replace("momentum = 2", "momentum = { manual = 2 }"))
    with pytest.raises(BuildError, match="'momentum' has a check cell, but no points for it"):
        build_notebooks(small.course, small.root)


@pytest.mark.parametrize(
    ("auto", "manual", "text"),
    [
        (1, 0, "1 point"),
        (2, 0, "2 points"),
        (0, 1, "1 point, by hand"),
        (2, 1, "3 points, 1 of them by hand"),
        (0.5, 0, "0.5 points"),
    ],
)
def test_a_heading_states_the_marks_in_words(auto, manual, text):
    assert marks_text(Points(auto=auto, manual=manual)) == text
