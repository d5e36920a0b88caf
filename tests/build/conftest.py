"""A small course to build from: one workbook with an exercise that is checked and one that is marked by hand."""

from pathlib import Path

import pytest

from autograder.course import load_course

ROOT = Path(__file__).parents[2]

COURSE = """
[course]
id = "small"
title = "A small course"

[workbooks.01_small]
title = "Small"

[workbooks.01_small.points]
momentum = 2
why = { manual = 1 }
"""

MASTER = """\
# %% [markdown]
# # Small

# %%
import numpy as np

from course_utils.checks import check

# %% [markdown]
# ## 1.1 Velocity
#
# ### Exercise `momentum`

# %% exercise="momentum"
class MomentumOptimizer:
    \"\"\"Descend.\"\"\"

    def step(self):
        ### BEGIN SOLUTION
        self.secret = "the answer"
        ### END SOLUTION


# %% check="momentum"
check("momentum", MomentumOptimizer)

# %% experiment="picture"
print(np.zeros(3))

# %% [markdown]
# ### Question `why`
#
# Why?

# %% [markdown] question="why"
# Because the model answer says so.
#
# **Marking guide**
#
# - 1 for a reason.
"""


class SmallCourse:
    """A course in a folder of its own, with a master that a test may change."""

    def __init__(self, root):
        self.root = root
        self.master = root / "autograder" / "masters" / "01_small.py"
        self.master.parent.mkdir(parents=True)
        self.master.write_text(MASTER)
        (root / "course.toml").write_text(COURSE)

    @property
    def course(self):
        return load_course(self.root)

    def edit(self, old, new):
        """Replace a text that stands exactly once in the master."""
        text = self.master.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the master"
        self.master.write_text(text.replace(old, new))

    def line(self, start):
        """Return the number of the first line of the master that starts like this."""
        return next(n for n, line in enumerate(self.master.read_text().splitlines(), 1) if line.startswith(start))


@pytest.fixture
def small(tmp_path):
    return SmallCourse(tmp_path)
