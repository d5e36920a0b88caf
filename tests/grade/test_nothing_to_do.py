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


def test_a_run_with_nothing_to_do_imports_nothing_large(course, submissions, grade, tmp_path):
    mini.hand_in(submissions, "ada", mini.solved(course, mini.PERFECT))
    assert grade()["ada"].problem == ""
    before = (tmp_path / "out" / "report.json").stat().st_mtime_ns
    options = ["grade", str(submissions), "--out", str(tmp_path / "out"), "--seed", "7"]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *options], cwd=course, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert json.loads(done.stderr.splitlines()[-1]) == []
    assert "ada" in done.stdout
    assert (tmp_path / "out" / "report.json").stat().st_mtime_ns == before
