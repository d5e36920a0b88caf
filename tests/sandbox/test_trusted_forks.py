"""Forks for the trusted side: they run as their owner does, end with it, and nothing of it gets behind the walls."""

import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from multiprocessing import Pipe
from pathlib import Path

import psutil
import pytest

from autograder.sandbox.endings import Broken
from autograder.sandbox.host import WarmProcess
from autograder.sandbox.trusted_forks import _become_fork, _Work

SECRET = "a secret of the owner"


@pytest.fixture
def warm(monkeypatch, tmp_path):
    """A warm process of its own, begun with a secret in the environment and with another folder."""
    monkeypatch.setenv("OWNERS_SECRET", SECRET)
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    monkeypatch.chdir(tmp_path)
    process = WarmProcess()
    yield process
    process.close()


def tell(connection, *names):
    """Say where and as what a fork runs, and which of some modules it has."""
    about = {"environment": dict(os.environ), "path": sys.path, "folder": os.getcwd(), "user": os.geteuid()}
    package = Path(import_module("autograder").__file__)
    more = {"zone": time.strftime("%z"), "errors": os.readlink("/proc/self/fd/2"), "package": package}
    connection.send({**about, **more, "modules": [name for name in names if name in sys.modules]})


def echo(connection):
    while True:
        connection.send(connection.recv())


def raise_an_error(connection):
    raise ValueError("no work was done")


def test_a_fork_runs_where_and_as_its_owner_does(warm):
    said = warm.forks.fork(tell).connection.recv()
    assert said["environment"] == dict(os.environ)
    assert (said["path"], said["folder"], said["user"]) == (sys.path, os.getcwd(), os.geteuid())
    assert (said["zone"], said["errors"]) == ("+0545", os.readlink("/proc/self/fd/2"))


def test_where_the_owner_has_no_stderr_forks_have_none(warm, monkeypatch):
    monkeypatch.setattr(sys, "__stderr__", None)
    assert warm.forks.fork(tell).connection.recv()["errors"] == os.devnull


def test_a_fork_imports_the_checkout_of_its_owner(warm, monkeypatch, tmp_path):
    installed = Path(import_module("autograder").__file__).parent
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout/autograder").symlink_to(installed)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "checkout"), *sys.path])
    assert warm.forks.fork(tell).connection.recv()["package"] == tmp_path / "checkout/autograder/__init__.py"


def test_what_it_is_prepared_with_is_there_and_torch_is_imported_anyway(warm):
    warm.forks.prepare(import_module, "wave")
    said = warm.forks.fork(tell, "wave", "torch", "IPython", "course_utils").connection.recv()
    assert said["modules"] == ["wave", "torch"]


def test_forks_are_apart_and_end_one_by_one(warm):
    one, other = warm.forks.fork(echo), warm.forks.fork(echo)
    one.end()
    assert not psutil.pid_exists(one.pid)
    other.connection.send("still here")
    assert other.connection.recv() == "still here"


def test_a_fork_that_has_ended_is_not_ended_again(warm):
    first = warm.forks.fork(echo)
    first.end()
    # In another process, that number could be anybody's.
    other = warm.forks.fork(echo)
    neighbour = subprocess.Popen(["sleep", "60"])
    warm.forks.kill(neighbour.pid)
    first.end()
    assert neighbour.poll() is None
    neighbour.kill()
    neighbour.wait()
    other.connection.send("still here")
    assert other.connection.recv() == "still here"


class EndsTheFork:
    """Ends the fork that is to get it."""

    def __init__(self, forker):
        self.forker = forker

    def __reduce__(self):
        (child,) = self.forker.children()
        child.kill()
        while child.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        return tuple, ()


def test_a_fork_that_is_ended_before_it_has_its_work_ends_its_connection(warm):
    first = warm.forks.fork(echo)
    forker = psutil.Process(psutil.Process(first.pid).ppid())
    first.end()
    with pytest.raises(EOFError):
        warm.forks.fork(echo, EndsTheFork(forker)).connection.recv()


def test_a_fork_whose_maker_has_ended_already_does_nothing():
    ours, theirs = Pipe()
    child = os.fork()
    if child == 0:
        try:
            _become_fork(theirs, parent=os.getpid())  # which is not what has made it
        finally:
            os._exit(0)
    theirs.close()
    ours.send(_Work(echo, ()))
    ours.send("is anybody there?")
    with pytest.raises((EOFError, ConnectionResetError)):
        ours.recv()
    os.waitpid(child, 0)


def test_all_end_at_once_while_something_is_imported(warm):
    warm.forks.prepare(time.sleep, 60)
    family = _family_with_trusted_half(warm)
    warm.close()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


def _family_with_trusted_half(warm):
    """Wait until the process has split; return all of it."""
    process = psutil.Process(warm.process.pid)
    while True:
        family = [process, *process.children(recursive=True)]
        if any(_is_asleep_in_the_owners_folder(one) for one in family):
            return family
        time.sleep(0.05)


def _is_asleep_in_the_owners_folder(process):
    try:
        return process.cwd() == os.getcwd()
    except psutil.Error:
        return False


def test_a_fork_that_fails_ends_its_connection(warm):
    with pytest.raises(EOFError):
        warm.forks.fork(raise_an_error).connection.recv()
    assert warm.forks.fork(tell).connection.recv()


def test_all_end_with_the_process_that_makes_them_and_that_is_said(warm):
    fork = warm.forks.fork(echo)
    os.kill(psutil.Process(fork.pid).ppid(), signal.SIGKILL)
    with pytest.raises(EOFError):
        fork.connection.recv()
    fork.end()
    assert warm.has_ended()
    with pytest.raises(Broken):
        warm.forks.fork(echo)


OWNER = """
import sys
from autograder.sandbox.host import WarmProcess
from tests.sandbox.test_trusted_forks import echo

if __name__ == "__main__":
    warm = WarmProcess()
    print(warm.forks.fork(echo).pid, flush=True)
    sys.stdin.read()
"""


def test_all_end_with_an_owner_that_is_killed(tmp_path):
    (tmp_path / "owner.py").write_text(OWNER)
    root = Path(__file__).parents[2]
    command = [sys.executable, str(tmp_path / "owner.py")]
    env = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        fork = psutil.Process(int(owner.stdout.readline()))
        family = [fork, *psutil.Process(owner.pid).children(recursive=True)]
        owner.kill()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive


INTERRUPTED = """
import os, signal, sys
from autograder.sandbox.host import WarmProcess
from tests.sandbox.test_trusted_forks import echo

if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: None)
    warm = WarmProcess()
    fork, clone = warm.forks.fork(echo), warm.clone()
    os.killpg(os.getpgrp(), signal.SIGINT)
    fork.connection.send("still here")
    print(fork.connection.recv(), clone.isolation.partition(":")[0], warm.clone().isolation.partition(":")[0])
    warm.close()
"""


def test_an_interrupt_at_the_terminal_is_for_the_owner_alone(tmp_path):
    (tmp_path / "owner.py").write_text(INTERRUPTED)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(tmp_path / "owner.py")]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert done.stdout == "still here full full\n"


REFUSED = """
from pathlib import Path

import psutil

from autograder.grade.local_pool import local_pool
from autograder.grade.types import GradingError
from autograder.sandbox.walls import linux
from tests.places.container import refuse_namespaces

if __name__ == "__main__":
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    refuse_namespaces()
    try:
        with local_pool(1, workers=1):
            print("nothing was refused")
    except GradingError as error:
        print(error)
    (server,) = psutil.Process().children()
    print("split" if server.children() else "one process", "torch" in Path(f"/proc/{server.pid}/maps").read_text())
"""


def test_without_walls_a_run_is_refused_before_anything_large_is_imported(tmp_path):
    (tmp_path / "owner.py").write_text(REFUSED)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, str(tmp_path / "owner.py")], env=env, stdout=subprocess.PIPE, text=True)
    first, *_, advice, state = done.stdout.splitlines()
    assert "without these walls" in first
    assert "autograder doctor" in advice
    assert state == "one process False"


def test_nothing_of_the_owner_is_in_the_process_behind_the_walls(warm):
    warm.forks.prepare(import_module, "wave")
    assert warm.forks.fork(tell, "wave").connection.recv()["modules"] == ["wave"]
    clone = warm.clone()
    inner = next(one for one in psutil.Process(warm.process.pid).children() if _has_other_processes(one.pid))
    assert SECRET.encode() not in Path(f"/proc/{inner.pid}/environ").read_bytes()
    assert SECRET.encode() not in _memory(inner.pid)
    assert SECRET.encode() in _memory(os.getpid())
    clone.close()


def _has_other_processes(pid):
    return os.readlink(f"/proc/{pid}/ns/pid") != os.readlink("/proc/self/ns/pid")


def _memory(pid):
    """All that a process can write to: its stack, its heap, what it has mapped."""
    found = bytearray()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights, *_ = line.split()
            begin, end = (int(number, 16) for number in place.split("-"))
            if rights.startswith("rw"):
                memory.seek(begin)
                found += memory.read(end - begin)
    return bytes(found)
