"""Workers of this machine: one warm process for all of them; whatever of it is killed, the marks stay the same."""

import os
import signal
import socket
import tempfile
from contextlib import nullcontext
from functools import partial

import psutil
import pytest

from autograder.grade import local_pool as local_pool_module
from autograder.grade.classrun import Order, Watcher, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.grade.local_pool import local_pool
from autograder.grade.types import GradingError
from autograder.sandbox import servers
from autograder.sandbox.host import WarmProcess
from autograder.sandbox.servers import borrow_server, close_servers
from tests.grade import mini
from tests.grade.test_a_stop_loses_nothing import hand_in_class, reports, table

SERVER = "autograder.sandbox.server"


def _split():
    """The processes into which those with torch have split: within walls, and those that workers are forked from."""
    servers = [one for one in psutil.Process().children() if SERVER in one.cmdline()]
    halves = [half for server in servers for half in server.children()]
    ours = os.readlink("/proc/self/ns/pid")
    outside = [half for half in halves if os.readlink(f"/proc/{half.pid}/ns/pid") == ours]
    return [half for half in halves if half not in outside], outside


def forkers():
    return _split()[1]


def workers():
    """The processes that grade."""
    return [worker for forker in forkers() for worker in forker.children()]


def warm():
    """The warm processes, within their walls."""
    return _split()[0]


def clones():
    return [clone for one in warm() for clone in one.children()]


class Counter(Watcher):
    """Keeps the largest numbers of processes that were there at the same time."""

    def __init__(self):
        self.workers = self.warm = self.clones = 0

    def know(self, grade, *, fresh):
        self.workers = max(self.workers, len(workers()))
        self.warm = max(self.warm, len(warm()))
        self.clones = max(self.clones, len(clones()))


class Killer(Watcher):
    """Kills a process of a kind once, when the first grade is known."""

    def __init__(self, of_kind):
        self.of_kind, self.killed = of_kind, 0

    def know(self, grade, *, fresh):
        if not self.killed:
            victim = self.of_kind()[0].pid
            os.kill(victim, signal.SIGKILL)
            self.killed = victim


@pytest.fixture(scope="module", autouse=True)
def _cold():
    close_servers()
    yield
    close_servers()  # some of it was killed


def test_two_workers_share_one_warm_process(course, submissions, tmp_path):
    hand_in_class(submissions, course, 8)
    seen = Counter()
    grade_class(Order(submissions, tmp_path / "out", course, seed=7), partial(local_pool, workers=2), seen)
    assert (seen.workers, seen.warm, seen.clones) == (2, 1, 2)
    assert not workers()


@pytest.fixture(scope="module")
def undisturbed(course, tmp_path_factory):
    """Table and reports of a class of eight."""
    folder = tmp_path_factory.mktemp("undisturbed")
    hand_in_class(folder / "submitted", course, 8)
    grade_class(Order(folder / "submitted", folder / "out", course, seed=7), in_this_process)
    return table(folder / "out"), reports(folder / "out")


@pytest.mark.parametrize("of_kind", [workers, clones, warm, forkers], ids=lambda kind: kind.__name__)
def test_a_killed_process_changes_no_mark(of_kind, course, submissions, tmp_path, undisturbed):
    hand_in_class(submissions, course, 8)
    killer = Killer(of_kind)
    grade_class(Order(submissions, tmp_path / "out", course, seed=7), partial(local_pool, workers=2), killer)
    assert killer.killed
    assert (table(tmp_path / "out"), reports(tmp_path / "out")) == undisturbed


def test_an_answer_that_cannot_be_loaded_ends_no_worker(course, submissions, tmp_path):
    mini.hand_in(submissions, "student", mini.solved(course, mini.PERFECT))
    close_servers()  # what is begun for other exercises has imported those
    try:
        with local_pool(1, ("momentum", "an exercise without an answer"), workers=1) as pool:
            order = Order(submissions, tmp_path / "out", course, seed=7)
            (grade,) = grade_class(order, lambda *_: nullcontext(pool)).grades
    finally:
        close_servers()
    assert grade.key
    assert grade.checked_score == 4


def end_worker(task):
    os._exit(1)


def test_a_submission_that_ends_every_worker_is_reported_and_the_others_are_graded(course, submissions, tmp_path):
    mini.hand_in(submissions, "student", mini.solved(course, mini.PERFECT))
    order = Order(submissions, tmp_path / "out", course, seed=7)
    (grade,) = grade_class(order, partial(local_pool, workers=1, do=end_worker)).grades
    assert not grade.key
    assert "died 3 times" in grade.problem


def end_at_once(*_):
    os._exit(1)


def test_workers_that_die_while_they_start_are_an_error_with_what_to_do(course, submissions, tmp_path, monkeypatch):
    mini.hand_in(submissions, "student", mini.solved(course, mini.PERFECT))
    monkeypatch.setattr(local_pool_module, "_work", end_at_once)
    with pytest.raises(GradingError, match="fewer --workers"):
        grade_class(Order(submissions, tmp_path / "out", course, seed=7), partial(local_pool, workers=1))


def no_room(walls):
    raise OSError(28, "No space left on device")


def test_a_warm_process_that_cannot_be_started_says_why(monkeypatch):
    close_servers()
    monkeypatch.setattr(servers, "WarmProcess", no_room)
    with pytest.raises(OSError, match="No space left"), borrow_server("full"):
        pass


def test_the_folder_of_a_killed_run_goes_and_that_of_a_living_one_stays(short_folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))
    folders = [short_folder / f"autograder-warm-{name}" for name in ("killed", "new", "living")]
    listeners = [socket.socket(socket.AF_UNIX) for _ in folders]
    for folder, listener in zip(folders, listeners, strict=True):
        folder.mkdir()
        listener.bind(str(folder / "socket"))
        listener.listen()
    for folder in (folders[0], folders[2]):
        os.utime(folder, (0, 0))
    listeners[0].close()
    listeners[1].close()
    WarmProcess().close()
    assert [folder.exists() for folder in folders] == [False, True, True]
    listeners[2].close()
