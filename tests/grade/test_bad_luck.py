"""What happens between two runs: kills, odd times, other limits, other seeds, other workbooks, damaged files."""

import json
import sqlite3
import subprocess
import sys
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from autograder.build.notebooks import release_notebook
from autograder.build.release import as_bytes
from autograder.cli import app
from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.grade.times import time_of
from autograder.grade.types import GradingError
from autograder.sandbox.types import Limits
from tests.grade import mini

KILLED = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN")
database.execute("CREATE TABLE filler (text)")
database.executemany("INSERT INTO filler VALUES (?)", (("x" * 5000,) for _ in range(300)))
os.kill(os.getpid(), signal.SIGKILL)
"""
OTHER = '''
# %% [markdown]
# # Workbook 3: Averages
#
# ## 3.1 Start
#
# Prose.

# %%
from course_utils.checks import check

# %% [markdown]
# ### Exercise `ema`
#
# Prose.

# %% exercise="ema"
def ema(values, beta, bias_correction=False):
    """Return the averages."""
    ### BEGIN SOLUTION
    average, found = 0.0, []
    for step, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        found.append(average / (1 - beta**step) if bias_correction else average)
    return found
    ### END SOLUTION

# %% check="ema"
check("ema", ema)
'''
MORE = """
[workbooks.03_other]
title = "Averages"

[workbooks.03_other.points]
ema = 1
"""
WRONG = "def ema(values, beta, bias_correction=False):\n    return list(values)"


@contextmanager
def pool_that_grades_nothing(*_):
    """Start, as a real pool does while the folder is checked, and fail when it is handed something."""

    def grade(tasks):
        raise AssertionError("this run must stop before anything is graded")

    yield grade


def no_pool(*_):
    raise AssertionError("nothing is left to grade")


@pytest.fixture
def submitted(course, submissions):
    for student in ("ada", "bob"):
        mini.hand_in(submissions, student, mini.solved(course, mini.PERFECT))
    return submissions


def test_a_gradebook_that_a_kill_left_half_written_is_taken_back(submitted, grade, tmp_path):
    before = grade()
    path = tmp_path / "out" / "gradebook.db"
    subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert path.with_name("gradebook.db-journal").stat().st_size > 0
    assert grade() == before
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_master WHERE name = 'filler'").fetchall() == []


def test_a_locked_gradebook_is_not_called_a_wrong_one(submitted, grade, tmp_path, monkeypatch):
    grade()
    other = sqlite3.connect(tmp_path / "out" / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(
        "autograder.grade.gradebook_file.sqlite3.connect",
        lambda *arguments, **options: sqlite3.Connection(*arguments, timeout=0.1, **options),
    )
    with pytest.raises(GradingError, match=r"cannot read the gradebook .*another program is using it"):
        grade(force=True)
    other.close()


@pytest.mark.parametrize(
    "text",
    ["Sat", "10:00", "99999999999999999999", "20260301100000000000", "0001-01-01 00:00:00+14:00", "2026-13-41 10:00"],
)
def test_an_odd_time_costs_nobody_the_reports(submitted, grade, tmp_path, text):
    (submitted / "ada" / mini.NAME / "timestamp.txt").write_text(text)
    grades = grade()
    assert time_of(text) is None
    assert any("is no date and time" in note for note in grades["ada"].notes)
    assert grades["bob"].notes == ()
    assert (tmp_path / "out" / "index.html").is_file()


def test_a_policy_that_fails_stops_before_anything_is_graded(course, submitted, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "nbgrader_config.py").write_text("c = get_config()\nc.AssignLatePenalties.plugin_class = 1 / 0\n")
    with pytest.raises(GradingError, match=r"nbgrader_config.py, line 2: .*write it under \[late\] in course.toml"):
        grade_class(Order(submitted, out, course, seed=7), pool_that_grades_nothing)


def test_one_exercise_again_with_other_limits_leaves_the_others(submitted, grade, tmp_path):
    before = grade()
    again = grade(limits=Limits(cell_s=77.0), exercise="momentum")
    journal = (tmp_path / "out" / ".grading" / "journal.jsonl").read_text().splitlines()
    assert len(journal) == 4
    assert again["ada"].key != before["ada"].key
    assert again["ada"].exercises[1:] == before["ada"].exercises[1:]


@pytest.mark.parametrize("part", [{"only": "ada"}, {"exercise": "momentum"}])
def test_a_part_of_a_class_keeps_the_seed_of_the_whole(submitted, grade, part):
    grade()
    with pytest.raises(GradingError, match="graded with seed 7; leave out --seed"):
        grade(seed=8, **part)
    assert set(grade(seed=7, **part)) == {"ada", "bob"}


def test_an_output_folder_is_not_that_of_the_submissions(course, submitted):
    with pytest.raises(GradingError, match="holds the submissions; give another folder with --out"):
        grade_class(Order(submitted, submitted, course, seed=7), no_pool)


@pytest.mark.parametrize("content", [b"", b'{"cells": [', b"[]"])
def test_a_damaged_graded_notebook_is_made_again(submitted, grade, tmp_path, content):
    before = grade()
    path = tmp_path / "out" / "autograded" / "ada" / mini.NAME / f"{mini.NAME}.ipynb"
    whole = path.read_bytes()
    path.write_bytes(content)
    assert grade()["ada"].score == before["ada"].score == 4
    assert len(path.read_bytes()) == pytest.approx(len(whole), abs=20)  # seconds differ


@pytest.mark.parametrize("content", ["", "{}", '{"seed": "x"}', "[]"])
def test_a_damaged_seed_is_said_to_be_that(submitted, grade, tmp_path, content):
    grade()
    (tmp_path / "out" / ".grading" / "seed.json").write_text(content)
    with pytest.raises(GradingError, match=r"seed\.json holds no seed"):
        grade(seed=None)


def test_grading_that_fails_itself_is_an_error_of_the_command(course, submitted, tmp_path, monkeypatch):
    monkeypatch.chdir(course)
    monkeypatch.setattr("autograder.grade.grading_task.run_submission", lambda *_, **__: 1 / 0)
    monkeypatch.setattr("autograder.grade.pools.choose_pool", lambda *_: in_this_process(2))
    arguments = ["grade", str(submitted), "--out", str(tmp_path / "out"), "--seed", "7"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "grading itself failed for 2: ada (02_mini), bob (02_mini); start the same command again" in result.stderr


def test_reports_keep_the_workbooks_that_are_not_graded_now(tmp_path):
    root, submitted, out = tmp_path / "course", tmp_path / "submitted", tmp_path / "out"
    mini.make_course(root, course=mini.COURSE + MORE)
    (root / "autograder" / "masters" / "03_other.py").write_text(OTHER.lstrip())
    path = root / "notebooks" / "03_other" / "03_other.ipynb"
    path.parent.mkdir()
    path.write_bytes(as_bytes(release_notebook("03_other", root)))
    mini.hand_in(submitted, "ada", mini.solved(root, mini.PERFECT))
    other = mini.solved(root, {"ema": WRONG}, "03_other")
    mini.hand_in(submitted, "ada", other, "03_other.ipynb", "03_other")
    for assignment in (mini.NAME, "03_other"):
        graded = grade_class(Order(submitted, out, root, assignment, seed=7), in_this_process)
    assert [(one.assignment, one.score) for one in graded.grades] == [("02_mini", 4), ("03_other", 0)]
    lines = (out / "grades.csv").read_text().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["02_mini", "02_mini", "02_mini", "03_other"]
    with pytest.raises(GradingError, match="'momentum' is in none of these assignments: 03_other"):
        grade_class(Order(submitted, out, root, "03_other", exercise="momentum", seed=7), no_pool)
    (root / "notebooks" / mini.NAME / f"{mini.NAME}.ipynb").write_text("{}")
    again = grade_class(Order(submitted, out, root, "03_other", seed=7), no_pool)
    assert [one.assignment for one in again.grades] == ["03_other"]
    assert again.strays[-1].startswith("02_mini was graded before and is not in these reports: the released notebook")
    assert json.loads((out / "report.json").read_text())["strays"] == list(again.strays)
