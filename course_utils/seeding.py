"""Seeds and devices: what makes a run repeatable, and where it happens."""

from __future__ import annotations

import os
import random

import numpy as np
import torch

__all__ = ["seed_worker", "set_device", "set_seed"]


def set_seed(seed: int | None = None, seed_torch: bool = True) -> int:
    """Seed Python, numpy and torch.

    Args:
        seed: The seed, from 0 to 2**32 - 1; None draws one from the operating system.
        seed_torch: Whether torch (all devices) is seeded too, and cudnn told to be deterministic.

    Returns:
        The seed that was used, so that a run without one can be repeated.

    Raises:
        ValueError: The seed is outside its range.
    """
    if seed is None:
        seed = int.from_bytes(os.urandom(4), "little")
    if not 0 <= seed < 2**32:
        raise ValueError(f"a seed is a whole number from 0 to {2**32 - 1}, found {seed}")
    random.seed(seed)
    np.random.seed(seed)
    if seed_torch:
        torch.manual_seed(seed)
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
    return seed


def seed_worker(worker_id: int) -> None:
    """Seed numpy and Python in a worker of a DataLoader, from torch's seed for this worker."""
    seed = torch.initial_seed() % 2**32
    np.random.seed(seed)
    random.seed(seed)


def set_device() -> str:
    """Return "cuda" where a GPU can be used, else "cpu", and say which.

    On Colab a GPU has to be asked for: menu Runtime, Change runtime type, GPU.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    hint = "" if device == "cuda" else " The course needs no GPU; on Colab one can be chosen under Runtime."
    print(f"Using {device!r} device.{hint}")
    return device
