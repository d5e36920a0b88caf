"""`tuned_settings()`: settings that reach the goal, and others."""

import numpy as np
import torch


def given(epochs, learning_rate, batch_size):
    return lambda: {"epochs": epochs, "learning_rate": learning_rate, "batch_size": batch_size}


CORRECT = {
    "middle": given(30, 0.3, 20),
    "smallest batch": given(30, 0.3, 16),
    "larger batch, larger rate": given(30, 0.8, 60),
    "other numbers": given(np.int64(30), torch.tensor(0.4), 30.0),
}
MUTANTS = {
    "too-many-epochs": given(60, 0.3, 20),
    "batches-too-small": given(30, 0.1, 4),
    "too-many-epochs+batches-too-small": given(200, 0.01, 1),
    "learning-rate-not-positive": given(30, -0.3, 20),
    "learning-rate-not-positive (zero)": given(30, 0.0, 20),
    "learning-rate-too-large": given(30, 30.0, 20),
    "learning-rate-too-large (diverges)": given(30, 1e6, 60),
    "learning-rate-too-small": given(30, 0.001, 60),
    "learning-rate-too-small (large batch)": given(30, 0.01, 300),
    "too-few-steps": given(3, 0.5, 200),
}
WRONG = {
    "forgotten return": lambda: None,
    "a tuple": lambda: (30, 0.3, 20),
    "other keys": lambda: {"epochs": 30, "lr": 0.3, "batch_size": 20},
    "half an epoch": given(0.5, 0.3, 20),
    "not a number": given(30, float("nan"), 20),
    "text": given("30", 0.3, 20),
    "a batch larger than the set": given(30, 0.3, 5000),
    "raises": lambda: {}["epochs"],
}
CORRECT, MUTANTS, WRONG = ({name: (f,) for name, f in kind.items()} for kind in (CORRECT, MUTANTS, WRONG))
