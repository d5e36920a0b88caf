"""Archives and folders made to do harm: their owner is named, nothing is written outside, all others arrive."""

import io
import json
import os
import stat
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grade.types import GradingError
from autograder.importing.download import open_download
from autograder.importing.types import Bounds, Refused
from tests.importing.conftest import NAME, zipped

LENA = f"Lena Meier_7_assignsubmission_file_/{NAME}.ipynb"
EVE = f"Eve Evil_8_assignsubmission_file_/{NAME}.ipynb"


def everything(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")}


def entry(name, mode=0o644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        (f"../../Eve_8_assignsubmission_file_/{NAME}.ipynb", 0o644, "leads out"),
        (f"Eve_8_assignsubmission_file_/../../../{NAME}.ipynb", 0o644, "leads out"),
        (f"/Eve_8_assignsubmission_file_/{NAME}.ipynb", 0o644, "leads out"),
        (f"..\\Eve_8_assignsubmission_file_\\{NAME}.ipynb", 0o644, "leads out"),
        (f"C:\\Eve_8_assignsubmission_file_\\{NAME}.ipynb", 0o644, "leads out"),
        (EVE, stat.S_IFLNK | 0o777, "is a link"),
        (f"Eve\x1b[2J_8_assignsubmission_file_/{NAME}.ipynb", 0o644, "cannot be a file's"),
    ],
)
def test_paths_that_lead_out_and_links_are_refused_and_the_others_arrive(
    importing, notebook, tmp_path, name, mode, said
):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry(name, mode), notebook())
        archive.writestr(LENA, notebook())
    before = everything(tmp_path)
    report = importing(path)
    assert set(importing.students()) == {"lena-meier"}
    assert len(report.problems) == 1
    assert said in report.problems[0]
    assert "\x1b" not in report.problems[0]
    assert {path.parts[0] for path in everything(tmp_path) - before} == {"submitted"}


def test_links_in_a_folder_are_not_followed(importing, notebook, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / f"{NAME}.ipynb").write_bytes(notebook(mark="secret"))
    download = tmp_path / "download"
    for name in ("Eve_8_assignsubmission_file_", "Lena Meier_7_assignsubmission_file_"):
        (download / name).mkdir(parents=True)
    (download / EVE).parent.mkdir()
    (download / EVE).symlink_to(secret / f"{NAME}.ipynb")
    (download / "Max_9_assignsubmission_file_").symlink_to(secret)
    os.mkfifo(download / "Eve_8_assignsubmission_file_" / f"{NAME}.ipynb")
    (download / LENA).write_bytes(notebook())
    report = importing(download)
    assert set(importing.students()) == {"lena-meier"}
    assert sorted("is a link" in line for line in report.problems) == [False, True, True]


@pytest.mark.parametrize("name", ["..", "../../etc", "a/b", ".hidden", "-rf", "", " ", "x" * 200, "a\nb", "nul:"])
def test_an_id_that_cannot_be_a_folder_is_refused(importing, notebook, tmp_path, name):
    metadata = {"submission_1": {":submitters": [{":name": "", ":sid": name}]}}
    before = everything(tmp_path)
    report = importing(
        {"submission_metadata.yml": json.dumps(metadata).encode(), f"submission_1/{NAME}.ipynb": notebook()}
    )
    assert report.imported == ()
    assert len(report.problems) == 1
    assert {str(path) for path in everything(tmp_path) - before} == {"download.zip"}


def bomb(path, notebook):
    """One entry of 50 MB of spaces, one that says it is small, and one archive in an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(EVE, b" " * 50_000_000)
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as small:
            small.writestr(f"{NAME}.ipynb", b" " * 50_000_000)
        archive.writestr("Mallory_9_assignsubmission_file_/work.zip", inner.getvalue())
        archive.writestr(LENA, notebook())
    return path


def test_a_bomb_costs_its_owner_only(importing, notebook, tmp_path):
    report = importing(bomb(tmp_path / "bomb.zip", notebook))
    assert set(importing.students()) == {"lena-meier"}
    assert sorted(line.split("_")[0] for line in report.problems) == ["Eve Evil", "Mallory"]
    assert all("50,000,000 bytes" in line for line in report.problems)


def test_a_size_that_lies_is_found_while_reading(notebook, tmp_path):
    path = zipped(tmp_path / "lie.zip", {EVE: b" " * 5_000_000, LENA: notebook()})
    raw = path.read_bytes().replace(struct.pack("<L", 5_000_000), struct.pack("<L", 100))
    path.write_bytes(raw)
    with open_download(path, Bounds(file_bytes=1_000_000)) as source:
        (eve,) = [member for member in source.members if "Eve" in member.name]
        with pytest.raises(Refused):
            eve.read(1_000_000)


def test_too_many_entries_are_refused_before_anything_is_written(importing, tmp_path):
    path = zipped(tmp_path / "many.zip", {f"Eve_8_assignsubmission_file_/{i}.ipynb": b"" for i in range(300)})
    with pytest.raises(GradingError, match="holds 300 entries; at most 200"):
        importing(path, bounds=Bounds(members=200))
    assert not importing.out.exists()


def test_a_student_s_archive_of_too_many_entries_costs_its_owner_only(importing, notebook):
    many = {f"{i}.ipynb": b"" for i in range(300)}
    files = {"Eve_8_assignsubmission_file_/a.zip": many, LENA: notebook()}
    report = importing(files, bounds=Bounds(student_members=200))
    assert set(importing.students()) == {"lena-meier"}
    assert ["300 entries" in line for line in report.problems] == [True]


def test_entries_of_a_student_s_archive_do_not_count_for_the_others(importing, notebook):
    full = {f"{i}.txt": b"" for i in range(150)}
    files = {
        f"{who}_{i}_assignsubmission_file_/a.zip": {**full, f"{NAME}.ipynb": notebook()}
        for i, who in enumerate(("Eve", "Ada", "Bob"))
    }
    report = importing({**files, LENA: notebook()}, bounds=Bounds(members=10, student_members=200))
    assert set(importing.students()) == {"eve", "ada", "bob", "lena-meier"}
    assert not any("entries" in line for line in report.problems)


def test_bytes_read_of_a_student_s_archive_do_not_count_for_the_others(importing, notebook):
    size = len(notebook())
    many = {f"{i}.ipynb": notebook() for i in range(12)}
    mine = {f"{NAME}.ipynb": notebook(), "notes.txt": b"x"}
    files = {
        "Eve_8_assignsubmission_file_/a.zip": many,
        "Ada_9_assignsubmission_file_/a.zip": mine,
        LENA: notebook(),
    }
    report = importing(files, bounds=Bounds(student_bytes=20 * size, total_bytes=3 * size))
    assert {"ada", "lena-meier"} <= set(importing.students())
    assert any("bytes of a student's archive" in line for line in report.problems)
    assert not any(line.startswith(("Ada", "Lena")) for line in report.problems)


def test_a_name_longer_than_any_file_s_costs_its_owner_only(importing, notebook):
    """Reading names like this one took a time that grew with the square of their length."""
    long = {"Copy of " * 3000 + ".ipynb": notebook(), "of " * 20_000 + "(1).ipynb": notebook()}
    report = importing({"Eve_8_assignsubmission_file_/a.zip": long, LENA: notebook()})
    assert set(importing.students()) == {"lena-meier"}
    assert any("has a name that cannot be a file's" in line for line in report.problems)


def test_there_is_an_end_to_what_is_read_in_all(importing, notebook):
    size = len(notebook())
    files = {f"P{i}_1{i}_assignsubmission_file_/{NAME}.ipynb": notebook() for i in range(8)}
    report = importing(files, bounds=Bounds(total_bytes=5 * size))
    # Each is read twice: to look into it, and to place it.
    assert len(importing.students()) == 2
    assert len(report.problems) == 6


NASTY = st.sampled_from(
    ["..", ".", "", "a", "C:", "~", "Lena Meier_7_assignsubmission_file_", f"{NAME}.ipynb", "x.zip", NAME, "ü"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(NASTY, min_size=1, max_size=5), st.sampled_from("/\\")), max_size=6, unique_by=str))
def test_whatever_members_are_called_nothing_is_written_outside(importing, notebook, tmp_path, names):
    folder = tmp_path / "here"
    folder.mkdir(exist_ok=True)
    importing.out = folder / "deep" / "submitted"
    path = tmp_path / "any.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, (parts, slash) in enumerate(names):
            info = entry("x")
            info.filename = slash.join((*parts, f"nr{number}.ipynb"))
            archive.writestr(info, notebook())
    report = importing(path)
    # What was read is imported, left as another attempt, or named in a line.
    assert all(
        f"nr{number}.ipynb" in " ".join((*report.problems, *report.notes, *map(str, report.imported)))
        for number in range(len(names))
    )
    assert {found.name for found in tmp_path.iterdir()} <= {"here", "any.zip"}
    assert {found.relative_to(folder).parts[0] for found in folder.rglob("*")} <= {"deep"}


def test_a_name_of_bytes_that_are_no_text_is_shown_without_them(importing, notebook, tmp_path):
    folder = os.fsencode(tmp_path / "download" / "Eve\x1b[2J") + b"\xff_8_assignsubmission_file_"
    os.makedirs(folder)
    with open(os.path.join(folder, f"{NAME}.ipynb".encode()), "wb") as file:
        file.write(notebook())
    report = importing(tmp_path / "download")
    lines = " ".join((*report.problems, *report.notes, *(one.file for one in report.imported)))
    assert "Eve" in lines
    assert lines.isprintable()
    assert lines.encode()
