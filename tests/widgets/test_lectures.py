"""Lecture notebooks come from their guides, run, and show nothing but the demo; every demo has one."""

import json
import re

import nbformat
import pytest

from autograder.build.lecture_guides import LECTURES
from autograder.build.lectures import FOLDER, differing, lecture_notebooks
from tests.build.conftest import ROOT
from tests.notebooks.execute import execute
from tests.widgets.conftest import NAMES, make

BY_FILE = {lecture.file: lecture for lecture in LECTURES}


def test_every_demo_has_a_lecture_notebook():
    assert sorted(lecture.demo for lecture in LECTURES) == sorted(NAMES)
    assert len(BY_FILE) == len(LECTURES)


def test_the_notebooks_in_the_repository_are_those_of_the_guides():
    assert differing(ROOT) == []


def test_a_notebook_that_was_edited_or_added_or_lost_is_noticed(tmp_path):
    for path, content in lecture_notebooks().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert differing(tmp_path) == []
    first, second, *_ = sorted((tmp_path / FOLDER).glob("*.ipynb"))
    first.write_bytes(first.read_bytes().replace(b"speaker", b"Speaker"))
    second.unlink()
    (tmp_path / FOLDER / "extra.ipynb").write_text("{}")
    assert {path.name for path in differing(tmp_path)} == {first.name, second.name, "extra.ipynb"}


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda lecture: lecture.file)
def test_a_guide_names_presets_that_exist(lecture):
    demo = make(lecture.demo)
    text = " ".join(lecture.say)
    starts = re.findall(r'"([^"]+)"', text)
    known = [*demo.scene.presets, *(f"{a}, {b}" for a in demo.scene.presets for b in demo.scene.presets)]
    for start in starts:
        assert any(name.startswith(start) or start in name for name in known), start
    assert 0 < lecture.minutes <= 15
    assert 40 < len(lecture.about) < 130
    assert lecture.about.endswith((".", "?"))


MORE = [pytest.param(file, marks=pytest.mark.slow) for file in ("D1_step_size", "D5_norm_cube")]


@pytest.mark.parametrize("file", ["T5_training_race", *MORE])
def test_a_lecture_notebook_runs(file, tmp_path):
    notebook = nbformat.read(ROOT / FOLDER / f"{file}.ipynb", as_version=4)
    errors = execute(notebook, tmp_path, {"COURSE_DOWNLOAD": "0", "COURSE_DATA": ""})
    assert errors == []
    shown = json.dumps(notebook.cells[0].outputs)
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "font-size: 20px" in shown
