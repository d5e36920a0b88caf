"""Layouts, rosters and times as further platforms and languages write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.grade.times import time_of
from autograder.importing.roster import read_roster
from tests.importing.conftest import NAME

ROSTER = "id,first name,last name,email\nlm,Lena,Meier,lena@uni.example\njm,Jörg,Müller,joerg@uni.example\n"
FILE = f"{NAME}.ipynb"
LAYOUTS = {
    "Blackboard": [f"HW 2_{who}_attempt_2026-03-01-12-00-00_{FILE}" for who in ("lm", "jm")],
    "ILIAS": [f"{NAME}/Abgaben/Team 1/meier_lena_lm_471/{FILE}", f"{NAME}/Abgaben/Team 2/müller_jörg_jm_472/{FILE}"],
    "Google Classroom": [f"Lena Meier - Copy of {FILE}", f"Jörg Müller - {FILE}"],
    "Moodle": [
        f"Group A-Lena Meier_123_assignsubmission_file_/{FILE}",
        f"Group-B - 2-Jörg Müller_124_assignsubmission_file_/{FILE}",
    ],
    "Canvas": [f"meierlena_11_901_{FILE}.json", f"müllerjörg_LATE_12_902_{NAME}.txt"],
}  # fmt: skip
MANUAL = "Student,ID,SIS User ID,SIS Login ID,Section,W (9)\n,,,,,Manual Posting\n    Points Possible,,,,,7\n"
CANVAS = f'{MANUAL}"Meier, Lena",11,,lm,A,\n"Müller, Jörg",12,,jm,A,\n"Student, Test",13,,deadbeef,A,\n'
GERMAN = (
    '"ID","Vollständiger Name","E-Mail-Adresse","Status","Bewertung","Bestwertung","Feedback als Kommentar"\n'
    '"Teilnehmer/in123","Lena Meier","lm@uni.example","Zur Bewertung abgegeben","","20,00",""\n'
    '"Teilnehmer/in124","Jörg Müller","jm@uni.example","Zur Bewertung abgegeben","","20,00",""\n'
)
FRENCH = (
    "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale\n"
    'Participant 123,Lena Meier,lm@uni.example,Remis,,"20,00"\n'
    'Participant 124,Jörg Müller,jm@uni.example,Remis,,"20,00"\n'
)
SPANISH = (
    "Identificador;Nombre completo;Dirección de correo;Estado;Calificación;Calificación máxima\n"
    "Participante123;Lena Meier;lm@uni.example;Enviado;;20,00\n"
    "Participante124;Jörg Müller;jm@uni.example;Enviado;;20,00\n"
)
EXCEL = "sep=;\nid;name\nlm;Lena Meier\njm;Jörg Müller\n"
ILIAS = "Login,Nachname,Vorname,Matrikelnummer\nlm,Meier,Lena,1\njm,Müller,Jörg,2\n"
ROSTERS = {
    "canvas": CANVAS, "german": GERMAN, "french": FRENCH, "spanish": SPANISH, "excel": EXCEL, "ilias": ILIAS
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_file_arrives_under_its_student(importing, notebook, layout):
    files = {name: notebook(mark=name) for name in LAYOUTS[layout]}
    report = importing(files, ROSTER, zone=ZoneInfo("Europe/Berlin"))
    assert {one.layout for one in report.imported} == {layout}
    assert importing.students() == dict(zip(("lm", "jm"), files.values(), strict=True)), report.problems
    if layout == "Blackboard":
        assert importing.time("lm") == "2026-03-01 11:00:00 UTC\n"
    if layout == "Canvas":
        assert sum("was taken for a notebook" in line for line in report.notes) == 2


@pytest.mark.parametrize("text", ROSTERS.values(), ids=ROSTERS)
def test_each_export_is_a_roster_of_the_same_people(tmp_path, text):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    assert [(one.id, one.name) for one in read_roster(path).people] == [("lm", "Lena Meier"), ("jm", "Jörg Müller")]


@pytest.mark.parametrize("roster", [GERMAN, FRENCH, SPANISH])
def test_participants_are_found_by_the_number_in_the_worksheet(importing, notebook, roster):
    files = {f"Anonym_{n}_assignsubmission_file_/{FILE}": notebook(mark=str(n)) for n in (123, 124)}
    importing(files, roster)
    assert set(importing.students()) == {"lm", "jm"}


@pytest.mark.parametrize("word", ["Participant", "Teilnehmerin", "Participante", "Group 1-Participant"])
@pytest.mark.parametrize("with_roster", [True, False])
def test_anonymous_participants_stay_apart(importing, notebook, word, with_roster):
    files = {f"{word}_{n}_assignsubmission_file_/{FILE}": notebook(mark=str(n)) for n in (123, 124)}
    anonymous = "Identifier,Status,Grade,Maximum Grade\nParticipant 123,-,,7\nParticipant 124,-,,7\n"
    importing(files, anonymous if with_roster else "")
    assert set(importing.students()) == {"participant-123", "participant-124"}


def test_the_test_student_of_canvas_is_a_note(importing, notebook):
    report = importing({f"studenttest_13_903_{FILE}": notebook(), f"meierlena_11_901_{FILE}": notebook()}, CANVAS)
    assert set(importing.students()) == {"lm"}
    assert not report.problems
    assert any("the test student of Canvas" in line for line in report.notes)


@pytest.mark.parametrize("name", [f"20260301120000_{FILE}", "notes_1_2_final.ipynb", f"My Work_3_4_{FILE}"])
def test_no_two_numbers_in_a_name_of_a_students_own_are_ids(importing, notebook, name):
    files = {f"{who}/{name}": notebook(mark=who) for who in ("Lena Meier", "Jörg Müller")}
    report = importing(files)
    assert len(importing.students()) + len(report.problems) >= 2
    assert not {one.student for one in report.imported} & {"20260301120000", "3", "4"}
    importing(files, ROSTER, replace=True)
    assert {"lm", "jm"} <= set(importing.students())


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-01 12:00:00.5 CET", 11),
        ("2026-03-01 12:00:00 UTC", 12),
        ("2026-03-01 12:00:00 MESZ", 10),
        ("2026-03-01 12:00:00+02:00", 10),
        ("2026-03-01T12:00:00 -0500", 17),
        ("2026-03-01 12:00:00", 12),
    ],
)
def test_a_time_is_kept_with_its_zone(importing, notebook, text, hour):
    assert time_of(text).replace(microsecond=0) == datetime(2026, 3, 1, hour, tzinfo=UTC)
    importing({f"submitted/lm/{NAME}/{FILE}": notebook(), f"submitted/lm/{NAME}/timestamp.txt": text.encode()})
    assert importing.time("lm") == f"2026-03-01 {hour}:00:00 UTC\n"


@pytest.mark.parametrize("text", ["2026-03-01 12:00:00 XYZ", "yesterday", "12:00"])
def test_a_time_that_nobody_can_read_is_said(importing, notebook, text):
    report = importing({f"submitted/lm/{NAME}/{FILE}": notebook(), f"submitted/lm/{NAME}/timestamp.txt": text.encode()})
    assert importing.time("lm") == ""
    assert any("its time" in line and "cannot be read" in line for line in report.problems)
    assert set(importing.students()) == {"lm"}
