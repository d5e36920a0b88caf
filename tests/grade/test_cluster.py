"""A cluster that goes away while it grades; a cluster that strangers want to use."""

import threading

import dask.config
import pytest
from distributed import Client, LocalCluster
from distributed.security import Security

from autograder.grade.cluster import existing_cluster, local_cluster
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


def double(number):
    return 2 * number


def test_nobody_else_on_this_machine_can_use_the_workers():
    with local_cluster(3, workers=1, do=double) as pool:
        address = pool.args[0].scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        with pytest.raises(OSError):
            Client(address, security=Security.temporary(), timeout=5)
        with pytest.raises(OSError):
            Client(address.replace("tls", "tcp"), timeout=5)
        assert sorted(pool([1, 2, 3])) == [2, 4, 6]
