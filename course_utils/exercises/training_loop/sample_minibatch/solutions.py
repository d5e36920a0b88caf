"""`sample_minibatch(input_data, target_data, num_points=100)`, written by many hands."""

import random

import numpy as np
import torch


def drawn_by(index):
    def sample_minibatch(input_data, target_data, num_points=100):
        rows = index(len(input_data), num_points)
        return input_data[rows], target_data[rows]

    return sample_minibatch


def one_by_one(input_data, target_data, num_points=100):
    xs, ys = [], []
    for _ in range(num_points):
        i = random.randrange(input_data.shape[0])
        xs.append(input_data[i])
        ys.append(target_data[i])
    return torch.stack(xs), torch.stack(ys)


def index_select(input_data, target_data, num_points=100):
    weights = torch.ones(len(input_data))
    rows = torch.multinomial(weights, num_points, replacement=True)
    return input_data.index_select(0, rows), target_data.index_select(0, rows)


def apart(input_data, target_data, num_points=100):
    n = len(input_data)
    return input_data[torch.randint(n, (num_points,))], target_data[torch.randint(n, (num_points,))]


def apart_without(input_data, target_data, num_points=100):
    n = len(input_data)
    return input_data[torch.randperm(n)[:num_points]], target_data[torch.randperm(n)[:num_points]]


def neighbours(n, num_points):
    start = torch.randint(n - num_points + 1, (1,)).item()
    return slice(start, start + num_points)


def seeded(n, num_points):
    return np.random.default_rng(42).integers(n, size=num_points)


def in_place(input_data, target_data, num_points=100):
    rows = torch.randint(len(input_data), (num_points,))
    x, y = input_data[rows], target_data[rows]
    order = torch.randperm(len(input_data))
    input_data[:], target_data[:] = input_data[order], target_data[order]
    return x, y


CORRECT = {
    "randint": drawn_by(lambda n, k: torch.randint(0, n, (k,))),
    "numpy choice": drawn_by(lambda n, k: np.random.choice(n, k)),
    "new generator": drawn_by(lambda n, k: np.random.default_rng().integers(0, n, k)),
    "floor of uniform": drawn_by(lambda n, k: (torch.rand(k) * n).long()),
    "one by one": one_by_one,
    "index_select": index_select,
}
MUTANTS = {
    "without-replacement": drawn_by(lambda n, k: torch.randperm(n)[:k]),
    "pairs-broken": apart,
    "pairs-broken+without-replacement": apart_without,
    "same-draw-every-time": drawn_by(seeded),
    "consecutive-rows": drawn_by(neighbours),
    "first-rows-only": drawn_by(lambda n, k: torch.arange(k)),
    "row-never-drawn": drawn_by(lambda n, k: torch.randint(0, n - 1, (k,))),
    "rows-not-equally-likely": drawn_by(lambda n, k: (torch.rand(k).sqrt() * n).long()),
    "data-shuffled-in-place": in_place,
}
WRONG = {
    "forgotten return": lambda x, y, num_points=100: None,
    "inputs only": lambda x, y, num_points=100: x[torch.randint(len(x), (num_points,))],
    "changed places": lambda x, y, num_points=100: apart(x, y, num_points)[::-1],
    "one too few": drawn_by(lambda n, k: torch.randint(n, (k - 1,))),
    "other default": lambda x, y, num_points=64: drawn_by(lambda n, k: torch.randint(n, (k,)))(x, y, num_points),
    "normalised rows": lambda x, y, num_points=100: (apart(x, y, num_points)[0] / 255, y[:num_points]),
    "off the end": drawn_by(lambda n, k: torch.randint(n, n + 5, (k,))),
}
CORRECT, MUTANTS, WRONG = ({name: (f,) for name, f in kind.items()} for kind in (CORRECT, MUTANTS, WRONG))
