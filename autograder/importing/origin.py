"""What a platform called a hand-in: by that name it takes feedback back."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["FILE_NAME", "Origin", "origin_of"]

# Beside the notebook; hidden, so that nothing else of a submission is looked for in it.
FILE_NAME = ".download.json"


@dataclass(frozen=True)
class Origin:
    """Where a submission came from.

    Args:
        platform: The product whose download it was, as "Moodle".
        name: What the product calls files, or the folder, of this person in the download: the part before the name
            that the student gave the file.
    """

    platform: str
    name: str

    def to_bytes(self) -> bytes:
        """Return it as the content of a file."""
        return (json.dumps(asdict(self)) + "\n").encode()


def origin_of(folder: Path) -> Origin | None:
    """Return where the submission in a folder came from; None where nobody knows.

    Args:
        folder: The folder of one student and assignment.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((folder / FILE_NAME).read_bytes())
        return Origin(str(found["platform"]), str(found["name"]))
    return None
