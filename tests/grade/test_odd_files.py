"""Whatever is handed in, a class is graded: every odd file is a line in the report, and costs nobody else."""

import json
import os

import pytest

from tests.grade import mini

FULL, NOTHING = 4, 0


def cells_of(notebook, *names):
    return [mini.cell(notebook, name) for name in names]


def with_tags(course):
    """Every cell tagged so that nbgrader or this grader would skip it, and marks changed in the metadata."""
    notebook = mini.solved(course, {"momentum": "MomentumOptimizer = 1", "adam": mini.ADAM})
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "experiment", "remove_cell"]
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 100, "grade": False, "locked": False}
    return notebook


def with_forged_checks(course):
    notebook = mini.solved(course, {"momentum": "MomentumOptimizer = 1", "adam": mini.ADAM})
    mini.cell(notebook, "check-momentum")["source"] = "2.0"
    mini.cell(notebook, "check-momentum")["outputs"] = [
        {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1}
    ]
    return notebook


def without_checks(course):
    notebook = mini.solved(course, mini.PERFECT)
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["id"].startswith("check-")]
    return notebook


def without_an_exercise(course):
    notebook = mini.solved(course, mini.PERFECT)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "momentum"]
    return notebook


def doubled(course):
    notebook = mini.solved(course, mini.PERFECT)
    notebook["cells"] += cells_of(notebook, "check-momentum", "check-adam")
    return notebook


def conflicting(course):
    """What git leaves in a file that two people changed."""
    lines = json.dumps(mini.solved(course, mini.PERFECT), indent=1).split("\n")
    return "\n".join([*lines[:5], "<<<<<<< HEAD", lines[5], "=======", lines[5], ">>>>>>> main", *lines[6:]]).encode()


def split(course):
    """The second method of the class in a cell of its own, below, as an assignment to the class."""
    notebook = mini.solved(course, mini.PERFECT)
    head, _, tail = mini.MOMENTUM.partition("    def step(self):")
    step = "def step(self):" + tail.replace("\n    ", "\n") + "\nMomentumOptimizer.step = step\n"
    mini.cell(notebook, "momentum")["source"] = head
    place = notebook["cells"].index(mini.cell(notebook, "momentum"))
    notebook["cells"].insert(place + 1, mini.code(step))
    return notebook


def without_ids(course):
    notebook = mini.solved(course, mini.PERFECT)
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"] = {}
    return {**notebook, "nbformat_minor": 2}


def shuffled(course):
    notebook = mini.solved(course, mini.PERFECT)
    return {**notebook, "cells": notebook["cells"][::-1]}


def raw_cells(course):
    notebook = mini.solved(course, mini.PERFECT)
    mini.cell(notebook, "momentum")["cell_type"] = "raw"
    return notebook


def without_line_ends(course):
    notebook = mini.solved(course, mini.PERFECT)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).split("\n")
    return notebook


def large_outputs(course):
    notebook = mini.solved(course, mini.PERFECT)
    mini.cell(notebook, "momentum")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 10_000_000}]
    return notebook


# name: (what is handed in, marks without those by hand, what a note or the problem says)
NOTEBOOKS = {
    "tags": (with_tags, 2, ""),
    "forged_checks": (with_forged_checks, 2, "'check-momentum' was changed"),
    "missing_checks": (without_checks, FULL, "'check-momentum' is missing"),
    "missing_exercise": (without_an_exercise, 2, "'momentum' is missing"),
    "doubled_checks": (doubled, FULL, "'check-momentum' is in the file twice"),
    "split_cell": (split, FULL, ""),
    "lost_ids": (without_ids, FULL, "had lost its id"),
    "moved_cells": (shuffled, FULL, "Cells were moved"),
    "raw_cells": (raw_cells, FULL, "had become a raw cell"),
    "large_outputs": (large_outputs, FULL, ""),
    "other_kernel": (
        lambda c: {**mini.solved(c, mini.PERFECT), "metadata": {"kernelspec": {"name": "bash"}}}, FULL, ""
    ),
    "windows_lines": (
        lambda c: mini.solved(c, {name: text.replace("\n", "\r\n") for name, text in mini.PERFECT.items()}), FULL, ""
    ),
    "lines_without_ends": (without_line_ends, FULL, "cells had lost their ends"),
    "byte_order_mark": (lambda c: b"\xef\xbb\xbf" + json.dumps(mini.solved(c, mini.PERFECT)).encode(), FULL, ""),
    "empty_file": (lambda c: b"", NOTHING, "The file is empty."),
    "not_json": (lambda c: b"Dear instructor,\n", NOTHING, "it is not JSON"),
    "not_utf8": (lambda c: b"\xff\xfe\x00", NOTHING, "it is not UTF-8"),
    "cut_off": (lambda c: json.dumps(mini.solved(c, mini.PERFECT)).encode()[:-100], NOTHING, "breaks off"),
    "merge_conflict": (conflicting, NOTHING, "the marks of a merge conflict"),
    "web_page": (lambda c: b"<!DOCTYPE html>\n<html></html>", NOTHING, "but a web page"),
    "pdf": (lambda c: b"%PDF-1.7\n\xe2\xe3", NOTHING, "but a PDF"),
    "zip": (lambda c: b"PK\x03\x04\xff", NOTHING, "but a zip archive"),
    "lfs": (lambda c: b"version https://git-lfs.github.com/spec/v1\n", NOTHING, "a pointer of Git LFS"),
    "utf_16": (lambda c: json.dumps(mini.solved(c, mini.PERFECT)).encode("utf-16"), FULL, ""),
    "a_list": (lambda c: b"[]", NOTHING, "not a notebook"),
    "no_cells": (lambda c: {"nbformat": 4}, NOTHING, "it has no list of cells"),
    "old_format": (lambda c: {**mini.released(c), "nbformat": 2}, NOTHING, "has format 2"),
    "deep_json": (lambda c: b"[" * 200_000, NOTHING, "nested too deeply"),
    "many_cells": (lambda c: {"nbformat": 4, "cells": [mini.code("1")] * 6_000}, NOTHING, "6,000 cells"),
    "damaged_cells": (
        lambda c: {**mini.solved(c, mini.PERFECT), "cells": [7, {}, *mini.solved(c, mini.PERFECT)["cells"]]}, FULL,
        "Cell 1 of the file is damaged",
    ),
    "lone_surrogates": (lambda c: mini.solved(c, {**mini.PERFECT, "why": "\ud800 because"}), FULL, ""),
    "wrong_workbook": (
        lambda c: {**mini.released(c), "cells": [mini.code("x = 1", id="other"), mini.code("y = 2", id="another")]},
        NOTHING, "is missing from the file",
    ),
}  # fmt: skip


def odd_places(folder, content):
    """Things in the submissions' folder that are no plain file in its place; each with what the report says."""
    place = folder / "renamed" / mini.NAME
    place.mkdir(parents=True)
    (place / "Copy of 02_mini (1).ipynb").write_bytes(content)
    (folder / "no_file" / mini.NAME).mkdir(parents=True)
    (folder / "folder_as_file" / mini.NAME / f"{mini.NAME}.ipynb").mkdir(parents=True)
    (folder / "link_as_file" / mini.NAME).mkdir(parents=True)
    (folder / "link_as_file" / mini.NAME / f"{mini.NAME}.ipynb").symlink_to(place / "Copy of 02_mini (1).ipynb")
    (folder / "pipe_as_file" / mini.NAME).mkdir(parents=True)
    os.mkfifo(folder / "pipe_as_file" / mini.NAME / f"{mini.NAME}.ipynb")
    with mini.hand_in(folder, "huge_file", b"{").open("r+b") as file:
        file.truncate(200_000_000)
    (folder / "link_as_folder").mkdir()
    (folder / "link_as_folder" / mini.NAME).symlink_to(place)
    (folder / "link_as_student").symlink_to(folder / "renamed")
    (folder / "notes.txt").write_text("not a student")
    mini.hand_in(folder, "shadowing", content)
    (folder / "shadowing" / mini.NAME / "torch.py").write_text("raise RuntimeError\n")
    mini.hand_in(folder, "<script>alert(1)</script>".replace("/", "_"), content)
    mini.hand_in(folder, "=cmd()", content)


PLACES = {
    "renamed": (FULL, "is called 'Copy of 02_mini (1).ipynb'"),
    "no_file": (NOTHING, "No notebook was handed in"),
    "folder_as_file": (NOTHING, "is a folder"),
    "link_as_file": (NOTHING, "The file is a link"),
    "pipe_as_file": (NOTHING, "not a plain file"),
    "huge_file": (NOTHING, "200,000,000 bytes"),
    "shadowing": (FULL, ""),
    "<script>alert(1)<_script>": (FULL, ""),
    "=cmd()": (FULL, ""),
}


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    from autograder.grade.classrun import Order, grade_class
    from autograder.grade.grading_task import in_this_process

    folder = tmp_path_factory.mktemp("odd")
    (folder / "submitted").mkdir()
    for name, (make, _, _) in NOTEBOOKS.items():
        mini.hand_in(folder / "submitted", name, make(course))
    odd_places(folder / "submitted", json.dumps(mini.solved(course, mini.PERFECT)).encode())
    return folder / "out", grade_class(Order(folder / "submitted", folder / "out", course, seed=3), in_this_process)


EXPECTED = {**{name: rest for name, (_, *rest) in NOTEBOOKS.items()}, **PLACES}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_odd_file_gets_its_marks_and_its_line(name, graded):
    marks, says = EXPECTED[name]
    (grade,) = [grade for grade in graded[1].grades if grade.student == name]
    assert grade.checked_score == marks, grade
    assert says in " ".join([grade.problem, *grade.notes])
    assert bool(grade.problem) == (marks == NOTHING and name != "wrong_workbook")


def test_what_is_no_submission_is_listed(graded):
    lines = " ".join(graded[1].strays)
    assert {one.student for one in graded[1].grades} == set(EXPECTED)
    for words in ("'notes.txt' lies beside", "'link_as_student' is a link", "link_as_folder/02_mini is a link"):
        assert words in lines


def test_reports_stand_and_are_inert(graded):
    out = graded[0]
    table = (out / "grades.csv").read_text()
    assert "\n'=cmd()," in table
    assert "<script>alert" not in (out / "index.html").read_text()
    assert len(json.loads((out / "report.json").read_text())["submissions"]) == len(EXPECTED)


def test_what_a_platform_calls_late_is_a_note_and_costs_nothing(course, submissions, grade):
    path = mini.hand_in(submissions, "late", mini.solved(course, mini.PERFECT))
    said = "Canvas calls it late and does not tell the time; no penalty will be taken."
    (submissions / "late" / mini.NAME / "late.txt").write_text(f"{said}\n")
    found = grade()["late"]
    assert found.notes == (said,)
    assert found.score == 4, path


def test_many_files_beside_the_notebook_make_one_short_note(course, submissions, grade):
    mini.hand_in(submissions, "ada", mini.solved(course, mini.PERFECT))
    for number in range(300):
        (submissions / "ada" / mini.NAME / f"other {number:03}.ipynb").write_bytes(b"{}")
    (note,) = grade()["ada"].notes
    assert "'other 004.ipynb', and 295 more" in note
    assert len(note) < 200


def test_a_text_that_nobody_could_write_is_cut_on_the_pages_and_not_in_the_file(course, submissions, grade, tmp_path):
    notebook = mini.solved(course, {**mini.PERFECT, "why": "x" + "'" * 3_000_000})
    path = mini.hand_in(submissions, "ada", notebook)
    added = [{"cell_type": "markdown", "id": f"x{i}", "metadata": {}, "source": "'" * 300_000} for i in range(12)]
    notebook["cells"][3:3] = added
    path.write_text(json.dumps(notebook))
    before = path.read_bytes()
    assert [one.score for one in grade()["ada"].exercises] == [2, None, 2]
    page = (tmp_path / "out" / "feedback" / "ada" / mini.NAME / f"{mini.NAME}.html").read_text()
    assert len(page) < 3_000_000
    # Of the last ones nothing but the sentence is left.
    told = "the rest is in the file that was handed in)"
    assert page.count(f"{told}</pre>") + page.count(f"{told}</p>") == 13
    assert "class AdamOptimizer" in page
    assert path.read_bytes() == before
