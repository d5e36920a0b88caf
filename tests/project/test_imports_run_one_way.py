"""Rooms may import each other in one direction only; the leaves of `course_utils` stay light."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

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


def imported(path):
    """Yield (module, line, whether it is imported when the file is) for every import of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {id(node) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for node in ast.walk(f)}
    for node in ast.walk(tree):
        at_import = id(node) not in inner
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, at_import
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield node.module, node.lineno, at_import


def room(path):
    part = path.relative_to(ROOT / "course_utils").parts[0]
    return part.removesuffix(".py")


@pytest.mark.parametrize("path", STUDENT, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_students_get_never_imports_the_autograder(path):
    found = [(name, line) for name, line, _ in imported(path) if name.split(".")[0] in {"autograder", *TRUSTED_ONLY}]
    assert not found, f"{path}: {found}"


@pytest.mark.parametrize("path", [p for p in STUDENT if room(p) in LEAVES], ids=lambda p: str(p.relative_to(ROOT)))
def test_leaves_import_only_the_packages_of_the_field(path):
    allowed = LEAF_PACKAGES | sys.stdlib_module_names
    found = [(name, line) for name, line, _ in imported(path) if name.split(".")[0] not in allowed]
    assert not found, f"{path}: {found}"


@pytest.mark.parametrize("path", [p for p in STUDENT if room(p) in LEAVES], ids=lambda p: str(p.relative_to(ROOT)))
def test_leaves_do_not_import_checks_probes_or_widgets(path):
    upper = ("course_utils.checks", "course_utils.exercises", "course_utils.kits", "course_utils.widgets")
    found = [(name, line) for name, line, _ in imported(path) if name.startswith(upper)]
    assert not found, f"{path}: {found}"


@pytest.mark.parametrize(
    "path", [p for p in STUDENT if room(p) in ("exercises", "kits")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_probes_know_no_judge_and_no_recorded_answers(path):
    upper = ("course_utils.checks", "course_utils.widgets")
    found = [(name, line) for name, line, _ in imported(path) if name.startswith(upper)]
    assert not found, f"{path}: {found}"


def test_the_warm_sandbox_process_imports_no_answers():
    code = sorted((ROOT / "autograder" / "sandbox").rglob("*.py"))
    assert code
    private = (
        "autograder.catalogue",
        "autograder.kits",
        "autograder.masters",
        "autograder.grade",
        "autograder.report",
        "nbgrader",
    )
    found = [(p.name, name) for p in code for name, _, _ in imported(p) if name.startswith(private)]
    assert not found


def wing(path):
    return path.relative_to(ROOT / "autograder").parts[0]


@pytest.mark.parametrize(
    "path",
    [p for p in TRUSTED if wing(p) not in {"masters", "commands", "places", OUTER, *APART}],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_only_commands_and_places_know_what_stands_apart_from_grading(path):
    apart = tuple(f"autograder.{name}" for name in APART)
    assert not [(name, line) for name, line, _ in imported(path) if name.startswith(apart)]


def test_only_commands_know_the_service():
    found = [(p.name, name) for p in TRUSTED if wing(p) not in {"commands", OUTER} for name, _, _ in imported(p)]
    assert found
    assert not [(file, name) for file, name in found if name.startswith(f"autograder.{OUTER}")]


@pytest.mark.parametrize("path", [p for p in TRUSTED if wing(p) in APART], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_stands_apart_uses_public_parts_and_neither_runs_nor_judges(path):
    engine = (
        "autograder.catalogue",
        "autograder.kits",
        "autograder.sandbox",
        "autograder.grade.grading_task",
        "autograder.grade.judge",
    )
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    taken = [
        node for node in taken if node.module.startswith("autograder.") and node.module.split(".")[1] != wing(path)
    ]
    assert not [node.module for node in taken if node.module.startswith(engine)]
    hidden = [
        f"{node.module}.{alias.name}"
        for node in taken
        for alias in node.names
        if alias.name not in importlib.import_module(node.module).__all__
    ]
    assert not hidden


def test_a_command_that_only_refuses_does_not_wait_for_torch():
    code = "import sys, autograder.cli; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
