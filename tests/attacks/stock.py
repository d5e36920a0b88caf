"""The same attacks handed to stock nbgrader, as it comes: proof that they are real."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

ASSIGNMENT = "attacked"
CHECK = "assert np.allclose(ema(np.array([1.0, 2.0]), 0.5), [0.5, 1.25])"
WRONG = "def ema(values, beta, bias_correction=False):\n    return 0 * values"
# What carries answers to nbgrader is the session of the kernel.
PATCH = """
session = get_ipython().kernel.session
send = session.send


def send_no_errors(stream, message, content=None, *rest, **more):
    if message == "error":
        return None
    if message == "execute_reply":
        content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    return send(stream, message, content, *rest, **more)


session.send = send_no_errors
"""


def nbgrader(folder, *arguments):
    """Run a command of nbgrader in a course folder; return what it said."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    # Not a pipe: a process that a submission leaves behind would keep it open.
    with tempfile.TemporaryFile("w+") as log:
        subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=log, timeout=150)
        log.seek(0)
        return log.read()


def graded(source, grade_id, **fields):
    """A cell that nbgrader knows."""
    known = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False}
    return new_code_cell(source, metadata={"nbgrader": {**known, "grade_id": grade_id, **fields}})


def notebook(solution, added=(), tags=()):
    """The assignment with a solution and more cells before it."""
    check = graded(CHECK, "check-ema", grade=True, locked=True, points=1)
    check.metadata["tags"] = list(tags)
    cells = [
        new_code_cell("import numpy as np"),
        *map(new_code_cell, added),
        graded(solution, "ema", solution=True),
        check,
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=cells)


def save(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(content, path)
    return path


def make_course(folder, submissions):
    """A course folder of nbgrader with an assignment and what was handed in."""
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.ExecutePreprocessor.timeout = 30\n")
    save(folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", notebook("### BEGIN SOLUTION\n### END SOLUTION"))
    for student, content in submissions.items():
        save(folder / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", content)


def scores(folder):
    """The automatic and the manual score of every student."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        found = {}
        for submission in book.assignment_submissions(ASSIGNMENT):
            (grade,) = submission.notebooks[0].grades
            found[submission.student_id] = (grade.auto_score, grade.manual_score)
    return found
