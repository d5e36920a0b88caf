"""Bad input: an error line per case, nothing lost, nothing written outside."""

import json
import zipfile

import pytest

from autograder.grade.classrun import Order, grade_class
from autograder.grade.course_folder import prepare_folder
from autograder.grade.grading_task import in_this_process
from autograder.grade.types import GradingError
from tests.grade import mini
from tests.importing.conftest import NAME, zipped

LENA = f"Lena Meier_7_assignsubmission_file_/{NAME}.ipynb"
EVE = f"Eve Evil_8_assignsubmission_file_/{NAME}.ipynb"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\xff", "but a picture"),
        (b"[" * 100_000, "nested"),
        (b"[]", "not a notebook"),
        (json.dumps({"nbformat": 4, "cells": [mini.code("1")] * 100_000}).encode(), "100,000 cells"),
    ],
    ids=["empty", "picture", "nested", "list", "100,000 cells"],
)
def test_a_file_that_is_no_notebook_arrives_as_it_is_with_a_line(importing, notebook, content, said):
    report = importing({EVE: content, LENA: notebook()})
    assert importing.students() == {"eve-evil": content, "lena-meier": notebook()}
    assert len(report.problems) == 1
    assert report.problems[0].startswith("eve-evil")
    assert said in report.problems[0]


def test_a_half_written_file_arrives_and_grading_says_what_it_is(importing, course, notebook, tmp_path):
    half = notebook()[:3_000]
    report = importing({EVE: half})
    assert ["not JSON" in line for line in report.problems] == [True]
    (grade,) = grade_class(Order(importing.out, tmp_path / "graded", course, seed=1), in_this_process).grades
    assert (grade.student, grade.score) == ("eve-evil", 0)
    assert "not JSON" in grade.problem


def test_a_half_downloaded_archive_is_an_error_line(importing, notebook, tmp_path):
    path = zipped(tmp_path / "half.zip", {LENA: notebook(), EVE: notebook()})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(GradingError, match="download it again"):
        importing(path)
    assert not importing.out.exists()


def test_a_damaged_entry_costs_its_owner_only(importing, notebook, tmp_path):
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(EVE, notebook(mark="find me"))
        archive.writestr(LENA, notebook())
    path.write_bytes(path.read_bytes().replace(b"find me", b"FIND ME"))
    report = importing(path)
    assert set(importing.students()) == {"lena-meier"}
    assert ["cannot be unpacked" in line for line in report.problems] == [True]


def test_a_notebook_of_another_course_is_not_imported(importing):
    other = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [mini.code("import torch"), mini.code("2")]}
    report = importing({"Eve_8_assignsubmission_file_/lab3.ipynb": json.dumps(other).encode()})
    assert importing.students() == {}
    assert ["not a workbook of this course" in line for line in report.problems] == [True]


def test_a_submissions_folder_of_another_course_is_refused(importing, notebook, tmp_path, tmp_path_factory):
    importing({LENA: notebook()})
    prepare_folder(tmp_path, importing.course)
    other = tmp_path_factory.mktemp("other")
    importing.course = mini.make_course(other, course=mini.COURSE.replace('"mini"', '"another"'))
    with pytest.raises(GradingError, match=r"another course \(mini, not another\)"):
        importing({EVE: notebook()})
    assert set(importing.students()) == {"lena-meier"}


def test_a_link_in_the_place_of_a_student_is_not_followed(importing, notebook, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    importing.out.mkdir()
    (importing.out / "eve-evil").symlink_to(outside)
    report = importing({EVE: notebook(), LENA: notebook()})
    assert list(outside.iterdir()) == []
    assert [one.student for one in report.imported] == ["lena-meier"]
    assert ["is a link" in line for line in report.problems] == [True]


@pytest.mark.parametrize(
    "content",
    [
        b"- 1\n- 2\n",
        b"a: [",
        b"\xff",
        b"x: !!python/object/apply:os.system ['touch gone']",
        b"a: &a [*a]",
        b"{" * 5_000,
    ],
)
def test_metadata_that_gradescope_did_not_write(importing, notebook, tmp_path, content):
    report = importing({"submission_metadata.yml": content, f"submission_1/{NAME}.ipynb": notebook()})
    assert report.imported == ()
    assert any("does not tell whose it is" in line for line in report.problems)
    assert not (tmp_path / "gone").exists()


def test_the_command_says_what_it_did_and_ends_with_1_if_somebody_has_to_look(command, notebook, tmp_path):
    good = zipped(tmp_path / "good.zip", {LENA: notebook()})
    bad = zipped(tmp_path / "bad.zip", {LENA: notebook(), f"who/{NAME}.ipynb": notebook()})
    code, said, errors = command(good)
    assert (code, errors) == (0, "")
    assert f"lena-meier/{NAME}" in said
    code, said, errors = command(bad)
    assert (code, errors.count("error: ")) == (1, 1)
    assert f"who/{NAME}.ipynb" in errors


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["nowhere.zip"], "cannot be read"),
        (["{good}", "--assignment", "03_other"], "no assignment '03_other'"),
        (["{good}", "--roster", "nowhere.csv"], "roster nowhere.csv cannot be read"),
        (["{good}", "--time-zone", "Mars/Olympus"], "no time zone"),
    ],
)
def test_the_command_refuses_in_one_line(command, notebook, tmp_path, options, said):
    good = zipped(tmp_path / "good.zip", {LENA: notebook()})
    code, _, errors = command(*(option.format(good=good) for option in options))
    assert code == 2
    assert errors.startswith("error: ")
    assert said in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "submitted").exists()


def test_an_encrypted_archive_is_a_line(importing, notebook, tmp_path):
    path = zipped(tmp_path / "secret.zip", {EVE: notebook(), LENA: notebook()})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    report = importing(path)
    assert set(importing.students()) == {"lena-meier"}
    assert ["encrypted" in line for line in report.problems] == [True]
