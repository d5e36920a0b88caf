"""The source shows where an exercise was not written by hand; a flag never changes a mark."""

import json
import sys

import pytest

from autograder.catalogue.answer import load_answer
from autograder.grade.library_uses import MAX_FLAGS, first_lines
from autograder.grade.release import Release
from autograder.grade.static_checks import MAX_SOURCE, written_uses
from autograder.grade.types import Cell, Rebuilt
from autograder.kits.library_functions import AUTOGRAD, NORMALIZATIONS, OPTIMIZERS
from tests.grade import mini

EVERYTHING = "*"
IMPORTS = "import numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn"
STUB = "class BatchNorm(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError"


def seen(solution, *added, by_hand=(*NORMALIZATIONS, *OPTIMIZERS), stub=STUB):
    given = [
        Cell("imports", "plain", True, IMPORTS),
        Cell("batchnorm", "solution", True, stub, exercise="batchnorm"),
        Cell("other", "solution", True, "layer = nn.BatchNorm1d(3)", exercise="other"),
    ]
    cells = [given[0], Cell("batchnorm", "solution", True, solution, exercise="batchnorm"), given[2]]
    cells += [Cell(f"added-{number}", "added", True, source) for number, source in enumerate(added)]
    release = Release("x", tuple(given), "", "")
    return first_lines(written_uses(release, Rebuilt(tuple(cells)), "batchnorm", by_hand))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("nn.BatchNorm1d(3)", "torch.nn.BatchNorm1d"),
        ("class A(nn.BatchNorm1d):\n    pass", "torch.nn.BatchNorm1d"),
        ("torch.nn.LayerNorm(3)(x)", "torch.nn.LayerNorm"),
        ("out = F.layer_norm(x, (3,))", "torch.nn.functional.layer_norm"),
        ("out = torch.nn.functional.batch_norm(x, m, v)", "torch.nn.functional.batch_norm"),
        ("out = torch.batch_norm(x)", "torch.batch_norm"),
        ("from torch.nn import GroupNorm as G\nout = G(2, 4)", "torch.nn.GroupNorm"),
        (f"from torch.nn import {EVERYTHING}\nout = RMSNorm(4)", "torch.nn.RMSNorm"),
        ("import torch.optim as o\nopt = o.AdamW([])", "torch.optim.AdamW"),
        ("import torch as t\nopt = t.optim.SGD([])", "torch.optim.SGD"),
        ("norm = nn.BatchNorm1d\nout = norm(3)", "torch.nn.BatchNorm1d"),
        ('out = getattr(nn, "BatchNorm1d")(3)', "torch.nn.BatchNorm1d"),
        ('import importlib\nout = importlib.import_module("torch.nn").LayerNorm(3)', "torch.nn.LayerNorm"),
        ('out = __import__("torch").nn.LayerNorm(3)', "torch.nn.LayerNorm"),
        ("%matplotlib inline\n!ls\nout = nn.LayerNorm(3)", "torch.nn.LayerNorm"),
    ],
)
def test_a_use_is_seen_with_its_line_however_it_is_named(source, name):
    assert any(f" uses {name}: " in line for line in seen(source)), seen(source)


def test_the_line_is_the_one_where_it_stands():
    source = "class BatchNorm(nn.Module):\n    # a comment\n    def __init__(self):\n        self.n = nn.BatchNorm1d(3)"
    assert seen(source) == ("line 4 uses torch.nn.BatchNorm1d: self.n = nn.BatchNorm1d(3)",)
    assert seen(f"%time\n{source}")[0].startswith("line 5 uses")


@pytest.mark.parametrize(
    "source",
    [
        "# nn.BatchNorm1d would do it",
        '"""As nn.BatchNorm1d does."""',
        'name = "nn.BatchNorm1d"',
        "from torch.nn import BatchNorm1d",
        "def f(layer: nn.BatchNorm1d) -> nn.BatchNorm1d:\n    return layer",
        "def f(layer):\n    return isinstance(layer, nn.BatchNorm1d)",
        "layer = nn.Linear(3, 3)\nnorm = x.norm(dim=1)\nlength = torch.linalg.vector_norm(x)",
        "batch_norm = layer_norm = 3",
        "class A:\n    def batch_norm(self):\n        return self.batch_norm()",
        "def broken(:\n    nn.BatchNorm1d(3)",
        "\0nn.BatchNorm1d",
    ],
)
def test_what_is_not_a_use_is_not_flagged(source):
    assert seen(source) == ()


def test_nothing_is_flagged_where_nothing_is_declared():
    assert seen("nn.BatchNorm1d(3)", by_hand=()) == ()


def test_what_the_released_cell_has_is_not_counted():
    stub = "check_against = nn.BatchNorm1d(3)\nraise NotImplementedError"
    assert seen("    check_against = nn.BatchNorm1d(3)\nx = 1".lstrip(), stub=stub) == ()
    assert len(seen("check_against = nn.BatchNorm1d(3)\nx = nn.BatchNorm1d(4)", stub=stub)) == 1


def test_a_helper_in_an_added_cell_is_followed_where_it_is_used():
    helper = "def inner(x):\n    return F.batch_norm(x, None, None)"
    between = "def outer(x):\n    return inner(x)"
    solution = "class BatchNorm(nn.Module):\n    def forward(self, x):\n        return outer(x)"
    assert seen(solution, helper, between) == (
        "an added cell, line 2 uses torch.nn.functional.batch_norm: return F.batch_norm(x, None, None)",
    )
    assert seen("class BatchNorm(nn.Module):\n    pass", helper, between) == ()


OF_A_FILE = (
    "from my_norm import BatchNorm",
    f"from my_norm import {chr(42)}",
    "import my_norm as m\nmine = m.BatchNorm",
)


@pytest.mark.parametrize("solution", OF_A_FILE)
@pytest.mark.parametrize("first", ["%%writefile my_norm.py", "%%file -a 'lib/my_norm.py'"])
def test_a_file_that_a_cell_writes_is_read_where_it_is_imported(solution, first):
    written = f"{first}\nfrom torch import nn\nclass BatchNorm(nn.BatchNorm1d):\n    pass"
    (line,) = seen(solution, written)
    assert line.startswith("an added cell, line 3 uses torch.nn.BatchNorm1d")
    assert seen(solution.replace("my_norm", "another"), written) == ()


def test_the_code_of_another_exercise_is_not_counted_here():
    assert seen("class BatchNorm(nn.Module):\n    pass") == ()


def test_a_method_is_seen_on_anything():
    assert seen("loss.sum().backward()", by_hand=AUTOGRAD) == ("line 1 uses .backward: loss.sum().backward()",)
    assert len(seen("g = torch.autograd.grad(y, x)", by_hand=AUTOGRAD)) == 1


def test_long_lines_and_many_lines_are_cut():
    many = "\n".join(f"layer_{k} = nn.BatchNorm1d({k})" for k in range(40))
    assert len(seen(many)) == MAX_FLAGS + 1
    assert seen(many)[-1] == "and 35 more"
    assert max(map(len, seen(f"x = nn.BatchNorm1d({'1' * 1000})"))) <= 120


@pytest.mark.parametrize(
    "hostile",
    [
        "x = " + "(" * 5000 + "1" + ")" * 5000,
        "x = " + "-" * 50_000 + "1",
        "x = a" + ".b" * 20_000,
        "x = " + "+".join(["1"] * 20_000),
        "x = " + "[" * 3000,
        "\ud800 = nn",
        "x = f" + "(f" * 3000,
        "%" * 10_000,
        "getattr(" * 500 + "nn, 'a'" + ")" * 500,
    ],
)
def test_a_source_made_to_break_a_parser_gives_no_error(hostile):
    before = sys.getrecursionlimit()
    assert isinstance(seen(hostile, hostile), tuple)
    assert sys.getrecursionlimit() == before


def test_a_very_long_source_is_said_not_to_be_read():
    (line,) = seen("x = 1\n" * (MAX_SOURCE // 6 + 1))
    assert "was not read" in line


@pytest.mark.parametrize("exercise", ["batchnorm_module", "layernorm_module", "rmsnorm", "momentum", "adam"])
def test_an_exercise_declares_what_it_asks_for(exercise):
    assert load_answer(exercise).by_hand


def test_calling_the_exercise_before_is_flagged_where_the_values_are_the_same():
    by_hand = load_answer("batchnorm_backward_alt").by_hand
    source = "def batchnorm_backward_alt(dout, cache):\n    return batchnorm_backward(dout, cache)"
    assert seen(source, by_hand=by_hand) == ("line 2 uses batchnorm_backward: return batchnorm_backward(dout, cache)",)
    assert seen("def batchnorm_backward_alt(dout, cache):\n    return one_line(dout)", by_hand=by_hand) == ()


@pytest.mark.parametrize(
    ("exercise", "borrowed"),
    [
        (
            "finite_differences",
            "from course_utils.numpy_networks.gradient_check import eval_numerical_gradient as g\ng(f, x)",
        ),
        ("finite_differences", "import course_utils.numpy_networks.gradient_check as c\nc.rel_error(x, y)"),
        ("conditioning", "from course_utils.widgets.rates import heavy_ball_optimum\nheavy_ball_optimum(1, 9)"),
        ("schedules", "from course_utils.widgets import schedules as s\ns.rates(kind, base_lr, total, 0)[step]"),
    ],
)
def test_what_the_course_itself_computes_elsewhere_is_flagged(exercise, borrowed):
    by_hand = load_answer(exercise).by_hand
    assert any("course_utils" in line for line in seen(borrowed, by_hand=by_hand)), seen(borrowed, by_hand=by_hand)


BORROWED = """
class MomentumOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.inner = torch.optim.SGD(self.parameters, lr=lr, momentum=mu, dampening=mu)
        for p in self.parameters:
            self.inner.state[p]["momentum_buffer"] = torch.zeros_like(p)

    def step(self):
        self.inner.step()
"""


def test_a_flag_reaches_the_report_and_the_class_page_but_neither_the_marks_nor_the_student(
    course, submissions, grade, tmp_path
):
    mini.hand_in(submissions, "borrower", mini.solved(course, {**mini.PERFECT, "momentum": BORROWED}))
    mini.hand_in(submissions, "perfect", mini.solved(course, mini.PERFECT))
    grades = grade()
    momentum = grades["borrower"].exercises[0]
    assert (momentum.verdict, momentum.score) == ("correct", 2)
    assert [bool(one.flags) for one in grades["borrower"].exercises] == [True, False, False]
    assert momentum.flags[0].startswith("line 5 uses torch.optim.SGD: self.inner = ")
    assert not any(one.flags for one in grades["perfect"].exercises)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    noted = {one["student"]: [e["flags"] for e in one["exercises"] if e["flags"]] for one in report["submissions"]}
    assert noted == {"borrower": [list(momentum.flags)], "perfect": []}
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("line 5 uses torch.optim.SGD") == 1
    assert "Written by hand?" in page
    for path in (tmp_path / "out").rglob("*.html"):
        if path.name != "index.html":
            assert "Written by hand" not in path.read_text()


@pytest.mark.parametrize(
    "source",
    [
        "(\n" + "\n" * (MAX_SOURCE // 2),
        "\n".join(f"from m{number} import {EVERYTHING}\nx{number}" for number in range(MAX_SOURCE // 40)),
        "x" + ".a" * 900 + "\n",
        "\n".join("x" + ".a" * 90 for _ in range(1000)),
    ],
    ids=["blank lines", "stars", "one long name", "many long names"],
)
def test_no_source_takes_long_to_read(source):
    """Each of these took minutes or hours when time grew with the square of the length."""
    assert seen(source) == ()
    assert seen("nn.LayerNorm(3)", source)[0].endswith("nn.LayerNorm(3)")


def test_what_an_added_cell_defines_is_followed_once_whatever_its_names_are():
    names = [f"n{number}" for number in range(20_000)]
    (line,) = seen("n7() + n9()", "=".join(names) + "= lambda: nn.LayerNorm(3)")
    assert line.startswith("an added cell, line 1 uses torch.nn.LayerNorm: n0=n1=")
    nested = "def helper(x):\n    return " + "isinstance(x, " * 85 + "[" + "1," * 60_000 + "]" + ")" * 85
    assert seen("helper(nn.LayerNorm(3))", nested)[0].endswith("helper(nn.LayerNorm(3))")


def test_many_imported_names_do_not_make_every_assignment_slow():
    source = "import " + ",".join(f"m{number}" for number in range(8000)) + "\n" + "_=_.b\n" * 15_000
    assert seen("nn.LayerNorm(3)", source)[0].endswith("nn.LayerNorm(3)")
