"""The file to hand in: complete, without outputs, and nothing of it lost on the way."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from autograder.demo.sources import PERFECT
from autograder.grade.read import read_notebook
from course_utils.handin import HandInError, find_notebook, missing, read
from course_utils.submit import main, submit
from tests.build.conftest import ROOT

NAME = "02_optimizers"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "notebooks" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes((ROOT / "notebooks" / NAME / f"{NAME}.ipynb").read_bytes())
    return tmp_path


def _edit(folder, change):
    path = folder / "notebooks" / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    change(notebook["cells"])
    path.write_text(json.dumps(notebook))
    return path


def _fill(cells):
    for cell in cells:
        if cell["id"] in PERFECT:
            cell["source"] = PERFECT[cell["id"]]


def test_what_is_missing_is_named(folder):
    lines = missing(read(find_notebook(NAME, folder)))
    assert "momentum: still to be written" in lines
    assert any(line.endswith("no answer yet") for line in lines)

    def half(cells):
        _fill([cell for cell in cells if cell["id"] == "momentum"])

    left = missing(read(_edit(folder, half)))
    assert set(lines) - set(left) == {"momentum: still to be written"}


def test_a_cell_that_python_cannot_read_and_a_check_that_is_gone_are_named(folder):
    def spoil(cells):
        _fill(cells)
        for cell in cells:
            if cell["id"] == "ema":
                cell["source"] = "def ema(values:\n    return"
        cells[:] = [cell for cell in cells if cell["id"] != "check-adam"]
        cells.append({"cell_type": "code", "id": "mine", "metadata": {}, "source": "%matplotlib inline\nx = = 1"})

    lines = missing(read(_edit(folder, spoil)))
    assert any(line.startswith("ema: ") and "line 1" in line for line in lines)
    assert "adam: its check cell is gone" in lines
    assert any(line.startswith("a cell of your own does not run") for line in lines)


def test_the_file_holds_all_sources_and_no_output(folder, capsys):
    def run(cells):
        _fill(cells)
        for cell in cells:
            if cell["cell_type"] == "code":
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "seen"}]

    path = _edit(folder, run)
    written = submit(str(path))
    assert str(written) in capsys.readouterr().out
    made, source = json.loads(written.read_text()), json.loads(path.read_text())
    assert [cell["source"] for cell in made["cells"]] == [cell["source"] for cell in source["cells"]]
    assert not any(cell.get("outputs") for cell in made["cells"])
    nbformat.validate(nbformat.reads(written.read_text(), as_version=4))
    cells, notes = read_notebook(written.read_bytes(), 20_000_000)
    assert len(cells) == len(source["cells"])
    assert not notes


def test_an_old_file_is_asked_about(folder):
    path = find_notebook(NAME, folder)
    os.utime(path, (0, 7200))
    assert any("3.0 hours ago" in line for line in missing(read(path), now=7200 + 3 * 3600))


def test_the_command_says_what_went_wrong(folder, capsys, tmp_path):
    assert main(["07_nothing"]) == 2
    assert "no notebook 07_nothing.ipynb" in capsys.readouterr().err
    other = tmp_path / "other.ipynb"
    other.write_text("{")
    assert main([str(other)]) == 2
    assert "not JSON" in capsys.readouterr().err
    other.write_text(json.dumps({"cells": []}))
    with pytest.raises(HandInError, match="not a notebook of this course"):
        read(other)


def test_the_command_works_as_students_type_it(folder):
    command = [sys.executable, "-m", "course_utils.submit", NAME]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "notebooks" / NAME / f"{NAME}-handin.ipynb").is_file()
