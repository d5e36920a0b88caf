"""Accounts of the service itself, for one course without a hub: a token for everybody on the roster."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from autograder.grade.files import write_all
from autograder.grade.types import GradingError
from autograder.importing.people import is_student_id
from autograder.serve.class_list import ClassList
from autograder.serve.who import Who

__all__ = ["CREDENTIAL", "TOKENS", "TokenAccounts", "name_of_token"]

TOKENS = "tokens.csv"
# What a session holds: the name of a token, from which the token cannot be found.
CREDENTIAL = "token_sha256"


def name_of_token(token: str) -> str:
    """Return the name of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class TokenAccounts:
    """Tokens in a file of the service's folder, which only its user may read; new people get one by themselves.

    To give somebody another token, delete the line.

    Args:
        folder: The folder of the service.
        roster: The students.
        staff: The names of the teaching staff.

    Raises:
        GradingError: A name cannot be an id, is both staff and student, or the file cannot be read.
        OSError: The file cannot be written.
    """

    at_hub = False

    def __init__(self, folder: Path, roster: ClassList, staff: Iterable[str]) -> None:
        self._folder, self._roster, self._staff = folder, roster, frozenset(staff)
        wrong = [name for name in self._staff if not is_student_id(name)]
        both = self._staff & (roster.students() or frozenset())
        if wrong or both:
            said = "cannot be an id" if wrong else "is on the roster as well"
            raise GradingError(f"the name {sorted(wrong or both)[0]!r} of --staff {said}; give another name")
        self._made_from: object = None
        self._names: dict[str, str] = {}
        self._read()

    async def by_token(self, token: str) -> Who | None:
        """Return whose token this is; None if nobody's, or of somebody who has left the class."""
        return self._who(name_of_token(token))

    async def by_session(self, session: Mapping[str, Any]) -> Who | None:
        """Return whose session this is; None if the token was changed since."""
        return self._who(str(session.get(CREDENTIAL, "")))

    def _who(self, token_name: str) -> Who | None:
        self._read()
        name = self._names.get(token_name)
        if name is None or name not in self._people():
            return None
        return Who(name, name in self._staff)

    def _people(self) -> frozenset[str]:
        return self._staff | (self._roster.students() or frozenset())

    def _read(self) -> None:
        """Read the tokens where they or the roster have changed, and make those that are missing."""
        if (self._people(), self._state()) == self._made_from:
            return
        tokens = self._tokens()
        missing = sorted(self._people() - tokens.keys())
        if missing:
            tokens |= {name: secrets.token_urlsafe(24) for name in missing}
            self._write(tokens)
        self._names = {name_of_token(token): name for name, token in tokens.items()}
        self._made_from = (self._people(), self._state())

    def _state(self) -> tuple[int, int] | None:
        try:
            status = (self._folder / TOKENS).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _tokens(self) -> dict[str, str]:
        path = self._folder / TOKENS
        if not path.exists():
            return {}
        try:
            rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
            return {row["name"]: row["token"] for row in rows if row["name"] and row["token"]}
        except (OSError, KeyError, TypeError, UnicodeDecodeError, csv.Error) as error:
            raise GradingError(f"{path} cannot be read; it needs the columns name, role and token") from error

    def _write(self, tokens: Mapping[str, str]) -> None:
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(["name", "role", "token"])
        rows.writerows([name, "staff" if name in self._staff else "student", tokens[name]] for name in sorted(tokens))
        before = os.umask(0o077)
        try:
            write_all(self._folder, [(TOKENS, text.getvalue().encode())])
        finally:
            os.umask(before)
