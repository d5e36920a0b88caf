"""The places, and how each wants its package laid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from string import Template
from typing import Literal
from uuid import NAMESPACE_OID, uuid5

from autograder.course import Course
from autograder.packing.contents import course_files, imported_packages
from autograder.packing.requirements import constraints, requirements
from autograder.packing.write import Packed, zipped
from autograder.places.settings import FILE, Settings, Visibility

__all__ = ["PLACES", "Order", "PlaceName", "pack"]

PlaceName = Literal["gradescope", "prairielearn", "github"]
Package = dict[PurePosixPath, Packed]
COURSE = PurePosixPath("course")
PROGRAMS = ("close.sh", "install.sh")
# The environment of the grader, outside of what is closed to students.
ENVIRONMENT = "/opt/course-grader"


@dataclass(frozen=True)
class Order:
    """What to pack.

    Args:
        workbook: The workbook to grade.
        root: Folder of `course.toml`.
        visibility: When students see the results, where the place asks.
        limit_s: How long grading may take, in seconds.
    """

    workbook: str
    root: Path
    visibility: Visibility = "visible"
    limit_s: float = 540.0


@dataclass(frozen=True)
class Place:
    """A place: whether its containers may lack walls, and how it lays out the files."""

    weak_walls: bool
    layout: Callable[[Package, Order, Course], Package]


def pack(place: PlaceName, course: Course, order: Order) -> Package:
    """Return the package for a place: files by their paths.

    Raises:
        GradingError: There is no such workbook, or its released notebook is not what the master gives.
        CourseError: The checkout does not say which packages grading needs.
    """
    chosen = PLACES[place]
    own = course_files(course, order.workbook, order.root)
    settings = Settings(
        workbook=order.workbook,
        visibility=order.visibility,
        limit_s=order.limit_s,
        weak_walls=chosen.weak_walls,
    )
    texts = {
        FILE: settings.model_dump_json(indent=1).encode() + b"\n",
        "requirements.txt": requirements(order.root, imported_packages(own)).encode(),
        "constraints.txt": constraints(order.root),
    }
    core = {COURSE / path: Packed(content) for path, content in own.items()}
    core |= {PurePosixPath(name): Packed(content) for name, content in texts.items()}
    for name in PROGRAMS:
        core[PurePosixPath(name)] = Packed(_text(name, order, course), program=True)
    return dict(sorted(chosen.layout(core, order, course).items()))


def _gradescope(core: Package, order: Order, course: Course) -> Package:
    programs = ("setup.sh", "run_autograder")
    texts = {PurePosixPath(name): _text(f"gradescope/{name}", order, course) for name in programs}
    return {**core, **{path: Packed(text, program=True) for path, text in texts.items()}}


def _prairielearn(core: Package, order: Order, course: Course) -> Package:
    """Lay out a part of a course repository: what is shared, a question, and the image, which holds no answers."""
    shared = PurePosixPath("serverFilesCourse", f"grader_{order.workbook}")
    question, image = PurePosixPath("questions", order.workbook), PurePosixPath("grader_image")
    package = {shared / path: file for path, file in core.items() if path.name != "install.sh"}
    package[shared / "run.sh"] = Packed(_text("prairielearn/run.sh", order, course), program=True)
    for name in ("info.json", "question.html"):
        package[question / name] = Packed(_text(f"prairielearn/{name}", order, course))
    package[image / "Dockerfile"] = Packed(_text("prairielearn/Dockerfile", order, course))
    for name in ("requirements.txt", "constraints.txt"):
        package[image / name] = core[PurePosixPath(name)]
    return package


def _github(core: Package, order: Order, course: Course) -> Package:
    """Lay out two things that never lie together: the grader, for a private release, and the students' workflow."""
    workflow = PurePosixPath("for_students/.github/workflows/classroom.yml")
    grader = PurePosixPath("for_the_private_release", f"grader_{order.workbook}.zip")
    return {workflow: Packed(_text("github/classroom.yml", order, course)), grader: Packed(zipped(core))}


def _text(name: str, order: Order, course: Course) -> bytes:
    """Return a template, with the words of this package in it: `@{workbook}` and the like."""
    values: Mapping[str, object] = {
        "workbook": order.workbook,
        "title": course.workbooks[order.workbook].title,
        "environment": ENVIRONMENT,
        "uuid": uuid5(NAMESPACE_OID, f"{course.course.id}/{order.workbook}"),
        "limit_s": f"{order.limit_s:g}",
        "course_folders": " ".join(f"/grade/serverFilesCourse/grader_{name}/course" for name in course.assignments),
        "place_limit_s": f"{min(order.limit_s + 60, 600):g}",
        "place_limit_min": f"{-(-order.limit_s // 60) + 15:g}",
    }
    return (
        _Template(files("autograder.packing").joinpath("templates", name).read_text("utf-8"))
        .substitute(values)
        .encode()
    )


class _Template(Template):
    """Shell and GitHub have dollars of their own."""

    delimiter = "@"


PLACES: Mapping[PlaceName, Place] = {
    "gradescope": Place(True, _gradescope),
    "prairielearn": Place(True, _prairielearn),
    "github": Place(False, _github),
}
