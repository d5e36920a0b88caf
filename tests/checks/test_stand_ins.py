"""A part that uses a wrong function of another exercise as it should costs nothing again; one that does not, does."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from autograder.catalogue.solution import load_solution
from course_utils.checks.standing_in import standing_in
from course_utils.kits.probe import load_probe
from course_utils.kits.stand_ins import LOSS, NORMALIZATIONS, TRAINED
from tests.exercises.matrix import verdict


def summed_loss(net, X, y):
    return functional.cross_entropy(net(X), y, reduction="sum")


def half_accuracy(net, X, y):
    return 0.5 * float((net(X).argmax(dim=1) == y).double().mean())


def wrong_gradient(f, x):
    return torch.sin(x) + 1


def softened(x, params):
    for w, b, h in params:
        x = 0.9 * h(x @ w + 2 * b)
    return x.squeeze(dim=-1)


def doubled_loss(y, y_hat):
    return 2 * functional.binary_cross_entropy(y_hat, y)


def outside_in_test(x, gamma, beta, bn_param):
    out, cache = load_solution("batchnorm_forward").objects()["batchnorm_forward"](x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        deviation = np.sqrt(bn_param["running_var"]) + bn_param.get("eps", 1e-5)
        out = gamma * (x - bn_param["running_mean"]) / deviation + beta
    return out, cache


def raises_in_test(x, gamma, beta, bn_param):
    if bn_param["mode"] == "test":
        raise ValueError("no statistics")
    return load_solution("batchnorm_forward").objects()["batchnorm_forward"](x, gamma, beta, bn_param)


def without_a_name(x, gamma, beta, ln_param):
    return gamma * np.arctan(x - x[:, :1]) + beta, (x, gamma)


def adams():
    """Return an Adam whose steps are three times too long, and an AdamW that is built on it."""

    class AdamOptimizer:
        def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
            self.parameters, self.lr = list(parameters), lr
            self.inner = torch.optim.Adam(self.parameters, 3 * lr, (beta1, beta2))

        @torch.no_grad()
        def step(self):
            self.inner.step()

    class AdamWOptimizer(AdamOptimizer):
        def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
            super().__init__(parameters, lr, beta1, beta2)
            self.weight_decay = weight_decay

        @torch.no_grad()
        def step(self):
            for parameter in self.parameters:
                parameter -= self.lr * self.weight_decay * parameter
            super().step()

    return {"AdamWOptimizer": AdamWOptimizer, "AdamOptimizer": AdamOptimizer}


def groups_through_layers():
    """Return a group normalization that calls a layer normalization by its name, as a notebook does."""
    space = {"np": np, "layernorm_forward": lambda x, gamma, beta, ln_param: (gamma * np.arctan(x) + beta, None)}
    exec(THROUGH_LAYERS, space)
    return space["spatial_groupnorm_forward"]


THROUGH_LAYERS = """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    size = C // G * H * W
    out, cache = layernorm_forward(x.reshape(N * G, size), np.ones(size), np.zeros(size), gn_param)
    return out.reshape(N, C, H, W) * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1), cache
"""

WRONG = {
    "adamw": adams(),
    "spatial_norms (groups)": {"spatial_groupnorm_forward": groups_through_layers()},
    "newton_step": {"autograd_gradient": wrong_gradient},
    "training_epoch": {"network": softened, "bce_loss": doubled_loss},
    "training_epoch (the loss)": {"bce_loss": doubled_loss},
    "spatial_norms": {"batchnorm_forward": outside_in_test},
    "spatial_norms (raises)": {"batchnorm_forward": raises_in_test},
    "fully_connected": {"batchnorm_forward": outside_in_test},
    "fully_connected (layers)": {
        "layernorm_forward": without_a_name,
        "layernorm_backward": lambda d, c: (d, d[0], d[0]),
    },
    "logs": {"compute_objective": summed_loss, "compute_accuracy": half_accuracy},
    "local_smoothness": {"compute_objective": summed_loss},
    "loss_along_gradient": {"compute_objective": summed_loss},
}
# The exercise itself is about these.
OWN = {
    "logs": {"compute_objective and compute_accuracy"},
    # Which rows a batch takes is seen through the network.
    "training_epoch": {"the batches"},
}


def judged(exercise, functions, old="", new=""):
    """Judge the solution with other functions of earlier exercises, and perhaps with a changed piece of its text."""
    solution = load_solution(exercise)
    assert not old or old in solution.source
    space = solution.objects(solution.source.replace(old, new, 1))
    space.update(functions)
    found = verdict(exercise, [space[name] for name in load_probe(exercise).objects], 3)
    return {part.part: part for part in found.parts or (found,)}


@pytest.mark.parametrize("name", WRONG)
def test_a_right_use_of_a_wrong_function_costs_nothing(name):
    exercise = name.partition(" ")[0]
    parts = judged(exercise, WRONG[name])
    mine = [part for part in parts.values() if part.part not in OWN.get(exercise, ())]
    assert all(part.score == part.max_score for part in mine), mine
    assert any(one.startswith("follows-own-") for part in mine for one in part.misconceptions)


MISTAKES = {
    "newton_step": ("point - torch", "point + torch", "newton_step"),
    "training_epoch": ("add_gradients(params, -learning_rate)", "add_gradients(params, learning_rate)", "the updates"),
    "spatial_norms": ("gamma, beta, bn_param)\n    return out", "beta, gamma, bn_param)\n    return out", None),
    "fully_connected": (
        'f"gamma{i}": dgamma, f"beta{i}": dbeta',
        'f"gamma{i}": dbeta, f"beta{i}": dgamma',
        "batchnorm",
    ),
    "logs": ("parameter -= learning_rate", "parameter += learning_rate", "the steps of a pass"),
    "local_smoothness": ("norm(change) / norm(step)", "norm(step) / norm(change)", "the ratio"),
    "loss_along_gradient": ("origin - length", "origin + length", "the range"),
}


@pytest.mark.parametrize("exercise", MISTAKES)
def test_a_mistake_of_the_part_is_not_excused_by_one_of_the_function(exercise):
    old, new, name = MISTAKES[exercise]
    part = judged(exercise, WRONG[exercise], old, new)[name or "spatial_batchnorm_forward"]
    assert part.verdict in ("wrong", "misconception"), part
    assert part.score < part.max_score


@pytest.mark.parametrize("exercise", MISTAKES)
def test_a_right_function_is_no_excuse(exercise):
    old, new, name = MISTAKES[exercise]
    part = judged(exercise, {}, old, new)[name or "spatial_batchnorm_forward"]
    assert part.verdict in ("wrong", "misconception"), part


def test_stand_ins_are_taken_back():
    space = {"batchnorm_forward": outside_in_test}
    exec("def spatial(x):\n    return batchnorm_forward\n", space)
    with standing_in({"spatial": space["spatial"]}, NORMALIZATIONS) as replaced:
        assert replaced
        assert space["spatial"](1) is NORMALIZATIONS["batchnorm_forward"]
    assert space["spatial"](1) is outside_in_test


def test_methods_and_closures_use_stand_ins_too():
    class Net:
        def loss(self):
            return compute_objective

    def closing(function):
        return lambda: function

    compute_objective = summed_loss
    held = closing(summed_loss)
    with standing_in({"net": Net, "held": held, "compute_objective": summed_loss}, LOSS):
        assert Net().loss() is held() is LOSS["compute_objective"]
    assert Net().loss() is held() is summed_loss


def test_nothing_is_replaced_where_no_name_is_known():
    with standing_in({"f": lambda: 1, "number": 3, "built in": len}, TRAINED) as replaced:
        assert not replaced
