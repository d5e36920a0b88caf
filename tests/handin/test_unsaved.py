"""What a check saw and what the saved notebook holds: not saved, changed since, or the same."""

import json
import os
import subprocess
import sys
import time

import pytest

from course_utils.handin.checked_source import cells_behind, definitions
from course_utils.handin.last_checks import Checked
from course_utils.handin.open_notebook import open_notebook
from course_utils.handin.progress import standing
from tests.build.conftest import ROOT

NAME = "02_optimizers"
SOLVED = """\
def ema(values, beta, bias_correction=False):
    averages, average = [], 0.0
    for step, value in enumerate(values, 1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**step) if bias_correction else average)
    return np.array(averages)"""
STUB_AGAIN = "def ema(values, beta, bias_correction=False):\n    raise NotImplementedError"
# Runs cells as a kernel does, and prints what `progress` says between marks.
SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    shell.run_cell(cell, store_history=True).raise_error()
"""
PATH, SAVED_AT = "02_optimizers.ipynb", 1_000_000.0


@pytest.fixture
def path(tmp_path):
    target = tmp_path / PATH
    target.write_bytes((ROOT / "notebooks" / NAME / PATH).read_bytes())
    return target


def save(path, **sources):
    """Write solution cells into a notebook."""
    record = json.loads(path.read_text())
    for cell in record["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    path.write_text(json.dumps(record))


def run(path, *cells):
    """Run cells one after another and return what they print."""
    setup = "import json, course_utils, numpy as np\nfrom course_utils.checks import check\n"
    done = subprocess.run(
        [sys.executable, "-c", SHELL],
        input=json.dumps([setup, *cells]),
        capture_output=True,
        text=True,
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(path.parent / "ipython")},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def saving(source):
    """Return a cell that does what saving the notebook with this solution of `ema` does."""
    return f"""
record = json.load(open({PATH!r}))
for cell in record["cells"]:
    if cell["id"] == "ema":
        cell["source"] = {source!r}
json.dump(record, open({PATH!r}, "w"))
print("== written")"""


def test_work_that_is_not_saved_is_named_until_it_is(path):
    said = "[not saved] ema: press Ctrl+S (Cmd+S) and run this cell again\n"
    show = f'course_utils.progress("{NAME}"); course_utils.hand_in("{NAME}")'
    checked = 'assert check("ema", ema) == 1.0'
    before, after = run(path, SOLVED, checked, show, saving(SOLVED), show).split("== written\n")
    assert before.count(said) == 2
    assert before.count("1 of 1  not saved\n") == 2
    assert "not saved" not in after
    assert after.count("1 of 1  done\n") == 2


def test_a_solution_that_changed_after_its_check_is_not_done(path):
    show = f'course_utils.progress("{NAME}")'
    checked = 'assert check("ema", ema) == 1.0'
    cosmetic = f"# The average.\n{SOLVED}\n\nprint(ema([1.0], 0.5))\n%precision 3"
    versions = (cosmetic, STUB_AGAIN, SOLVED.replace("(1 - beta) *", "0 *"), SOLVED)
    cells = [cell for version in versions for cell in (saving(version), show)]
    shown = run(path, SOLVED, checked, *cells).split("== written\n")[1:]
    rows = [next(line for line in part.splitlines() if line.startswith("ema ")) for part in shown]
    changed = "1 of 1  changed since its check: run the check again"
    ends = ("1 of 1  done", changed, changed, "1 of 1  done")
    assert [row.endswith(end) for row, end in zip(rows, ends, strict=True)] == [True] * 4, rows


@pytest.mark.parametrize(
    ("seen", "held", "late", "said"),
    [
        (SOLVED, SOLVED, 5, "done"),
        (SOLVED, f"%%time\n{SOLVED}", 5, "done"),
        (SOLVED, "x = 1", 5, "not saved"),
        (SOLVED, "x = 1", -5, "changed since its check: run the check again"),
        (SOLVED, "# TODO\nraise NotImplementedError", -5, "write the code"),
        # Where the code is not known, nothing is claimed.
        ("", "x = 1", 5, "done"),
        ("def broken(:", "x = 1", 5, "done"),
    ],
)
def test_what_is_said_of_what_the_check_saw(path, seen, held, late, said):
    save(path, ema=held)
    os.utime(path, (SAVED_AT, SAVED_AT))
    checks = {"ema": Checked(1.0, (seen,), SAVED_AT + late)}
    assert {row.exercise: row.said for row in standing(open_notebook(str(path)), checks).rows}["ema"] == said


def test_a_solution_that_stands_in_a_cell_of_ones_own_is_saved(path):
    record = json.loads(path.read_text())
    record["cells"].append({"cell_type": "code", "id": "mine", "metadata": {}, "source": SOLVED, "outputs": []})
    path.write_text(json.dumps(record))
    checks = {"ema": Checked(1.0, (SOLVED,), time.time() + 60)}
    assert {row.exercise: row.said for row in standing(open_notebook(str(path)), checks).rows}[
        "ema"
    ] == "write the code"


def test_code_from_files_and_builtins_is_no_cell():
    class Odd:
        size = 1

    assert cells_behind([cells_behind, Checked, Odd, len, None, 3]) == ()
    assert definitions("x = !ls") is None
    assert definitions("def f():\n  return 1  # one") == definitions("%pylab\ndef f():\n    return 1\nprint(f())")
    assert definitions("def f(): return 1") != definitions("def f(): return 2")
