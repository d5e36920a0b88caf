"""A run that finds everything done answers at once: it imports nothing of what grades, judges, or writes reports."""

import json
import subprocess
import sys

from tests.grade import mini

LARGE = {"IPython", "alembic", "dask", "jinja2", "matplotlib", "nbgrader", "numpy", "sqlalchemy", "torch"}
RUN = f"""
import atexit, json, runpy, sys
atexit.register(lambda: print(json.dumps(sorted({LARGE} & sys.modules.keys())), file=sys.stderr))
runpy.run_module("autograder", run_name="__main__")
"""


def test_a_run_with_nothing_to_do_imports_nothing_large(course, submissions, tmp_path):
    mini.hand_in(submissions, "ada", mini.solved(course, mini.PERFECT))
    command = [sys.executable, "-c", RUN, "grade", str(submissions), "--out", str(tmp_path / "out")]
    first, second = (subprocess.run(command, cwd=course, capture_output=True, text=True, check=True) for _ in range(2))
    assert {"jinja2", "nbgrader"} <= set(json.loads(first.stderr.splitlines()[-1]))
    assert json.loads(second.stderr.splitlines()[-1]) == []
    assert second.stdout == first.stdout
    assert "ada" in second.stdout


def test_a_submission_that_comes_later_is_graded_where_a_gradebook_is(course, submissions, tmp_path):
    command = [sys.executable, "-m", "autograder", "grade", str(submissions), "--out", str(tmp_path / "out")]
    for student in ("ada", "bob"):
        mini.hand_in(submissions, student, mini.solved(course, mini.PERFECT))
        done = subprocess.run(command, cwd=course, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "bob" in done.stdout
