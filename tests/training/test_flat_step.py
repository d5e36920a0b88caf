"""One step for all parameters: the numbers of a loop over them, or that loop."""

import pytest
import torch
from torch import nn

from course_utils.data import load_fashion_mnist
from course_utils.models import Layer, NeuralNetwork
from course_utils.optimizers import SGDOptimizer
from course_utils.training import run_model, train_epoch
from course_utils.training.flat_step import FlatStep, fitting_stepper


class Adam(SGDOptimizer):
    """Keeps two averages in lists, as students do."""

    def __init__(self, parameters, lr=0.01):
        super().__init__(parameters, lr)
        self.t = 0
        self.m = [torch.zeros_like(w) for w in self.parameters]
        self.v = [torch.zeros_like(w) for w in self.parameters]

    @torch.no_grad()
    def step(self):
        self.t += 1
        for i, w in enumerate(self.parameters):
            self.m[i] = 0.9 * self.m[i] + 0.1 * w.grad
            self.v[i] = 0.99 * self.v[i] + 0.01 * w.grad**2
            w -= self.lr * self.m[i] / (1 - 0.9**self.t) / torch.sqrt(self.v[i] / (1 - 0.99**self.t) + 1e-7)


class ClipsEveryTensor(SGDOptimizer):
    """Its rule differs from plain descent for large gradients only."""

    @torch.no_grad()
    def step(self):
        for w in self.parameters:
            w -= self.lr * w.grad * min(1.0, 50.0 / float(w.grad.norm()))


class DecaysMatricesOnly(SGDOptimizer):
    @torch.no_grad()
    def step(self):
        for w in self.parameters:
            w -= self.lr * (w.grad + (0.01 * w if w.dim() > 1 else 0))


class Noisy(SGDOptimizer):
    @torch.no_grad()
    def step(self):
        for w in self.parameters:
            w -= self.lr * (w.grad + torch.randn_like(w))


class PutsNewTensorsInPlace(SGDOptimizer):
    @torch.no_grad()
    def step(self):
        for w in self.parameters:
            w.data = w.data - self.lr * w.grad


class Broken(SGDOptimizer):
    def step(self):
        raise ZeroDivisionError("a mistake of its own")


def network(dtype=torch.float32):
    torch.manual_seed(0)
    return NeuralNetwork([6, 5, 5, 3], Layer).to(dtype)


def batches(dtype=torch.float32):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(7, 8, 6, generator=generator, dtype=torch.float64).to(dtype)
    y = torch.randint(3, (7, 8), generator=generator)
    return list(zip(x, y, strict=True))


def trained(stepper_of, optimizer, dtype=torch.float32):
    model = network(dtype)
    with stepper_of(optimizer, model, 0.05) as stepper:
        losses = train_epoch(model, stepper, batches(dtype))[1]
    return losses, model


class AsWritten:
    """The optimizer with its own loop, as a context."""

    def __init__(self, optimizer, model, lr):
        self.stepper = optimizer(model.parameters(), lr=lr)

    def __enter__(self):
        return self.stepper

    def __exit__(self, *_):
        return None


RULES = [SGDOptimizer, Adam, torch.optim.AdamW, torch.optim.RMSprop]


@pytest.mark.parametrize("optimizer", RULES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_rule_for_single_numbers_is_done_at_once_with_the_same_result(optimizer, dtype):
    with fitting_stepper(optimizer, network(dtype), 0.05) as stepper:
        assert isinstance(stepper, FlatStep)
    losses, model = trained(fitting_stepper, optimizer, dtype)
    plain_losses, plain = trained(AsWritten, optimizer, dtype)
    tolerance = 1e-12 if dtype == torch.float64 else 1e-6
    assert losses == pytest.approx(plain_losses, rel=tolerance)
    for one, other in zip(model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("optimizer", [ClipsEveryTensor, DecaysMatricesOnly, Noisy, PutsNewTensorsInPlace, Broken])
def test_another_rule_is_run_as_it_was_written(optimizer):
    with fitting_stepper(optimizer, network(), 0.05) as stepper:
        assert isinstance(stepper, optimizer)
        assert [one.shape for one in stepper.parameters] == [one.shape for one in network().parameters()]


def test_the_trial_draws_no_random_numbers_and_changes_no_weight():
    model = network()
    before, state = [one.clone() for one in model.parameters()], torch.get_rng_state()
    with fitting_stepper(Noisy, model, 0.05):
        assert torch.equal(torch.get_rng_state(), state)
        assert all(torch.equal(one, other) for one, other in zip(model.parameters(), before, strict=True))


def test_what_students_print_in_a_step_is_not_printed_by_the_trial(capsys):
    class Talks(SGDOptimizer):
        def step(self):
            print("a step")
            super().step()

    trained(fitting_stepper, Talks)
    assert capsys.readouterr().out.count("a step") == len(batches())


def test_afterwards_every_parameter_has_memory_of_its_own():
    _, model = trained(fitting_stepper, SGDOptimizer)
    for one in model.parameters():
        assert one.untyped_storage().nbytes() == one.numel() * one.element_size()


def test_the_memory_is_given_back_after_an_interrupt():
    model = network()
    with pytest.raises(KeyboardInterrupt), fitting_stepper(SGDOptimizer, model, 0.05):
        raise KeyboardInterrupt
    assert len({one.untyped_storage().data_ptr() for one in model.parameters()}) == len(list(model.parameters()))


def test_a_parameter_that_is_not_used_is_named_not_guessed():
    class Skips(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.spare = nn.Linear(6, 3), nn.Linear(6, 3)

        def forward(self, x):
            return self.used(x)

    model = Skips()
    with (
        fitting_stepper(SGDOptimizer, model, 0.05) as stepper,
        pytest.raises(RuntimeError, match="has no gradient"),
    ):
        train_epoch(model, stepper, batches())


def test_a_mistake_in_a_step_is_shown_as_it_is():
    data = load_fashion_mnist().subset(torch.arange(300)), load_fashion_mnist(train=False).subset(torch.arange(100))
    with pytest.raises(ZeroDivisionError, match="of its own"):
        run_model(Broken, epochs=1, data=data, progress=False)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_too():
    model = network().to("cuda")
    with fitting_stepper(Adam, model, 0.05) as stepper:
        assert isinstance(stepper, FlatStep)
        losses = train_epoch(model, stepper, [(x.to("cuda"), y.to("cuda")) for x, y in batches()])[1]
    assert losses == pytest.approx(trained(AsWritten, Adam)[0], rel=1e-4)
