"""Attacks of this suite that succeed against stock nbgrader, so that none of them is a straw man."""

import os
import signal

import pytest

from tests.attacks import stock
from tests.attacks.hostile import load_hostile

pytestmark = pytest.mark.slow  # what it watches is nbgrader
FIXTURES = (
    "asserts_dropped_by_a_transformer",
    "background_process",
    "equal_to_everything",
    "reads_the_environment",
    "writes_the_gradebook",
)


def submissions(places):
    hostile = [load_hostile(name, **places) for name in FIXTURES]
    return {
        **{one.name: stock.notebook(one.solution, one.added) for one in hostile},
        "honest_mistake": stock.notebook(stock.WRONG),
        "patched_session": stock.notebook(stock.WRONG, [stock.PATCH]),
        "shadowed_package": stock.notebook(stock.WRONG, ["import yaml\nprint(yaml.MARK)"]),
        "tagged_check": stock.notebook(stock.WRONG, tags=["skip-execution"]),
    }


@pytest.fixture(scope="module")
def graded(outside, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stock")
    stock.make_course(folder, submissions({**outside.places(), "SECRETS": folder}))
    (folder / "submitted" / "shadowed_package" / stock.ASSIGNMENT / "yaml.py").write_text("MARK = 'not the real one'\n")
    stock.nbgrader(folder, "generate_assignment", stock.ASSIGNMENT)
    stock.nbgrader(folder, "autograde", stock.ASSIGNMENT)
    left = [pid for pid in os.listdir("/proc") if pid.isdigit() and outside.token in command_line(pid)]
    for pid in left:
        os.kill(int(pid), signal.SIGKILL)
    return folder, left


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def autograded(folder, student):
    return (folder / "autograded" / student / stock.ASSIGNMENT / f"{stock.ASSIGNMENT}.ipynb").read_text()


def test_an_honest_mistake_earns_nothing(graded):
    assert stock.scores(graded[0])["honest_mistake"][0] == 0


@pytest.mark.parametrize(
    "student", ["asserts_dropped_by_a_transformer", "equal_to_everything", "patched_session", "tagged_check"]
)
def test_wrong_code_earns_full_marks(student, graded):
    assert stock.scores(graded[0])[student][0] == 1


def test_a_submission_writes_its_own_mark(graded):
    assert stock.scores(graded[0])["writes_the_gradebook"][1] == 100


def test_a_submission_reads_the_environment(graded, outside):
    assert outside.token in autograded(graded[0], "reads_the_environment")


def test_processes_outlive_grading(graded):
    assert graded[1]


def test_a_file_beside_the_notebook_shadows_a_package(graded):
    assert "not the real one" in autograded(graded[0], "shadowed_package")
