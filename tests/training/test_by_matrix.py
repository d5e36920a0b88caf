"""Optimizers for matrices in the races of workbook 02: each matrix by itself, everything else by another optimizer."""

import pytest
import torch
from torch import nn

from autograder.catalogue.solution import load_solution
from course_utils.training.by_matrix import by_matrix
from course_utils.training.digits_race import train_on_digits
from course_utils.widgets import race, training_race


def own(exercise, name):
    return load_solution(exercise).objects()[name]


def test_a_stack_is_stepped_as_each_of_its_matrices_alone():
    muon, generator = own("muon", "MuonOptimizer"), torch.Generator().manual_seed(0)
    stack = torch.randn(3, 5, 4, generator=generator).requires_grad_()
    alone = [one.detach().T.clone().requires_grad_() for one in stack]
    together, separate = by_matrix(muon)([stack], lr=0.1), [muon([one], lr=0.1) for one in alone]
    for _ in range(3):
        gradients = torch.randn(3, 5, 4, generator=generator)
        stack.grad = gradients.clone()
        together.step()
        for optimizer, one, gradient in zip(separate, alone, gradients, strict=True):
            one.grad = gradient.T.clone()
            optimizer.step()
    for one, expected in zip(stack, alone, strict=True):
        torch.testing.assert_close(one, expected.T)


def test_biases_go_to_the_other_optimizer():
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    expected = model.bias.detach().clone().requires_grad_()
    optimizer = by_matrix(own("muon", "MuonOptimizer"), torch.optim.SGD, others_lr=0.5)(model.parameters(), lr=0.1)
    before = model.weight.detach().clone()
    model(torch.ones(2, 4)).square().sum().backward()
    expected = model.bias.detach() - 0.5 * model.bias.grad
    optimizer.step()
    torch.testing.assert_close(model.bias.detach(), expected)
    assert not torch.equal(model.weight, before)


@pytest.mark.parametrize(
    ("optimizer", "lr"),
    [
        (lambda: own("lion", "LionOptimizer"), 0.005),
        (lambda: own("adagrad", "AdaGradOptimizer"), 0.1),
        (lambda: by_matrix(own("muon", "MuonOptimizer")), 0.05),
    ],
)
def test_the_race_on_digits_takes_the_optimizers_of_workbook_6(optimizer, lr):
    (run,) = train_on_digits(optimizer(), [0], lr=lr)
    assert run.valid_accuracy[-1] > 0.85


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon")
def test_the_race_on_digits_takes_torchs_muon():
    (run,) = train_on_digits(by_matrix(torch.optim.Muon), [0], lr=0.05, weight_decay=0.0)
    assert run.valid_accuracy[-1] > 0.85


def test_the_demos_take_the_optimizers_of_workbook_6():
    classes = own("adagrad", "AdaGradOptimizer"), own("lion", "LionOptimizer"), own("muon", "MuonOptimizer")
    in_the_plane = race(*classes, against=("SGD", "AdaGrad", "Lion"), steps=60)
    assert list(in_the_plane.arrays["paths"])[3:] == ["AdaGradOptimizer", "LionOptimizer", "MuonOptimizer"]
    assert "Diverged" not in in_the_plane.text_summary()
    demo = training_race(*classes[:2], by_matrix(classes[2]), steps=10, lr=0.01).run()
    assert "MuonOptimizer" in demo.text_summary()


@pytest.mark.parametrize(("rule", "options"), [("AdaGrad", {"eps": 1e-8}), ("Lion", {"beta1": 0.9, "beta2": 0.999})])
def test_our_rules_of_the_plane_are_the_solutions(rule, options):
    name = f"{rule}Optimizer"
    cls = own(rule.lower(), name)

    class Named(cls):
        def __init__(self, parameters, lr):
            super().__init__(parameters, lr=lr, **options)

    paths = race(Named, against=(rule,), steps=40, angle=30.0).arrays["paths"]
    torch.testing.assert_close(torch.from_numpy(paths[rule]), torch.from_numpy(paths["Named"]))
