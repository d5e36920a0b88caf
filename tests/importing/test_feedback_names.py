"""Feedback goes back by the names of the download: the archive is read as the platform reads it."""

import re
import zipfile

import pytest

from autograder.exporting.feedback import FeedbackOrder, give_feedback
from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.grade.types import GradingError
from autograder.importing.layouts import Context, recognise
from autograder.importing.types import Member
from tests.grade import mini

NAME = mini.NAME
DOWNLOADS = {
    "moodle": {
        "Lena Meier_71_assignsubmission_file_/work.ipynb": "lena-meier",
        "Jörg Müller_72_assignsubmission_file/Copy of 02_mini.ipynb": "joerg-mueller",
        "Ada Zug_73_assignsubmission_file_02_mini.ipynb": "ada-zug",
    },
    "canvas": {
        "meierlena_1234_56789_02_mini-1.ipynb": "meierlena-1234",
        "mllerjrg_LATE_1235_56790_02_mini.ipynb": "mllerjrg-1235",
    },
    "brightspace": {
        "1001-7 - Lena Meier - Mar 1, 2026 1023 PM/02_mini.ipynb": "lena-meier",
        "1002-7 - Ada Zug - Mar 2, 2026 0923 AM/a - b.ipynb": "ada-zug",
    },
}


def read(platform, names):
    """Return what identifies a person in each name, by the platform's own rule."""
    if platform == "moodle":  # mod/assign/feedback/file/importziplib.php: explode('_', part, 5), at least 4 parts
        parts = [name.split("_", 4) for name in names]
        assert all(len(one) == 5 and one[2:4] == ["assignsubmission", "file"] for one in parts)
        return {one[1] for one in parts}
    if platform == "canvas":  # Assignment#infer_comment_context_from_filename: the first two numbers between signs
        return {tuple(part for part in name.split("_") if re.fullmatch(r"\d+", part))[:2] for name in names}
    return {name.rpartition("/")[0] for name in names}


@pytest.fixture
def given(course, importing, notebook):
    def run(platform):
        importing({name: notebook(mark=name) for name in DOWNLOADS[platform]}, packed=platform != "canvas")
        out = importing.folder / "grading"
        grade_class(Order(importing.out, out, course, seed=7), in_this_process)
        return FeedbackOrder(out, course, platform=platform, submissions=importing.out)

    return run


@pytest.mark.parametrize("platform", DOWNLOADS)
def test_an_archive_names_everybody_as_the_download_did(given, importing, platform):
    order = given(platform)
    assert set(importing.students()) == set(DOWNLOADS[platform].values())
    report = give_feedback(order)
    (path,) = report.archives
    with zipfile.ZipFile(path) as archive:
        pages = {name: archive.read(name) for name in archive.namelist()}
    downloaded = list(DOWNLOADS[platform])
    if platform == "moodle":
        assert read(platform, pages) == {"71", "72", "73"}
    else:
        assert read(platform, pages) == read(platform, downloaded)
    for name, page in pages.items():
        claim = recognise(Member(tuple(name.split("/")), 9, 0.0, lambda size: b""), Context([NAME]))
        (who,) = claim.people
        assert f"({who.fallback})" in page.decode() or f"<strong>{who.fallback}</strong>" in page.decode()
    assert give_feedback(order).archives == report.archives
    assert all(name.endswith(".html") for name in pages)


def test_hand_ins_of_another_platform_are_named_and_none_at_all_is_refused(course, given, importing):
    order = given("moodle")
    mini.hand_in(importing.out, "by-mail", mini.solved(course, mini.PERFECT))
    grade_class(Order(importing.out, order.grading, course), in_this_process)
    report = give_feedback(order)
    assert any("no download of moodle names them: by-mail." in line for line in report.problems)
    with pytest.raises(GradingError, match="came from a download of canvas"):
        give_feedback(FeedbackOrder(order.grading, course, platform="canvas", submissions=importing.out))


def test_a_name_of_a_download_that_leads_elsewhere_has_no_place(course, given, importing):
    order = given("brightspace")
    path = importing.out / "ada-zug" / NAME / ".download.json"
    path.write_text('{"platform": "Brightspace", "name": "../../1001-7 - Lena Meier"}')
    report = give_feedback(order)
    assert any("no download of brightspace names them: ada-zug." in line for line in report.problems)
    with zipfile.ZipFile(report.archives[0]) as archive:
        assert [name for name in archive.namelist() if ".." in name] == []
