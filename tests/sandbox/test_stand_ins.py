"""What stands in for missing walls: a copy without answers, files that cannot be opened, users that are ended whole."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.public_files import is_left_behind, is_public
from autograder.sandbox.walls.known_walls import STAND_INS, WALLS, describe
from autograder.sandbox.walls.landlock import confine
from autograder.sandbox.walls.outer import NOBODY, users_of
from autograder.sandbox.walls.stand_ins import end_all_of, remove_all_of

as_root = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root becomes other users")


def in_a_fork(function):
    """Run a function in a process of its own; return whether it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            function()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def has_landlock():
    return sys.platform == "linux" and in_a_fork(lambda: (no_new_privileges(), confine([], [])))


def no_new_privileges():
    from autograder.sandbox.walls import linux

    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)


def refused(action):
    try:
        action()
    except PermissionError:
        return True
    return False


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
def test_files_that_are_not_named_cannot_be_opened_or_changed(tmp_path):
    for name in ("read", "write", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)

    def look():
        no_new_privileges()
        confine([str(tmp_path / "read"), str(tmp_path / "missing")], [str(tmp_path / "write")])
        assert (tmp_path / "read" / "file").read_text() == "read"
        assert (tmp_path / "write" / "file").write_text("new")
        (tmp_path / "write" / "folder").mkdir()
        (tmp_path / "write" / "file").rename(tmp_path / "write" / "folder" / "file")
        assert refused(lambda: (tmp_path / "closed" / "file").read_text())
        assert refused(lambda: os.listdir(tmp_path / "closed"))
        assert refused(lambda: (tmp_path / "read" / "file").write_text("new"))
        assert refused(lambda: (tmp_path / "read" / "other").mkdir())
        assert refused(lambda: (tmp_path / "read" / "file").unlink())
        assert refused(lambda: os.open("/proc/1/status", os.O_RDONLY))

    assert in_a_fork(look)
    assert (tmp_path / "read" / "file").read_text() == "read"


def test_the_public_copy_has_what_students_have_and_no_answer(tmp_path):
    code = """
import sys
from pathlib import Path
from autograder.sandbox.walls.public_copy import import_public_copy
import_public_copy(Path(sys.argv[1]))
import course_utils, course_utils.exercises.optimizers.momentum.probe
from course_utils.checks.recorded import load_recorded
load_recorded("momentum")
print(course_utils.__path__[0])
try:
    import course_utils.exercises.optimizers.momentum.answer
except ImportError:
    print("no answer")
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=100)
    assert done.stdout.splitlines() == [str(tmp_path / "course_utils"), "no answer"], done.stderr
    copied = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    root = Path(__file__).parents[2]
    given = (path.relative_to(root) for path in (root / "course_utils").rglob("*") if path.is_file())
    expected = {path for path in given if is_public(path) and not is_left_behind(path)}
    assert {path for path in copied if "__pycache__" not in path.parts} == expected


@as_root
def test_a_user_s_processes_and_files_are_gone_together():
    child = os.getpid()  # no process of this test has its users
    user, _ = users_of(child)
    assert user != NOBODY
    left = Path(f"/tmp/left-by-{child}")
    process = subprocess.Popen(["/bin/sh", "-c", "sleep 600 & sleep 600"], user=user)
    left.write_text("x")
    os.chown(left, user, user)
    while len(processes_of(user)) < 2:
        time.sleep(0.01)
    end_all_of(child)
    remove_all_of(child)
    process.wait()
    assert set(processes_of(user)) <= {process.pid}
    assert not left.exists()


def processes_of(user):
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid == user and b"\nState:\tZ" not in (path / "status").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found


def test_what_stands_in_is_named_and_never_called_full():
    words = describe({"disk": "x"}, ["files", "own user"])
    assert words.startswith("WEAK, without: disk; with: user, ")
    assert words.endswith("; in their place: own user, files")
    assert describe({}, list(STAND_INS)) == f"full: {', '.join(WALLS)}"
