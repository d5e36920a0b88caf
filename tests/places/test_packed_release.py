"""What a package holds is enough to grade: its release was checked when it was packed, and its trial run passes."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

WORKBOOK = "02_optimizers"
# The master is only built, and the answers only loaded one by one, to check the release.
READ = f"""
import sys
from pathlib import Path
from autograder.grade.releases import read_releases
read_releases(["{WORKBOOK}"], Path("."))
print(sorted(name for name in sys.modules if name == "autograder.build.notebooks"))
"""


@pytest.fixture
def course(packed, tmp_path):
    return shutil.copytree(next(packed("gradescope").glob("course")), tmp_path / "course")


def run(course, *command):
    """Run Python with a course, and no other, where the course lies."""
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    environment = {**os.environ, "PYTHONPATH": ":".join([str(course), *libraries])}
    command = [sys.executable, "-S", *command]
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=300)


def read(course):
    return run(course, "-c", READ)


def test_a_packed_release_is_not_checked_again(course):
    done = read(course)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


@pytest.mark.parametrize("left_behind", ["autograder/__pycache__/x.pyc", "course_utils/.ipynb_checkpoints/x.py"])
def test_what_programs_leave_behind_changes_nothing(course, left_behind):
    (course / left_behind).parent.mkdir(exist_ok=True)
    (course / left_behind).write_bytes(b"x")
    assert read(course).stdout == "[]\n"


def test_a_master_that_was_changed_in_a_package_is_refused(course):
    master = course / "autograder" / "masters" / f"{WORKBOOK}.py"
    master.write_text(master.read_text().replace(" a step ", " one step ", 1))
    done = read(course)
    assert done.returncode == 1
    assert "is not what its master gives" in done.stderr


@pytest.mark.slow
def test_the_trial_run_at_the_end_of_the_installation_passes(packed, course):
    program = (packed("gradescope") / "install.sh").read_text().replace("\\\n", " ")
    (line,) = [line for line in program.splitlines() if " -m autograder one " in line]
    words = shlex.split(line.partition(">/dev/null")[0])
    done = run(course, *words[1:])
    assert done.returncode == 0, done.stderr
    assert WORKBOOK in done.stdout
