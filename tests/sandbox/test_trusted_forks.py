"""Forks for the trusted side: they run as their owner does, end with it, and nothing of it gets behind the walls."""

import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import psutil
import pytest

from autograder.sandbox.endings import Broken
from autograder.sandbox.host import WarmProcess

SECRET = "a secret of the owner"


@pytest.fixture
def warm(monkeypatch, tmp_path):
    """A warm process of its own, begun with a secret in the environment and with another folder."""
    monkeypatch.setenv("OWNERS_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    process = WarmProcess()
    yield process
    process.close()


def tell(connection, *names):
    """Say where and as what a fork runs, and which of some modules it has."""
    about = {"environment": dict(os.environ), "path": sys.path, "folder": os.getcwd(), "user": os.geteuid()}
    connection.send({**about, "modules": [name for name in names if name in sys.modules]})


def echo(connection):
    while True:
        connection.send(connection.recv())


def raise_an_error(connection):
    raise ValueError("no work was done")


def test_a_fork_runs_where_and_as_its_owner_does(warm):
    said = warm.forks.fork(tell).connection.recv()
    assert said["environment"] == dict(os.environ)
    assert (said["path"], said["folder"], said["user"]) == (sys.path, os.getcwd(), os.geteuid())


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
