"""The simulation of many workers agrees with what can be told without one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.scale import Parts, simulate


def parts(worker_s=0.0, read_s=0.0, keep_s=0.0, scheduler_s=0.0):
    return Parts(worker_s, read_s, keep_s, report_s=0.0, scheduler_s=scheduler_s, task_bytes=0, grade_bytes=0)


@given(st.integers(1, 300), st.integers(1, 40))
def test_workers_alone_take_as_many_turns_as_are_needed(submissions, workers):
    assert simulate(parts(worker_s=2.0), submissions, workers) == pytest.approx(2 * math.ceil(submissions / workers))


@given(st.integers(1, 300), st.integers(1, 40))
def test_a_scheduler_alone_serves_one_after_the_other(submissions, workers):
    assert simulate(parts(scheduler_s=0.5), submissions, workers) == pytest.approx(0.5 * submissions)


@given(st.integers(1, 300), st.integers(1, 40))
def test_a_client_alone_reads_and_keeps_one_after_the_other(submissions, workers):
    assert simulate(parts(read_s=0.25, keep_s=0.5), submissions, workers) == pytest.approx(0.75 * submissions)


@given(st.integers(1, 100), st.integers(1, 20), st.floats(0, 2), st.floats(0, 2), st.floats(0, 2), st.floats(0, 2))
def test_nothing_is_faster_than_its_slowest_station(submissions, workers, worker, read, keep, scheduler):
    found = simulate(parts(worker, read, keep, scheduler), submissions, workers)
    slowest = max(submissions * (read + keep), submissions * scheduler, submissions * worker / workers)
    one_by_one = submissions * (worker + read + keep + scheduler)
    assert slowest <= found * (1 + 1e-9)
    assert found <= one_by_one * (1 + 1e-9)
