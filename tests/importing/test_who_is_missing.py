"""Who handed in no notebook, who handed in nothing, and who is called otherwise on the roster."""

import zipfile

import pytest

from autograder.grade.course_folder import prepare_folder
from autograder.grade.types import GradingError
from autograder.importing.attempts import Claimed
from autograder.importing.missing_notebooks import owner, without_notebook
from autograder.importing.roster import Person, Roster, read_roster
from autograder.importing.types import Claim, Member, Who
from tests.importing.conftest import NAME, zipped

ROSTER = "id,first_name,last_name\nlm,Lena,Meier\ntmeier,Tom,Meier\n"
PDF = "Tom Meier_4714_assignsubmission_file_/02.pdf"
LENA = f"Lena Meier_7_assignsubmission_file_/{NAME}.ipynb"


def missing(report):
    return [line for line in report.notes if "on the roster ha" in line]


@pytest.mark.parametrize("mark", ["nbgrader_config.py", "gradebook.db"])
def test_the_folder_of_the_class_is_not_that_of_the_submissions(importing, notebook, tmp_path, mark):
    folder = tmp_path / "grading"
    prepare_folder(folder, importing.course)
    for name in {"nbgrader_config.py", "gradebook.db"} - {mark}:
        (folder / name).unlink()
    importing.out = folder
    before = sorted(folder.iterdir())
    with pytest.raises(GradingError) as error:
        importing({LENA: notebook()})
    assert str(error.value).endswith(f"give --out {folder / 'submitted'}")
    assert "\n" not in str(error.value)
    assert sorted(folder.iterdir()) == before
    importing.out = folder / "submitted"
    assert importing({LENA: notebook()}).problems == ()


@pytest.mark.parametrize(
    ("file", "roster", "label"),
    [
        (PDF, ROSTER, "tmeier (Tom Meier)"),
        (PDF, "", "tom-meier (Tom Meier)"),
        ("meiertom_11_901_02.pdf", ROSTER, "tmeier (Tom Meier)"),
        ("meiertom_LATE_11_901_02.pdf", "", "meiertom-11 (meiertom)"),
        ("week 2/tmeier/deep/02.pdf", ROSTER, "tmeier (Tom Meier)"),
    ],
)
def test_who_hands_in_only_something_else_is_an_error_that_names_them(importing, notebook, file, roster, label):
    report = importing({file: b"%PDF", LENA: notebook()}, roster=roster)
    assert report.problems == (f"{label} handed in no notebook, only 02.pdf",)
    assert not [line for line in report.notes if "02.pdf" in line]
    assert len(report.imported) == 1


def test_the_command_ends_with_1_for_a_pdf_alone(command, notebook, tmp_path):
    code, said, errors = command(zipped(tmp_path / "one.zip", {PDF: b"%PDF", LENA: notebook()}))
    assert (code, errors) == (1, "error: tom-meier (Tom Meier) handed in no notebook, only 02.pdf\n")
    assert "1 submission in" in said
    assert "1 line above needs a look" in said


def test_a_file_beside_a_notebook_stays_a_note(importing, notebook):
    beside = PDF.replace("/02.pdf", f"/{NAME}.ipynb")
    report = importing({PDF: b"%PDF", beside: notebook()}, roster=ROSTER)
    assert report.problems == ()
    assert [line for line in report.notes if "left aside" in line and "02.pdf" in line]


def test_two_people_of_one_name_do_not_stand_for_each_other(importing, notebook):
    report = importing({PDF: b"%PDF", f"Tom Meier_9_assignsubmission_file_/{NAME}.ipynb": notebook()})
    assert [line for line in report.problems if "handed in no notebook" in line]


def test_where_the_path_names_an_assignment_the_line_does(importing, notebook):
    files = {f"tmeier/{NAME}/02.pdf": b"%PDF", f"lm/{NAME}/{NAME}.ipynb": notebook()}
    assert importing(files, roster=ROSTER).problems == (
        f"tmeier (Tom Meier) handed in no notebook of {NAME}, only 02.pdf",
    )


def test_a_pdf_of_nobody_on_the_roster_says_both(importing):
    (line,) = importing({PDF.replace("Tom", "Thom"): b"%PDF"}, roster=ROSTER).problems
    assert line.startswith("'Thom Meier' (Moodle) handed in no notebook, only 02.pdf, and is not on the roster;")


def test_the_last_note_says_who_has_no_submission_yet(importing, notebook):
    roster = ROSTER + "".join(f"s{number},Student,{number}\n" for number in range(30))
    report = importing({LENA: notebook()}, roster=roster)
    names = ", ".join(["tmeier", *(f"s{number}" for number in range(19))])
    assert report.notes[-1] == f"{NAME}: 31 of 32 on the roster have no submission: {names} and 11 more."
    assert report.problems == ()


def test_nobody_is_missing_who_was_imported_before(importing, notebook):
    assert len(missing(importing({LENA: notebook()}, roster=ROSTER))) == 1
    assert missing(importing({PDF.replace("02.pdf", f"{NAME}.ipynb"): notebook()}, roster=ROSTER)) == []
    assert missing(importing({PDF: b"%PDF"}, roster=ROSTER, assignment=NAME)) == []


def test_all_are_missing_of_an_assignment_that_was_asked_for_and_is_not_there(importing):
    report = importing({PDF: b"%PDF"}, roster=ROSTER, assignment=NAME)
    assert missing(report) == [f"{NAME}: 2 of 2 on the roster have no submission: lm, tmeier."]


def test_an_unknown_name_gets_the_nearest_one(importing, notebook):
    (line,) = importing({LENA.replace("Meier", "Mayer"): notebook()}, roster=ROSTER).problems
    assert "'Lena Mayer' (Moodle) is not on the roster; the nearest name there is Lena Meier (lm); not imp" in line


@pytest.mark.parametrize(
    ("name", "id"),
    [("Jorg Muler", "jm"), ("mülerjörg", "jm"), ("Anna Maria Schmidt", "as"), ("小明 王", ""), ("Bo Xu", ""), ("", "")],
)
def test_only_a_near_name_is_offered(name, id):
    roster = Roster([Person("jm", "Jörg Müller", "Müller, Jörg"), Person("as", "Anna Schmidt"), Person("x")])
    assert roster.near(name).endswith(f"({id})") if id else roster.near(name) == ""


def test_a_roster_without_names_says_so(importing, notebook):
    report = importing({LENA: notebook()}, roster="matricule,id\n1,lm\n")
    assert "the roster: there is no column of names" in report.notes[0]
    assert report.notes[0].endswith("in the header: matricule, id.")
    assert ["is not on the roster, which has no names" in line for line in report.problems] == [True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Full name,Email address\nLena Meier,lm@uni.example\n",
            "there is no column of ids; what stands before the @ in the column 'Email address' was taken, "
            "as 'lm' of 'lm@uni.example'.",
        ),
        (
            "id,name,mail\na,Anna,a@uni.example\n,Bo,bo@uni.example\n",
            "1 of 2 has no id; what stands before the @ in the column 'mail' was taken, as 'bo' of 'bo@uni.example'.",
        ),
        ("id,name,mail\na,Anna,a@uni.example\n", ""),
    ],
)
def test_ids_that_were_made_from_emails_are_said(tmp_path, text, said):
    (tmp_path / "roster.csv").write_text(text)
    assert read_roster(tmp_path / "roster.csv").notes == ((f"the roster: {said}",) if said else ())


def test_the_roster_that_nbgrader_imports_is_one(tmp_path):
    (tmp_path / "roster.csv").write_text("id,first_name,last_name,email\nlm,Lena,Meier,lena@uni.example\n")
    (person,) = read_roster(tmp_path / "roster.csv").people
    assert (person.id, person.name, person.sortable) == ("lm", "Lena Meier", "Meier, Lena")


def claimed(name, assignment):
    who = Who("Tom Meier", fallback="tmeier")
    return Claimed(Member((name,), 1, 0.0, lambda _: b""), Claim("nbgrader", (who,), name, assignment=assignment))


@pytest.mark.parametrize(
    ("assignment", "notebook_of", "wanted", "lines"),
    [
        ("02", "03", "", ["tmeier (Tom Meier) handed in no notebook of 02, only x.pdf"]),
        ("02", "02", "", []),
        ("02", "", "", []),
        ("", "03", "", []),
        ("02", "03", "03", []),
        ("02", "03", "02", ["tmeier (Tom Meier) handed in no notebook of 02, only x.pdf"]),
    ],
)
def test_a_notebook_of_another_assignment_does_not_count(assignment, notebook_of, wanted, lines):
    pdf = claimed("x.pdf", assignment)
    found, rest = without_notebook(
        [pdf],
        [claimed("x.ipynb", notebook_of)],
        lambda one, who: owner(one, who, None, lambda who: who.fallback),
        wanted,
    )
    assert (found, rest) == (lines, [] if lines else [pdf.member])


@pytest.mark.parametrize(
    ("names", "years", "said"),
    [
        (("{}", "{} (1)"), (2020, 2020), "no times are known; the one with the highest number in its name is"),
        (("a/{}", "b/{}"), (2020, 2020), "no times are known; the last one by name is"),
        (("a/{}", "b/{}"), (2021, 2020), "no times are known; the newest file is"),
    ],
)
def test_what_decides_where_no_time_is_known_is_said(importing, notebook, tmp_path, names, years, said):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, year in zip(names, years, strict=True):
            entry = f"Lena Meier_7_assignsubmission_file_/{name.format(NAME)}.ipynb"
            archive.writestr(zipfile.ZipInfo(entry, (year, 1, 1, 0, 0, 0)), notebook(2, name))
    (line,) = [line for line in importing(path).notes if "2 attempts" in line]
    taken = names[0] if years[0] > years[1] else names[1]
    assert f"{said} Lena Meier_7_assignsubmission_file_/{taken.format(NAME)}.ipynb; left: " in line
    assert "the latest is" not in line


def test_the_most_complete_is_said_only_where_another_is_less_so(importing, notebook):
    place = "Lena Meier_7_assignsubmission_file_/"
    for first, said in ((1, "the most complete is"), (2, "the one with the highest number in its name is")):
        files = {f"{place}{NAME}.ipynb": notebook(first, "a"), f"{place}{NAME} (1).ipynb": notebook(2, "b")}
        (line,) = [line for line in importing(files, attempts="best").notes if "2 attempts" in line]
        assert f"{said} {place}{NAME} (1).ipynb" in line
