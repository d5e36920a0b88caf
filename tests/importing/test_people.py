"""Names: whoever is found is the right one; whoever may be two people is nobody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grade.types import GradingError
from autograder.importing.people import is_student_id, slug
from autograder.importing.roster import Person, Roster, Unknown, read_roster
from autograder.importing.types import Who

LETTERS = "aäåbcdeéfghijklłmnoöøprsßtuüvwyzżАнд王小"
WORD = st.text(LETTERS, min_size=1, max_size=8).map(str.capitalize)
NAME = st.lists(
    st.one_of(WORD, st.builds("{}-{}".format, WORD, WORD), st.builds("{}'{}".format, WORD, WORD)),
    min_size=1,
    max_size=2,
)
PERSON = st.tuples(NAME.map(" ".join), NAME.map(" ".join))


def roster_of(people):
    return Roster([Person(f"id{i}", f"{first} {last}", f"{last}, {first}") for i, (first, last) in enumerate(people)])


def canvas(first, last):
    """The name as Canvas writes it into a file's name."""
    return "".join(c for c in f"{last}, {first}".lower() if c.isalnum() or c == "_")


def curly(first, last):
    return f"{first} {last}".replace("'", "’")


def by_name(roster, name, sortable=False):
    try:
        return roster.find(Who(name, sortable)).id
    except Unknown:
        return ""


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        PERSON,
        min_size=1,
        max_size=6,
        unique_by=lambda p: tuple(sorted(c for c in "".join(p).casefold() if c.isalnum())),
    )
)
def test_people_with_different_names_are_found_under_each_platform_s_way_to_write_them(people):
    roster = roster_of(people)
    for number, (first, last) in enumerate(people):
        assert by_name(roster, f"{first} {last}") == f"id{number}"
        assert by_name(roster, curly(first, last).upper().replace("SS", "ß")) in ("", f"id{number}")
        assert by_name(roster, canvas(first, last), sortable=True) == f"id{number}"


@settings(max_examples=200, deadline=None)
@given(PERSON, PERSON)
def test_nobody_is_taken_for_another_person_with_another_name(one, other):
    (first, last), roster = other, roster_of([one])
    found = by_name(roster, f"{first} {last}")
    letters = [sorted(slug(" ".join(person)).replace("-", "")) for person in (one, other)]
    plain = [sorted(_plain(" ".join(person))) for person in (one, other)]
    assert not found or letters[0] == letters[1] or plain[0] == plain[1]


def _plain(name):
    """The letters without accents, by another way than the code under test."""
    table = str.maketrans("äåéöøüłżß", "aaeooulzß")
    return [c for c in name.lower().translate(table).replace("ß", "ss") if c.isalpha()]


ANNA = Person("a", "Ali Hassan", "Hassan, Ali")
HASSAN = Person("h", "Hassan Ali", "Ali, Hassan")


@pytest.mark.parametrize(
    ("name", "sortable", "found"),
    [("Ali Hassan", False, "a"), ("Hassan Ali", False, "h"), ("hassanali", True, "a"), ("alihassan", True, "h")],
)
def test_the_order_of_names_counts_where_two_people_differ_in_it(name, sortable, found):
    assert by_name(Roster([ANNA, HASSAN]), name, sortable) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Müller Jörg", "j"),
        ("Jörg Müller", "j"),
        ("Jorg Muller", "j"),
        ("Joerg Mueller", "j"),
        ("JÖRG MÜLLER", "j"),
        ("Sean OBrien", "s"),
        ("Seán O’Brien", "s"),
        ("Strasse Anna", "t"),
        ("Jorge Muller", ""),
        ("Müller", ""),
        ("", ""),
    ],
)
def test_umlauts_and_apostrophes(name, found):
    roster = Roster([Person("j", "Jörg Müller"), Person("s", "Seán O'Brien"), Person("t", "Anna Straße")])
    assert by_name(roster, name) == found


def test_a_name_as_written_goes_before_one_without_accents():
    roster = Roster([Person("1", "Anna Müller"), Person("2", "Anna Muller"), Person("3", "Anna Mueller")])
    assert [by_name(roster, f"Anna {name}") for name in ("Müller", "Muller", "Mueller")] == ["1", "2", "3"]


def test_two_people_of_one_name_are_nobody_and_both_are_named():
    roster = Roster([Person("1", "Anna Müller"), Person("2", "Anna Müller")])
    with pytest.raises(Unknown, match="may be 1 or 2"):
        roster.find(Who("Anna Müller"))
    assert roster.find(Who("Anna Müller", ids=(("id", "2"),))).id == "2"


def test_a_number_of_one_platform_is_not_taken_for_that_of_another():
    roster = Roster([Person("1234", "Anna Müller"), Person("b", "Bo", ids=frozenset({("canvas", "77")}))])
    assert roster.find(Who("x", ids=(("canvas", "77"),))).id == "b"
    with pytest.raises(Unknown):
        roster.find(Who("x", ids=(("canvas", "1234"),)))


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Workbook 2 (991)
    Points Possible,,,,,7
"Müller, Jörg",11,0815,jmueller,Monday,
"O'Brien, Seán",12,0816,sobrien,Monday,3
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade
Participant 71,Jörg Müller,jmueller@uni.example,Submitted,
Participant 73,Seán O'Brien,sobrien@uni.example,Submitted,3
"""
BRIGHTSPACE = "OrgDefinedId,Username,Last Name,First Name\n#0815,#jmueller,Müller,Jörg\n#0816,#sobrien,O'Brien,Seán\n"
GRADESCOPE = "First Name;Last Name;SID;Email\nJörg;Müller;jmueller;j@uni.example\nSeán;O'Brien;sobrien;s@uni.example\n"


@pytest.mark.parametrize(
    "text", [CANVAS, WORKSHEET, BRIGHTSPACE, GRADESCOPE], ids=["canvas", "moodle", "brightspace", "gradescope"]
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_exports_of_platforms_are_rosters(tmp_path, text, mark):
    path = tmp_path / "roster.csv"
    path.write_text(mark + text, encoding="utf-8")
    roster = read_roster(path)
    assert [(person.id, person.name) for person in roster.people] == [
        ("jmueller", "Jörg Müller"),
        ("sobrien", "Seán O'Brien"),
    ]


def test_platforms_own_numbers_are_known_from_their_exports(tmp_path):
    path = tmp_path / "roster.csv"
    for text, kind, number in ((CANVAS, "canvas", "12"), (WORKSHEET, "moodle", "73")):
        path.write_text(text, encoding="utf-8")
        assert read_roster(path).find(Who("?", ids=((kind, number),))).id == "sobrien"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,name\na,Anna\nb,Bo\na,Cleo\n", ["line 4: 'a' stands in line 2, too"]),
        ("id,name\nA,Anna\na,Cleo\n", ["line 3: 'a' stands in line 2, too"]),
        ("id,name,email\na,Anna,x@y\nb,Bo,X@y\n", ["line 3: 'X@y' stands in line 2, too"]),
        ("id,name\n../a,Anna\n,Bo\n", ["line 2: '../a' cannot be a student's id", "line 3: there is no id"]),
        ("name,id\n", ["names nobody"]),
        ("", ["is empty"]),
        ('id,name\na,"Anna\n', ["is not a csv"]),
        (
            "matricule,prenom,nom\n1,Anna,Bo\n",
            ["header: matricule, prenom, nom\n", "ids may be called student_id", "first_name", "last_name", "email"],
        ),
        ("Student,ID,Section\n'Bo, Anna',7,1\n", ["no column of ids", "Canvas holds its own numbers"]),
    ],
)
def test_a_roster_that_cannot_be_used_says_which_lines(tmp_path, text, said):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GradingError) as error:
        read_roster(path)
    assert [line for line in said if line not in str(error.value)] == []


TABLE = "id,name\nj,Jörg\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.replace(",", "\t").encode("utf-16-be"),
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r").encode(),
        ("sep=;\r\n" + TABLE.replace(",", ";")).encode(),
        b'"id";"name, as written"\n"j";"J\xc3\xb6rg"\n'.replace(b", as written", b""),
    ],
    ids=["utf-8", "utf-16", "utf-16 with tabs", "windows", "old mac", "sep", "semicolons"],
)
def test_a_roster_is_read_in_the_encoding_that_its_program_chose(tmp_path, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    roster = read_roster(path)
    assert roster.find(Who("Jörg")).id == "j"
    assert ["the roster is not UTF-8 and was read as Windows-1252" in note for note in roster.notes] == (
        [True] if content == TABLE.encode("cp1252") else []
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x14\x00", "the file of a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "the file of a spreadsheet"),
        (b"\x00\x01\xff\xfe", "not UTF-8"),
    ],
)
def test_a_roster_that_is_no_text_is_refused(tmp_path, content, said):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(GradingError, match=said):
        read_roster(path)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("Nome,Cognome,Indirizzo email", "Lena,Meier,lmeier@u.it"),
        ("Voornaam,Achternaam,E-mailadres", "Lena,Meier,lmeier@u.nl"),
        ("Nome,Sobrenome,Endereço de email", "Lena,Meier,lmeier@u.br"),
        ("Förnamn,Efternamn,E-postadress", "Lena,Meier,lmeier@u.se"),
        ("Identificativo,Nome completo,Indirizzo email,Valutazione,Valutazione massima",
         "Partecipante7,Lena Meier,lmeier@u.it,,20"),
        ("Identificator,Volledige naam,E-mailadres,Cijfer,Maximum cijfer", "Deelnemer7,Lena Meier,lmeier@u.nl,,20"),
    ],
)  # fmt: skip
def test_the_tables_of_other_languages_are_read(tmp_path, header, line):
    path = tmp_path / "roster.csv"
    path.write_text(f"{header}\n{line}\n", encoding="utf-8")
    (person,) = read_roster(path).people
    assert (person.id, person.name) == ("lmeier", "Lena Meier")


LABELS = {
    "Meier, Lena(lmeier)": "lmeier", "homework-2-jmueller": "jmueller", "lmeier_Lena_X": "lmeier",
    "anna": "", "Anna Schmidt": "", "lmeiers": "", "lmeier and jmueller": "", "homework 12345": "", "ab": "",
}  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_an_id_is_found_among_the_words_of_a_folder_and_a_name_is_not(label):
    people = [Person("lmeier", "Lena Meier"), Person("jmueller"), Person("anna", "Anna Kumar"), Person("12345")]
    assert Roster([*people, Person("ab")]).id_in(label) == LABELS[label]


@given(st.text(max_size=30))
def test_an_id_is_one_plain_name_of_a_folder(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    if is_student_id(text):
        assert (folder / text).parent == folder
        assert (folder / text).name == text
    assert not slug(text) or is_student_id(slug(text))
