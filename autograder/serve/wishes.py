"""How the service is wanted: what the command line, the course's settings and a hub say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from autograder.sandbox.host import Strictness

__all__ = ["FOLDER", "SUBMITTED", "Wishes", "wishes_at_hub"]

# Below the folder of the class.
FOLDER, SUBMITTED = "serve", "submitted"
DATABASE = "hand_ins.sqlite"


@dataclass(frozen=True)
class Wishes:
    """How the service is wanted.

    Args:
        root: Folder of `course.toml`.
        out: Folder of the class: submissions go to `submitted` in it, what the service needs to `serve`.
        host: Address to listen on.
        port: Port to listen on.
        prefix: What its addresses begin with; empty at the top.
        at_hub: Whether a hub started it.
        https: Whether browsers reach it by https only.
        roster: The roster; None for everybody whom the hub knows.
        accounts: Whether people of the roster get tokens of the service's own, where there is no hub.
        staff: Names of the teaching staff, beside those of `course.toml`.
        database: Address of the database; None for a file in the folder.
        workers: How many submissions are graded at once; None for as many as are worth it, 0 for none here.
        walls: "full", or "weak" to accept that some are missing.
    """

    root: Path
    out: Path
    host: str = "127.0.0.1"
    port: int = 8778
    prefix: str = ""
    at_hub: bool = False
    https: bool = False
    roster: Path | None = None
    accounts: bool = False
    staff: tuple[str, ...] = field(default_factory=tuple)
    database: str | None = None
    workers: int | None = None
    walls: Strictness = "full"

    @property
    def folder(self) -> Path:
        """The folder of the service."""
        return self.out / FOLDER

    @property
    def address(self) -> str:
        """The address of the database."""
        return self.database or f"sqlite:///{(self.folder / DATABASE).resolve()}"


def wishes_at_hub(environment: dict[str, str]) -> dict[str, str | int | bool]:
    """Return where to listen as a hub says that starts this as its service; nothing where none did."""
    if not environment.get("JUPYTERHUB_API_TOKEN") or not environment.get("JUPYTERHUB_SERVICE_PREFIX"):
        return {}
    place = urlsplit(environment.get("JUPYTERHUB_SERVICE_URL", ""))
    public = environment.get("JUPYTERHUB_PUBLIC_URL", "")
    found: dict[str, str | int | bool] = {
        "at_hub": True,
        "prefix": environment["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/"),
        "https": public.startswith("https:"),
    }
    return found | ({"host": place.hostname or "127.0.0.1", "port": place.port or 8778} if place.port else {})
