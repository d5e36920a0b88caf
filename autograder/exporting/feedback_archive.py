"""Feedback in an archive that a platform takes: every page by the name that its download gave the hand-in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.importing.origin import Origin, origin_of

__all__ = ["Archive", "Platform", "pack_feedback"]

Platform = Literal["moodle", "canvas", "brightspace"]
# Nothing of a hand-in says when it was packed, so that the same pages make the same archive.
WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """An archive of one assignment.

    Args:
        content: The zip; empty if no page has a place in it.
        packed: How many pages are in it.
        left: Students whose hand-in did not come from a download of this platform.
    """

    content: bytes
    packed: int
    left: tuple[str, ...]


def pack_feedback(
    platform: Platform, assignment: str, pages: Iterable[tuple[str, bytes]], submissions: Path
) -> Archive:
    """Pack the pages of one assignment.

    Args:
        platform: Who takes the archive.
        assignment: The assignment.
        pages: Students and their pages.
        submissions: The folder of the submissions, as `autograder import` filled it.
    """
    found: dict[str, bytes] = {}
    left: list[str] = []
    for student, page in pages:
        origin = origin_of(submissions / student / assignment)
        name = _name(platform, origin, assignment)
        if not name or name in found:
            left.append(student)
        else:
            found[name] = page
    return Archive(_zipped(found) if found else b"", len(found), tuple(left))


def _name(platform: Platform, origin: Origin | None, assignment: str) -> str:
    """Return what a page is called in the archive; empty where the platform would not know whose it is."""
    if origin is None or origin.platform.casefold() != platform:
        return ""
    if (
        not origin.name.strip()
        or not origin.name.isprintable()
        or set(origin.name) & set("/\\")
        or origin.name.startswith(".")
    ):
        return ""
    return NAMES[platform](origin.name, assignment)


# Moodle reads the participant's number from `Lena Meier_123_assignsubmission_file_`, whatever follows
# (mod/assign/feedback/file/importziplib.php); Canvas the user's and the file's from `meierlena_1234_56789_`
# (Assignment#infer_comment_context_from_filename); Brightspace goes by the folder of its own download.
NAMES: Mapping[Platform, Callable[[str, str], str]] = {
    "moodle": lambda name, assignment: f"{name.rstrip('_')}_{assignment}.html",
    "canvas": lambda name, assignment: f"{name.rstrip('_')}_{assignment}.html",
    "brightspace": lambda name, assignment: f"{name}/{assignment}.html",
}


def _zipped(files: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return whole.getvalue()
