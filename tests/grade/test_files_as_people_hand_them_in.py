"""Of several files the finished one is graded, and large outputs keep nobody's work from being read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grade.collect import MAX_FOLDERS, collect, load
from autograder.grade.large_files import without_outputs
from autograder.grade.release import load_release
from tests.grade import mini

JSON = st.recursive(
    st.none() | st.integers() | st.text('[]{}"\\:, outpswidge'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["outputs", "widgets", "a"]), inner),
    max_leaves=8,
)


def bytes_of(notebook):
    return json.dumps(notebook).encode()


@pytest.mark.parametrize("finished", [f"{mini.NAME}-Copy1.ipynb", "final version.ipynb", f"{mini.NAME}.ipynb.json"])
def test_the_finished_one_is_graded_and_not_the_untouched_original(course, submissions, grade, finished):
    mini.hand_in(submissions, "ada", mini.released(course))
    mini.hand_in(submissions, "ada", mini.solved(course, mini.PERFECT), finished)
    found = grade()["ada"]
    assert (found.checked_score, found.file_name) == (4, finished)
    assert f"{finished!r} was graded; left aside: '{mini.NAME}.ipynb'." in found.notes


def test_what_an_archive_left_in_folders_is_graded_and_links_are_not_followed(course, submissions, grade, tmp_path):
    solved, name = bytes_of(mini.solved(course, mini.PERFECT)), f"{mini.NAME}.ipynb"
    mini.hand_in(submissions, "ada", mini.released(course)).unlink()
    below = submissions / "ada" / mini.NAME / "my work" / "homework"
    below.mkdir(parents=True)
    (below / name).write_bytes(solved)
    mini.hand_in(submissions, "eve", mini.released(course)).unlink()
    (submissions / "eve" / mini.NAME / "linked").symlink_to(below)
    found = grade()
    assert (found["ada"].checked_score, found["ada"].file_name) == (4, f"my work/homework/{name}")
    assert found["eve"].checked_score == 0
    assert "only 'linked'" in found["eve"].problem


def test_among_very_many_folders_not_all_are_looked_into(course, submissions, monkeypatch):
    """The bound holds on every level; each folder that is listed is counted."""
    listed = []
    monkeypatch.setattr(Path, "iterdir", lambda path, plain=Path.iterdir: listed.append(path) or plain(path))
    folder = mini.hand_in(submissions, "ada", mini.released(course)).parent
    (folder / f"{mini.NAME}.ipynb").unlink()
    for number in range(3 * MAX_FOLDERS):
        for name in "abcd":
            (folder / f"{number:03d}" / name).mkdir(parents=True)
    (one,) = collect(submissions, [mini.NAME]).found
    listed.clear()
    assert "No notebook" in load(one, load_release(mini.NAME, bytes_of(mini.released(course))), 10**6).problem
    assert len([path for path in listed if path != folder]) < MAX_FOLDERS


def test_a_notebook_beside_the_folders_of_assignments_is_said_to_be_there(course, submissions):
    mini.hand_in(submissions, "ada", mini.released(course))
    (submissions / "ada" / f"{mini.NAME}.ipynb").write_bytes(bytes_of(mini.solved(course, mini.PERFECT)))
    (stray,) = collect(submissions, [mini.NAME]).strays
    assert stray.startswith(f"ada/{mini.NAME}.ipynb lies beside the folders of assignments")


def test_of_equal_ones_that_with_the_right_name_is_graded(course, submissions, grade):
    for name in (f"{mini.NAME}-Copy1.ipynb", f"{mini.NAME}.ipynb", "a.ipynb"):
        mini.hand_in(submissions, "ada", mini.solved(course, mini.PERFECT), name)
    assert grade()["ada"].file_name == f"{mini.NAME}.ipynb"


def test_a_file_that_is_large_because_of_its_outputs_is_graded(course, submissions, grade):
    notebook = mini.solved(course, mini.PERFECT)
    text = 'lines with "quotes", [brackets] and \\ signs\n' * 500_000
    mini.cell(notebook, "adam")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    path = mini.hand_in(submissions, "ada", notebook)
    assert path.stat().st_size > 20_000_000
    assert grade()["ada"].checked_score == 4


@given(st.lists(st.tuples(JSON, JSON, JSON), max_size=3), JSON, JSON)
def test_only_outputs_and_widgets_are_cut(cells, widgets, other):
    made = [{"source": source, "outputs": [outputs], "metadata": {"a": more}} for source, outputs, more in cells]
    notebook = {"cells": made, "metadata": {"widgets": {"a": widgets}, "a": other}}
    found = json.loads(without_outputs(json.dumps(notebook, indent=1).encode(), 0))
    for cell in made:
        cell["outputs"] = []
    notebook["metadata"]["widgets"] = {}
    assert found == notebook


@given(st.binary(max_size=200))
def test_what_is_no_json_comes_back_or_is_shorter(content):
    assert len(without_outputs(content, 0)) <= len(content) + 2
    assert without_outputs(content, 1000) == content
