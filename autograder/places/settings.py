"""What a package was made for: written by `autograder package`, read wherever it grades."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["FILE", "Settings", "Visibility", "read_settings"]

FILE = "settings.json"
Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]


class Settings(BaseModel):
    """The settings of a package.

    Args:
        workbook: The workbook that it grades.
        visibility: When students see the results, where the place asks.
        limit_s: How long grading may take, in seconds; a place ends what takes longer, and then nobody learns why.
        weak_walls: Whether root may run student code where the container refuses some walls. Without root it never may.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    workbook: str
    visibility: Visibility = "visible"
    limit_s: float = 540.0
    weak_walls: bool = True


def read_settings(root: Path) -> Settings:
    """Return the settings of the package whose course lies in `root`."""
    return Settings.model_validate_json((root.parent / FILE).read_bytes())
