"""`autograder one`: a notebook in, its marks out, as words or as JSON."""

import json

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from tests.grade import mini


@pytest.fixture
def one(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course)

    def run(content, *options, name="anything.ipynb"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return CliRunner().invoke(app, ["one", str(path), "--seed", "7", *options])

    return run


def test_words_name_every_exercise_with_its_marks(one, course):
    found = one(mini.solved(course, {**mini.PERFECT, "momentum": mini.HEAVY_BALL}))
    assert found.exit_code == 0
    assert found.output.splitlines()[0] == "02_mini: 3 of 5"
    assert "[not yet] momentum: 1 of 2" in found.output
    assert "[ok] adam: 2 of 2" in found.output


def test_json_holds_what_the_class_would_get(one, course, submissions, grade):
    content = mini.solved(course, {**mini.PERFECT, "momentum": mini.HEAVY_BALL})
    mini.hand_in(submissions, "student", content)
    in_class = {each.exercise: each for each in grade()["student"].exercises}
    found = json.loads(one(content, "--json").output)
    assert found["score"] == 3
    assert found["max_score"] == 5
    assert found["seed"] == 7
    for each in found["exercises"]:
        known = in_class[each["exercise"]]
        assert (each["score"], each["verdict"], each["message"]) == (known.score, known.verdict, known.message)
        assert [number["got"] for number in each["evidence"]] == [number.got for number in known.evidence]


def test_another_student_gets_other_inputs(one, course):
    content = mini.solved(course, {**mini.PERFECT, "momentum": mini.HEAVY_BALL})
    first, second = (json.loads(one(content, "--json", "--student", name).output) for name in ("ada", "bob"))
    assert first["exercises"][0]["evidence"] != second["exercises"][0]["evidence"]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_is_no_workbook_is_refused_in_one_line(one, options):
    found = one(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode(), *options)
    assert found.exit_code == 2
    said = json.loads(found.output)["error"] if options else found.output
    assert "not one of the workbooks 02_mini; say which with --workbook" in said


def test_a_file_that_is_no_notebook_earns_nothing_and_says_why(one):
    found = one(b"Dear instructor", "--json", name="02_mini.ipynb")
    assert found.exit_code == 0
    record = json.loads(found.output)
    assert record["score"] == 0
    assert record["problem"]


def test_a_file_that_is_not_there_is_said(one, tmp_path, course):
    found = CliRunner().invoke(app, ["one", str(tmp_path / "nothing.ipynb")])
    assert found.exit_code == 2
    assert "cannot be read (No such file or directory)" in " ".join(found.output.split())
