"""What the columns of a roster may be called, and what is said where they are called otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from autograder.grade.types import GradingError

__all__ = [
    "EMAIL",
    "FIRST",
    "GRADE",
    "ID",
    "LAST",
    "MAXIMUM",
    "NAME",
    "NO_NAMES",
    "PARTICIPANT",
    "by_plain_name",
    "check_header",
    "first_of",
    "is_canvas",
    "participant_column",
]

# What a column may be called: our own names, and those of exports of Canvas, Moodle, Brightspace, Gradescope and ILIAS,
# of Moodle in German, French, Spanish, Italian, Portuguese, Dutch and Swedish, too.
ID = (
    "student_id", "student id", "sis login id", "username", "orgdefinedid", "sis user id", "id number", "sid", "id",
    "login", "benutzername", "anmeldename", "matrikelnummer", "id-nummer", "nom d'utilisateur",
    "numéro d'identification", "nombre de usuario", "número de id", "número id", "numero id", "matricola",
    "numero di matricola", "número de identificação", "nome de utilizador", "gebruikersnaam", "användarnamn",
)  # fmt: skip
NAME = (
    "name", "full name", "student", "student name", "display name", "vollständiger name", "nom complet",
    "nombre completo", "nombre y apellidos", "nome completo", "volledige naam", "fullständigt namn", "namn", "naam",
)  # fmt: skip
FIRST = (
    "first_name",
    "first name",
    "firstname",
    "given name",
    "vorname",
    "prénom",
    "nombre",
    "nome",
    "voornaam",
    "förnamn",
)
LAST = (
    "last_name", "last name", "lastname", "surname", "family name", "nachname", "nom", "nom de famille", "apellidos",
    "apellido(s)", "cognome", "sobrenome", "apelido", "achternaam", "efternamn",
)  # fmt: skip
EMAIL = (
    "email", "email address", "e-mail", "mail", "e-mail-adresse", "adresse de courriel", "adresse e-mail", "courriel",
    "dirección de correo", "dirección de correo electrónico", "dirección email", "correo electrónico",
    "indirizzo email", "endereço de email", "endereço de e-mail", "e-mailadres", "e-postadress", "e-post",
)  # fmt: skip
# Of Moodle's grading worksheet: the participant in the assignment, the marks, and those that can be had.
PARTICIPANT = ("identifier", "id", "identifiant", "identificador", "identificativo", "identificator", "identifierare")
GRADE = ("grade", "bewertung", "note", "calificación", "valutazione", "nota", "avaliação", "cijfer", "betyg")
MAXIMUM = (
    "maximum grade", "bestwertung", "note maximale", "calificación máxima", "valutazione massima", "nota máxima",
    "avaliação máxima", "maximum cijfer", "maximumcijfer", "maximalt betyg",
)  # fmt: skip
NO_NAMES = "no column of names (they may be called name, or first_name and last_name)"


def by_plain_name(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns by their names in small letters, without the sign that Brightspace writes before them."""
    return {name.strip().lstrip("#").casefold(): name for name in columns}


def is_canvas(plain: Collection[str]) -> bool:
    """Say whether Canvas exported it: there the column ID holds Canvas's own number."""
    return "section" in plain and "student" in plain


def participant_column(plain: Mapping[str, str]) -> str:
    """Return the column of participants of Moodle's grading worksheet; empty where the table is none.

    Args:
        plain: The columns by their plain names.
    """
    if first_of(plain, GRADE) and first_of(plain, MAXIMUM):
        return first_of(plain, PARTICIPANT)
    return ""


def check_header(columns: Sequence[str]) -> None:
    """Refuse a header without a column of ids or emails.

    Args:
        columns: The header as it was read.

    Raises:
        GradingError: There is none; the message shows the header and what each column may be called.
    """
    plain = by_plain_name(columns)
    usable = {*ID, *EMAIL} - ({"id"} if is_canvas(plain) else set())
    if usable & plain.keys() or participant_column(plain):
        return
    own = "; the column ID of Canvas holds its own numbers, which are no ids" if is_canvas(plain) else ""
    raise GradingError(
        f"there is no column of ids in the header: {', '.join(columns)}{own}\n"
        f"  ids may be called {', '.join(ID)}\n"
        f"  names may be called {', '.join(NAME)}\n"
        f"  or {', '.join(FIRST)} with {', '.join(LAST)}\n"
        f"  emails may be called {', '.join(EMAIL)}"
    )


def first_of(cells: Mapping[str, str], names: Sequence[str]) -> str:
    """Return the first of these cells that holds something, or ""."""
    return next((cells[name] for name in names if cells.get(name)), "")
