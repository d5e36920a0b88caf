"""What is imported before a submission runs, and what is left for those that ask for it."""

import inspect
import json

import pytest
import torch

from autograder.sandbox.run import run_submission
from autograder.sandbox.servers import close_servers
from autograder.sandbox.types import CellStep

OF_OTHER_PARAMETERS = ("Optimizer", "SparseAdam", "LBFGS", "Muon", "Adafactor")
OPTIMIZERS = sorted(
    name
    for name, value in vars(torch.optim).items()
    if inspect.isclass(value) and issubclass(value, torch.optim.Optimizer) and name not in OF_OTHER_PARAMETERS
)
TRAIN = """
def train(make, **options):
    torch.manual_seed(0)
    net, images = torch.nn.Linear(3, 2), torch.randn(20, 3)
    own = torch.nn.Parameter(torch.ones(2))
    optimizer = make([{"params": net.parameters()}, {"params": [own]}], lr=0.05, **options)
    losses = []
    def loss():
        optimizer.zero_grad()
        value = (net(images) ** 2).mean() + (own**2).sum()
        value.backward()
        return value
    for _ in range(5):
        losses.append(optimizer.step(loss).item())
    optimizer.load_state_dict(optimizer.state_dict())
    optimizer.step()
    return [*losses, *(v for p in net.parameters() for v in p.flatten().tolist()), torch.is_grad_enabled()]
"""


def printed(*sources):
    """Return what the last cell prints, read as JSON."""
    cell = run_submission([CellStep(f"c{n}", source) for n, source in enumerate(sources)]).cells[-1]
    assert cell.status == "ok", cell.message
    return json.loads("".join(output["text"] for output in cell.outputs))


def test_torchs_optimizers_do_the_same_behind_the_walls_without_the_compiler():
    close_servers()  # a clone keeps what an earlier submission made it import
    asked = f"json.dumps([{{n: train(getattr(torch.optim, n)) for n in {OPTIMIZERS}}}, 'torch._dynamo' in sys.modules])"
    found, compiler = printed("import json, sys, torch", TRAIN, f"print({asked})")
    assert not compiler
    names = {"torch": torch}
    exec(TRAIN, names)
    expected = {name: names["train"](getattr(torch.optim, name)) for name in OPTIMIZERS}
    assert found.keys() == expected.keys()
    assert len(found) >= 10
    for name in OPTIMIZERS:
        assert found[name] == pytest.approx(expected[name], rel=1e-6), name


def test_gradients_flow_through_a_step_that_is_asked_to_be_differentiable():
    assert printed(
        "import json, torch",
        "rate = torch.tensor(0.5, requires_grad=True)\nx = torch.tensor(3.0, requires_grad=True)\ny = x.clone()",
        "optimizer = torch.optim.SGD([y], lr=rate, differentiable=True)\ny.grad = torch.tensor(2.0)\noptimizer.step()",
        "print(json.dumps(torch.autograd.grad(y, rate)[0].item()))",
    ) == pytest.approx(-2.0)


def test_a_package_that_a_later_cell_names_is_there_before_the_first_cell_runs():
    loaded = "import sys, json; print(json.dumps('torch' + 'vision' in sys.modules))"
    cell, _ = run_submission([CellStep("c0", loaded), CellStep("c1", "import torchvision")]).cells
    assert [output["text"] for output in cell.outputs] == ["true\n"]


def test_what_a_cell_names_can_be_used():
    assert (
        printed(
            "from torchvision import transforms\nimport json, torch",
            "print(json.dumps(transforms.Normalize(0.5, 0.5)(torch.ones(1, 2, 2)).flatten().tolist()))",
        )
        == [1.0] * 4
    )


def test_gradients_are_given_to_backward_without_sympy():
    close_servers()
    found, sympy = printed(
        "import json, sys, torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n(x**2).backward(torch.ones(2))",
        "print(json.dumps([x.grad.tolist(), 'sympy' in sys.modules]))",
    )
    assert found == [2.0, 4.0]
    assert not sympy


@pytest.mark.parametrize("shape", ["3", "1, 2", "0", "2, 1"])
def test_a_gradient_of_another_shape_has_torchs_message(shape):
    code = (
        "import json, torch\nx = torch.ones(2, requires_grad=True)\ntry:\n"
        f"    (2 * x).backward(torch.ones({shape}))\nexcept RuntimeError as error:\n    said = str(error)"
    )
    names = {}
    exec(code, names)
    assert "Mismatch in shape" in names["said"]
    assert printed(code, "print(json.dumps(said))") == names["said"]


def test_shapes_of_unknown_size_are_compared_by_sympy_when_somebody_asks():
    compare = "from torch.fx.experimental.symbolic_shapes import ShapeEnv, sym_eq"
    code = f"""import json, torch
{compare}
size = ShapeEnv().create_unbacked_symint()
print(json.dumps([sym_eq((2, 3), (2, 3)), sym_eq((2, 3), (3, 2)), str(sym_eq((size, 3), (2, 3)))]))"""
    assert printed(code) == [True, False, "Eq(u0, 2)"]
