"""A run with nothing to do, a refusal and a page of help import nothing large, and write nothing."""

import subprocess
import sys

import pytest

from tests.grade import mini

LARGE = {
    "torch",
    "nbgrader",
    "sqlalchemy",
    "alembic",
    "jinja2",
    "nbconvert",
    "jupytext",
    "distributed",
    "IPython",
}
CODE = """
import sys
from autograder.cli import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    print(end.code, *(sorted({*sys.modules} & {LARGE})))
"""


def run(course, *arguments):
    """Return the exit status of the command, and which large modules it imported."""
    code = CODE.replace("{LARGE}", repr(LARGE))
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=course, capture_output=True, text=True)
    status, *imported = done.stdout.splitlines()[-1].split()
    return int(status), set(imported)


def states(folder):
    """When each report was written; the journal is opened in every run."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.*") if ".grading" not in path.parts}


def test_help_and_a_refusal(course, submissions, tmp_path):
    assert run(course, "--help") == (0, set())
    nowhere, out = str(tmp_path / "nowhere"), str(tmp_path / "out")
    assert run(course, "grade", nowhere, "--out", out) == (2, set())
    assert not (tmp_path / "out").exists()


def test_the_second_run_of_a_class(course, submissions, tmp_path):
    mini.hand_in(submissions, "ada", mini.solved(course, mini.PERFECT))
    command = ("grade", str(submissions), "--out", str(tmp_path / "out"))
    assert run(course, *command)[0] == 0
    before = states(tmp_path / "out")
    assert run(course, *command) == (0, set())
    assert states(tmp_path / "out") == before


@pytest.mark.parametrize("name", ["index.html", "grades.csv", "feedback/ada/02_mini/02_mini.html", "gradebook.db"])
def test_what_somebody_removed_or_changed_is_written_again(course, submissions, grade, tmp_path, name):
    mini.hand_in(submissions, "ada", mini.solved(course, mini.PERFECT))
    grade()
    file = tmp_path / "out" / name
    content = file.read_bytes()
    file.unlink()
    grade()
    assert name == "gradebook.db" or file.read_bytes() == content
    assert file.stat().st_size > 0
