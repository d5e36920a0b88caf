"""The limits of CONTRIBUTING: short files, short functions, no path tricks, tests that can fail."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [
    path
    for folder in ("course_utils", "autograder", "data_scripts", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "masters" not in path.parts and path.name != "solutions.py"
]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MAX_FILE, MAX_BODY = 300, 40


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function):
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return body[-1].end_lineno - body[0].lineno + 1


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_holds_one_idea(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE
    long = {f.name: body_lines(f) for f in functions(path) if body_lines(f) > MAX_BODY}
    assert not long


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_path_tricks_star_imports_or_silenced_errors(path):
    if path.name == "test_style.py":
        pytest.skip("the patterns stand in this file")
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"sys\.path\.(insert|append)|from \S+ import \*|except( Exception)?:\s*pass", text)


@pytest.mark.parametrize("path", TESTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_test_asserts_something(path):
    silent = [f.name for f in functions(path) if f.name.startswith("test_") and not _asserts(f)]
    assert not silent


def _asserts(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if re.match(r"assert|raises|expect|check", name):
            return True
    return False
