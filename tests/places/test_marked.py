"""The core of all places: the notebook is found, graded in a process of its own, and whatever happens is a sentence."""

import json
import os

import pytest

from autograder.grade.release import load_release
from autograder.places import gradescope
from autograder.places.handed_in import NothingToGrade, notebook_in
from autograder.places.marked import FAILED, mark_folder
from autograder.places.settings import FILE, Settings
from tests.grade import mini
from tests.places.schemas import check_gradescope

MOST = 1_000_000
SETTINGS = Settings(workbook=mini.NAME)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return mini.make_course(tmp_path_factory.mktemp("place") / "course")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "submission"
    folder.mkdir()
    return folder


def put(folder, name, content):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


@pytest.fixture
def found(course, folder):
    release = load_release(mini.NAME, (course / "notebooks" / mini.NAME / f"{mini.NAME}.ipynb").read_bytes())
    return lambda: notebook_in(folder, release, MOST)


@pytest.mark.parametrize("name", ["02_mini.ipynb", "final (2).IPYNB", "a/b/Copy of x.ipynb", "02_mini.ipynb.json"])
def test_the_notebook_is_found_wherever_it_lies_and_whatever_it_is_called(course, folder, found, name):
    content = mini.solved(course, mini.PERFECT)
    put(folder, name, content)
    put(folder, "readme.txt", b"hello")
    put(folder, ".ipynb_checkpoints/02_mini.ipynb", mini.released(course))
    put(folder, "__MACOSX/._x.ipynb", b"\0")
    assert json.loads(found().content) == content
    assert found().notes == ()


def test_of_several_the_one_with_most_work_is_taken_and_the_others_are_named(course, folder, found):
    put(folder, "02_mini.ipynb", mini.released(course))
    put(folder, "half.ipynb", mini.solved(course, {"momentum": mini.MOMENTUM}))
    put(folder, "z/done.ipynb", mini.solved(course, mini.PERFECT))
    put(folder, "broken.ipynb", b"{")
    assert json.loads(found().content) == mini.solved(course, mini.PERFECT)
    assert found().notes == ("'z/done.ipynb' was graded; left aside: '02_mini.ipynb', 'broken.ipynb', 'half.ipynb'.",)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "No file was handed in; hand in 02_mini.ipynb itself"),
        ({"work.zip": b"PK\x03\x04"}, "only 'work.zip'; unpack the archive, and hand in 02_mini.ipynb itself"),
        ({"a.py": b"x", "b.pdf": b"%PDF"}, "only 'a.py', 'b.pdf'; hand in 02_mini.ipynb itself"),
        ({"02_mini.ipynb": b"PK\x03\x04"}, "cannot be graded. The file is not a notebook, but a zip archive"),
        ({"02_mini.ipynb": b"Dear instructor"}, "'02_mini.ipynb' cannot be graded. The file is not a notebook"),
        ({"02_mini.ipynb": bytes(6 * MOST)}, "It has 6,000,000 bytes; at most 5,000,000 are read"),
        (
            {"03_other.ipynb": {"cells": [mini.code("x = 1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}},
            "'03_other.ipynb' is not the notebook of 02_mini",
        ),
        (
            {"02_mini.ipynb": {"cells": [mini.code("x = 1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}},
            "no cell of an exercise of 02_mini is in it",
        ),
    ],
)
def test_what_is_no_notebook_of_the_workbook_is_a_sentence(folder, found, files, sentence):
    for name, content in files.items():
        put(folder, name, content)
    with pytest.raises(NothingToGrade) as error:
        found()
    assert sentence in str(error.value)


def test_links_and_devices_are_not_followed(course, folder, found, tmp_path):
    put(tmp_path, "secret.ipynb", mini.solved(course, mini.PERFECT))
    (folder / "02_mini.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "more").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.ipynb")
    with pytest.raises(NothingToGrade, match="No file was handed in"):
        found()


def test_results_are_written_whatever_was_handed_in(course, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(course)
    (course.parent / FILE).write_text(SETTINGS.model_dump_json())
    mistaken = {**mini.PERFECT, "momentum": mini.HEAVY_BALL}
    put(folder, "mine.ipynb", mini.solved(course, mistaken))
    gradescope.main(tmp_path)
    results = json.loads((tmp_path / "results" / "results.json").read_bytes())
    check_gradescope(results)
    scores = {one["name"]: one["score"] for one in results["tests"] if one["visibility"] == "visible"}
    assert scores == {"momentum": 1, "adam": 2}
    assert "why (1)" in results["output"]
    assert "Walls: " in results["tests"][-1]["output"]


def test_what_takes_too_long_is_given_up_and_said(course, folder, monkeypatch):
    monkeypatch.chdir(course)
    put(folder, "mine.ipynb", mini.solved(course, mini.PERFECT))
    one = mark_folder(folder, SETTINGS.model_copy(update={"limit_s": 0.2}))
    assert one.grade is None
    assert "did not come to its end within 0.2 s" in one.problem


def test_a_broken_grader_blames_nobody_and_tells_the_staff_why(course, folder, monkeypatch):
    monkeypatch.chdir(course)
    put(folder, "mine.ipynb", mini.released(course))
    one = mark_folder(folder, Settings(workbook="09_missing"))
    assert (one.grade, one.problem, one.of_the_grader) == (None, FAILED, True)
    assert "09_missing" in one.staff[0]
