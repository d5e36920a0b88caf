"""The pieces of the walls that can be held without building them."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.host import WallsMissing
from autograder.sandbox.walls.advice import ACCEPT, advise
from autograder.sandbox.walls.known_walls import WALLS, attempt, describe
from autograder.sandbox.walls.syscalls import REFUSED, make_filter
from autograder.sandbox.walls.view import current_view

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
X86, ARM = 0xC000003E, 0xC00000B7


def decide(machine, architecture, number, arguments=(0,) * 6):
    """Run the filter: an interpreter of the few BPF instructions that it is made of."""
    data = struct.pack("<iIQ6Q", number, architecture, 0, *arguments)
    program = list(struct.iter_unpack("=HBBI", make_filter(machine)))
    place = accumulator = 0
    while True:
        code, yes, no, value = program[place]
        place += 1
        if code == 0x06:
            return value
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            accumulator &= value
        else:
            tests = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}
            place += yes if tests[code] else no


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize(("machine", "architecture", "column"), [("x86_64", X86, 0), ("aarch64", ARM, 1)])
def test_calls_that_no_notebook_needs_are_refused(name, machine, architecture, column):
    number = REFUSED[name][column]
    assert number is None or decide(machine, architecture, number) == ERROR | 1


@pytest.mark.parametrize("number", [0, 1, 2, 3, 39, 57, 59, 60, 257])  # read, write, open, close, getpid, fork, ...
def test_ordinary_calls_are_allowed(number):
    assert decide("x86_64", X86, number) == ALLOW


@pytest.mark.parametrize(
    ("number", "arguments", "verdict"),
    [
        (41, (1,), ALLOW),  # socket(AF_UNIX)
        (41, (2,), ERROR | 97),  # socket(AF_INET)
        (41, (16,), ERROR | 97),  # socket(AF_NETLINK)
        (56, (0x11,), ALLOW),  # clone: a fork
        (56, (0x10000011,), ERROR | 1),  # clone into a new user namespace
        (435, (0,), ERROR | 38),  # clone3
        (9, (0, 0, 0, 0x22), ALLOW),  # mmap(MAP_PRIVATE | MAP_ANONYMOUS)
        (9, (0, 0, 0, 0x21), ERROR | 1),  # mmap(MAP_SHARED | MAP_ANONYMOUS)
        (54, (3, 1, 7), ERROR | 1),  # setsockopt(SO_SNDBUF)
        (54, (3, 1, 8), ERROR | 1),  # setsockopt(SO_RCVBUF)
        (54, (3, 1, 2), ALLOW),  # setsockopt(SO_REUSEADDR)
        (72, (3, 2), ALLOW),  # fcntl(F_SETFD)
        (72, (3, 4), ALLOW),  # fcntl(F_SETFL)
        (72, (3, 1030), ALLOW),  # fcntl(F_DUPFD_CLOEXEC)
        (72, (3, 5), ERROR | 1),  # fcntl(F_GETLK)
        (72, (3, 6), ERROR | 1),  # fcntl(F_SETLK)
        (72, (3, 38), ERROR | 1),  # fcntl(F_OFD_SETLKW)
        (72, (3, 1024), ERROR | 1),  # fcntl(F_SETLEASE)
        (72, (3, 1026), ERROR | 1),  # fcntl(F_NOTIFY)
        (72, (3, 1036), ERROR | 1),  # fcntl(F_SET_RW_HINT)
        (327, (3, 0, 0, 0, 0, 0), ALLOW),  # preadv2
        (327, (3, 0, 0, 0, 0, 8), ERROR | 1),  # preadv2(RWF_NOWAIT)
    ],
)
def test_some_calls_are_refused_for_some_arguments(number, arguments, verdict):
    assert decide("x86_64", X86, number, (*arguments, *[0] * (6 - len(arguments)))) == verdict


def test_calls_of_another_table_end_the_process():
    assert decide("x86_64", 0x40000003, 1) == KILL
    assert decide("x86_64", X86, 0x40000001) == KILL


def test_an_unknown_machine_is_refused():
    with pytest.raises(OSError, match="no filter for riscv64"):
        make_filter("riscv64")


def test_a_wall_that_cannot_be_built_is_noted_once_with_its_reason():
    failures = {}
    for reason in ("first", "second"):
        with attempt(failures, "user", "disk"):
            raise PermissionError(1, reason, "unshare")
    assert failures == {"user": "first (unshare)", "disk": "first (unshare)"}
    assert describe(failures).startswith("WEAK, without: user, disk; with: scratch")
    assert describe({}) == f"full: {', '.join(WALLS)}"
    assert describe(dict.fromkeys(WALLS, "x")) == f"WEAK, without: {', '.join(WALLS)}"


def test_missing_walls_say_what_they_are_and_what_to_do():
    text = str(WallsMissing({"network": "not permitted"}))
    assert "- network: no network (network namespace): not permitted" in text
    assert "autograder doctor" in text
    assert ACCEPT in advise({"network": "not permitted"})[-1]
    assert advise({}) == ()


def test_the_view_shows_packages_and_not_the_course():
    view = current_view()
    shown = [*view.shown, *(path for path, _ in view.links)]
    assert any(path.endswith("course_utils") for path in shown)
    assert not any("autograder" in path or "masters" in path for path in shown)
    assert view.code.endswith("autograder/sandbox")
    assert not any(one != two and two.startswith(f"{one}/") for one in view.shown for two in view.shown)


@pytest.mark.slow
def test_walls_stand_in_an_environment_that_is_a_symbolic_link(tmp_path):
    environment = tmp_path / "environment"
    environment.symlink_to(sys.prefix, target_is_directory=True)
    python = environment / Path(sys.executable).relative_to(sys.prefix)
    done = subprocess.run(
        [python, "-m", "autograder", "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=200
    )
    here = subprocess.run([sys.executable, "-m", "autograder", "doctor"], capture_output=True, text=True, timeout=200)
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith(("yes", "no"))] == [
        line.split()[0] for line in here.stdout.splitlines() if line.startswith(("yes", "no"))
    ]
    assert done.returncode == here.returncode
