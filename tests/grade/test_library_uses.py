"""What runs shows where an exercise was not written by hand, however the library's name was hidden."""

import functools
import linecache
import sys
from types import ModuleType

import numpy as np
import pytest

from autograder.catalogue.answer import load_answer
from autograder.grade.library_uses import MAX_FLAGS, first_lines, seen_uses
from autograder.sandbox.library_calls import library_objects, watch_library_calls
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import OBSERVER_OFF, CellStep, LibraryUse, Limits, ProbeStep
from course_utils.checks.observe import observe
from course_utils.exercises import exercise_folder, exercise_ids
from course_utils.kits.probe import load_probe

IMPORTS = "import numpy as np\nimport torch\nfrom torch import nn\n"
BY_HAND = [exercise for exercise in exercise_ids() if load_answer(exercise).by_hand]
MODULE = """
class BatchNorm(nn.Module):
    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.inner = {make}
    def forward(self, x):
        return {call}
"""
OPTIMIZER = """
class AdamOptimizer:
    def __init__(self, parameters, lr=1e-3, beta1=0.9, beta2=0.999):
        self.inner = {make}
    def step(self):
        {step}
"""


@functools.cache
def typed(exercise, kind):
    """Return solutions of the kill matrix, read again as if a cell held them: their file lies beside the probe."""
    path = exercise_folder(exercise) / "solutions.py"
    source, name = path.read_text(), f"<cell of {exercise}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    module = sys.modules[f"cell_{exercise}"] = ModuleType(f"cell_{exercise}")
    module.__file__ = name  # for solutions that read their own source
    exec(compile(source, name, "exec"), vars(module))
    return vars(module).get(kind, {})


def inputs_of(exercise):
    return load_answer(exercise).generate(np.random.default_rng(3))


def flagged(exercise, source):
    """Return the lines about a submission of these cells, after a run behind walls."""
    steps = [CellStep("imports", IMPORTS), CellStep("solution", source, exercise)]
    result = run_submission([*steps, ProbeStep(exercise, inputs_of(exercise), watch=True)], Limits())
    assert [cell.status for cell in result.cells] == ["ok", "ok"], result.cells
    return seen_uses(result.library_uses[exercise], load_answer(exercise).by_hand)


HIDDEN = {
    "built on the library's class": ("batchnorm_module", "class BatchNorm(nn.BatchNorm1d):\n    pass", "BatchNorm1d"),
    "the library's class by exec": (
        "batchnorm_module",
        "exec('from torch.nn import BatchNorm1d as BatchNorm')",
        "Batch",
    ),
    "a name that is put together": (
        "batchnorm_module",
        MODULE.format(make='vars(nn)["Batch" + "Norm1d"](dimensions, affine=False)', call="self.inner(x)"),
        "batchnorm",
    ),
    "attrgetter": (
        "adam",
        "from operator import attrgetter\n"
        + OPTIMIZER.format(make='attrgetter("op" + "tim.Adam")(torch)(parameters, lr)', step="self.inner.step()"),
        "torch.optim.adam.Adam",
    ),
    "import_module": (
        "adam",
        "from importlib import import_module\n"
        + OPTIMIZER.format(make='import_module("torch." + "optim").Adam(parameters, lr)', step="self.inner.step()"),
        "torch.optim.adam.Adam",
    ),
    "an operation of aten": (
        "layernorm_module",
        "class LayerNorm(nn.Module):\n    def forward(self, x):\n"
        "        return torch.ops.aten.native_layer_norm(x, x.shape[1:], None, None, 1e-5)[0]",
        "aten.native_layer_norm",
    ),
    "torch's own optimizers out of vars": (
        "adam",
        OPTIMIZER.format(make='vars(torch)["op" + "tim"].Adam(parameters, lr)', step="self.inner.step()"),
        "torch.optim.adam.Adam",
    ),
    "autograd behind a name that is put together": (
        "finite_differences",
        "def numerical_gradient(f, x, h=1e-5):\n"
        "    leaf = torch.tensor(x, requires_grad=True)\n"
        '    engine = getattr(torch, "auto" + "grad")\n'
        '    return getattr(engine, "gr" + "ad")(leaf.sum(), leaf)[0].numpy()\n'
        "def rel_error(x, y):\n    return 0.0",
        "torch.autograd.grad",
    ),
    "torch's functions as they are": ("activations", "sigmoid, relu = torch.sigmoid, torch.relu", "torch.sigmoid"),
    "a method, called by map": (
        "activations",
        "def sigmoid(x):\n    return list(map(torch.Tensor.sigmoid, [x]))[0]\n"
        "def relu(x):\n    return torch.where(x > 0, x, torch.zeros_like(x))",
        "sigmoid",
    ),
    "a function within partial": (
        "activations",
        "import functools\nsigmoid = functools.partial(torch.special.expit)\nrelu = lambda x: (x + x.abs()) / 2",
        "expit",
    ),
    "torch.distributions": (
        "cross_entropy",
        "def cross_entropy(logits, labels):\n"
        "    return -torch.distributions.Categorical(logits=logits).log_prob(labels).mean()",
        "torch.distributions",
    ),
    "scipy for differences": (
        "finite_differences",
        "def numerical_gradient(f, x, h=1e-5):\n"
        "    from scipy.optimize import approx_fprime\n"
        "    return approx_fprime(x.ravel(), lambda v: f(v.reshape(x.shape)), h).reshape(x.shape)\n"
        "def relative_error(x, y):\n    return 0.0",
        "scipy.",
    ),
    "in a thread": (
        "layernorm_module",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "class LayerNorm(nn.Module):\n    def forward(self, x):\n"
        "        with ThreadPoolExecutor(1) as pool:\n"
        "            return pool.submit(nn.functional.layer_norm, x, x.shape[1:]).result()",
        "layer_norm",
    ),
    "the observer taken away": (
        "layernorm_module",
        "import sys\nclass LayerNorm(nn.Module):\n    def forward(self, x):\n"
        "        sys.setprofile(None)\n        return nn.functional.layer_norm(x, x.shape[1:])",
        "removes the recorder",
    ),
}


@pytest.mark.parametrize("way", HIDDEN)
def test_a_library_solution_is_named_however_it_is_hidden(way):
    exercise, source, name = HIDDEN[way]
    lines = flagged(exercise, source)
    assert any(name in line for line in lines), lines


def test_the_line_that_calls_is_quoted():
    exercise, source, _ = HIDDEN["attrgetter"]
    assert any(line.endswith(": self.inner.step()") for line in flagged(exercise, source))


# Solutions of the kill matrix that are the library's, beside their own exercise's names for them.
THE_LIBRARYS = {
    "adagrad": {"Oracle"},
    "newton_schulz": {"by singular values"},
    "activations": {"torch", "maximum with a number", "log sigmoid, where", "expit, mean of x and abs"},
    "batchnorm_backward": {"autograd"},
    "bce": {"torch", "picked"},
    "cross_entropy": {"torch", "nll"},
    "fully_connected": {"gradients from torch"},
    "layernorm": {"torch's autograd and einsum"},
    "nesterov": {"Oracle"},
    "spatial_norms": {"moveaxis, torch's group norm"},
}


@pytest.mark.parametrize("exercise", BY_HAND)
def test_the_librarys_solutions_are_flagged_and_work_done_by_hand_never(exercise):
    inputs, answer, probe = inputs_of(exercise), load_answer(exercise), load_probe(exercise)
    found = set()
    for name, objects in typed(exercise, "CORRECT").items():
        with watch_library_calls() as calls:
            observe(probe, objects, inputs)
        own = library_objects(dict(zip(probe.objects, objects, strict=True)))
        if seen_uses((*own, *calls.values()), answer.by_hand):
            found.add(name)
    assert found == THE_LIBRARYS.get(exercise, set())


@pytest.mark.parametrize("exercise", BY_HAND)
def test_watching_changes_no_number(exercise):
    inputs, probe = inputs_of(exercise), load_probe(exercise)
    objects = next(iter(typed(exercise, "CORRECT").values()))
    plain = observe(probe, objects, inputs)
    with watch_library_calls():
        watched = observe(probe, objects, inputs)
    for one, other in zip(plain.parts, watched.parts, strict=True):
        assert one.problem is None
        assert other.problem is None
        for name, values in one.outputs.items():
            np.testing.assert_array_equal(values, other.outputs[name])


def test_lines_are_few_one_for_each_thing():
    uses = [LibraryUse(f"torch.optim.adam.f{i}", f"line {i % 9}") for i in range(40)]
    lines = first_lines(seen_uses(uses, ("torch.optim.*",)))
    assert len(lines) == MAX_FLAGS + 1
    assert lines[-1] == "and 4 more"
    assert seen_uses([LibraryUse("torch.add", "x + y")], ("torch.optim.*",)) == ()
    assert "removes the recorder" in seen_uses([LibraryUse(OBSERVER_OFF, "sys.setprofile(None)")], ())[0]
