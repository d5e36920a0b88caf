"""Exceptions that students meet, really raised: the sentence beside each says what it means."""

import re
import textwrap

import numpy as np
import pytest
import torch

from course_utils.checks.errors import describe_error
from course_utils.checks.meanings import MEANINGS, meaning_of

GIVEN = """
import copy, math
import numpy as np, torch
from torch import nn
a, b = np.ones(2), np.ones(3)
t, whole, p = torch.ones(2), torch.tensor([1, 2]), torch.ones(2, requires_grad=True)
square = torch.ones(2, 2)
def nothing():
    pass
class Thing:
    def bare():
        pass
    def full(self, x):
        pass
    @property
    def fixed(self):
        return 1
"""
# What the sentence is about, and code that raises the exception.
RAISED = (
    ("calls itself", "def again(): return again()\nagain()"),
    ("`total` a local name", "def add():\n    total = total + 1\nadd()"),
    ("type it anew", "compile('1 \u2212 2', 'cell', 'exec')"),
    ("type it anew", "compile('\u00a01', 'cell', 'exec')"),
    ("four spaces", "compile('if 1:\\n\\t1\\n        2', 'cell', 'exec')"),
    ("a power is written", "a ^ 2"),
    ("a power is written", "2.0 ^ 2"),
    ("a power is written", "t ^ 2"),
    ("None", "2 * nothing()"),
    ("None", "nothing()[0]"),
    ("None", "p - 0.1 * p.grad"),
    ("None", "x, y = nothing()"),
    ("None", "p.grad.zero_()"),
    ("has to set itself up", "class Net(nn.Module):\n    def __init__(self):\n        pass\nNet()(t)"),
    ("values and their indices", "square - square.max(dim=1)"),
    ("values and their indices", "square.max(dim=1).exp()"),
    ("brackets that call", "t - t.mean"),
    ("brackets that call", "nothing.backward()"),
    ("brackets that call", "math.sqrt[2]"),
    ("list is not an array", "[1.0, 2.0] * 0.5"),
    ("list is not an array", "[1.0, 2.0] - 0.5"),
    ("list is not an array", "[1.0, 2.0] + 0.5"),
    ("not a function", "t.shape()"),
    ("not a function", "half = 0.5\nhalf(1 + 2)"),
    ("`self` is missing", "Thing().bare()"),
    ("on the class", "Thing.full(x=1)"),
    ("more values", "nothing(1, 2)"),
    ("fewer values", "Thing().full()"),
    ("no parameter `lr`", "nothing(lr=1)"),
    ("`x` is passed twice", "Thing().full(1, x=2)"),
    ("plain Python list", "[1.0].mean()"),
    ("plain Python float", "(2.0).item()"),
    ("belongs to numpy", "a.backward()"),
    ("is a tensor", "t.astype(float)"),
    ("torch has no `array`", "torch.array([1])"),
    ("set itself up", "class Net(nn.Module):\n    def __init__(self): self.layer = nn.Linear(2, 2)\nNet()"),
    ("read only", "Thing().fixed = 2"),
    ("walked through once", "every = (x for x in a)\nevery[0]"),
    ("walked through once", "len(x for x in a)"),
    ("to its end", "next(iter([]))"),
    ("has one index", "rows = [[1, 2]]\nrows[0, 1]"),
    ("whole number is needed", "range(4 / 2)"),
    ("whole number is needed", "rows = [1, 2]\nrows[1.0]"),
    ("whole number is needed", "np.zeros(2.0)"),
    ("whole number is needed", "torch.zeros(2.0)"),
    ("whole numbers", "a[0.5]"),
    ("whole numbers", "t[torch.tensor([0.0])]"),
    ("single number", "list(2.0)"),
    ("single number", "len(2.0)"),
    ("single number", "list(t.sum())"),
    ("single number", "t.sum()[0]"),
    ("cannot be changed in place", "(1, 2)[0] = 1"),
    ("fewer axes", "t.sum(dim=1)"),
    ("fewer axes", "a.sum(axis=1)"),
    ("fewer axes", "a[0, 1]"),
    ("counted from 0", "[1, 2][2]"),
    ("counted from 0", "a[2]"),
    ("counted from 0", "t[2]"),
    ("no entry", "{}['velocity']"),
    ("another number of values", "x, y = [1]"),
    ("another number of values", "x, y = 1, 2, 3"),
    ("divisor is 0", "1 / (1 - 0.9**0)"),
    ("too large", "math.exp(1000)"),
    ("not defined for the number", "math.sqrt(-1)"),
    ("text", "'1' + 2"),
    ("text", "float('lr')"),
    ("not part of the course's environment", "import a_package_that_nobody_has"),
    ("one answer per entry", "max(a, 0 * a)"),
    ("one answer per entry", "if t > 0: pass"),
    ("asked of several", "math.sqrt(t)"),
    ("asked of several", "math.sqrt(a)"),
    ("asked of several", "t.item()"),
    ("asked of several", "round(t)"),
    ("gets several", "a[0] = [1, 2]"),
    ("matrix product", "square @ torch.ones(3, 2)"),
    ("matrix product", "np.ones((2, 3)) @ np.ones((2, 3))"),
    ("matrix product", "np.dot(np.ones((2, 3)), np.ones((2, 3)))"),
    ("counted from the last axis", "t + torch.ones(3)"),
    ("counted from the last axis", "a + b"),
    ("counted from the last axis", "t.add_(square)"),
    ("matrix is expected", "torch.linalg.solve(t, square)"),
    ("matrix is expected", "np.linalg.inv(a)"),
    ("no inverse", "torch.linalg.inv(square)"),
    ("no inverse", "np.linalg.inv(np.ones((2, 2)))"),
    ("same shape", "torch.stack([t, torch.ones(3)])"),
    ("same shape", "np.stack([a, b])"),
    ("stacked", "torch.cat([t.sum(), t.sum()])"),
    ("empty", "torch.stack([])"),
    ("as many entries", "t.reshape(3)"),
    ("as many entries", "a.reshape(3)"),
    ("one behind the other", "torch.ones(2, 3).T.view(6)"),
    ("float32 and float64", "square @ square.double()"),
    ("float32 and float64", "t @ t.double()"),
    ("was made from whole numbers", "whole += 0.5"),
    ("was made from whole numbers", "n = np.array([1, 2])\nn += 0.5"),
    ("holds whole numbers", "whole.mean()"),
    ("holds whole numbers", "torch.softmax(whole, 0)"),
    ("holds whole numbers", "whole.normal_()"),
    ("no gradient", "whole.requires_grad_()"),
    ("was given numpy.ndarray", "torch.exp(a)"),
    ("was given float", "torch.exp(2.0)"),
    ("list of tensors", "torch.cat(t)"),
    ("a tensor already", "torch.from_numpy(t)"),
    ("meet", "a * t"),
    ("other kinds of arguments", "torch.randint(0, 2, 3)"),
    ("knows no gradients", "np.exp(p)"),
    ("CPU", "t.cuda()"),
    ("CPU", "torch.zeros(2, device='xpu')"),
    ("CPU", "torch.zeros(2, device='ipu')"),
    ("CPU", "t.to('ipu')"),
    ("CPU", "torch.Generator('ipu')"),
    ("outside of autograd", "p -= 1"),
    ("frees the graph", "loss = (p**2).sum()\nloss.backward()\nloss.backward()"),
    ("No tracked tensor", "t.sum().backward()"),
    ("No tracked tensor", "torch.autograd.grad(p.sum(), t)"),
    ("starts from a single number", "(2 * p).backward()"),
    ("not a leaf", "p.clone().requires_grad = False"),
    ("overwritten", "y = p.exp()\ny += 1\ny.sum().backward()"),
    ("not computed from this tensor", "torch.autograd.grad(p.sum(), t.requires_grad_())"),
    ("detached first", "copy.deepcopy(p * 2)"),
)
# Raised on machines of another kind only, or by other versions of a library.
ELSEWHERE = (
    (AssertionError("Torch not compiled with CUDA enabled"), "CPU"),
    (AttributeError("'torch.return_types.max' object has no attribute 'exp'"), "values and their indices"),
)


def raised(code, **names):
    names |= {"__name__": "__main__"}
    exec(GIVEN, names)
    with pytest.raises(Exception) as caught:
        exec(compile(textwrap.dedent(code), "<cell>", "exec"), names)
    return caught.value


def first_line(error):
    return str(error).strip().split("\n")[0]


@pytest.mark.parametrize(("about", "code"), RAISED)
def test_the_sentence_beside_an_exception_says_what_it_means(about, code):
    error = raised(code)
    assert about in meaning_of(error, first_line(error)), str(error)


def test_every_sentence_is_that_of_an_exception_that_is_raised():
    errors = [*(raised(code) for _, code in RAISED), *(error for error, _ in ELSEWHERE)]
    first = [next(i for i, one in enumerate(MEANINGS) if one.of(error, first_line(error))) for error in errors]
    assert sorted(set(first)) == list(range(len(MEANINGS)))


@pytest.mark.parametrize(("error", "about"), ELSEWHERE)
def test_so_does_that_of_one_that_is_raised_elsewhere(error, about):
    assert about in meaning_of(error, str(error))


def test_an_exception_that_means_nothing_in_particular_is_only_quoted():
    assert meaning_of(RuntimeError("x"), "x") == ""


@pytest.mark.parametrize("one", MEANINGS, ids=lambda one: one.says[:40])
def test_a_sentence_names_only_what_its_pattern_finds(one):
    assert set(re.findall(r"\{(\w+)\}", one.says)) <= set(re.compile(one.pattern).groupindex)
    assert one.says.endswith((".", "?"))


class Optimizer:
    shared = []  # noqa: RUF012

    def __init__(self):
        self.parameters, self.mu = [torch.zeros(2)], 0.9

    def without_self(self):
        return mu  # noqa: F821

    def misspelt(self):
        return self.paramters

    def unknown(self):
        return self.velocity

    def other_variable(self):
        gradient = 1
        return gradient + gradients  # noqa: F821

    def not_run(self):
        return learning_rate  # noqa: F821

    def two_objects(self):
        self.shared.append(np.ones(3))
        return self.shared[0] + np.ones(2)


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("without_self", "`mu` is an attribute of the object: it is reached through `self`."),
        ("misspelt", "The object has no attribute `paramters`; it has one called `parameters`."),
        ("unknown", "Nothing was stored in the object under the name `velocity`; it holds parameters, mu."),
        ("other_variable", "No variable is called `gradients`; there is one called `gradient`."),
        ("not_run", "`learning_rate` is misspelt here, or the cell that defines it has not been run"),
        ("two_objects", "`shared` belongs to the class, so all objects share it"),
    ],
)
def test_the_names_around_the_line_say_more_than_the_exception(method, said):
    with pytest.raises(Exception) as caught:
        getattr(Optimizer(), method)()
    assert said in describe_error(caught.value)


def test_an_import_that_was_not_run_is_named():
    def mean(x):
        return plt.plot(x)  # noqa: F821

    with pytest.raises(NameError) as caught:
        mean(1)
    assert "The import of matplotlib has not been run" in describe_error(caught.value)


def test_no_code_of_the_student_runs_while_an_error_is_described():
    class Hostile:
        def __getattribute__(self, name):
            raise SystemExit

        def step(self):
            return missing  # noqa: F821

    with pytest.raises(NameError) as caught:
        Hostile.step(Hostile())
    assert "`missing` is misspelt" in describe_error(caught.value)


def test_a_name_that_python_has_made_up_is_not_quoted():
    scaled = lambda values: [value / 0 for value in values]  # noqa: E731
    with pytest.raises(ZeroDivisionError) as caught:
        scaled([1])
    assert "(at `scaled = lambda" in describe_error(caught.value)
    assert "<" not in describe_error(caught.value)
