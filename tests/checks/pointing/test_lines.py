"""The line is the one that is wrong, whatever way the code is written, and the sentence does not give the change."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from course_utils import check
from course_utils.changes import Text, small_changes
from course_utils.checks.observe import observe
from course_utils.checks.pointing import deadline, find_change, pointed_at, search
from course_utils.checks.pointing.order import Order
from course_utils.checks.recorded import load_recorded
from course_utils.kits.probe import Part, load_probe
from tests.checks.pointing.typed import PATIENCE_S, changes_found, run_cell, wrong_parts

ROOT = Path(__file__).parents[3]

GRADIENT = """
import numpy as np

def slope(f, x, i, h):
    up, down = x.copy(), x.copy()
    up[i] += h
    down[i] -= h
    return (f(up) - f(down)) / 2 * h

def numerical_gradient(f, x, h=1e-5):
    return np.array([slope(f, x, i, h) for i in np.ndindex(x.shape)]).reshape(x.shape)

def rel_error(x, y):
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
"""
MOMENTS = """
def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    p_bad = 1 - p_good
    mean = p_good * good + p_bad * bad
    square = p_good * good**2 + p_bad * bad**2
    variance = square - mean
    return num_steps * mean, num_steps * variance
"""
# Its backward pass is never reached: what torch imports there has not been read when a change is tried.
ERROR = """\
import torch
from torch import nn

class BatchNorm(nn.Module):
    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.beta = beta
        self.register_buffer("running_mean", torch.zeros(dimensions))
        self.register_buffer("running_var", torch.ones(dimensions))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x, x.var(dim=0, correction=0)
            with torch.no_grad():
                self.running_mean.mul_(self.beta).add_((1 - self.beta) * mean)
                self.running_var.mul_(self.beta).add_((1 - self.beta) * var)
        return (x - mean) / torch.sqrt(var + 1e-5)
"""
LAYERNORM = """
import numpy as np

def layernorm_forward(x, gamma, beta, params):
    eps = params.get("eps", 1e-5)
    mu = x.mean(axis=1, keepdims=True)
    s = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    z = (x - mu) / s
    return beta * z + beta, (z, gamma, s)

def layernorm_backward(dout, cache):
    z, gamma, s = cache
    g = dout * gamma
    dx = (g - g.mean(axis=1, keepdims=True) + z * (g * z).mean(axis=1, keepdims=True)) / s
    return dx, (dout * z).sum(axis=0), dout.sum(axis=0)
"""
MOMENTUM = """
import torch

class MomentumOptimizer:
    def __init__(self, parameters, lr=0.01, mu=0.9):
        self.pairs = [(p, torch.zeros_like(p)) for p in parameters]
        self.lr, self.mu = lr, mu

    @torch.no_grad()
    def step(self):
        for p, v in self.pairs:
            v.copy_(self.lr * v + (1 - self.mu) * p.grad)
            p -= self.lr * v
"""

TOP_CONSTANT = """
POWER = 3

def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mean = p_good * good + (1 - p_good) * bad
    variance = p_good * good**2 + (1 - p_good) * bad**2 - mean**POWER
    return num_steps * mean, num_steps * variance
"""
CLASS_CONSTANT = """
class Average:
    nothing = 0
    twice: float = 4.0

    def of(self, a, b, p):
        return (self.twice * p * a + 2 * (1 - p) * b) / 2

def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    average = Average()
    mean = average.of(good, bad, p_good)
    return num_steps * mean, num_steps * (average.of(good**2, bad**2, p_good) - mean**2)
"""
EPSILON = """
import torch

EPS = 1e-3

class RMSPropOptimizer:
    def __init__(self, parameters, lr=0.01, beta=0.9):
        self.pairs = [(p, torch.zeros_like(p)) for p in parameters]
        self.lr, self.beta = lr, beta

    @torch.no_grad()
    def step(self):
        for p, a in self.pairs:
            a *= self.beta
            a += (1 - self.beta) * p.grad * p.grad
            p -= self.lr * p.grad / torch.sqrt(a + EPS)
"""
# The first function has two mistakes, and no line is found for it.
TWO_PARTS = """
import torch

def bce_loss(y, y_hat):
    return (y * torch.log(y_hat) + y * torch.log(y_hat) ** 3 + y_hat).sum() * 7

def bce_with_logits(y, logits):
    return torch.mean(torch.relu(logits) + logits * y + torch.log(1 + torch.exp(-torch.abs(logits))))
"""
IN_LOOP = """
def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mean = square = 0.0
    for value, chance in ((good, p_good), (bad, 1 - p_good)):
        mean += chance * value
        square += chance * value**2
        variance = square - mean**2
        return num_steps * mean, num_steps * variance
"""
TWO_RETURNS = f"{IN_LOOP}    return num_steps * mean, num_steps * variance"
HESSIAN = """
import torch

def hessian_vector_product(loss_fn, params, vectors):
    first = torch.autograd.grad(loss_fn(), params, create_graph=True)
    slope = sum((g * v).sum() for g, v in zip(first, vectors))
    return list(torch.autograd.grad(slope, params))

def sharpness(loss_fn, params, iterations=20, generator=None):
    v = [torch.randn(p.shape, generator=generator) for p in params]
    for _ in range(iterations):
        h = hessian_vector_product(loss_fn, params, v)
        size = torch.sqrt(sum(one.square().sum() for one in h))
        v = [one / size for one in h]
    h = hessian_vector_product(loss_fn, params, v)
    return float(sum((a * b).sum() for a, b in zip(v, h)))
"""
# One statement is missing.
NOT_KEPT = """
from course_utils.exercises.going_downhill.gradient_descent.solutions import f, grad_x_f, grad_y_f

def optimize_f(x, y, step_size, steps):
    x_path, y_path = [x], [y]
    for _ in range(steps):
        dx, dy = grad_x_f(x, y), grad_y_f(x, y)
        x -= step_size * dx
        y -= step_size * dy
        x_path.append(x)
    return x, y, f(x, y), x_path, y_path
"""
NOT_REVERSED = """
import numpy as np

def ema(values, beta, bias_correction=False):
    out = np.zeros(len(values))
    for t in range(len(values)):
        weights = np.array([(1 - beta) * beta**s for s in range(t + 1)])
        out[t] = (weights * values[: t + 1]).sum()
        if bias_correction:
            out[t] = out[t] / weights.sum()
    return out
"""
# Two names of one list.
ONE_LIST = """
import torch

class AdamOptimizer:
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        self.parameters, self.lr, self.beta1, self.beta2 = list(parameters), lr, beta1, beta2
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = self.m
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v):
            m.mul_(self.beta1).add_((1 - self.beta1) * p.grad)
            v.mul_(self.beta2).add_((1 - self.beta2) * p.grad**2)
            p -= self.lr * (m / (1 - self.beta1**self.t)) / torch.sqrt(v / (1 - self.beta2**self.t) + 1e-7)
"""
# Other numbers at each call.
BY_CHANCE = """
import numpy as np
import torch

def make_layer(d0, d1, activation):
    w = np.random.default_rng().normal(1, np.sqrt(2 / d0), size=(d0, d1))
    return torch.from_numpy(w), torch.zeros(d1, dtype=torch.float64), activation
"""
NO_GRADIENT = HESSIAN.replace("(g * v).sum()", "v.sum()")
OTHER_TENSORS = HESSIAN.replace("grad(slope, params)", "grad(slope, vectors)")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Let a busy machine find the same as a quiet one."""
    monkeypatch.setattr(deadline, "BUSY", 60.0)
    monkeypatch.setattr(search, "LONGEST_RUN_S", 30.0)


@pytest.mark.parametrize(
    ("exercise", "source", "quotes"),
    [
        ("finite_differences", GRADIENT, ["return (f(up) - f(down)) / 2 * h"]),
        ("walk_moments", MOMENTS, ["variance = square - mean"]),
        ("walk_moments", TOP_CONSTANT, ["POWER = 3"]),
        ("walk_moments", CLASS_CONSTANT, ["twice: float = 4.0"]),
        ("rmsprop", EPSILON, ["EPS = 1e-3"]),
        ("momentum", MOMENTUM, ["v.copy_(self.lr * v + (1 - self.mu) * p.grad)"]),
        ("walk_moments", IN_LOOP, ["return num_steps * mean, num_steps * variance"]),
        ("walk_moments", TWO_RETURNS, ["return num_steps * mean, num_steps * variance"]),
        ("sharpness", NO_GRADIENT, ["slope = sum(v.sum() for g, v in zip(first, vectors))"] * 2),
        ("sharpness", OTHER_TENSORS, ["return list(torch.autograd.grad(slope, vectors))"] * 2),
        ("gradient_descent", NOT_KEPT, ["x_path.append(x)"]),
        ("ema", NOT_REVERSED, ["out[t] = (weights * values[: t + 1]).sum()"]),
        ("adam", ONE_LIST, ["self.v = self.m"]),
        ("initialisation", BY_CHANCE, ["w = np.random.default_rng().normal(1, np.sqrt(2 / d0), size=(d0, d1))"]),
        ("layernorm", LAYERNORM, ["return beta * z + beta, (z, gamma, s)", "dx = (g - g.mean(axis=1, keepdims=True)"]),
    ],
)
def test_the_line_is_the_one_that_is_wrong(exercise, source, quotes):
    found = changes_found(exercise, run_cell(source))
    assert [one.quote[: len(quote)] for one, quote in zip(found, quotes, strict=True)] == quotes
    lines = textwrap.dedent(source).strip("\n").splitlines()
    assert all(lines[one.line - 1].strip() == one.quote for one in found)


def test_a_helper_in_another_cell_is_found_there():
    helper, rest = GRADIENT.split("def numerical_gradient")
    space = run_cell(helper)
    run_cell(f"def numerical_gradient{rest}", space)
    (found,) = changes_found("finite_differences", space)
    assert found.quote == "return (f(up) - f(down)) / 2 * h"
    assert found.cell == space["slope"].__code__.co_filename


def test_a_helper_in_a_table_is_found_there():
    source = GRADIENT.replace("slope(f, x, i, h) for", "TABLE['slope'][0](f, x, i, h) for")
    (found,) = changes_found("finite_differences", run_cell(f"{source}\nTABLE = {{'slope': (slope, None)}}\n"))
    assert found.quote == "return (f(up) - f(down)) / 2 * h"


def test_a_part_without_a_line_leaves_time_for_the_next(capsys, monkeypatch):
    budgets = []

    def note(exercise, part, arguments, seen, budget_s, before):
        budgets.append((part.name, budget_s))

    monkeypatch.setattr("course_utils.checks.pointing.point.find_change", note)
    space = run_cell(TWO_PARTS)
    check("bce", space["bce_loss"], space["bce_with_logits"])
    (first, first_s), (second, second_s) = budgets
    assert (first, second) == ("bce_loss", "bce_with_logits")
    assert first_s <= search.BUDGET_S / 2
    assert second_s > 0


def test_constants_are_what_they_were_after_the_search():
    space = run_cell(TOP_CONSTANT)
    assert changes_found("walk_moments", space)[0] is not None
    assert space["POWER"] == 3
    space = run_cell(CLASS_CONSTANT)
    assert changes_found("walk_moments", space)[0] is not None
    assert space["Average"].twice == 4.0


def test_a_constant_that_has_another_value_by_now_is_left_alone():
    space = run_cell(TOP_CONSTANT)
    space["POWER"] = 3.0
    found = changes_found("walk_moments", space)[0]
    assert found is None or found.quote != "POWER = 3"
    assert space["POWER"] == 3.0


def test_what_is_right_has_no_line():
    assert not changes_found("finite_differences", run_cell(GRADIENT.replace("/ 2 * h", "/ (2 * h)")))


def test_check_says_the_line_and_not_the_change(capsys):
    space = run_cell(GRADIENT)
    marks = check("finite_differences", space["numerical_gradient"], space["rel_error"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Look at line 7, `return (f(up) - f(down)) / 2 * h`: one change in this line makes" in said
    assert "/ (2 * h)" not in said
    assert marks == 1  # of 3: a line is no mark


def test_parts_that_share_a_mistake_share_its_line(monkeypatch):
    space, tried = run_cell(HESSIAN.replace("(g * v).sum()", "(g / v).sum()")), []
    monkeypatch.setattr(Order, "learn", lambda order, one, effect, to_end: tried.append(one))
    first, second = wrong_parts("sharpness", space)
    found = find_change("sharpness", *first, 60)
    assert tried
    tried.clear()
    assert find_change("sharpness", *second, 60, [found]) == found
    assert not tried


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kind": "sign"}, "Look at line 2, `return x`: one change in this line makes f right."),
        (
            {"kind": "lost-behind"},
            "Look at line 2, `return x`: one more statement behind this line makes f right.",
        ),
        (
            {"kind": "lost-alike-before"},
            "Look at line 2, `return x`: one more statement before this line makes f right.",
        ),
        ({"kind": "order"}, "Look at line 2, `return x`: one change at this line makes f right."),
        (
            {"kind": "sign", "elsewhere": True},
            "Look at line 2 of the cell that defines f, `return x`: one change in this line makes f right.",
        ),
        (
            {"kind": "sign", "left": "It is uphill."},
            "Look at line 2, `return x`: one change in this line leaves one mistake in f. It is uphill.",
        ),
    ],
)
def test_the_sentence_names_the_line_and_what_becomes_right(options, sentence):
    found = pointed_at("def f(x):\n    return x\n", 2, Part("f", ("f",), dict), **options)
    assert (found.line, found.quote, found.says) == (2, "return x", sentence)


def test_a_long_line_is_shortened():
    source = "def f(x):\n    return " + " + ".join(["x"] * 200)
    found = pointed_at(source, 2, Part("the ratio", ("f",), dict), kind="sign")
    assert len(found.quote) <= 80
    assert found.says.endswith("makes this part right.")


# Slips that another small change takes back.
REVERSIBLE = ("sign", "divided", "multiplied", "name", "axis", "flag", "constant", "complement")
RIGHT = GRADIENT.replace("/ 2 * h", "/ (2 * h)")


def slips():
    text = Text(RIGHT)
    for change in small_changes(RIGHT, under_conditions=False):
        block = max((b for b in text.blocks if text.span(b.node)[0] <= change.start), key=lambda b: b.node.lineno)
        if change.kind in REVERSIBLE and not change.is_default and block.function is not None:
            yield pytest.param(change, block.node.lineno, id=f"{change.line}-{change.kind}-{change.new}")


@pytest.mark.slow
@pytest.mark.parametrize(("change", "line"), list(slips()))
def test_where_a_slip_was_made_nothing_else_is_pointed_at(change, line):
    found = changes_found("finite_differences", run_cell("\n" + change.applied(RIGHT).strip("\n")), 10)
    assert {one.line for one in found if one} <= {line - 1}


def test_what_torch_imports_late_does_not_stop_a_change():
    """In a process of its own: here, other tests have gone backward already."""
    code = "from tests.checks.pointing.test_lines import ERROR, point\nprint(point('batchnorm_module', ERROR).quote)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "mean, var = x, x.var(dim=0, correction=0)"


def test_where_the_answer_has_another_shape_the_lines_that_lead_to_it_come_first(monkeypatch):
    """The mistake is in the last line; above it are many that could be changed."""
    above = "def rel_error(x, y):\n" + "".join(f"    n{i} = x * y + {i} * x\n" for i in range(40))
    source, tried = RIGHT.replace("return np.max(", "return x * np.max(").replace("def rel_error(x, y):\n", above), []
    monkeypatch.setattr(Order, "learn", lambda order, one, effect, to_end: tried.append(one[1].line))
    changes_found("finite_differences", run_cell(source))
    assert tried[0] == source.strip().count("\n") + 1


def test_what_numpy_imports_late_does_not_stop_a_change():
    code = (
        "import sys\nassert 'numpy.ma' not in sys.modules\n"
        "from course_utils.checks.pointing import import_late_parts\nimport_late_parts()\n"
        "print('numpy.ma' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_a_loop_that_was_too_short_may_run_much_longer():
    source = """
    def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
        few, many, mean, square = 3, 600, 0.0, 0.0
        for k in range(few):
            mean += (p_good * good + (1 - p_good) * bad) / many
            square += (p_good * good**2 + (1 - p_good) * bad**2) / many
        return num_steps * mean, num_steps * (square - mean**2)
    """
    (found,) = changes_found("walk_moments", run_cell(source))
    assert found.quote == "for k in range(few):"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("np.max(", "np.maxx("),
        (".copy()", ".coyp()"),
        ("return (f(up) - f(down))", "return (f(up) - f(donw))"),
        ("for i in np.ndindex(x.shape)", "for i in np.ndindex(x.shpae)"),
        ("np.array([slope", "np.array([slpoe"),
    ],
)
def test_the_line_of_a_misspelt_name_is_found(right, wrong):
    source = RIGHT.replace(right, wrong, 1)
    (line,) = [line.strip() for line in source.splitlines() if line not in RIGHT.splitlines()]
    found = point("finite_differences", source)
    assert (found.quote, found.change.kind) == (line, "misspelt")


def test_an_unknown_name_that_is_like_no_other_has_no_line():
    assert point("finite_differences", RIGHT.replace("np.max(", "np.wombat(")) is None


def test_looking_for_a_name_runs_nothing_of_the_object(capsys):
    source = """
class Values(list):
    def __dir__(self):
        print("run")
        return ["mean"]

    def total(self):
        return sum(self)

def ema(values, beta, bias_correction=False):
    kept = Values(values)
    return kept.totl()
"""
    assert point("ema", source) is None
    assert capsys.readouterr().out == ""


def point(exercise, source):
    """Return what is found where a part of an exercise ends in an error, for the first of these."""
    probe, (inputs, _) = load_probe(exercise), load_recorded(exercise)
    space = run_cell(source)
    parts = zip(probe.parts, observe(probe, [space[name] for name in probe.objects], inputs).parts, strict=True)
    part, seen = next((part, seen) for part, seen in parts if seen.problem and seen.problem.verdict == "error")
    return find_change(exercise, part, [space[name] for name in part.uses], seen, PATIENCE_S)
