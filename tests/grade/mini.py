"""A course of one small workbook, and submissions to it made by changing cells."""

import json
from pathlib import Path

from autograder.build.notebooks import release_notebook
from autograder.build.release import as_bytes

NAME = "02_mini"
COURSE = """
[course]
id = "mini"
title = "A small course"

[workbooks.02_mini]
title = "Momentum, twice"

[workbooks.02_mini.points]
momentum = 2
why = { manual = 1 }
adam = 2
"""
MASTER = '''
# %% [markdown]
# # Workbook 2: Momentum
#
# ## 2.1 Start
#
# Prose.

# %%
import torch

from course_utils.checks import check

# %%
class SGDOptimizer:
    def __init__(self, parameters, lr=0.01):
        self.parameters, self.lr = list(parameters), lr

# %% [markdown]
# ### Exercise `momentum`
#
# More prose.

# %% exercise="momentum"
class MomentumOptimizer(SGDOptimizer):
    """Average the gradients."""

    def __init__(self, parameters, lr=0.01, mu=0.9):
        ### BEGIN SOLUTION
        super().__init__(parameters, lr)
        self.mu = mu
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]
        ### END SOLUTION

    def step(self):
        """Move every parameter."""
        ### BEGIN SOLUTION
        with torch.no_grad():
            for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
                velocity.mul_(self.mu).add_(parameter.grad, alpha=1 - self.mu)
                parameter.sub_(self.lr * velocity)
        ### END SOLUTION

# %% check="momentum"
check("momentum", MomentumOptimizer)

# %% experiment="long_run"
raise RuntimeError("grading does not run this")

# %% [markdown]
# ### Question `why`
#
# Why?

# %% [markdown] question="why"
# Because.
#
# **Marking guide**
#
# One point for a reason.

# %% [markdown]
# ### Exercise `adam`
#
# Prose.

# %% exercise="adam"
class AdamOptimizer(SGDOptimizer):
    """Divide by the root of the average square."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        ### BEGIN SOLUTION
        super().__init__(parameters, lr)
        self.betas = beta1, beta2
        self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self.parameters]
        self.steps = 0
        ### END SOLUTION

    def step(self):
        """Move every parameter."""
        ### BEGIN SOLUTION
        self.steps += 1
        first, second = self.betas
        with torch.no_grad():
            for parameter, (m, v) in zip(self.parameters, self.moments, strict=True):
                m.mul_(first).add_(parameter.grad, alpha=1 - first)
                v.mul_(second).add_(parameter.grad**2, alpha=1 - second)
                m_hat, v_hat = m / (1 - first**self.steps), v / (1 - second**self.steps)
                parameter.sub_(self.lr * m_hat / torch.sqrt(v_hat + 1e-7))
        ### END SOLUTION

# %% check="adam"
check("adam", AdamOptimizer)

# %% [markdown]
# The end.
'''
MOMENTUM = """
class MomentumOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu, self.state = mu, {}

    def step(self):
        for i, p in enumerate(self.parameters):
            old = self.state.get(i, torch.zeros_like(p))
            self.state[i] = self.mu * old + (1 - self.mu) * p.grad
            p.data = p.data - self.lr * self.state[i]
"""
HEAVY_BALL = MOMENTUM.replace("(1 - self.mu) * p.grad", "p.grad")
ADAM = """
class AdamOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr)
        self.b1, self.b2, self.t = beta1, beta2, 0
        self.m = [0 * p.detach() for p in self.parameters]
        self.v = [0 * p.detach() for p in self.parameters]

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * p.grad
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * p.grad**2
            m = self.m[i] / (1 - self.b1**self.t)
            v = self.v[i] / (1 - self.b2**self.t)
            p.data -= self.lr * m / (v + 1e-7) ** 0.5
"""
PERFECT = {"momentum": MOMENTUM, "adam": ADAM, "why": "Because it averages."}


def make_course(root: Path, name: str = NAME, course: str = COURSE, master: str = MASTER) -> Path:
    """Write a course of one workbook into `root`, its student edition included."""
    (root / "autograder" / "masters").mkdir(parents=True)
    (root / "course.toml").write_text(course)
    (root / "autograder" / "masters" / f"{name}.py").write_text(master.lstrip())
    path = root / "notebooks" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(as_bytes(release_notebook(name, root)))
    return root


def released(root: Path, name: str = NAME) -> dict:
    """Return the released notebook as plain JSON."""
    return json.loads((root / "notebooks" / name / f"{name}.ipynb").read_bytes())


def cell(notebook: dict, name: str) -> dict:
    """Return the cell with this id."""
    return next(one for one in notebook["cells"] if one["id"] == name)


def solved(root: Path, sources: dict, name: str = NAME) -> dict:
    """Return the released notebook with these sources in its cells."""
    notebook = released(root, name)
    for cell_id, source in sources.items():
        cell(notebook, cell_id)["source"] = source
    return notebook


def code(source: str, **fields) -> dict:
    """Return a code cell."""
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **fields}


def hand_in(
    folder: Path, student: str, content: dict | bytes, name: str = f"{NAME}.ipynb", assignment: str = NAME
) -> Path:
    """Put a notebook where a student's submission goes; return its path."""
    path = folder / student / assignment / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path
