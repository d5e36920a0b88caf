"""Runs are watched wherever code may get at more than it names, and nowhere else."""

import ast

import nbformat
import pytest

from autograder.build.notebooks import source_notebook
from autograder.catalogue.answer import load_answer
from autograder.course import NOTEBOOKS, load_course
from autograder.grade.flags import read_code
from autograder.grade.plain_code import KNOWN, could_use, names_of, source_of
from autograder.grade.read import read_notebook
from autograder.grade.rebuild import rebuild
from autograder.grade.release import load_release
from tests.build.conftest import ROOT
from tests.grade.test_library_uses import HIDDEN, IMPORTS

GIVEN = """
import math
import numpy as np
import torch
from torch import nn, optim
from course_utils.training import run_models

methods = [torch.optim.Adam]
def make_method(parameters):
    return optim.SGD(parameters)
def by_text(thing, name):
    return getattr(thing, name)
"""


def may_use(source, by_hand):
    own = source_of(source)
    return own is None or could_use(names_of([own], [source_of(GIVEN)]), by_hand)


@pytest.mark.parametrize("way", HIDDEN)
def test_what_hides_a_librarys_solution_is_watched(way):
    exercise, source, _ = HIDDEN[way]
    own, given = source_of(source), source_of(IMPORTS)
    assert could_use(names_of([own], [given]), load_answer(exercise).by_hand)


TRICKS = {
    "an attribute by its text": "getattr(torch, 'op' + 'tim')",
    "the variables of a module": "vars(torch)['op' + 'tim']",
    "globals": "globals()['to' + 'rch']",
    "code in a text": "exec('import torch.op' + 'tim')",
    "a function's globals": "math_of = np.mean.__globals__",
    "globals by a method that is called so": "class A:\n    def __globals__(self): ...\nx = len.__globals__",
    "a frame by an attribute that is stored": "class A: ...\na = A()\na.gi_frame = 1\nx = (i for i in ()).gi_frame",
    "an attribute in a pattern": "match torch:\n    case object(optim=found):\n        pass",
    "a magic": "%run other.py",
    "a cell that writes a file": "%%writefile a.py\nx = 1",
    "a module that loads others": "import importlib",
    "everything of a module": "from torch.nn import " + "*",
    "a name of IPython": "print(In[0])",
    "a given list": "f = methods[0]",
    "a given list beside a local name": "def a():\n    methods = []\n    return methods\nf = methods[0]",
    "a given list in a function": "def f(p):\n    return methods[0](p)",
    "a given function": "f = make_method",
    "a given function that takes texts": "f = by_text(torch, 'op' + 'tim')",
    "a given import": "f = optim",
    "a given import of the course": "run_models()",
    "a name for two things": "from torch.optim import Adam as A\nmake = lambda p: A(p)\nfrom math import pi as A",
    "a given name that stands for two things": "make = lambda p: optim.Adam(p)\nfrom math import pi as optim",
    "a library's function under another name": "n = nn\nx = n.BatchNorm1d",
    "no Python": "def f(:",
    "Python's own name, bound later": "f = getattr(torch, 'op' + 'tim')\ngetattr = None",
    "Python's own name, bound never": "f = lambda: vars(torch)\nif False:\n    vars = None",
    "IPython's name, bound later": "get_ipython().run_cell('1')\nget_ipython = None",
    "the builtins, bound later": "f = __builtins__\n__builtins__ = None",
    "a given import, bound later": "run_models()\nrun_models = None",
    "a given list, bound later in a class": "class A:\n    f = methods[0]\n    methods = None",
    "Python's own name, bound later in a class": "class A:\n    f = getattr(torch, 'op' + 'tim')\n    getattr = None",
    "a module of a module by an attribute that is stored": "class A: ...\na = A()\na.warnings = a.sys = a.modules = 1\n"
    "f = torch.utils.sys.modules['torch.op' + 'tim']",
    "a part of linalg by an attribute that is stored": "class A: ...\na = A()\na.LinAlgError = 1\n"
    "x = np.linalg.LinAlgError",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_what_leads_to_other_things_is_watched(trick):
    assert may_use(TRICKS[trick], ("torch.optim.*", "torch.nn.*Norm*"))


PLAIN = {
    "an optimizer": "class Adam:\n    def __init__(self, parameters, lr=1e-3):\n"
    "        self.parameters, self.lr = list(parameters), lr\n"
    "        self.averages = [torch.zeros_like(p) for p in self.parameters]\n"
    "    @torch.no_grad()\n    def step(self):\n        for p, a in zip(self.parameters, self.averages):\n"
    "            a.lerp_(p.grad, 0.1)\n            p -= self.lr * a / (a.square().sqrt() + 1e-8)",
    "a module": "class Layer(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n"
    "        self.gain = nn.Parameter(torch.ones(d))\n    def forward(self, x):\n"
    "        return self.gain * (x - x.mean(dim=0)) / torch.sqrt(x.var(dim=0, unbiased=False) + 1e-5)",
    "a local name that a given cell has as well": "def f(x):\n    methods = x + 1\n    return methods",
}


@pytest.mark.parametrize("code", PLAIN)
def test_plain_code_is_not(code):
    assert not may_use(PLAIN[code], ("torch.optim.*", "torch.nn.*Norm*", ".backward"))


def test_known_names_lead_to_no_texts():
    python = {
        "getattr",
        "vars",
        "globals",
        "locals",
        "eval_",
        "exec",
        "compile",
        "open",
        "sys",
        "os",
        "importlib",
        "ops",
    }
    assert not KNOWN & python
    assert {name for name in KNOWN if name.startswith("__")} == {"__init__", "__call__", "__name__"}


# Other solutions of their workbooks call `backward` or torch's derivatives, as they may.
WATCHED = {
    *("finite_differences", "sharpness", "fully_connected", "layernorm", "spatial_norms"),
    *("batchnorm_backward", "batchnorm_backward_alt"),
}


@pytest.mark.parametrize("workbook", [name for name, book in load_course(ROOT).workbooks.items() if book.points])
def test_our_own_solutions_are_plain_where_they_may_not_use_a_librarys(workbook):
    release = load_release(workbook, (ROOT / NOTEBOOKS / workbook / f"{workbook}.ipynb").read_bytes())
    content = nbformat.writes(source_notebook(workbook, ROOT)).encode()
    reading = read_code(release, rebuild(release, read_notebook(content, 10**8)[0]), release.checked)
    assert {exercise for exercise in release.checked if load_answer(exercise).by_hand} - reading.plain == WATCHED & {
        *release.checked
    }


def test_a_cell_says_what_it_binds_and_uses_for_others():
    source = source_of("import math\nx = y\ndef f(a):\n    global z\n    z = a + w\n    return math.pi")
    assert isinstance(source.tree, ast.Module)
    assert source.bound == {"x", "f", "z"}
    assert {"y", "w", "math"} <= source.used
    assert "a" not in source.used
