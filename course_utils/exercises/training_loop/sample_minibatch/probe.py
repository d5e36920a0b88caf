"""How `sample_minibatch(input_data, target_data, num_points=100)` is exercised: many draws from marked rows.

What was drawn comes back as it is. The statements about it are made from the data that the draws were made from, so
draws from other data say nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.comparing import all_close, array_equal, every, every_entry, flag
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, as_array, raw_array
from course_utils.kits.tensors import chance, parameters, tensor

__all__ = ["PROBE"]


def _run(sample_minibatch: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return the rows and targets of every draw, the size of a draw by default, and the data after the last draw."""
    size = int(inputs["num_points"])
    with chance(int(inputs["seed"])):
        batches = [_draw(sample_minibatch, inputs, size) for _ in range(int(inputs["draws"]))]
        default, _ = parameters(sample_minibatch(*_fresh(inputs)), 2, "sample_minibatch")
    rows, labels, data, targets = zip(*batches, strict=True)
    return {
        "rows": np.stack(rows),
        "labels": np.stack(labels),
        "default_size": as_array(len(default), "the number of rows"),
        "data_after": data[-1],
        "targets_after": targets[-1],
    }


def _fresh(inputs: Inputs) -> tuple[torch.Tensor, torch.Tensor]:
    return tensor(inputs["data"]), tensor(inputs["targets"], torch.int64)


def _draw(sample_minibatch: Callable[..., Any], inputs: Inputs, size: int) -> tuple[NDArray[Any], ...]:
    """Return the rows drawn (size, features), their targets (size,), and the data and targets afterwards."""
    data, targets = _fresh(inputs)
    x, y = parameters(sample_minibatch(data, targets, size), 2, "sample_minibatch")
    drawn = as_array(x, f"the first result for num_points={size}", (size, *inputs["data"].shape[1:])).reshape(size, -1)
    labels = as_array(y, f"the second result for num_points={size}", (size,))
    return drawn, labels, as_array(data, "input_data"), as_array(targets, "target_data")


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return statements about the rows drawn; they hold or fail whatever the draws are, to one in a million.

    What cannot be seen because of something else counts as all right.
    """
    count, size = len(inputs["data"]), int(inputs["num_points"])
    rows = _numbers_of_rows(raw, inputs)
    labels = raw_array(raw, "labels", rows.shape)
    counts = np.bincount(rows.ravel(), minlength=count)
    scattered = not every_entry(np.diff(np.sort(rows, axis=1), axis=1) == 1)
    differ = bool(np.ptp(rows, axis=0).any())
    even = not scattered or not differ or _unevenness(counts) < 2
    kept = (array_equal(raw[f"{name}_after"], inputs[name]) for name in ("data", "targets"))
    return {
        "pairs_kept": flag(array_equal(inputs["targets"][rows], labels)),
        "rows_repeat": flag(any(len(np.unique(batch)) < size for batch in rows)),
        "draws_differ": flag(differ),
        "rows_scattered": flag(scattered),
        "rows_equally_often": flag(even),
        "all_rows_drawn": flag(not scattered or not differ or not even or bool(counts.all())),
        "default_size": raw_array(raw, "default_size", ()),
        "data_left_alone": flag(every(kept)),
    }


def _numbers_of_rows(raw: Outputs, inputs: Inputs) -> NDArray[Any]:
    """Return where the rows drawn stand in the data, shape (draws, size)."""
    flat = inputs["data"].reshape(len(inputs["data"]), -1)
    shape = (int(inputs["draws"]), int(inputs["num_points"]))
    drawn = raw_array(raw, "rows", (*shape, flat.shape[1]))
    rows: NDArray[Any] = np.abs(drawn[..., :1] - flat[:, 0]).argmin(axis=-1)
    if not all_close(drawn, flat[rows]):
        raise ProbeFailure("sample_minibatch returned rows that are not in input_data.")
    return rows


def _unevenness(counts: NDArray[Any]) -> float:
    """Return Pearson's chi-square per degree of freedom: about 1 if all rows are equally likely."""
    return float(((counts - counts.mean()) ** 2 / counts.mean()).sum() / (len(counts) - 1))


PROBE = Probe.single("sample_minibatch", "sample_minibatch", _run, _statements)
