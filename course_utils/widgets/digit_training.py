"""What the demos that train share: digits from the package, first weights, and pieces of work of equal length."""

from __future__ import annotations

import string
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.one_thread import torch_in_one_thread
from course_utils.widgets.noise import uniforms

__all__ = [
    "PIECE_S",
    "RULES",
    "Images",
    "Maker",
    "digit_images",
    "digits_record",
    "every",
    "first_layers",
    "hidden_sizes",
    "in_one_thread",
    "mnist_images",
    "small_digits",
    "started",
]

# The picture is renewed this often; in between the training is not disturbed.
PIECE_S = 0.15
# One character per pixel on the way to the browser: pixels have at most 64 levels.
LEVELS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
MNIST_COUNT, MNIST_TOP = 500, 63

# An update rule of torch, from the parameters and the `lr` and `beta` of a state.
Maker = Callable[[Any, Mapping[str, Any]], Any]
RULES: dict[str, Maker] = {
    "SGD": lambda parameters, state: torch.optim.SGD(parameters, lr=state["lr"]),
    "heavy ball": lambda parameters, state: torch.optim.SGD(parameters, lr=state["lr"], momentum=state["beta"]),
    "RMSProp": lambda parameters, state: torch.optim.RMSprop(parameters, lr=state["lr"], alpha=state["beta"]),
    "Adam": lambda parameters, state: torch.optim.Adam(parameters, lr=state["lr"], betas=(state["beta"], 0.999)),
}


@dataclass(frozen=True)
class Images:
    """Images of digits in few levels of grey.

    Args:
        pixels: Levels, int64, shape (n, inputs), from 0 to at most 63.
        labels: Classes, int64, shape (n,).
        mean: Mean of all levels.
        std: Their standard deviation.
    """

    pixels: NDArray[np.int64]
    labels: NDArray[np.int64]
    mean: float
    std: float

    def tensors(self, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the images normalised to mean 0 and variance 1, `dtype` (n, inputs), and their classes (n,)."""
        x = torch.tensor((self.pixels - self.mean) / self.std, dtype=dtype)
        return x, torch.from_numpy(self.labels)

    def record(self) -> dict[str, Any]:
        """Return the images for the browser, ready for JSON: a character per pixel and a digit per label."""
        return {
            "pixels": "".join(LEVELS[level] for level in self.pixels.ravel().tolist()),
            "labels": "".join(map(str, self.labels.tolist())),
            "inputs": self.pixels.shape[1],
            "mean": self.mean,
            "std": self.std,
        }


@lru_cache(maxsize=1)
def small_digits() -> Images:
    """Return the 898 training images of the 8 x 8 digits."""
    from course_utils.data.digits import load_digits_data

    digits = load_digits_data(dtype=torch.float64)
    pixels = np.rint(digits.x_train.numpy() * digits.std + digits.mean).astype(np.int64)
    return Images(pixels, digits.y_train.numpy(), digits.mean, digits.std)


def digits_record() -> dict[str, Any]:
    """Return the 8 x 8 digits for a demo that trains on them in the browser."""
    return {"digits": small_digits().record()}


@lru_cache(maxsize=1)
def mnist_images() -> Images:
    """Return the first 500 training images of the embedded MNIST, means of 2 x 2 pixels in 64 levels, (500, 196)."""
    from course_utils.data.images import MNIST
    from course_utils.data.sources import read_sample

    images, labels = read_sample(MNIST, train=True)
    pooled = torch.nn.functional.avg_pool2d(images[:MNIST_COUNT, None].double() / 255, 2).flatten(1).numpy()
    pixels = np.rint(pooled * MNIST_TOP).astype(np.int64)
    return Images(pixels, labels[:MNIST_COUNT].numpy(), float(pixels.mean()), float(pixels.std()))


@lru_cache(maxsize=4)
def digit_images(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the first `count` training images of the sample, float32 (count, 784) normalised, and their classes."""
    from course_utils.data.images import MNIST
    from course_utils.data.sources import read_sample

    images, labels = read_sample(MNIST, train=True)
    x = images[:count].flatten(1).to(torch.float32).div_(255).sub_(MNIST.mean).div_(MNIST.std)
    return x, labels[:count]


def first_layers(seed: int, sizes: Sequence[int]) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return weights (in, out) and biases (out,) of each layer, uniform up to 1 / sqrt(in), as a linear layer's.

    The browser draws the same ones: a layer's weights row by row, then its biases, then the next layer.

    Args:
        seed: Seed of `noise.uniforms`.
        sizes: Number of inputs, of units of each layer, and of classes.
    """
    counts = [part for a, b in pairwise(sizes) for part in (a * b, b)]
    drawn = np.split(2 * uniforms(seed, sum(counts)) - 1, np.cumsum(counts)[:-1])
    return [
        (weights.reshape(a, b) * a**-0.5, biases * a**-0.5)
        for weights, biases, (a, b) in zip(drawn[::2], drawn[1::2], pairwise(sizes), strict=True)
    ]


def hidden_sizes(text: str) -> list[int]:
    """Return the sizes in a text such as "20, 20"."""
    return [int(part) for part in text.split(",") if part.strip()]


def started(seed: int, sizes: Sequence[int]) -> torch.nn.Sequential:
    """Return a network of linear layers with ReLU between them that begins with `first_layers`; it returns logits."""
    layers = first_layers(seed, sizes)
    parts: list[torch.nn.Module] = []
    for weights, biases in layers:
        linear = torch.nn.utils.skip_init(torch.nn.Linear, *weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T))
            linear.bias.copy_(torch.from_numpy(biases))
        parts += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


def every(steps: Iterator[dict[str, Any]], seconds: float = PIECE_S) -> Iterator[dict[str, Any]]:
    """Pass on one of `steps` each time that `seconds` have passed, and the last one in any case."""
    last, due = None, time.perf_counter() + seconds
    for last in steps:
        if time.perf_counter() >= due:
            yield last
            last, due = None, time.perf_counter() + seconds
    if last is not None:
        yield last


def in_one_thread(pieces: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Pass on `pieces`, each made with one thread: small products gain nothing from a second one, and lose on a busy
    machine.
    """
    while True:
        with torch_in_one_thread():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
