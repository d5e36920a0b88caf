"""`run_model` trains as the plain loop does, and says what it did."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from course_utils.data import ImageDataset, load_fashion_mnist
from course_utils.models import Layer, NeuralNetwork
from course_utils.optimizers import SGDOptimizer
from course_utils.seeding import set_seed
from course_utils.training import evaluate, fit, run_model, run_models
from course_utils.training.display import SilentDisplay
from course_utils.training.threads import fitting_threads

FULL = Path(os.environ.get("COURSE_DATA", "no such folder"))


@pytest.fixture(scope="module")
def data():
    train, test = load_fashion_mnist(), load_fashion_mnist(train=False)
    return train.subset(torch.arange(700)), test.subset(torch.arange(300))


def test_losses_equal_a_plain_dataloader_loop_in_float64(data):
    """The same batches, in float64, through a loop written out with a DataLoader and torch's own optimizer."""
    set_seed(0)
    ours = NeuralNetwork([784, 12, 12, 10]).double()
    theirs = NeuralNetwork([784, 12, 12, 10]).double()
    theirs.load_state_dict(ours.state_dict())
    x, y = data[0].normalised().double(), data[0].targets
    batches = list(DataLoader(TensorDataset(x, y), batch_size=64))
    vx, vy = data[1].normalised().double(), data[1].targets
    outcome = fit(ours, SGDOptimizer(ours.parameters(), lr=0.1), batches, [(vx, vy)], 3, SilentDisplay())
    reference = torch.optim.SGD(theirs.parameters(), lr=0.1)
    for epoch in range(3):
        total = 0.0
        for inputs, labels in batches:
            reference.zero_grad()
            loss = nn.functional.cross_entropy(theirs(inputs), labels)
            loss.backward()
            reference.step()
            total += loss.item() * len(labels)
        assert np.isclose(outcome["train_loss"][epoch], total / len(y), rtol=1e-12)
        with torch.no_grad():
            logits = theirs(vx)
        assert np.isclose(outcome["valid_loss"][epoch], nn.functional.cross_entropy(logits, vy).item(), rtol=1e-12)
        assert outcome["valid_accuracy"][epoch] == (logits.argmax(1) == vy).double().mean().item()
    assert len(outcome["batch_losses"]) == 3 * 11


def test_a_seed_repeats_a_run_and_another_one_does_not(data):
    runs = [run_model(seed=seed, epochs=2, data=data, progress=False) for seed in (1, 1, 2)]
    assert runs[0].batch_losses == runs[1].batch_losses
    assert runs[0].batch_losses != runs[2].batch_losses


def test_run_models_gives_one_history_per_seed(data):
    several = run_models(seeds=(4, 5), epochs=1, data=data)
    single = run_model(seed=5, epochs=1, data=data, progress=False)
    assert [run.settings["seed"] for run in several] == [4, 5]
    assert several[1].batch_losses == single.batch_losses


def test_an_optimizer_that_updates_leaves_in_place_needs_no_context_of_its_own(data):
    class Plain:
        def __init__(self, parameters, lr):
            self.parameters, self.lr = list(parameters), lr

        def step(self):
            for parameter in self.parameters:
                parameter -= self.lr * parameter.grad

    mine = run_model(Plain, learning_rate=0.05, seed=0, epochs=1, data=data, progress=False)
    given = run_model(learning_rate=0.05, seed=0, epochs=1, data=data, progress=False)
    assert mine.batch_losses == given.batch_losses


@pytest.fixture
def interrupts():
    """As in a notebook: a process that a shell started in the background may ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_keeps_what_was_trained(data, capsys):
    passes = []

    class Stops(Layer):
        def forward(self, x):
            passes.append(self.training)
            if passes.count(True) == 5:
                signal.raise_signal(signal.SIGINT)  # what the stop button of a notebook sends
            return super().forward(x)

    history = run_model(layer_type=Stops, epochs=4, batch_size=256, seed=0, data=data, progress=False)
    assert history.interrupted
    assert len(history) == len(history.valid_accuracy) == 1
    assert "Interrupted in epoch 2 of 4" in capsys.readouterr().out


def test_one_line_per_epoch_each_once(data, capsys):
    history = run_model(epochs=3, seed=0, data=data)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[2] == (
        f"[ 3/3] Train Loss = {history.train_loss[2]:.4f}; Valid Loss = {history.valid_loss[2]:.4f}; "
        f"Valid Accuracy = {100 * history.valid_accuracy[2]:.1f}%"
    )


def test_evaluation_puts_the_mode_back(data):
    model = NeuralNetwork([784, 5, 10])
    batch = [(data[1].normalised(), data[1].targets)]
    for training in (True, False):
        model.train(training)
        evaluate(model, batch)
        assert model.training is training


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("epochs", 0),
        ("number_of_hidden_layers", -1),
        ("neurons_per_hidden_layer", 2.5),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("batch_size", -3),
        ("batch_size", 10_000_000),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_before_training(data, option, value):
    with pytest.raises(ValueError, match=option):
        run_model(data=data, **{option: value})


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_missing_gpu_is_named():
    with pytest.raises(ValueError, match="'cuda'"):
        run_model(device="cuda")


def test_images_of_another_size_train_too():
    data = torch.randint(0, 255, (60, 8, 8), dtype=torch.uint8)
    small = ImageDataset(data, torch.arange(60) % 3, ["a", "b", "c"], "a test", 0.5, 0.3)
    assert len(run_model(epochs=1, batch_size=16, data=(small, small), progress=False)) == 1


@pytest.mark.skipif(not (FULL / "FashionMNIST").is_dir(), reason="the full Fashion-MNIST is not here (COURSE_DATA)")
@pytest.mark.slow
def test_sgd_on_the_full_set_ends_near_the_published_accuracy():
    """Ten epochs at lr 0.001 and batch 256; the source prints 61.8 % for one unseeded run."""
    accuracies = [run.valid_accuracy[-1] for run in run_models(seeds=(0, 1, 2))]
    assert 0.58 < np.mean(accuracies) < 0.66


def test_a_small_network_trains_in_one_thread_and_a_convolution_in_all(data):
    seen = []

    class Watching(SGDOptimizer):
        def step(self):
            seen.append(torch.get_num_threads())

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        run_model(Watching, epochs=1, data=data, progress=False)
        assert set(seen) == {1}
        assert torch.get_num_threads() == 2
        with fitting_threads(nn.Conv2d(1, 16, 5)):
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
