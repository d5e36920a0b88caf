"""Recorded checks: made from the answers, the same on every machine up to rounding."""

from pathlib import PurePosixPath

import numpy as np
import pytest
from safetensors.numpy import load, save

from autograder.build.files import drift, write
from autograder.build.recorded import record, same_arrays
from course_utils.checks.recorded import parse_recorded

RECORDED = PurePosixPath("course_utils/exercises/optimizers/momentum")


@pytest.fixture(scope="module")
def made():
    """Text and arrays of a record."""
    return record("momentum", 2.0)


def test_a_record_is_the_same_each_time(made):
    assert record("momentum", 2.0) == made


def test_a_record_holds_inputs_and_points(made):
    inputs, key = parse_recorded(*made)
    assert (key.exercise, key.points) == ("momentum", 2.0)
    assert {"lr", "mu"} <= inputs.keys()


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda x: x * (1 + 1e-12), True),
        (lambda x: x * (1 + 1e-6), False),
        (lambda x: x + 1e-12 * np.abs(x).max(), True),
        (lambda x: x[..., :-1] if x.ndim else x + 1, False),
        (lambda x: x.astype(np.float32), False),
        (lambda x: x * np.nan, False),
    ],
)
def test_arrays_are_compared_up_to_rounding(change, same, made):
    _, data = made
    arrays = load(data)
    name = "MomentumOptimizer/expected/weights_a"
    changed = save({**arrays, name: np.ascontiguousarray(change(arrays[name]))})
    assert same_arrays(data, changed) is same


def test_what_candidates_give_is_compared_in_single_precision(made):
    _, data = made
    arrays = load(data)
    entries = arrays["MomentumOptimizer/candidates/entries"]
    assert entries.dtype == np.float32
    for factor, same in ((1 + 3e-7, True), (1 + 1e-5, False)):
        changed = {**arrays, "MomentumOptimizer/candidates/entries": (entries * factor).astype(np.float32)}
        assert same_arrays(data, save(changed)) is same


def test_a_lost_array_and_a_damaged_file_are_differences(made):
    _, data = made
    fewer = dict(sorted(load(data).items())[1:])
    assert not same_arrays(data, save(fewer))
    assert not same_arrays(data, data[:-1])


def test_a_file_that_agrees_up_to_rounding_is_not_rewritten(small, made):
    path = small.root / RECORDED / "recorded.safetensors"
    text, data = made
    files = {RECORDED / "recorded.json": text.encode(), RECORDED / "recorded.safetensors": data}
    write(files, small.root)
    rounded = save({name: np.asarray(array * (1 + 1e-13), dtype=array.dtype) for name, array in load(data).items()})
    path.write_bytes(rounded)
    assert write(files, small.root) == {}
    assert path.read_bytes() == rounded


def test_the_record_of_an_exercise_that_is_gone_is_stale(small):
    gone = small.root / RECORDED.with_name("no_such_exercise") / "recorded.json"
    gone.parent.mkdir(parents=True)
    gone.write_text("{}")
    assert list(drift({}, small.root).values()) == ["stale"]
