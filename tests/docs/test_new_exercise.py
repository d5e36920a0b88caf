"""The worked example in docs/new_exercise.md: `autograder new`, then the code of the page, then build and tests."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from tests.build.conftest import ROOT

PAGE = (ROOT / "docs" / "new_exercise.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^`(?P<path>[\w./]+)`\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {match["path"]: match["text"] for match in BLOCK.finditer(PAGE)}
(COMMAND,) = re.findall(r"^autograder (new .*)$", PAGE, re.MULTILINE)
EXERCISE = "sign_descent"
FOLDER = f"course_utils/exercises/optimizers/{EXERCISE}"
MASTER = "autograder/masters/02_optimizers.py"
ROOMS = ("autograder", "course_utils", "notebooks", "tests/build", "tests/checks", "tests/exercises")


class Copy:
    """A copy of the checkout in which commands are run as an author would."""

    def __init__(self, root):
        self.root = root
        for room in ROOMS:
            shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__"))
        (root / "docs").mkdir()
        for file in ("course.toml", "pyproject.toml", "tests/__init__.py", "docs/conventions.md"):
            shutil.copy(ROOT / file, root / file)

    def python(self, *arguments):
        environment = {**os.environ, "PYTHONPATH": str(self.root), "OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True)

    def autograder(self, *arguments):
        return self.python("autograder", *arguments)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    made = Copy(tmp_path_factory.mktemp("checkout"))
    started = made.autograder(*shlex.split(COMMAND))
    assert started.returncode == 0, started.stderr
    return made


def test_the_command_says_what_to_do_and_writes_files_that_build(copy):
    assert sorted(path.name for path in (copy.root / FOLDER).iterdir()) == ["answer.py", "probe.py", "solutions.py"]
    built = copy.autograder("exercise", EXERCISE)
    assert built.returncode == 0, built.stderr
    assert (copy.root / FOLDER / "recorded.json").is_file()


# `tests/catalogue/test_edits.py` holds what is said; here it comes out of the command.
@pytest.mark.slow
def test_an_edit_that_does_not_apply_is_one_line_with_file_and_line(copy):
    path = copy.root / FOLDER / "answer.py"
    before = path.read_text()
    path.write_text(before.replace('{"parameter.sub_(": ', '{"parameter.sub(": '))
    found = copy.autograder("exercise", EXERCISE)
    path.write_text(before)
    assert found.returncode == 2
    assert re.search(rf"{FOLDER}/answer.py:\d+: the old text of 'ascent' is not in the solution", found.stderr)


def test_solutions_that_cannot_be_imported_are_told_before_anything_is_built(copy):
    path = copy.root / FOLDER / "solutions.py"
    before = path.read_text()
    path.write_text(before.replace("import torch", "import no_such_module"))
    found = copy.autograder("exercise", EXERCISE)
    path.write_text(before)
    assert found.returncode == 2
    assert re.fullmatch(rf"error: \S*/{FOLDER}/solutions.py:\d+: ModuleNotFoundError: .*\n", found.stderr)


@pytest.mark.slow
def test_the_page_is_built_and_all_its_solutions_are_judged_rightly(copy):
    for path, text in FILES.items():
        place = copy.root / path
        kept = (
            place.read_text().partition("# %% [markdown]\n# ### Exercise `sign_descent`")[0] if path == MASTER else ""
        )
        place.write_text(kept + text)
    built = copy.autograder("exercise", EXERCISE)
    assert built.returncode == 0, built.stderr
    tested = copy.python("pytest", "-q", "-p", "no:cacheprovider", "tests/exercises", "-k", f"[{EXERCISE}-")
    assert tested.returncode == 0, tested.stdout[-3000:]
    assert int(re.search(r"(\d+) passed", tested.stdout)[1]) >= 2 * 8
    notebook = (copy.root / "notebooks" / "02_optimizers" / "02_optimizers.ipynb").read_text()
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(notebook)["cells"]}
    assert cells[EXERCISE].endswith("# TODO\n        raise NotImplementedError")
    assert "torch.sign" not in cells[EXERCISE]
    assert "### Exercise `sign_descent` (1 point)" in notebook
    listed = json.loads((copy.root / "course_utils" / "cell_lists" / "02_optimizers.json").read_text())
    assert listed[f"check-{EXERCISE}"] == 1
    entry = re.search(
        r"^- `sign_descent`:.*(\n  .*)*", (copy.root / "docs" / "conventions.md").read_text(), re.MULTILINE
    )
    assert "*Accepted:* small-number-in-the-divisor. *Named:* ascent," in " ".join(entry[0].split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("adam --workbook 02 --signature 'f(x)'", "the id 'adam' exists already; choose another one"),
        ("Sign --workbook 02 --signature 'f(x)'", "cannot be an id"),
        ("sign --workbook 12 --signature 'f(x)'", "there is no workbook '12'"),
        (
            "sign --workbook 02 --kit loop --signature 'f(x)'",
            "there is no kit 'loop'; there is function, module, optimizer",
        ),
        ("sign --workbook 02 --signature 'f(x'", "cannot be read"),
        ("sign --workbook 02 --signature 'f(x, centred=True)'", "the default of 'centred' is True"),
        ("sign --workbook 02 --signature 'f(x)' --returns 'loss, loss'", "--returns 'loss, loss' cannot be used"),
        ("sign --workbook 02 --kit module --signature 'M(x)' --returns 'out'", "goes with --kit function"),
        ("sign --workbook 02 --signature 'f(x, generator=None)'", "the default of 'generator' is None"),
        ("sign --workbook 02 --kit optimizer --signature 'S(weights)'", "an optimizer takes `parameters`"),
    ],
)
def test_what_cannot_be_started_is_refused_with_what_to_do(monkeypatch, tmp_path, arguments, said):
    shutil.copy(ROOT / "course.toml", tmp_path)
    (tmp_path / "autograder" / "masters").mkdir(parents=True)
    (tmp_path / "autograder" / "masters" / "02_optimizers.py").touch()
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(app, ["new", *shlex.split(arguments)])
    assert found.exit_code == 2
    assert said in found.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["autograder", "course.toml"]
