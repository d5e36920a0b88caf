"""Write the files of a new exercise from the templates of its kit."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from autograder.build.conventions import PAGE, with_entry
from autograder.course import FILE_NAME, Course, CourseError, place_in_course

__all__ = ["KITS", "start_exercise"]

TEMPLATES = Path(__file__).parent / "templates"
KITS = tuple(sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
FILES = ("probe.py", "answer.py", "solutions.py")


def start_exercise(
    course: Course,
    root: Path,
    exercise: str,
    workbook: str,
    kit: str,
    declared: str,
    points: float,
    returns: str = "",
) -> tuple[Path, ...]:
    """Write the folder of a new exercise, its cells at the end of the master, its marks, its entry in the conventions.

    Args:
        course: The course.
        root: Folder of `course.toml`.
        exercise: The new id: lower case, words joined by underscores.
        workbook: Name of the workbook, or its number.
        kit: One of `KITS`.
        declared: The signature in the text, as in "SignOptimizer(parameters, lr=0.01)".
        points: Marks of the check.
        returns: Names of the values that a function returns, with commas between them; empty for a single one.

    Returns:
        What was written, in the order in which it wants to be filled in.

    Raises:
        CourseError: The id exists or is none, there is no such workbook or kit, or the signature is not Python
            or has a default that is no number.
    """
    name = _workbook(course, root, workbook)
    _refuse(course, root, exercise, kit)
    values = {**_values(exercise, kit, declared), **_returned(kit, returns, declared)}
    folder = root / "course_utils" / "exercises" / name.partition("_")[2] / exercise
    if folder.exists():
        raise CourseError(f"{folder} exists already; choose another id or remove the folder")
    folder.mkdir(parents=True)
    for file in FILES:
        (folder / file).write_text(_filled(kit, file, values), encoding="utf-8")
    master = root / "autograder" / "masters" / f"{name}.py"
    with master.open("a", encoding="utf-8") as text:
        text.write(_filled(kit, "master", values))
    _add_marks(root / FILE_NAME, name, exercise, points)
    _add_entry(root / PAGE, name, exercise, declared)
    return (master, folder / "answer.py", folder / "solutions.py", folder / "probe.py", root / FILE_NAME)


def _workbook(course: Course, root: Path, workbook: str) -> str:
    found = [name for name in course.workbooks if workbook in (name, name.partition("_")[0])]
    if not found or not (root / "autograder" / "masters" / f"{found[0]}.py").is_file():
        raise CourseError(f"there is no workbook {workbook!r} with a master; there is {', '.join(course.workbooks)}")
    return found[0]


def _refuse(course: Course, root: Path, exercise: str, kit: str) -> None:
    if book := next((name for name, workbook in course.workbooks.items() if exercise in workbook.points), ""):
        place = place_in_course(root, "workbooks", book, "points", exercise)
        raise CourseError(f"{place}: the id {exercise!r} exists already; choose another one")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", exercise):
        raise CourseError(f"{exercise!r} cannot be an id; use lower case letters, and underscores between words")
    if kit not in KITS:
        raise CourseError(f"there is no kit {kit!r}; there is {', '.join(KITS)}")


def _values(exercise: str, kit: str, declared: str) -> dict[str, str]:
    """Return what the templates of a kit leave open."""
    try:
        (function,) = ast.parse(f"def {declared}: ...").body
        assert isinstance(function, ast.FunctionDef)
    except (SyntaxError, AssertionError, ValueError) as error:
        raise CourseError(f"the signature {declared!r} cannot be read; write it as in `name(x, lr=0.01)`") from error
    arguments = [one.arg for one in function.args.args]
    defaults = function.args.defaults
    known = dict(zip(arguments[len(arguments) - len(defaults) :], map(ast.unparse, defaults), strict=True))
    if kit == "optimizer" and (arguments[:1] != ["parameters"] or "lr" not in known):
        raise CourseError(f"an optimizer takes `parameters`, and has a default for `lr`; found {declared!r}")
    return {
        "id": exercise,
        "name": function.name,
        "declared": declared,
        "arguments": declared.partition("(")[2].rstrip(")"),
        "first": arguments[0] if arguments else "None",
        "hyperparameters": _tuple([one for one in known if one != "lr"])[1:-1],
        "ranges": "".join(f'        "{one}": {_range(one, value)},\n' for one, value in known.items()),
        "drawn": _drawn(kit, arguments, known),
    }


def _returned(kit: str, returns: str, declared: str) -> dict[str, str]:
    """Return what the templates of a function leave open about its values."""
    names = [one.strip() for one in returns.split(",")] if returns else ["value"]
    if returns and (kit != "function" or not all(map(str.isidentifier, names)) or len(set(names)) < len(names)):
        raise CourseError(
            f"--returns {returns!r} cannot be used; it names what a function returns, as in `loss, gradient`, and goes "
            f"with --kit function"
        )
    last = "second call, with the default values" if "=" in declared else "second call"
    calls = (("first", "first call"), ("second", last))
    labels = [
        f'    "{case}_{one}": Label("{one.replace("_", " ")} of the {call}"),\n'
        for case, call in calls
        for one in names
    ]
    return {
        "returns": f"\n    returns={_tuple(names)}," if len(names) > 1 else "",
        "labels": "".join(labels),
        "what": "the value" if names == ["value"] else " and ".join(names),
    }


def _tuple(names: Sequence[str]) -> str:
    """Return a tuple of texts as it is formatted in our files."""
    quoted = ", ".join(f'"{one}"' for one in names)
    return f"({quoted},)" if len(names) == 1 else f"({quoted})"


def _range(name: str, default: str) -> str:
    """Return a range for fresh values, away from the default and from values at which mistakes coincide."""
    low, high = _limits(name, default)
    return f"({low:g}, {high:g})"


def _limits(name: str, default: str) -> tuple[float, float]:
    if name == "lr":
        return (0.04, 0.1)
    try:
        value = ast.literal_eval(default)
    except (TypeError, ValueError):
        value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CourseError(
            f"the default of {name!r} is {default}, and the kits draw numbers only; start without this argument, and "
            "add it to the probe afterwards"
        )
    return (0.65, 0.85) if 0.5 < value < 1 else (2 * value or 0.02, 4 * value or 0.05)


def _drawn(kit: str, arguments: list[str], known: dict[str, str]) -> str:
    """Return the entries of a generator: arrays for a function's arguments, settings for a module's."""
    cases = ("first", "second") if kit == "function" else ("",)
    free = [f"{case}_{one}".strip("_") for case in cases for one in arguments if one not in known]
    drawn = "rng.normal(size=(3, 4))" if kit == "function" else "np.array(4)"
    settings = (f'"{one}": np.array({_setting(*_limits(one, value))})' for one, value in known.items())
    return "".join(f"        {line},\n" for line in [*(f'"{one}": {drawn}' for one in free), *settings])


def _setting(low: float, high: float) -> str:
    """Return the expression of a fresh value: a whole number where both ends are."""
    return f"{low}" if isinstance(low, int) else f"rng.uniform({low:g}, {high:g})"


def _filled(kit: str, file: str, values: dict[str, str]) -> str:
    return Template((TEMPLATES / kit / f"{file}.in").read_text(encoding="utf-8")).substitute(values)


def _add_marks(path: Path, workbook: str, exercise: str, points: float) -> None:
    """Put the marks below those of the workbook's other exercises; everything else in the file stays as it is."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"[workbooks.{workbook}.points]") + 1
    end = next((i for i in range(start, len(lines)) if lines[i].startswith("[")), len(lines))
    while end > start and not lines[end - 1].strip():
        end -= 1
    lines.insert(end, f"{exercise} = {points:g}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _add_entry(page: Path, workbook: str, exercise: str, declared: str) -> None:
    """Put an entry into the page of conventions, where there is one; the build adds what is accepted and named."""
    if page.is_file():
        text = page.read_text(encoding="utf-8")
        page.write_text(with_entry(text, workbook, exercise, f"as in `{declared}`."), encoding="utf-8")
