"""What an instructor can get wrong: one line that says what to do, an exit code, and nothing half written."""

import json
import os
import shutil
import sqlite3
import subprocess

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grade import cluster, releases
from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.grade.types import GradingError
from tests.grade import mini

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
STATE = {".grading/lock", ".grading/journal.jsonl", ".grading/seed.json"}


@pytest.fixture
def submitted(course, submissions):
    for student in ("ada", "bob", "cleo"):
        mini.hand_in(submissions, student, mini.solved(course, mini.PERFECT))
    return submissions


@pytest.fixture
def command(course, submitted, tmp_path, monkeypatch):
    monkeypatch.chdir(course)

    def run(*options, folder=submitted, out=tmp_path / "out"):
        result = CliRunner().invoke(app, ["grade", str(folder), "--out", str(out), "--seed", "7", *options])
        return result.exit_code, result.stderr.strip()

    return run


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def refused(result, *words):
    code, error = result
    assert code == 2
    assert error.startswith("error: ")
    assert len(error.splitlines()) == 1, error
    for word in words:
        assert word in error
    return True


def test_a_missing_folder(command, tmp_path):
    assert refused(command(folder=tmp_path / "nowhere"), "there is no folder", "give the folder that holds")
    assert not (tmp_path / "out").exists()


def test_an_archive(command, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "download"), "zip", tmp_path / "submitted")
    assert refused(command(folder=archive), "is an archive", "autograder import")


def test_the_folder_of_the_class_in_place_of_that_of_its_submissions(command, submitted, tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("")
    assert refused(command(folder=tmp_path), "is the folder of a class", str(submitted))


def test_an_exercise_that_is_misspelt(command):
    assert refused(
        command("--only-exercise", "momentun"), "there is no exercise 'momentun'", "did you mean 'momentum'?"
    )


def test_an_answer_with_a_mistake(command, course, tmp_path, monkeypatch):
    shutil.rmtree(course / releases.CHECKED, ignore_errors=True)

    def load(exercise):
        raise TypeError("AnswerPart got an unexpected keyword argument 'rtoll'")

    monkeypatch.setattr("autograder.catalogue.answer.load_answer", load)
    assert refused(command(), "momentum/answer.py has a mistake, nothing was graded", "'rtoll'")
    assert not (tmp_path / "out").exists()


def test_an_empty_folder(command, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused(command(folder=tmp_path / "empty"), "STUDENT/ASSIGNMENT/NOTEBOOK.ipynb")


def test_an_unknown_assignment(command, tmp_path):
    assert refused(command("--assignment", "09_other"), "no assignment '09_other'", "02_mini")
    assert not (tmp_path / "out").exists()


def test_an_unknown_student(command):
    assert refused(command("--only", "nobody"), "no submission of 'nobody'")


def test_a_release_that_is_not_what_the_master_gives(course, submitted, tmp_path, monkeypatch):
    copy = shutil.copytree(course, tmp_path / "copy")
    path = copy / "notebooks" / mini.NAME / f"{mini.NAME}.ipynb"
    path.write_text(path.read_text().replace('"points": 2', '"points": 3', 1))
    monkeypatch.chdir(copy)
    result = CliRunner().invoke(app, ["grade", str(submitted), "--out", str(tmp_path / "out")])
    assert refused((result.exit_code, result.stderr.strip()), "is not what its master gives", "autograder build")
    assert not (tmp_path / "out").exists()


def test_an_unreachable_scheduler(command, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    assert refused(command("--scheduler", "tcp://127.0.0.1:9"), "no Dask scheduler answers at tcp://127.0.0.1:9")
    assert files(tmp_path / "out") == STATE


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "http://127.0.0.1:9"])
def test_an_address_that_is_none(address, command, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    assert refused(command("--scheduler", address), "no Dask scheduler answers")


def test_a_gradebook_of_another_course(command, tmp_path):
    assert command() == (0, "")
    path = tmp_path / "out" / "gradebook.db"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE course SET id = 'algebra' WHERE id = 'mini'")
    before = path.read_bytes()
    assert refused(command("--force"), "gradebook of another course (algebra, not mini)", "give another --out")
    assert path.read_bytes() == before


def test_a_file_that_is_no_gradebook(command, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gradebook.db").write_text("my marks")
    assert refused(command(), "is not a gradebook")
    assert (tmp_path / "out" / "gradebook.db").read_text() == "my marks"


def test_an_output_folder_that_is_a_file(command, tmp_path):
    (tmp_path / "file").write_text("x")
    assert refused(command(out=tmp_path / "file"), "cannot write to", "--out")


def test_a_second_run_into_the_same_folder(course, submitted, tmp_path, command):
    seen = []

    class Meanwhile:
        def begin(self, submissions):
            seen.append(command())

        def know(self, grade, *, fresh):
            pass

    grade_class(Order(submitted, tmp_path / "out", course, seed=7), in_this_process, Meanwhile())
    assert refused(seen[0], "another run is writing")


@pytest.fixture
def mounted(tmp_path):
    """Mounts a small disk, whose size and mode can be changed."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
        return folder

    yield mount
    subprocess.run(["umount", str(folder)], check=True)


@ROOT_ONLY
def test_a_disk_that_cannot_be_written(command, mounted):
    folder = mounted("ro,size=1m")
    assert refused(command(out=folder / "out"), "cannot write to", "Read-only file system")


def marks(folder):
    report = json.loads((folder / "report.json").read_text())
    return {(one["student"], e["exercise"]): e["score"] for one in report["submissions"] for e in one["exercises"]}


def problem_of(order):
    """Grade, and return what went wrong."""
    try:
        grade_class(order, in_this_process)
    except GradingError as error:
        return str(error)
    return ""


@ROOT_ONLY
def test_a_disk_that_is_full_at_any_moment(course, submitted, mounted, tmp_path):
    disk = mounted("size=16k")
    out = disk / "out"
    problems = []
    for size in [*range(16, 800, 48), 4000]:
        subprocess.run(["mount", "-o", f"remount,size={size}k", str(disk)], check=True)
        problems.append(problem_of(Order(submitted, out, course, seed=7)))
        assert problems[-1] == "" or ("there is no room left" in problems[-1] and "\n" not in problems[-1])
        assert not (out / "grades.csv").exists() or marks(out)
        if problems[-1] == "":
            break
    assert len(problems) > 3
    assert problems[-1] == ""
    assert [name for name in files(out) if name.endswith((".part", "-journal"))] == []
    assert problem_of(Order(submitted, tmp_path / "undisturbed", course, seed=7)) == ""
    assert marks(out) == marks(tmp_path / "undisturbed")
