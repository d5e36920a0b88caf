"""What a notebook was called before browsers, editors and platforms renamed it."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["copy_number", "is_notebook", "workbook_called"]

# Google Drive and Colab put words before a copy's name, in the language of the account.
BEFORE = re.compile(r"^(?:copy[ _]of|(?:kopie|copie|copia|cópia|kopia|kopi)[ _](?:von|van|de|di|av|af))[ _]+")
# Browsers add "(1)", Canvas and JupyterLab "-1" and "-Copy1", others " copy", our own hand-in "-handin".
AFTER = re.compile(
    r"(?:[ _]?\((?P<browser>\d+)\)|-(?P<canvas>\d{1,3})|(?: -)?[-_ ](?:copy|kopie)[ ]?(?P<copy>\d*)|-handin)$"
)
# Some browsers and mail programs put another ending in the place of a notebook's, or behind it.
ENDING = re.compile(r"(?:\.ipynb)?(?:\.json|\.txt)?$")


def is_notebook(file_name: str, workbooks: Iterable[str] = ()) -> bool:
    """Say whether a file is called as notebooks are.

    Args:
        file_name: As in `"02_optimizers.ipynb"`, or `"02_optimizers.ipynb.json"`.
        workbooks: The names of workbooks, for which `02_optimizers.json` is one as well.
    """
    name = file_name.strip().casefold()
    if name.endswith((".ipynb", ".ipynb.json", ".ipynb.txt")):
        return True
    return name.endswith((".json", ".txt")) and bool(workbook_called(name, workbooks))


def workbook_called(file_name: str, workbooks: Iterable[str]) -> str:
    """Return the workbook that a file is called after, or "".

    Args:
        file_name: As in `"Copy of 02_optimizers (1).ipynb"`.
        workbooks: The names of the course's workbooks.
    """
    known = {_plain(name): name for name in workbooks}
    stem = _stem(file_name)
    while _plain(stem) not in known:
        shorter = AFTER.sub("", BEFORE.sub("", stem)).strip()
        if shorter == stem:
            return ""
        stem = shorter
    return known[_plain(stem)]


def copy_number(file_name: str) -> int:
    """Return the number that a browser or platform gave a second file of the same name, or 0."""
    found = AFTER.search(_stem(file_name))
    return int(found["browser"] or found["canvas"] or 0) if found else 0


def _stem(file_name: str) -> str:
    return ENDING.sub("", file_name.strip().casefold())


def _plain(text: str) -> str:
    return re.sub(r"[ _-]+", "_", text)
