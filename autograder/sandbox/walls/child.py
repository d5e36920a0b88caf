"""The walls around one submission, built in its fork before any student code."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

from autograder.sandbox.walls import linux
from autograder.sandbox.walls.disk import FOLDER, mount_proc, mount_scratch
from autograder.sandbox.walls.known_walls import Failures, attempt
from autograder.sandbox.walls.outer import NOBODY, become_nobody, enter_user_namespace
from autograder.sandbox.walls.stand_ins import stand_in, take_folder
from autograder.sandbox.walls.syscalls import install_filter
from autograder.sandbox.walls.view import View

__all__ = ["enclose_child"]

OPEN_FILES = 128


def enclose_child(limits: Mapping[str, int], view: View, failures: Failures) -> tuple[str, ...]:
    """Enter namespaces of its own, mount the private disk, and give up every right.

    Args:
        limits: `memory_bytes`, `file_bytes`, `processes`, `cpu_s`.
        view: What the warm process sees; its own code is hidden from students.
        failures: What could not be built for the warm process; what cannot be built here is added.

    Returns:
        What stands in for missing walls.
    """
    if sys.platform != "linux":
        os.chdir(os.environ["HOME"])
        return ()
    user = NOBODY
    stand_ins: tuple[str, ...] = ()
    memory = _mapped_bytes() + limits["memory_bytes"]
    if "disk" in failures:
        _volunteer_for_the_kernel()
        user = take_folder(os.environ["HOME"])
    else:
        _enter_namespaces(limits["file_bytes"], view, failures)
    with attempt(failures, "privileges"):
        if os.geteuid() == 0:
            become_nobody(user)
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        if "disk" in failures:
            stand_ins = stand_in(view)
    with attempt(failures, "limits"):
        _limit(memory, limits)
    with attempt(failures, "system calls"):
        install_filter()
    return stand_ins


def _enter_namespaces(file_bytes: int, view: View, failures: Failures) -> None:
    proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
    _volunteer_for_the_kernel(proc)
    with attempt(failures, "network", "ipc"):
        linux.unshare(linux.NEWNS | linux.NEWNET | linux.NEWIPC | linux.NEWUTS)
        linux.set_hostname("sandbox")
    with attempt(failures, "disk", "scratch", "processes"):
        linux.mount("tmpfs", view.code, "tmpfs", linux.MS_RDONLY, "size=4k,mode=0755")
        mount_scratch(file_bytes, view)
        mount_proc()
    # Last: what was mounted belongs to the namespace left here, so rights in the new one cannot undo it.
    with attempt(failures, "user"):
        enter_user_namespace(proc=proc)
    os.close(proc)
    os.chdir(FOLDER)


def _mapped_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _volunteer_for_the_kernel(proc: int | None = None) -> None:
    """Ask the kernel to end this process first when the machine runs out of memory."""
    path = "/proc/self/oom_score_adj" if proc is None else "self/oom_score_adj"
    descriptor = os.open(path, os.O_WRONLY, dir_fd=proc)
    os.write(descriptor, b"1000")
    os.close(descriptor)


def _limit(memory: int, limits: Mapping[str, int]) -> None:
    values = {
        resource.RLIMIT_AS: memory,  # of one process; the sum over all is watched from outside
        resource.RLIMIT_CPU: limits["cpu_s"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 256,
    }
    for kind, value in values.items():
        resource.setrlimit(kind, (value, value))
