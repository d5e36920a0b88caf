"""What of the disk the sandbox shows: the interpreter, the packages, the system's libraries, and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from autograder.public_files import EXERCISES, public_files_of_exercises

__all__ = ["View", "current_view"]

SYSTEM = (
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/bin", "/usr/local/lib", "/usr/share/fonts",
    "/usr/share/zoneinfo", "/lib", "/lib32", "/lib64", "/bin", "/nix/store",
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class View:
    """What is shown, and which folders inside it are covered.

    Args:
        shown: Folders without symbolic links in their paths; no one lies inside another one.
        links: Symbolic links by path, and where they lead; no one lies below another one.
        covered: Folders inside the shown ones that appear empty.
        chosen: Folders inside the shown ones of which only some files appear, and their paths below the folder.
        code: The folder of the sandbox's own code, which the warm process reads and students do not see.
    """

    shown: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    covered: tuple[str, ...]
    chosen: tuple[tuple[str, tuple[str, ...]], ...]
    code: str

    def shows_below(self, folder: str) -> bool:
        """Say whether something that is shown lies below `folder`."""
        return any(_inside(path, [folder]) for path in (*self.shown, *dict(self.links), self.code))


def current_view() -> View:
    """Return the view for this interpreter and this installation of the course."""
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    given = [*SYSTEM, sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *libraries]
    existing = [path for path in [*given, *_package("course_utils")] if os.path.isdir(path)]
    real = {os.path.realpath(path) for path in existing}
    shown = tuple(sorted(path for path in real if not _inside(path, real - {path})))
    outside = {path for path in existing if not _inside(path, shown)}
    # What lies below a link, as in an environment that is one itself, is reached through it.
    links = {path: os.path.realpath(path) for path in outside if not _inside(path, outside - {path})}
    # Installed as a package, the autograder lies beside the libraries; so may configuration with passwords.
    private = [*_package("autograder"), f"{sys.prefix}/etc", f"{sys.base_prefix}/etc"]
    covered = {os.path.realpath(path) for path in private if os.path.isdir(path)}
    code = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    course = [os.path.realpath(path) for path in _package("course_utils")]
    chosen = tuple((f"{path}/{EXERCISES}", public_files_of_exercises(Path(path))) for path in course)
    hidden = tuple(path for path in covered if _inside(path, shown))
    return View(shown, tuple(sorted(links.items())), hidden, chosen, code)


def _package(name: str) -> list[str]:
    spec = find_spec(name)
    return list(spec.submodule_search_locations or []) if spec else []


def _inside(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)
