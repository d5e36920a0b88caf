"""A course folder as nbgrader lays it out, ready for its commands, for formgrader, and for `autograder grade`."""

from __future__ import annotations

from pathlib import Path

from autograder.build.notebooks import source_notebook, without_master
from autograder.build.release import as_bytes
from autograder.course import load_course
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.gradebook import enter_class
from autograder.grade.gradebook_file import CONFIG_NAME, FILE_NAME, check_gradebook, prepare_gradebook
from autograder.grade.late import read_late_rules
from autograder.grade.release import load_release
from autograder.grade.releases import read_releases
from autograder.public_files import PACKAGES

__all__ = ["prepare_folder"]


def prepare_folder(folder: Path, root: Path) -> tuple[Path, ...]:
    """Write what nbgrader needs; a configuration that is there stays, and so do all marks.

    Args:
        folder: The course folder.
        root: Folder of `course.toml`.

    Returns:
        The files that were written.

    Raises:
        GradingError: The folder cannot be written to, or its gradebook is that of another course.
        BuildError: A master is faulty.
    """
    course = load_course(root)
    names = sorted(set(course.assignments) - set(without_master(course, root)))
    contents = read_releases(names, root)
    releases = {name: load_release(name, content) for name, content in contents.items()}
    check_gradebook(folder / FILE_NAME, course, releases)
    written = {f"release/{name}/{name}.ipynb": content for name, content in contents.items()}
    written |= {f"source/{name}/{name}.ipynb": as_bytes(source_notebook(name, root)) for name in names}
    if not (folder / CONFIG_NAME).exists():
        written[CONFIG_NAME] = (PACKAGES["autograder"] / CONFIG_NAME).read_bytes()
    with errors_for_people(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_all(folder, written.items())
        prepare_gradebook(folder / FILE_NAME)
        rules = read_late_rules(folder, course)
        enter_class(f"sqlite:///{folder.resolve() / FILE_NAME}", tuple(releases.values()), (), rules)
    return tuple(folder / name for name in sorted({*written, FILE_NAME}))
