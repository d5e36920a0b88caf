"""Make the file to hand in: `python -m course_utils.submit 02_optimizers`, or `submit(...)` in a notebook."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from course_utils.handin.arrival import arrival_card, arrival_text, receipt_name
from course_utils.handin.front_end import run_by_nbgrader, shown
from course_utils.handin.last_checks import last_checks
from course_utils.handin.left_to_do import remarks
from course_utils.handin.notebook import HandInError, Notebook, hand_in_bytes
from course_utils.handin.open_notebook import open_notebook
from course_utils.handin.progress import show_standing, standing
from course_utils.handin.service import ServiceError, service_for

__all__ = ["hand_in", "main", "submit"]

# Beside others at a deadline; the notebook is handed in long before.
VERDICT_WITHIN_S = 180.0


def hand_in(name: str = "", service: str = "") -> None:
    """Show how far a notebook is done and write the file to hand in, for the last cell of a notebook.

    Where the course has a service, the file is handed in there: its receipt is kept beside it, and the verdict is shown
    when it comes. Problems are printed, and Colab downloads the file.

    Args:
        name: Workbook, as in `"02_optimizers"`, or a path; the notebook that is open if empty.
        service: Address of the course's service; that in the environment variable `COURSE_SERVICE` goes before it.
    """
    if run_by_nbgrader():
        return
    try:
        notebook = open_notebook(name)
        if notebook.named:
            show_standing(notebook)
        print(*(f"{line}\n" for line in _notes(notebook)), sep="", end="")
        path = _write(notebook, None)
    except HandInError as error:
        print(f"[error] {error}.")
        return
    _send(notebook, path, service)
    if "google.colab" in sys.modules:
        # The file lies on Colab's machine, which is gone tomorrow.
        import_module("google.colab.files").download(str(path))


def _send(notebook: Notebook, path: Path, address: str) -> None:
    """Hand the file in at the service of the course, if there is one; show that it arrived, then the verdict."""
    try:
        service = service_for(address)
        if service is None:
            return
        told = service.hand_in(notebook.name, path.read_bytes())
    except (ServiceError, OSError) as error:
        print(f"[error] Not handed in: {error}.\nThe file is {path}: nothing of it is lost.")
        return
    change = shown(arrival_text(told), arrival_card(told))
    try:
        receipt = json.dumps(told["receipt"], indent=1, ensure_ascii=False) + "\n"
        path.with_name(receipt_name(told)).write_text(receipt, encoding="utf-8")
    except OSError as error:
        print(
            f"[note] It is handed in, but the receipt cannot be written here ({error.strerror}); the service keeps it."
        )
    try:
        for news in service.follow(told["number"], VERDICT_WITHIN_S):
            if news["state"] not in ("waiting", "running"):
                change(arrival_text(news), arrival_card(news))
                return
        print("It is handed in. The verdict takes longer: run this cell again, or look at the page of the service.")
    except ServiceError as error:
        print(f"[note] It is handed in, but the service does not tell the verdict: {error}.")


def submit(name: str, out: str | Path | None = None) -> Path:
    """Say what the saved notebook of a workbook still lacks, and write the file to hand in.

    Unfinished exercises do not keep anybody from handing in; they are listed.

    Args:
        name: Workbook, as in `"02_optimizers"`, or the path of the notebook.
        out: Folder for the file; the notebook's own by default. An earlier file there is replaced.

    Returns:
        The path of the file, `<workbook>-handin.ipynb`.

    Raises:
        HandInError: There is no such notebook, or it cannot be read or written.
    """
    notebook = open_notebook(name)
    lines = _lines_left(notebook) if notebook.named else []
    print(*lines, *_notes(notebook), sep="\n")
    return _write(notebook, out)


def _lines_left(notebook: Notebook) -> list[str]:
    """Return what is left of every exercise, as `progress` counts it."""
    found = standing(notebook, last_checks())
    lines = [line for row in found.rows for line in row.lines]
    if found.open:
        return [*lines, f"{len(found.open)} of {len(found.rows)} exercises open."]
    return [*lines, "[ok] Everything is filled in."]


def _notes(notebook: Notebook) -> list[str]:
    """Return a line for whatever is odd about a notebook besides its exercises."""
    lines = [f"[note] {line}" for line in remarks(notebook)]
    if notebook.path.is_file() and notebook.path.stem.removesuffix("-handin") != notebook.name:
        lines.append(f"[note] {notebook.path.name} is the workbook {notebook.name}, and is handed in under that name")
    return lines


def _write(notebook: Notebook, out: str | Path | None) -> Path:
    """Write the file to hand in, and say where it is."""
    path = Path(out or notebook.path.parent) / f"{notebook.name}-handin.ipynb"
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(hand_in_bytes(notebook))
        part.replace(path)
    except OSError as error:
        raise HandInError(f"cannot write {path}: {error.strerror}; give another folder") from error
    print(f"Hand in this file: {path}")
    return path


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m course_utils.submit", description=__doc__)
    parser.add_argument("workbook", help="as in 02_optimizers, or the path of a notebook")
    parser.add_argument("--out", help="folder for the file; the notebook's own by default")
    given = parser.parse_args(arguments)
    try:
        submit(given.workbook, given.out)
    except HandInError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
