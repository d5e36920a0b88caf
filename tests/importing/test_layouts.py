"""What Canvas, Moodle, Brightspace, Gradescope and nbgrader hand out arrives under the right student."""

from zoneinfo import ZoneInfo

import pytest

from tests.importing.conftest import NAME, zipped

ROSTER = """id,first name,last name,email
lm,Lena,Meier,lena@uni.example
jm,Jörg,Müller-Lüdenscheidt,joerg@uni.example
ob,Seán,O'Brien,sean@uni.example
xw,小明,王,xw@uni.example
"""
PEOPLE = ("lm", "jm", "ob", "xw")
METADATA = """submission_101:
  :submitters:
  - :name: Lena Meier
    :sid: lm
    :email: lena@uni.example
  :created_at: 2026-03-01 12:00:00.284610000 Z
  :score: 0.0
submission_102:
  :submitters:
  - :name: Jörg Müller-Lüdenscheidt
    :sid:
    :email: JOERG@uni.example
  - :name: Sean O’Brien
    :sid:
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-03-02 09:30:00.000000000 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: Etc/UTC
    time: 2026-03-02 09:30:00.000000000 Z
submission_103:
  :submitters:
  - :name: 王 小明
"""


@pytest.fixture
def layouts(notebook):
    """Downloads of one class, by product."""
    one, two, three, four = (notebook(mark=name) for name in PEOPLE)
    return {
        "Canvas": {
            f"meierlena_11_901_{NAME}.ipynb": one,
            f"müllerlüdenscheidtjörg_LATE_12_902_{NAME}-1.ipynb": two,
            f"obrienseán_13_903_Copy of {NAME} (1).ipynb": three,
            f"王小明_14_904_{NAME}.ipynb": four,
        },
        "Moodle": {
            f"Lena Meier_71_assignsubmission_file_/{NAME}.ipynb": one,
            f"Jörg Müller-Lüdenscheidt_72_assignsubmission_file/sub/{NAME}.ipynb": two,
            f"Seán O'Brien_73_assignsubmission_file_{NAME}.ipynb": three,
            "小明 王_74_assignsubmission_file_/work.zip": {f"deep/{NAME}.ipynb": four},
            "Lena Meier_71_assignsubmission_onlinetext_/onlinetext.html": b"<p>Done.</p>",
        },
        "Brightspace": {
            f"1001-5 - Lena Meier - Mar 1, 2026 100 PM/{NAME}.ipynb": one,
            f"1002-5 - Jörg Müller-Lüdenscheidt - 2 March, 2026 1030/{NAME}.ipynb": two,
            f"1003-5 - Sean O'Brien- Mar 3, 2026 1215 AM - {NAME}.ipynb": three,
            f"1004-5 - 小明 王 - Mar 4, 2026 1200 PM/{NAME}.ipynb": four,
            "index.html": b"<table></table>",
        },
        "Gradescope": {
            "assignment_77_export/submission_metadata.yml": METADATA.encode(),
            f"assignment_77_export/submission_101/{NAME}.ipynb": one,
            f"assignment_77_export/submission_102/deep/{NAME}.ipynb": two,
            f"assignment_77_export/submission_103/{NAME}.ipynb": four,
        },
        "nbgrader": {
            f"submitted/lm/{NAME}/{NAME}.ipynb": one,
            f"submitted/lm/{NAME}/timestamp.txt": b"2026-03-01 12:00:00.5 UTC\n",
            f"submitted/jm/{NAME}/{NAME}.ipynb": two,
            f"submitted/ob/{NAME}/Copy of {NAME}.ipynb": three,
            f"submitted/xw/{NAME}/{NAME}.ipynb": four,
        },
        "nbgrader exchange": {
            f"inbound/lm+{NAME}+2026-03-01 12:00:00.123456 UTC+a8Zq/{NAME}.ipynb": one,
            f"inbound/jm+{NAME}+2026-03-02 09:30:00 UTC/{NAME}.ipynb": two,
            f"inbound/ob+{NAME}+2026-03-03 00:00:00.000000 UTC+x/{NAME}.ipynb": three,
            f"inbound/xw+{NAME}+2026-03-04 00:00:00.000000 UTC+x/{NAME}.ipynb": four,
        },
        "one folder each": {
            f"week 2/lena@uni.example/{NAME}.ipynb": one,
            f"week 2/Müller-Lüdenscheidt, Jörg/notebooks/{NAME}/{NAME}.ipynb": two,
            f"week 2/ob/{NAME}.ipynb": three,
            f"week 2/王 小明/{NAME}.ipynb": four,
        },
    }


PRODUCTS = ["Canvas", "Moodle", "Brightspace", "Gradescope", "nbgrader", "nbgrader exchange", "one folder each"]


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
@pytest.mark.parametrize("product", PRODUCTS)
def test_each_product_s_files_arrive_under_the_ids_of_the_roster(importing, layouts, notebook, product, packed):
    report = importing(layouts[product], roster=ROSTER, packed=packed, zone=ZoneInfo("Europe/Berlin"))
    expected = {name: notebook(mark=name) for name in PEOPLE}
    if product == "Gradescope":
        # A group hands in together.
        expected["ob"] = expected["jm"]
    assert report.problems == ()
    assert importing.students() == expected
    assert {one.layout for one in report.imported} == {product}


@pytest.mark.parametrize(
    ("product", "times"),
    [
        ("Brightspace", ("2026-03-01 12:00:00", "2026-03-02 09:30:00", "2026-03-02 23:15:00", "2026-03-04 11:00:00")),
        ("Gradescope", ("2026-03-01 12:00:00", "2026-03-02 09:30:00", "2026-03-02 09:30:00", "")),
        ("nbgrader", ("2026-03-01 12:00:00", "", "", "")),
        (
            "nbgrader exchange",
            ("2026-03-01 12:00:00", "2026-03-02 09:30:00", "2026-03-03 00:00:00", "2026-03-04 00:00:00"),
        ),
        ("Canvas", ("", "", "", "")),
    ],
)
def test_times_are_kept_where_they_are_known(importing, layouts, product, times):
    importing(layouts[product], roster=ROSTER, zone=ZoneInfo("Europe/Berlin"))
    assert [importing.time(name) for name in PEOPLE] == [f"{time} UTC\n" if time else "" for time in times]


def test_late_without_a_time_is_said(importing, layouts):
    said = "Canvas calls it late and does not tell the time; no penalty will be taken."
    assert [line for line in importing(layouts["Canvas"], roster=ROSTER).notes if "late" in line] == [
        f"jm/{NAME}: {said}"
    ]
    kept = {path.parts[-3]: path.read_text() for path in importing.out.rglob("late.txt")}
    assert kept == {"jm": f"{said}\n"}


def test_what_canvas_says_of_a_late_one_is_added_to_what_was_imported_without_it(importing, notebook):
    importing({f"meierlena_11_901_{NAME}.ipynb": notebook()})
    report = importing({f"meierlena_LATE_11_901_{NAME}.ipynb": notebook()})
    assert ([one.what for one in report.imported], report.problems) == (["same"], ())
    assert (importing.out / "meierlena-11" / NAME / "late.txt").read_text().startswith("Canvas calls it late")


def test_without_a_roster_ids_come_from_the_platform(importing, layouts):
    importing(layouts["Canvas"])
    assert set(importing.students()) == {
        "meierlena-11",
        "muellerluedenscheidtjoerg-12",
        "obriensean-13",
        "王小明-14",
    }


def test_without_a_roster_plain_folders_are_listed_and_not_guessed(importing, layouts):
    report = importing(layouts["one folder each"])
    assert importing.students() == {}
    assert len(report.problems) == 4


def test_a_folder_of_several_downloads(importing, layouts, tmp_path, notebook):
    folder = tmp_path / "downloads"
    folder.mkdir()
    canvas, moodle = dict(layouts["Canvas"]), dict(layouts["Moodle"])
    zipped(folder / "canvas.zip", {name: canvas[name] for name in list(canvas)[:2]})
    zipped(folder / "moodle (1).zip", {name: moodle[name] for name in list(moodle)[2:4]})
    assert importing(folder, roster=ROSTER).problems == ()
    assert importing.students() == {name: notebook(mark=name) for name in PEOPLE}


def test_names_of_macos_and_of_zips_that_do_not_say_how_they_are_written(importing, notebook, tmp_path):
    import unicodedata
    import zipfile

    apart = unicodedata.normalize("NFD", f"Jörg Müller-Lüdenscheidt_72_assignsubmission_file_/{NAME}.ipynb")
    path = zipped(tmp_path / "mac.zip", {apart: notebook(), "__MACOSX/._x.ipynb": b"resource fork"})
    raw = bytearray(path.read_bytes())
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(sign)
        while place >= 0:
            raw[place + flags + 1] &= 0xF7
            place = raw.find(sign, place + 1)
    path.write_bytes(bytes(raw))
    assert zipfile.ZipFile(path).namelist()[0] != apart
    report = importing(path, roster=ROSTER)
    assert report.problems == ()
    assert not [line for line in report.notes if "left aside" in line]
    assert set(importing.students()) == {"jm"}


def test_everything_that_is_no_notebook_is_listed(importing, layouts):
    assert importing(layouts["Moodle"], roster=ROSTER).notes == (
        "Lena Meier_71_assignsubmission_onlinetext_: left aside, as it is no notebook: onlinetext.html.",
    )


def test_who_is_not_on_the_roster_is_listed_and_not_imported(importing, layouts):
    report = importing(layouts["Canvas"], roster="id,name\nlm,Lena Meier\n")
    assert set(importing.students()) == {"lm"}
    assert [line.partition(":")[0] for line in report.problems] == list(layouts["Canvas"])[1:]
    assert all("is not on the roster" in line for line in report.problems)


def test_a_student_cannot_hand_in_for_another(importing, notebook):
    evil = notebook(mark="evil")
    forged = b"submission_1:\n  :submitters:\n  - :name: Lena Meier\n    :sid: lm\n"
    inside = {
        f"lm+{NAME}+2026-03-01 12:00:00 UTC/{NAME}.ipynb": evil,
        f"lm/{NAME}/{NAME}.ipynb": evil,
        f"meierlena_11_901_{NAME}.ipynb": evil,
        "submission_metadata.yml": forged,
        f"submission_1/{NAME}.ipynb": evil,
    }
    top = "Jörg Müller-Lüdenscheidt_72_assignsubmission_file_"
    files = {f"{top}/work.zip": inside} | {f"{top}/{name}": content for name, content in inside.items()}
    for packed in (True, False):
        importing(files, roster=ROSTER, packed=packed)
        assert set(importing.students()) == {"jm"}


NAMED_FILES = (
    (f"lmeier_{NAME}.ipynb", "lmeier"),
    (f"{NAME}-LMEIER (2).ipynb", "lmeier"),
    (f"homework 2/{NAME} (Müller-Lüdenscheidt, Joerg).ipynb", "jm"),
    (f"Kopie von {NAME} - Lena Meier.ipynb", "lmeier"),
    (f"Lüdenscheidt_Müller_Jörg_4711/{NAME}.ipynb", "jm"),
)


@pytest.mark.parametrize(("path", "student"), NAMED_FILES)
def test_an_id_or_a_whole_name_tells_wherever_it_stands(importing, notebook, path, student):
    report = importing({path: notebook()}, roster=ROSTER.replace("lm,", "lmeier,"))
    assert report.problems == ()
    assert set(importing.students()) == {student}


@pytest.mark.parametrize(
    "path",
    [
        f"{NAME}_Meier.ipynb",  # a part of a name
        f"{NAME} Lena Meier and Sean O'Brien.ipynb",
        f"Lena Maier/{NAME} Seán O'Brien.ipynb",  # a student's file, in a folder whose name is misspelt
    ],
)
def test_what_may_be_somebody_elses_tells_nothing(importing, notebook, path):
    assert len(importing({path: notebook()}, roster=ROSTER).problems) == 1
    assert importing.students() == {}
