"""Notebooks that people hand in: right, with one mistake, and with code that is after the grader."""

import json

from autograder.build.notebooks import source_notebook
from tests.grade import mini
from tests.places.conftest import ROOT

WORKBOOK = "02_optimizers"
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
# What a student finds in a container: the answers, the grader, its results, its processes, other people's names.
HOSTILE = """
import os, signal, subprocess, sys
found = []
course = "source/course"
for place in ("/autograder/source", "/grade/serverFilesCourse/grader_02_optimizers"):
    for name in ("course/autograder/masters/02_optimizers.py", "course/course_utils/exercises/optimizers/ema/answer.py",
                 "settings.json", "course", "."):
        try:
            path = f"{place}/{name}"
            found.append(f"saw {path} {os.listdir(path) if os.path.isdir(path) else open(path).read(9)}")
        except OSError:
            pass
for path in ("/autograder/submission", "/autograder/submission_metadata.json", "/grade/data/data.json",
             "/grade/student", "/etc/shadow", "/root", "/proc/1/environ", "/proc/1/root", "/var/lib"):
    try:
        found.append(f"saw {path} {os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(9)}")
    except OSError:
        pass
for path in ("/autograder/results/results.json", "/grade/results/results.json", "/usr/lib/stolen", "/etc/stolen",
             "/opt/course-grader/stolen", os.path.dirname(os.__file__) + "/stolen"):
    try:
        open(path, "w").write('{"score": 100}')
        found.append(f"wrote {path}")
    except OSError:
        pass
for number in {1, os.getppid(), *range(2, 300)} - {os.getpid(), 0}:
    try:
        os.kill(number, signal.SIGKILL)
        found.append(f"killed {number}")
    except OSError:
        pass
modules = [name for name in sys.modules if name.startswith(("course_utils.exercises", "autograder"))]
found += [f"knows {name}" for name in modules if name.rpartition(".")[2].startswith(("answer", "solutions", "masters"))]
found.append("user 0") if 0 in (os.getuid(), os.geteuid(), os.getgid()) else None
open("/tmp/left_behind", "w").write("x" * 100)
subprocess.Popen(["/bin/sh", "-c", "setsid sh -c 'while :; do sleep 0.1; done' &"])
raise RuntimeError("found: " + "; ".join(found)[:1500] + ".")
"""


def released():
    """The notebook as students get it."""
    return json.loads((ROOT / "notebooks" / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes())


def solved(changes=()):
    """The released notebook with the solutions of the master in it; `changes` are (cell id, old text, new text)."""
    solutions = {cell.id: cell.source for cell in source_notebook(WORKBOOK, ROOT).cells if cell.cell_type == "code"}
    notebook = released()
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["id"] in solutions:
            lines = [line for line in solutions[cell["id"]].split("\n") if line.strip() not in MARKERS]
            cell["source"] = "\n".join(lines)
    for name, old, new in changes:
        cell = mini.cell(notebook, name)
        assert old in cell["source"], cell["source"]
        cell["source"] = cell["source"].replace(old, new)
    return notebook


def hostile():
    """A notebook with one right exercise, and a cell that looks for answers, writes results and kills what it can."""
    notebook = released()
    ema = mini.cell(solved(), "ema")["source"]
    mini.cell(notebook, "ema")["source"] = ema
    place = next(number for number, cell in enumerate(notebook["cells"]) if cell["id"] == "ema")
    notebook["cells"].insert(place, {**mini.code(HOSTILE), "id": "harmless"})
    return notebook
