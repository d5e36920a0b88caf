"""How `sample_minibatch(input_data, target_data, num_points=100)` is exercised: many draws from marked rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.probes.base import Inputs, Outputs, Probe, ProbeFailure, as_array
from course_utils.probes.tensors import chance, flag, parameters, same, tensor

__all__ = ["PROBE"]

DEFAULT = 100


def _run(sample_minibatch: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return statements about the rows drawn; they hold or fail whatever the draws are, to one in a million.

    What cannot be seen because of something else counts as all right.
    """
    size, draws = int(inputs["num_points"]), int(inputs["draws"])
    with chance(int(inputs["seed"])):
        batches = [_draw(sample_minibatch, inputs, size) for _ in range(draws)]
        default, _ = parameters(sample_minibatch(*_fresh(inputs)), 2, "sample_minibatch")
    rows = np.stack([rows for rows, _, _ in batches])
    counts = np.bincount(rows.ravel(), minlength=len(inputs["data"]))
    scattered = not np.all(np.diff(np.sort(rows, axis=1), axis=1) == 1)
    differ = bool(np.ptp(rows, axis=0).any())
    even = not scattered or not differ or _unevenness(counts) < 2
    return {
        "pairs_kept": flag(all(pairs for _, pairs, _ in batches)),
        "rows_repeat": flag(any(len(np.unique(batch)) < size for batch in rows)),
        "draws_differ": flag(differ),
        "rows_scattered": flag(scattered),
        "rows_equally_often": flag(even),
        "all_rows_drawn": flag(not scattered or not differ or not even or bool(counts.all())),
        "default_size": as_array(len(default), "the number of rows"),
        "data_left_alone": flag(all(kept for _, _, kept in batches)),
    }


def _fresh(inputs: Inputs) -> tuple[torch.Tensor, torch.Tensor]:
    return tensor(inputs["data"]), tensor(inputs["targets"], torch.int64)


def _draw(sample_minibatch: Callable[..., Any], inputs: Inputs, size: int) -> tuple[NDArray[Any], bool, bool]:
    """Return which rows were drawn, whether their own targets came with them, and whether the data are unchanged."""
    data, targets = _fresh(inputs)
    x, y = parameters(sample_minibatch(data, targets, size), 2, "sample_minibatch")
    drawn = as_array(x, f"the first result for num_points={size}", (size, *data.shape[1:])).reshape(size, -1)
    labels = as_array(y, f"the second result for num_points={size}", (size,))
    flat = inputs["data"].reshape(len(data), -1)
    rows = np.abs(drawn[:, :1] - flat[:, 0]).argmin(axis=1)
    if not np.allclose(drawn, flat[rows]):
        raise ProbeFailure("sample_minibatch returned rows that do not stand in input_data.")
    kept = same(data, inputs["data"]) and same(targets, inputs["targets"])
    return rows, np.array_equal(inputs["targets"][rows], labels), kept


def _unevenness(counts: NDArray[Any]) -> float:
    """Return Pearson's chi-square per degree of freedom: about 1 if all rows are equally likely."""
    return float(((counts - counts.mean()) ** 2 / counts.mean()).sum() / (len(counts) - 1))


PROBE = Probe.single("sample_minibatch", "sample_minibatch", _run)
