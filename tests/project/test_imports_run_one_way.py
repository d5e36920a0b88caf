"""Rooms may import each other in one direction only; the leaves of `course_utils` stay light."""

import ast
import functools
import importlib
import subprocess
import sys
from pathlib import Path

from autograder.public_files import is_public

ROOT = Path(__file__).parents[2]
STUDENT = sorted(path for path in (ROOT / "course_utils").rglob("*.py") if is_public(path.relative_to(ROOT)))
TRUSTED_ONLY = {"nbgrader", "nbformat", "nbclient", "jupytext", "pydantic", "typer", "rich", "jinja2", "distributed"}
LEAVES = ("data", "look", "models", "optimizers", "training", "plotting", "seeding", "numpy_networks")
# What goes around grading: into the folder of submissions, out of the gradebook, and beside both.
APART = ("importing", "exporting", "marking", "similar")
# What uses both, as commands do: nothing but commands knows it.
OUTER = "serve"
TRUSTED = sorted((ROOT / "autograder").rglob("*.py"))
LEAF_PACKAGES = {"numpy", "torch", "torchvision", "matplotlib", "fastprogress", "sklearn", "IPython", "course_utils"}


@functools.cache
def imported(path):
    """Return (module, line) for every import of a file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            found.append((node.module, node.lineno))
    return found


def taken(paths, is_wrong):
    """Return the imports of files that must not be, by file; one test for all, since a test costs more than a look."""
    assert paths
    found = {path: [(name, line) for name, line in imported(path) if is_wrong(name)] for path in paths}
    return {str(path.relative_to(ROOT)): wrong for path, wrong in found.items() if wrong}


def top(name):
    return name.split(".")[0]


def room(path):
    part = path.relative_to(ROOT / "course_utils").parts[0]
    return part.removesuffix(".py")


def in_rooms(*rooms):
    return [path for path in STUDENT if room(path) in rooms]


def test_what_students_get_never_imports_the_autograder():
    assert taken(STUDENT, lambda name: top(name) in {"autograder", *TRUSTED_ONLY}) == {}


def test_leaves_import_only_the_packages_of_the_field():
    allowed = LEAF_PACKAGES | sys.stdlib_module_names
    assert taken(in_rooms(*LEAVES), lambda name: top(name) not in allowed) == {}


def test_leaves_do_not_import_checks_probes_or_widgets():
    upper = ("course_utils.checks", "course_utils.exercises", "course_utils.kits", "course_utils.widgets")
    assert taken(in_rooms(*LEAVES), lambda name: name.startswith(upper)) == {}


def test_probes_know_no_judge_and_no_recorded_answers():
    upper = ("course_utils.checks", "course_utils.widgets")
    assert taken(in_rooms("exercises", "kits"), lambda name: name.startswith(upper)) == {}


def test_the_warm_sandbox_process_imports_no_answers():
    code = sorted((ROOT / "autograder" / "sandbox").rglob("*.py"))
    private = (
        "autograder.catalogue",
        "autograder.kits",
        "autograder.masters",
        "autograder.grade",
        "autograder.report",
        "nbgrader",
    )
    assert taken(code, lambda name: name.startswith(private)) == {}


def wing(path):
    return path.relative_to(ROOT / "autograder").parts[0]


def test_only_commands_and_places_know_what_stands_apart_from_grading():
    apart = tuple(f"autograder.{name}" for name in APART)
    others = [path for path in TRUSTED if wing(path) not in {"masters", "commands", "places", OUTER, *APART}]
    assert taken(others, lambda name: name.startswith(apart)) == {}


def test_only_commands_know_the_service():
    others = [path for path in TRUSTED if wing(path) not in {"commands", OUTER}]
    assert taken(others, lambda name: name.startswith(f"autograder.{OUTER}")) == {}


def test_what_stands_apart_neither_runs_nor_judges():
    engine = (
        "autograder.catalogue",
        "autograder.kits",
        "autograder.sandbox",
        "autograder.grade.grading_task",
        "autograder.grade.judge",
    )
    assert taken([path for path in TRUSTED if wing(path) in APART], lambda name: name.startswith(engine)) == {}


def hidden(path):
    """Yield what a file takes of another wing without being offered it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        wings = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else [""]
        if wings[0] == "autograder" and wings[1:] and wings[1] != wing(path):
            offered = importlib.import_module(node.module).__all__
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name not in offered)


def test_what_stands_apart_uses_public_parts():
    found = {str(path.relative_to(ROOT)): [*hidden(path)] for path in TRUSTED if wing(path) in APART}
    assert found
    assert {name: names for name, names in found.items() if names} == {}


def test_a_command_that_only_refuses_does_not_wait_for_torch():
    code = "import sys, autograder.cli; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
