"""The demos of workbook 06 against torch, full Hessians and matrix decompositions."""

import numpy as np
import pytest
import torch

from course_utils.models.wide_network import WideNetwork
from course_utils.widgets import edge_demo, muon_demo, widths, widths_demo
from course_utils.widgets import edge_of_stability as edge
from course_utils.widgets.digit_training import small_digits
from course_utils.widgets.noise import picks


def chebyshev_loss(weights, degree):
    """Return the loss of the small network in torch; the target is a Chebyshev polynomial."""
    x = torch.linspace(-1, 1, 16, dtype=torch.float64)
    y = torch.cos(degree * torch.arccos(x))
    a, b, c = weights[:-1].view(3, 8)
    z = x[:, None] * a + b
    return 0.5 * ((z / torch.sqrt(1 + z**2)) @ c + weights[-1] - y).square().mean()


@pytest.mark.parametrize(("target", "degree"), [("cubic", 3), ("quartic", 4)])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_network_at_the_edge_descends_as_in_torch(target, degree, seed):
    demo = edge_demo(target=target, seed=seed, lr=0.2, factor=0.5, steps=100)
    weights = torch.tensor(edge._start(seed), requires_grad=True)
    for t in range(101):
        loss = chebyshev_loss(weights, degree)
        assert demo.arrays["loss"][t] == pytest.approx(loss.item(), rel=1e-9)
        (gradient,) = torch.autograd.grad(loss, [weights])
        with torch.no_grad():
            weights -= (0.2 if t < 50 else 0.1) * gradient


@pytest.mark.parametrize("seed", [0, 3])
def test_the_sharpness_is_the_largest_eigenvalue_of_the_hessian(seed):
    demo = edge_demo(seed=seed, lr=0.1, steps=200)
    weights = torch.tensor(edge._start(seed), requires_grad=True)
    for _ in range(200):
        (gradient,) = torch.autograd.grad(chebyshev_loss(weights, 3), [weights])
        with torch.no_grad():
            weights -= 0.1 * gradient
    hessian = torch.autograd.functional.hessian(lambda w: chebyshev_loss(w, 3), weights.detach())
    assert demo.arrays["sharpness"][-1] == pytest.approx(torch.linalg.eigvalsh(hessian)[-1].item(), rel=1e-3)


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("a small rate: the edge is far", "Below the edge"),
        ("it rises to the edge", "At the edge"),
        ("it starts above the edge", "At the edge"),
        ("too large: it diverges", "Diverges"),
        ("the rate doubles half-way", "At the edge"),
        ("the rate is halved half-way", "Below the edge"),
    ],
)
def test_the_verdict_says_where_the_sharpness_ends(preset, said):
    demo = edge_demo()
    demo.preset(preset)
    assert demo.text_summary().startswith(said)


def test_with_a_small_rate_the_loss_never_rises():
    demo = edge_demo(lr=0.1)
    assert (np.diff(demo.arrays["loss"]) < 0).all()
    assert "rises in 0 of 1000 steps" in demo.text_summary()


@pytest.mark.parametrize("steps", [0, 1, 5])
@pytest.mark.parametrize(("coefficients", "abc"), [("Muon's", (3.4445, -4.775, 2.0315)), ("cubic", (1.5, -0.5, 0))])
def test_bars_are_the_singular_values_of_the_iterated_matrix(steps, coefficients, abc):
    demo = muon_demo(steps=steps, coefficients=coefficients)
    generator = torch.Generator().manual_seed(1)
    left, right = (torch.linalg.qr(torch.randn(48, 48, generator=generator, dtype=torch.float64))[0] for _ in range(2))
    x = left @ torch.diag(torch.from_numpy(demo.arrays["before"])) @ right
    assert torch.linalg.norm(x).item() == pytest.approx(1, abs=1e-6)
    for _ in range(steps):
        gram = x @ x.T
        x = abc[0] * x + (abc[1] * gram + abc[2] * gram @ gram) @ x
    expected = torch.linalg.svdvals(x).numpy()
    np.testing.assert_allclose(np.sort(demo.arrays["after"])[::-1], expected, atol=1e-9)


def test_the_momentum_has_few_large_singular_values():
    before = muon_demo(matrix="momentum").arrays["before"]
    assert (np.diff(before) <= 0).all()
    assert (before > before[0] / 10).sum() < 16


@pytest.mark.parametrize("kind", widths.KINDS)
@pytest.mark.parametrize("index", [0, 3])
def test_networks_side_by_side_are_single_networks_of_torch(kind, index):
    """One rate and one seed, alone, by torch's Adam with a group for the hidden matrices."""
    state = {"kind": kind, "widths": "32, 64, 128", "steps": 10, "seed": 5}
    seen = widths_demo(**state).run().arrays["losses"]["64"]
    share = 32 / 64 if kind == "muP" else 1.0
    model = WideNetwork(64, 64, 10, multiplier=share)
    linears = [model.input, *model.hidden, model.output]
    with torch.no_grad():
        for linear, (weight, bias) in zip(linears, widths._starts(state, 64), strict=True):
            linear.weight.copy_(weight[7 + index].T)
            linear.bias.copy_(bias[7 + index, 0])
    lr, matrices = 2.0 ** widths.EXPONENTS[index], [layer.weight for layer in model.hidden]
    rest = [p for p in model.parameters() if all(p is not one for one in matrices)]
    adam = torch.optim.Adam([{"params": matrices, "lr": lr * share}, {"params": rest, "lr": lr}])
    (x, y), losses = small_digits().tensors(), []
    for t in range(10):
        rows = torch.from_numpy(picks(105, 32, 898, 32 * t))
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    assert seen[1, index] == pytest.approx(np.mean(losses), rel=1e-3)


def test_widths_say_which_rate_is_best_once_they_have_trained():
    demo = widths_demo(widths="32, 64, 128", steps=10)
    assert demo.text_summary().startswith("Press Start")
    said = demo.run().text_summary()
    assert "10 steps" in said
    assert said.count("at width") == 3
    assert torch.get_num_threads() >= 1
