"""The file to hand in: complete, without outputs, and nothing of it lost on the way."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from autograder.course import load_course
from autograder.demo.sources import PERFECT
from autograder.grade.read import read_notebook
from course_utils.handin.left_to_do import left_to_do, remarks
from course_utils.handin.notebook import HandInError, find_notebook, hand_in_bytes, read
from course_utils.handin.progress import standing
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


def _without(*ids):
    return lambda cells: cells.__setitem__(slice(None), [cell for cell in cells if cell["id"] not in ids])


def _lines(path):
    return [line for row in standing(read(path), {}).rows for line in row.lines]


def test_what_is_missing_is_named(folder):
    lines = _lines(find_notebook(NAME, folder))
    assert "[to do] momentum: write the code" in lines
    assert "[to do] surfaces: write the answer" in lines
    assert "[to do] conditioning, answer in words" in lines
    assert not any("explain-" in line for line in lines)

    def half(cells):
        _fill([cell for cell in cells if cell["id"] == "momentum"])

    left = _lines(_edit(folder, half))
    assert set(lines) - set(left) == {"[to do] momentum: write the code"}


def test_a_cell_that_python_cannot_read_is_named(folder):
    def spoil(cells):
        _fill(cells)
        for cell in cells:
            if cell["id"] == "ema":
                cell["source"] = "def ema(values:\n    return"
        cells.append({"cell_type": "code", "id": "mine", "metadata": {}, "source": "%matplotlib inline\nx = = 1"})

    notebook = read(_edit(folder, spoil))
    assert any(exercise == "ema" and "line 1" in said for exercise, said in left_to_do(notebook))
    assert any(line.startswith("a cell that you added does not run") for line in remarks(notebook))


def test_cells_that_are_gone_are_named_and_their_exercise_stays(folder, capsys):
    path = _edit(
        folder, _without("ema", "check-ema", "check-adam", "conditioning-heavy_ball", "explain-race", "surfaces")
    )
    rows = {row.exercise: row for row in standing(read(path), {}).rows}
    assert rows.keys() == load_course(ROOT).workbooks[NAME].points.keys()
    assert (rows["ema"].auto, rows["surfaces"].manual) == (1.0, 1.0)
    submit(str(path))
    said, gone = capsys.readouterr().out, "is gone: copy it from a fresh notebook"
    for line in (
        "ema: its solution cell",
        "ema: its check cell",
        "adam: its check cell",
        "conditioning: its solution cell (heavy_ball)",
        "race, answer in words: the cell",
        "surfaces: the cell for the answer",
    ):
        assert f"[to do] {line} {gone}\n" in said
    assert said.count(gone) == 6


def test_a_cell_that_is_there_twice_and_a_check_without_its_call_are_named(folder):
    def spoil(cells):
        copied = next(cell for cell in cells if cell["id"] == "momentum")
        cells.append({**copied, "id": "copied"})
        for cell in cells:
            source = "".join(cell["source"])
            if cell["id"] in ("check-adam", "check-ema"):
                cell["source"] = f"# {source}" if cell["id"] == "check-adam" else "check('momentum', ema)"
            if cell["id"] == "check-race":
                cell["source"] = f"import course_utils\ncourse_utils.{source}\nprint(1)"

    lines = _lines(_edit(folder, spoil))
    assert "[to do] momentum: its solution cell is there 2 times: delete the others" in lines
    without = [line.split(":")[0] for line in lines if line.endswith("does not call check any more")]
    assert without == ["[to do] ema", "[to do] adam"]


def test_the_count_is_that_of_the_exercises_which_are_listed(folder, capsys, monkeypatch):
    monkeypatch.setattr("course_utils.submit.last_checks", dict)  # those of other tests are not of this notebook
    submit(str(_edit(folder, _fill)))
    lines = capsys.readouterr().out.splitlines()
    listed = {line.removeprefix("[to do] ").split(":")[0].split(",")[0] for line in lines if line.startswith("[to do]")}
    assert "conditioning" in listed
    assert f"{len(listed)} of {len(load_course(ROOT).workbooks[NAME].points)} exercises open." in lines
    done = standing(read(find_notebook(NAME, folder)), {})
    assert {row.exercise for row in done.rows if row.said.startswith("done")} == {
        r.exercise for r in done.rows
    } - listed


def test_a_renamed_notebook_goes_under_the_name_of_its_workbook(folder, capsys, monkeypatch):
    path = find_notebook(NAME, folder)
    mine = path.rename(path.with_name("mine.ipynb"))
    written = submit(str(mine))
    assert written == mine.with_name(f"{NAME}-handin.ipynb")
    assert f"[note] mine.ipynb is the workbook {NAME}, and is handed in under that name" in capsys.readouterr().out
    assert find_notebook(NAME, mine.parent) == mine
    (mine.parent / "other.ipynb").write_bytes(mine.read_bytes())
    with pytest.raises(HandInError, match=r"mine\.ipynb, other\.ipynb"):
        find_notebook(NAME, mine.parent)
    # The kernel runs a copy: that one is handed in, although the workbook itself lies beside it.
    (mine.parent / f"{NAME}.ipynb").write_bytes(mine.read_bytes())
    monkeypatch.setenv("JPY_SESSION_NAME", str(mine))
    submit(NAME)
    assert "[note] mine.ipynb is" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["02_optimizer", "2", "02", "optimizers", "notebooks/02_optimisers.ipynb"])
def test_a_wrong_name_brings_up_the_near_one(folder, given, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert main([given]) == 2
    place = folder.resolve() / "notebooks" / NAME / f"{NAME}.ipynb"
    assert f"did you mean {NAME}? It is {place}" in capsys.readouterr().err


def test_a_workbook_without_exercises_says_so(tmp_path):
    name = "00_start_here"
    with pytest.raises(HandInError, match="00_start_here has no exercises: there is nothing to hand in"):
        read(ROOT / "notebooks" / name / f"{name}.ipynb")


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
    assert any("3.0 hours ago" in line for line in remarks(read(path), now=7200 + 3 * 3600))


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


def test_a_notebook_whose_cells_lost_their_names_can_be_handed_in(folder, capsys):
    def strip(cells):
        _fill(cells)
        for cell in cells:
            cell.pop("id", None)
            cell["metadata"] = {}

    path = _edit(folder, strip)
    written = submit(str(path.rename(path.with_name("work.ipynb"))))
    said = capsys.readouterr().out
    assert written.name == f"{NAME}-handin.ipynb"
    assert "have lost their names" in said
    assert "is gone" not in said
    assert "exercises open" not in said


def test_pasted_pictures_stay_as_far_as_there_is_room(folder):
    def paste(cells):
        texts = [cell for cell in cells if cell["cell_type"] == "markdown"]
        texts[0]["attachments"] = {"a.png": {"image/png": "aGk="}, "b.svg": {"image/svg+xml": "<svg/>"}}
        texts[1]["attachments"] = {"c.png": {"image/png": "x" * 9_000_000}}

    notebook = read(_edit(folder, paste))
    made = json.loads(hand_in_bytes(notebook))
    kept = [cell["attachments"] for cell in made["cells"] if "attachments" in cell]
    assert kept == [{"a.png": {"image/png": "aGk="}}]
    assert any("pictures of 1 cell are left out" in line for line in remarks(notebook))
