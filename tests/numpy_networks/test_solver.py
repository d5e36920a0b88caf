"""The solver does what a plain loop with torch does, and the plots show what it recorded."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_utils.data.small_split import SmallSplit
from course_utils.models.deep_networks import DepthSignal
from course_utils.numpy_networks.solver import SolverHistory, solve
from course_utils.plotting.deep_networks import plot_signal, plot_training_history


class Softmax:
    """A linear model with cross-entropy, in numpy."""

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.params = {"W": 0.1 * rng.normal(size=(6, 3)), "b": np.zeros(3)}
        self.sizes = []

    def loss(self, X, y=None):
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        self.sizes.append(len(y))
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        d = (p - np.eye(3)[y]) / len(y)
        return -np.log(p[np.arange(len(y)), y]).mean(), {"W": X.T @ d, "b": d.sum(axis=0)}


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, size=60)
    X = np.eye(3)[y] @ rng.normal(size=(3, 6)) * 2 + rng.normal(size=(60, 6))
    return SmallSplit(X[:40], y[:40], X[40:], y[40:], "here")


def test_parameters_and_losses_equal_those_of_a_loop_in_torch(data):
    model = Softmax()
    W, b = (torch.tensor(p.copy(), requires_grad=True) for p in model.params.values())
    run = solve(model, data, learning_rate=0.05, num_epochs=2, batch_size=15, seed=4)
    adam, rng, losses = torch.optim.Adam([W, b], lr=0.05), np.random.default_rng(4), []
    for _ in range(2):
        order = rng.permutation(40)
        for rows in (order[:15], order[15:30], order[30:]):
            loss = torch.nn.functional.cross_entropy(
                torch.tensor(data.X_train[rows]) @ W + b, torch.tensor(data.y_train[rows])
            )
            adam.zero_grad()
            loss.backward()
            adam.step()
            losses.append(loss.item())
    assert np.allclose(model.params["W"], W.detach(), atol=1e-9)
    assert np.allclose(model.params["b"], b.detach(), atol=1e-9)
    assert np.allclose(run.loss_history, losses)
    assert model.sizes == [15, 15, 10] * 2


def test_accuracies_are_measured_before_and_after_every_epoch(data):
    untrained = Softmax()
    expected = np.mean((data.X_val @ untrained.params["W"]).argmax(axis=1) == data.y_val)
    run = solve(Softmax(), data, learning_rate=0.1, num_epochs=5, batch_size=10)
    assert run.val_acc_history[0] == expected
    assert len(run.val_acc_history) == len(run.train_acc_history) == 6
    assert run.train_acc_history[-1] > 0.8


def test_a_missing_gradient_and_one_of_another_shape_are_named(data):
    class Forgetful(Softmax):
        def loss(self, X, y=None):
            out = super().loss(X, y)
            return out if y is None else (out[0], {"W": out[1]["W"]})

    class Turned(Softmax):
        def loss(self, X, y=None):
            out = super().loss(X, y)
            return out if y is None else (out[0], {"W": out[1]["W"].T, "b": out[1]["b"]})

    with pytest.raises(ValueError, match="'b'; found none"):
        solve(Forgetful(), data, batch_size=10)
    with pytest.raises(ValueError, match=r"\(6, 3\) for 'W'; found an array of shape \(3, 6\)"):
        solve(Turned(), data, batch_size=10)


@pytest.mark.parametrize("bad", [{"num_epochs": 0}, {"batch_size": 0}, {"batch_size": 41}])
def test_numbers_without_sense_are_refused(data, bad):
    with pytest.raises(ValueError, match="batch_size from 1 to 40"):
        solve(Softmax(), data, **bad)


def test_a_history_is_averaged_over_neighbours_and_seeds():
    runs = [SolverHistory((1.0, 3.0, 5.0, 7.0, 9.0), (0.1, 0.2), (0.3, 0.5), None) for _ in range(2)]
    ax = plot_training_history({"a": runs}, "loss_history", smooth=2)
    assert np.allclose(ax.lines[0].get_xydata(), [[0.5, 2.0], [2.5, 6.0]])
    ax = plot_training_history({"a": runs}, "val_acc_history")
    assert np.allclose(ax.lines[0].get_xydata(), [[0, 30], [1, 50]])
    assert ax.get_ylabel() == "validation accuracy (%)"
    plt.close("all")


def test_a_signal_is_drawn_by_layer_on_a_logarithmic_axis():
    signals = [DepthSignal((1.0, 0.1), (1e-3, 1e-2)), DepthSignal((3.0, 0.3), (3e-3, 1e-2))]
    ax = plot_signal({"plain": signals, "batch norm": signals}, "activation_variance")
    assert ax.get_yscale() == "log"
    assert np.allclose(ax.lines[1].get_xydata(), [[1, 2], [2, 0.2]])
    plt.close("all")


@pytest.mark.parametrize("draw", [plot_signal, plot_training_history])
def test_an_unknown_quantity_is_refused(draw):
    with pytest.raises(ValueError, match="quantity must be one of"):
        draw({}, "speed")
