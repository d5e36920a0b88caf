"""The race on the digits: seeds trained together are what each is alone, and what a plain torch network does."""

import pytest
import torch
from torch import nn

from course_utils.data import load_digits_data
from course_utils.training.digits_race import BATCH_SIZE, HIDDEN, train_on_digits

SGD = torch.optim.SGD


def test_seeds_trained_together_give_the_runs_of_each_alone():
    together = train_on_digits(torch.optim.Adam, (3, 8), steps=20, lr=0.01)
    alone = [train_on_digits(torch.optim.Adam, (seed,), steps=20, lr=0.01)[0] for seed in (3, 8)]
    for one, other in zip(together, alone, strict=True):
        assert one.seed == other.seed
        assert one.losses == pytest.approx(other.losses, rel=1e-4)
        assert one.valid_accuracy == pytest.approx(other.valid_accuracy, abs=0.01)


def test_a_run_is_that_of_a_plain_network_with_the_same_start_and_batches():
    digits, generator = load_digits_data(), torch.Generator().manual_seed(5)
    model = nn.Sequential(nn.Linear(64, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))
    with torch.no_grad():
        for layer in (model[0], model[2]):
            bound = layer.in_features**-0.5
            weight = 2 * torch.rand(layer.in_features, layer.out_features, generator=generator) - 1
            layer.weight.copy_(bound * weight.T)
            layer.bias.copy_(bound * (2 * torch.rand(layer.out_features, generator=generator) - 1))
    order, optimizer, losses = torch.randperm(898, generator=generator), SGD(model.parameters(), lr=0.3), []
    for step in range(20):
        rows = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        loss = nn.functional.cross_entropy(model(digits.x_train[rows]), digits.y_train[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    (run,) = train_on_digits(SGD, (5,), steps=20, lr=0.3)
    assert run.losses == pytest.approx(losses, rel=1e-4)
    right = model(digits.x_valid).argmax(dim=1) == digits.y_valid
    assert run.valid_accuracy[-1] == pytest.approx(right[:449].double().mean().item(), abs=0.005)
    assert run.test_accuracy[-1] == pytest.approx(right[449:].double().mean().item(), abs=0.005)
    assert len(run.valid_accuracy) == len(run.test_accuracy) == 2


def test_other_seeds_give_other_runs():
    one, other = train_on_digits(SGD, (0, 1), steps=10, lr=0.3)
    assert one.losses[0] != pytest.approx(other.losses[0], rel=1e-4)


class Recording:
    """Gradient descent that keeps a copy of all that it is given."""

    def __init__(self, parameters, lr):
        self.parameters, self.lr, self.seen = parameters, lr, []
        RECORDED[:] = [self.seen]

    def step(self):
        self.seen.append([(p.detach().clone(), p.grad.clone()) for p in self.parameters])
        for parameter in self.parameters:
            parameter -= self.lr * parameter.grad


RECORDED = []


@pytest.mark.parametrize("lr", [0.3, 60.0], ids=["trains", "diverges"])
def test_the_gradients_are_those_of_autograd_to_the_last_bit(lr):
    seeds, steps = (5, 6, 7), 30
    train_on_digits(Recording, seeds, steps=steps, lr=lr)
    digits, generators = load_digits_data(), [torch.Generator().manual_seed(seed) for seed in seeds]
    for generator in generators:  # what the start takes
        for shape in ((64, HIDDEN), (1, HIDDEN), (HIDDEN, 10), (1, 10)):
            torch.rand(*shape, generator=generator)
    epochs = -(-steps * BATCH_SIZE // 898)
    orders = [torch.cat([torch.randperm(898, generator=g) for _ in range(epochs)]) for g in generators]
    for step, seen in enumerate(RECORDED[0]):
        rows = torch.stack([order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE] for order in orders])
        weight, bias, weight_out, bias_out = leaves = [value.requires_grad_() for value, _ in seen]
        hidden = torch.relu(torch.baddbmm(bias, digits.x_train[rows], weight))
        logits = torch.baddbmm(bias_out, hidden, weight_out).flatten(0, 1)
        each = nn.functional.cross_entropy(logits, digits.y_train[rows].flatten(), reduction="none")
        each.view(rows.shape).mean(dim=1).sum().backward()
        for leaf, (_, gradient) in zip(leaves, seen, strict=True):
            torch.testing.assert_close(gradient, leaf.grad, rtol=0, atol=0, equal_nan=True)
