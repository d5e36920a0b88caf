"""A cluster that goes away while it grades."""

import threading

import dask.config
import pytest
from distributed import LocalCluster

from autograder.grade.cluster import existing_cluster
from autograder.grade.types import GradingError

STARTED, ENDED = threading.Event(), threading.Event()
# How long a client waits for a scheduler that may come back.
IMPATIENT = {"distributed.comm.timeouts.connect": "1s", "distributed.comm.retry.count": 0}


def works_on(task):
    STARTED.set()
    ENDED.wait(120)


def test_a_scheduler_that_goes_away_is_an_error_with_what_to_do():
    try:
        with (
            dask.config.set(IMPATIENT),
            LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
            existing_cluster(1, scheduler=cluster.scheduler_address, do=works_on) as pool,
        ):
            closing = threading.Thread(target=lambda: STARTED.wait(60) and cluster.sync(cluster.scheduler.close))
            closing.start()
            with pytest.raises(GradingError, match="start the same command again"):
                list(pool(["a submission"]))
            ENDED.set()
            closing.join()
    finally:
        ENDED.set()
