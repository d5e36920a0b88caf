"""The name of the engine changes with everything that a grade depends on, and with nothing else."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grade import engine

ROOT = Path(__file__).parents[2]
CODE = sorted(path for package in engine.PACKAGES for path in (ROOT / package).rglob("*.py"))
COUNTED = {
    "what judges": "course_utils/checks/judge.py",
    "what a text names": "autograder/sandbox/server.py",
    "what a function imports": "autograder/sandbox/inner.py",
    "training": "course_utils/training/flat_step.py",
    "a helper of notebooks": "**/gradient_check.py",
    "images beside an answer": "**/answer_images.npz",
    "recorded arrays": "**/*.safetensors",
    "embedded images": "course_utils/sample/MNIST/train-images-idx3-ubyte.gz",
    "a master": "autograder/masters/02_optimizers.py",
}
NOT_COUNTED = (
    "course_utils/widgets/which_bug.py",
    "course_utils/widgets/client/demos.js",
    "autograder/importing/run.py",
    "autograder/exporting/run.py",
    "autograder/similar/find.py",
    "autograder/report/style.css",
    "autograder/commands/grade.py",
)


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """A copy of the packages that a test may change."""
    folder = tmp_path_factory.mktemp("engine")
    for package in engine.PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    return {package: folder / package for package in engine.PACKAGES}


@pytest.fixture(scope="module")
def digest(roots):
    return engine.digest_of(roots)


def digest_with(roots, pattern):
    """The digest while the first file of this pattern has another end."""
    path = sorted(roots["autograder"].parent.glob(pattern))[0]
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    try:
        return engine.digest_of(roots)
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("pattern", COUNTED.values(), ids=COUNTED)
def test_what_a_grade_depends_on_changes_the_name(roots, digest, pattern):
    assert digest_with(roots, pattern) != digest


@pytest.mark.parametrize("pattern", NOT_COUNTED)
def test_what_no_grade_depends_on_does_not(roots, digest, pattern):
    assert digest_with(roots, pattern) == digest


@pytest.mark.parametrize("folder", ["node_modules", ".ipynb_checkpoints"])
def test_folders_that_programs_leave_behind_do_not_either(roots, digest, folder):
    """The packages of the demos are fetched beside modules that grade, at any time."""
    left = roots["course_utils"] / "widgets" / "client" / folder / "package"
    left.mkdir(parents=True)
    (left / "package.json").write_text("{}\n")
    assert engine.digest_of(roots) == digest
    shutil.rmtree(left.parent)


def test_an_exercise_counts_wherever_it_lies_and_its_tests_do_not(roots, digest):
    folder = roots["course_utils"] / "exercises" / "anything" / "new"
    folder.mkdir(parents=True)
    (folder / "solutions.py").write_text("SOLUTIONS = {}\n")
    assert engine.digest_of(roots) == digest
    seen = {digest}
    for name, text in (("probe.py", "PROBE = 1\n"), ("answer.py", "ANSWER = 1\n"), ("recorded.json", "{}\n")):
        (folder / name).write_text(text)
        seen.add(engine.digest_of(roots))
    shutil.rmtree(roots["course_utils"] / "exercises" / "anything")
    assert len(seen) == 4


def test_names_of_files_and_versions_count(roots, digest, monkeypatch):
    path = roots["course_utils"] / "sample" / "checksums.json"
    moved = path.rename(path.with_name("sums.json"))
    assert engine.digest_of(roots) != digest
    moved.rename(path)
    monkeypatch.setattr(engine, "versions", lambda: {"torch": "0"})
    assert engine.digest_of(roots) != digest


def imported(text):
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.name if isinstance(node, ast.Import) else node.module for node in nodes for alias in node.names}


def test_no_import_of_a_file_is_missed():
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in CODE}
    missed = {name: imported(text) - set(engine._modules(text)) for name, text in texts.items()}
    assert missed
    assert {name: modules for name, modules in missed.items() if modules} == {}


def is_of_the_project(path):
    # A script of a package has no ending; what npm has put there is no part of the project.
    return path.is_file() and path.suffix and "node_modules" not in path.parts


def test_every_kind_of_data_is_known():
    """What is neither code nor data is made for people to see, or about licences."""
    pages = {".css", ".j2", ".js", ".in", ".txt", ".typed", ".md", ".html", ".sh", ".yml"}
    found = {
        path.suffix for package in engine.PACKAGES for path in (ROOT / package).rglob("*") if is_of_the_project(path)
    }
    assert found <= {".py", ".pyc", *engine.DATA, *pages}


def test_a_folder_with_the_name_of_a_package_changes_no_digest(tmp_path):
    # A course that has masters of its own, and whose folder Python looks into first.
    (tmp_path / "autograder" / "masters").mkdir(parents=True)
    code = (
        "from autograder.grade.engine import engine_digest; from autograder.grade.kept import name_of;"
        "print(engine_digest(), name_of())"
    )
    here, there = (
        subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True).stdout
        for folder in (ROOT, tmp_path)
    )
    assert here == there
    assert len(set(here.split())) == 2
