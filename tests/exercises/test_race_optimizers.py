"""The optimizers of the race step as torch's own classes do, and leave torch's compiler alone."""

import subprocess
import sys

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises.optimizers.race.probe_optimizers import (
    EPSILON,
    make_adam,
    make_momentum,
    make_rmsprop,
    make_sgd,
)

SHARES = st.floats(0.0, 0.999)
RATES = st.floats(1e-5, 1.0)


def walk(optimizer, parameters):
    """Return where eight steps lead on a function whose gradients change, after each step."""
    places = []
    for step in range(8):
        for parameter in parameters:
            parameter.grad = torch.sin(3 * parameter.detach() + step) * (step + 1)
        with torch.no_grad():
            optimizer.step()
        places.append(torch.cat([parameter.detach().flatten() for parameter in parameters]))
    return torch.stack(places)


def starts():
    """Return parameters of several shapes, the same at each call."""
    generator = torch.Generator().manual_seed(11)
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in ((3, 4, 2), (1, 5), ())]


@given(lr=RATES, first=SHARES, second=SHARES)
@settings(max_examples=25, deadline=None)
def test_steps_are_those_of_torchs_classes(lr, first, second):
    pairs = [
        (lambda p: make_sgd(p, lr), lambda p: torch.optim.SGD(p, lr=lr)),
        (
            lambda p: make_momentum(p, lr, first),
            lambda p: torch.optim.SGD(p, lr=lr, momentum=first, dampening=first),
        ),
        (lambda p: make_rmsprop(p, lr, first), lambda p: torch.optim.RMSprop(p, lr=lr, alpha=first, eps=EPSILON)),
        (
            lambda p: make_adam(p, lr, first, second),
            lambda p: torch.optim.Adam(p, lr=lr, betas=(first, second), eps=EPSILON),
        ),
    ]
    for mine, theirs in pairs:
        own, oracle = starts(), starts()
        torch.testing.assert_close(walk(mine(own), own), walk(theirs(oracle), oracle))


def test_training_does_not_import_torchs_compiler():
    code = (
        "import sys\n"
        "from course_utils.exercises.optimizers.race import probe_optimizers as race\n"
        "from course_utils.training.digits_race import train_on_digits\n"
        "for make in (race.make_sgd, race.make_momentum, race.make_rmsprop, race.make_adam):\n"
        "    train_on_digits(make, (0,), steps=10, lr=0.01)\n"
        "print('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
