"""A folder for temporary files with a path that is too long for a socket, as on some clusters."""

import os
import subprocess
import sys

from tests.build.conftest import ROOT

WORK = """
def say(connection):
    connection.send("working")
"""
CODE = """
from autograder.grade.workers import begin_workers
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep
from work import say

if __name__ == "__main__":
    worker = begin_workers(()).forks.fork(say)
    print(worker.connection.recv())
    worker.end()
    (cell,) = run_submission([CellStep("c0", "print(6 * 7)")]).cells
    print(cell.outputs[0]["text"])
"""


def test_workers_and_walls_stand_where_temporary_files_lie_deep(tmp_path):
    deep = tmp_path / "scratch" / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    (tmp_path / "work.py").write_text(WORK)
    (tmp_path / "run.py").write_text(CODE)
    env = {**os.environ, "TMPDIR": str(deep), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(tmp_path / "run.py")], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["working", "42"]
    assert not [path for path in deep.iterdir() if path.is_dir()]
