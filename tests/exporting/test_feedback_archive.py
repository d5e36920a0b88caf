"""The archives of feedback are read as the platforms read them, and every page reaches the student whose it is."""

import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.exporting.feedback_archive import pack_feedback
from autograder.importing.origin import FILE_NAME, Origin

NAME = "02_optimizers"


def moodle(path):
    """The participant's number, as Moodle's import splits a name: five pieces, of which the third names the plugin."""
    pieces = path.split("_", 4)
    assert len(pieces) == 5
    assert "_".join(pieces[2:4]) == "assignsubmission_file"
    return pieces[1]


def canvas(path):
    """The user's number, as Canvas looks for it: the first of two pieces of digits; links and texts are passed."""
    pieces = path.split("_")
    assert not re.match(r"(link|text)\.html$", pieces[-1])
    numbers = [piece for piece in pieces if re.fullmatch(r"\d+", piece)]
    assert len(numbers) >= 2
    return numbers[0]


def brightspace(path):
    """The submission's number, with which the folder of a student begins."""
    folder, slash, file = path.partition("/")
    assert slash
    assert file == f"{NAME}.html"
    return folder.partition("-")[0]


READ = {"moodle": moodle, "canvas": canvas, "brightspace": brightspace}
# What the imports keep of a download, with the number by which the platform knows the student.
KEPT = {
    "moodle": "Zoë van der Berg_{number}_assignsubmission_file_",
    "canvas": "vanderbergzoe_{number}_98765_",
    "brightspace": "{number}-7 - Zoë van der Berg - Mar 1, 2026 1023 PM",
}


@pytest.fixture
def submissions(tmp_path):
    """Return a function that says what a student's hand-in was called in a download."""

    def put(student, platform, name):
        folder = tmp_path / student / NAME
        folder.mkdir(parents=True)
        (folder / FILE_NAME).write_bytes(Origin(platform.title(), name).to_bytes())
        return tmp_path

    return put


def unpacked(archive):
    with zipfile.ZipFile(io.BytesIO(archive.content)) as found:
        return {name: found.read(name) for name in found.namelist()}


@pytest.mark.parametrize("platform", READ)
def test_a_platform_reads_whose_page_it_is(submissions, platform):
    pages = {f"st{number}": f"page of {number}".encode() for number in (11, 12, 13)}
    for student in pages:
        folder = submissions(student, platform, KEPT[platform].format(number=student.removeprefix("st")))
    made = pack_feedback(platform, NAME, pages.items(), folder)
    read = {f"st{READ[platform](path)}": content for path, content in unpacked(made).items()}
    assert (read, made.packed, made.left) == (pages, 3, ())


@pytest.mark.parametrize("platform", READ)
def test_who_did_not_come_from_this_platform_is_named_and_left_out(submissions, platform):
    other = "canvas" if platform == "moodle" else "moodle"
    submissions("st11", platform, KEPT[platform].format(number=11))
    folder = submissions("st12", other, KEPT[other].format(number=12))
    made = pack_feedback(platform, NAME, [(one, b"x") for one in ("st11", "st12", "st13")], folder)
    assert (made.packed, made.left) == (1, ("st12", "st13"))


def test_of_two_with_one_name_none_gets_the_page_of_the_other(submissions):
    for student in ("st11", "st12"):
        folder = submissions(student, "moodle", KEPT["moodle"].format(number=11))
    made = pack_feedback("moodle", NAME, [("st11", b"11"), ("st12", b"12")], folder)
    assert list(unpacked(made).values()) == [b"11"]
    assert made.left == ("st12",)


@given(st.text(max_size=30) | st.sampled_from(["../../x", "/etc/x", "..", ".x", "a\\b", "a\nb", "C:\\x", "\u202ex"]))
def test_no_name_leads_out_of_the_archive(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("named")
    (folder / "st11" / NAME).mkdir(parents=True)
    (folder / "st11" / NAME / FILE_NAME).write_bytes(Origin("Brightspace", name).to_bytes())
    made = pack_feedback("brightspace", NAME, [("st11", b"x")], folder)
    for path in unpacked(made) if made.content else ():
        assert not path.startswith(("/", "."))
        assert "\\" not in path
        assert path.count("/") == 1
