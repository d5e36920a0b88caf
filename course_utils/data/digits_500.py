"""Five hundred digits of MNIST: the images of two published tutorials, whose numbers the workbooks repeat."""

from __future__ import annotations

import numpy as np
import torch

from course_utils.data.images import MNIST
from course_utils.data.sources import load_published

__all__ = ["digits_500"]


def digits_500(seed: int = 2021) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw 500 training images of MNIST at random, with replacement.

    numpy's old generator draws them, because the tutorials used it. No other generator is touched.

    Args:
        seed: Seed of the draw.

    Returns:
        Images, normalised, float32, shape (500, 784), and their labels, int64, shape (500,).

    Raises:
        DataFileError: A file that was found is not the published one.
    """
    train = load_published(MNIST, train=True)
    chosen = torch.from_numpy(np.random.RandomState(seed).choice(len(train), 500))
    return train.normalised(train.data[chosen]).flatten(1), train.targets[chosen]
