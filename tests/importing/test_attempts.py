"""Several attempts: one is taken, by choice; what is there is never lost."""

import json

import pytest

from autograder.grade.file_names import copy_number, workbook_called
from autograder.importing.placement import replaced_folder
from tests.importing.conftest import NAME, zipped

BOOKS = ("02_mini", "02_optimizers", "03_training_loop")


@pytest.mark.parametrize(
    ("called", "workbook", "number"),
    [
        ("02_optimizers.ipynb", "02_optimizers", 0),
        ("Copy of 02_optimizers.ipynb", "02_optimizers", 0),
        ("Kopie von Copy of 02_optimizers (2).ipynb", "02_optimizers", 2),
        ("02_optimizers (1).ipynb", "02_optimizers", 1),
        ("02_optimizers-3.ipynb", "02_optimizers", 3),
        ("02_optimizers-handin.ipynb", "02_optimizers", 0),
        ("02_optimizers-handin-1.ipynb", "02_optimizers", 1),
        ("02_optimizers-Copy1.ipynb", "02_optimizers", 0),
        ("02 Optimizers copy.IPYNB", "02_optimizers", 0),
        ("Copy_of_03_training_loop.ipynb", "03_training_loop", 0),
        ("04_normalization.ipynb", "", 0),
        ("homework.ipynb", "", 0),
    ],
)
def test_renamed_copies_are_known(called, workbook, number):
    assert (workbook_called(called, BOOKS), copy_number(called)) == (workbook, number)


def attempts(notebook):
    """Two attempts; the later one has less in it."""
    return {
        f"1-5 - Lena Meier - Mar 1, 2026 100 PM/{NAME}.ipynb": notebook(2, "first"),
        f"1-5 - Lena Meier - Mar 1, 2026 0900 PM/{NAME}.ipynb": notebook(1, "second"),
    }


@pytest.mark.parametrize(("wanted", "which"), [("latest", (1, "second")), ("best", (2, "first"))])
def test_the_latest_or_the_most_complete_attempt_is_taken_by_choice(importing, notebook, wanted, which):
    report = importing(attempts(notebook), attempts=wanted)
    assert importing.students() == {"lena-meier": notebook(*which)}
    assert [line for line in report.notes if "2 attempts" in line]
    assert report.problems == ()


def test_among_equals_the_later_one_is_the_best(importing, notebook):
    files = {name: notebook(2, mark) for name, mark in zip(attempts(notebook), ("first", "second"), strict=True)}
    importing(files, attempts="best")
    assert importing.students() == {"lena-meier": notebook(2, "second")}


def test_numbers_of_copies_order_attempts_where_no_time_is_known(importing, notebook):
    names = {f"{NAME} (1).ipynb": "second", f"{NAME}.ipynb": "first", f"Copy of {NAME} (10).ipynb": "last"}
    importing({f"Lena Meier_7_assignsubmission_file_/{name}": notebook(2, mark) for name, mark in names.items()})
    assert importing.students() == {"lena-meier": notebook(2, "last")}


def test_an_attempt_that_can_be_read_goes_before_a_later_one_that_cannot(importing, notebook):
    files = attempts(notebook)
    later = list(files)[1]
    files[later] = files[later][: len(files[later]) // 2]
    report = importing(files)
    assert importing.students() == {"lena-meier": notebook(2, "first")}
    assert [line for line in report.problems if later in line and "not JSON" in line]


def test_two_people_of_one_name_are_never_taken_for_attempts_of_one(importing, notebook):
    files = {f"Lena Meier_{number}_assignsubmission_file_/{NAME}.ipynb": notebook(2, number) for number in "78"}
    for roster in ("", "id,name\nlm,Lena Meier\n"):
        report = importing(files, roster=roster)
        assert importing.students() == {}
        assert len(report.problems) == 1
        assert "several people" in report.problems[0]


def test_the_same_import_again_changes_nothing(importing, notebook):
    first = importing(attempts(notebook))
    again = importing(attempts(notebook))
    assert [one.what for one in (*first.imported, *again.imported)] == ["new", "same"]
    assert not replaced_folder(importing.out).exists()


def test_what_is_there_stays_unless_replace_is_given_and_then_it_is_kept(importing, notebook):
    importing(
        {f"anna/{NAME}/{NAME}.ipynb": notebook(1, "old"), f"anna/{NAME}/timestamp.txt": b"2026-03-01 12:00:00 UTC"}
    )
    new = {f"anna/{NAME}/{NAME}.ipynb": notebook(2, "new")}
    report = importing(new)
    assert importing.students() == {"anna": notebook(1, "old")}
    assert ["stays" in line for line in report.problems] == [True]
    report = importing(new, replace=True)
    assert [one.what for one in report.imported] == ["replaced"]
    assert importing.students() == {"anna": notebook(2, "new")}
    assert importing.time("anna") == ""
    kept = {path.name: path.read_bytes() for path in replaced_folder(importing.out).glob(f"anna/{NAME}/*/*")}
    assert kept == {f"{NAME}.ipynb": notebook(1, "old"), "timestamp.txt": b"2026-03-01 12:00:00 UTC\n"}


def test_replacing_twice_keeps_both(importing, notebook):
    for mark in ("one", "two", "three"):
        importing({f"anna/{NAME}/{NAME}.ipynb": notebook(2, mark)}, replace=True)
    kept = [path.read_bytes() for path in replaced_folder(importing.out).rglob("*.ipynb")]
    assert sorted(kept) == sorted([notebook(2, "one"), notebook(2, "two")])


def test_a_notebook_without_ids_is_known_by_its_cells(importing, notebook):
    record = json.loads(notebook())
    for cell in record["cells"]:
        cell.pop("id")
        cell["metadata"] = {}
    report = importing({"Lena Meier_7_assignsubmission_file_/homework.ipynb": json.dumps(record).encode()})
    assert [(one.assignment, one.student) for one in report.imported] == [(NAME, "lena-meier")]


def test_a_copy_in_a_zip_beside_the_notebook_is_an_attempt(importing, notebook, tmp_path):
    inner = zipped(tmp_path / "x.zip", {f"{NAME} (1).ipynb": notebook(2, "zip")}).read_bytes()
    importing({f"meier_1_2_{NAME}.ipynb": notebook(2, "plain"), "meier_1_3_all.zip": inner})
    assert importing.students() == {"meier-1": notebook(2, "zip")}
