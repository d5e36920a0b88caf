"""A class of one workbook in which honest students sit between hostile ones."""

import inspect
import json
from dataclasses import dataclass, field

from autograder.grade.classrun import Order, Watcher, grade_class
from autograder.grade.grading_task import in_this_process
from course_utils.exercises.optimizers.ema import solutions as ema_solutions
from course_utils.exercises.optimizers.momentum import solutions as momentum_solutions
from tests.attacks.hostile import NAMES, PATIENCE_S, limits_of, load_hostile
from tests.grade import mini

NAME = "02_attacked"
COURSE = """
[course]
id = "attacked"
title = "A course under attack"

[workbooks.02_attacked]
title = "Two exercises"

[workbooks.02_attacked.points]
ema = 1
momentum = 1
"""
MASTER = """
# %% [markdown]
# # Workbook 2: Attacked
#
# ## 2.1 Start
#
# Prose.

# %%
import numpy as np
import torch

from course_utils.checks import check

# %% [markdown]
# ### Exercise `ema`
#
# Prose.

# %% exercise="ema"
def ema(values, beta, bias_correction=False):
    ### BEGIN SOLUTION
    return values
    ### END SOLUTION

# %% check="ema"
check("ema", ema)

# %% [markdown]
# ### Exercise `momentum`
#
# Prose.

# %% exercise="momentum"
class MomentumOptimizer:
    def step(self):
        ### BEGIN SOLUTION
        pass
        ### END SOLUTION

# %% check="momentum"
check("momentum", MomentumOptimizer)
"""
EMA = f"import numpy as np\n{inspect.getsource(ema_solutions.plain_loop)}\nema = plain_loop\n"
MOMENTUM = "\n".join(
    [
        "import torch",
        inspect.getsource(momentum_solutions.Sgd),
        inspect.getsource(momentum_solutions.Textbook),
        "MomentumOptimizer = Textbook",
    ]
)
HONEST = ("an_honest_one", "meanwhile_an_honest_one", "the_next_honest_one", "zealous_and_honest")
SEED = 11


@dataclass
class Graded(Watcher):
    """What became of a class, and what the world outside looked like after each submission."""

    out: object
    outside: object
    grades: dict = field(default_factory=dict)
    seen: dict = field(default_factory=dict)

    def know(self, grade, *, fresh):
        self.seen[grade.student] = self.outside.state()

    def notebook(self, student):
        return json.loads((self.out / "autograded" / student / NAME / f"{NAME}.ipynb").read_bytes())

    def feedback(self, student):
        return (self.out / "feedback" / student / NAME / f"{NAME}.html").read_text()


def grade_hostile_class(folder, outside):
    """Grade all hostile notebooks and the honest ones; the impatient limits are a class of their own."""
    course = mini.make_course(folder / "course", NAME, COURSE, MASTER)
    all_hostile = [load_hostile(name, **outside.places()) for name in NAMES]
    graded = {}
    for seconds in sorted({hostile.seconds for hostile in all_hostile}):
        hostile = [one for one in all_hostile if one.seconds == seconds]
        result = grade_together(course, folder / f"class-{seconds:g}", hostile, outside, seconds)
        graded |= {one.name: result for one in hostile}
        if seconds == PATIENCE_S:
            graded |= dict.fromkeys(HONEST, result)
    return graded


def grade_together(course, folder, hostile, outside, seconds):
    """Grade some hostile notebooks in one class with the honest ones."""
    released = mini.released(course, NAME)
    honest = mini.solved(course, {"ema": EMA, "momentum": MOMENTUM}, NAME)
    for name in HONEST:
        hand_in(folder, name, honest)
    for one in hostile:
        hand_in(folder, one.name, one.notebook(released, {"momentum": MOMENTUM}))
    watcher = Graded(folder / "out", outside)
    order = Order(folder / "submitted", folder / "out", course, seed=SEED, limits=limits_of(seconds))
    grades = grade_class(order, in_this_process, watcher).grades
    watcher.grades = {grade.student: grade for grade in grades}
    return watcher


def hand_in(folder, student, notebook):
    mini.hand_in(folder / "submitted", student, notebook, f"{NAME}.ipynb", NAME)
