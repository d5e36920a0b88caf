"""What `autograder package` writes: all that grading needs, the answers of one workbook, programs that are whole."""

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import pytest
import yaml
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import load_course
from autograder.packing import PLACES, Order, pack
from autograder.public_files import is_public
from autograder.sandbox.warm import MODULES
from tests.build.conftest import ROOT
from tests.notebooks.leaks import lines, solutions

COURSE = load_course(ROOT)
WORKBOOK = "02_optimizers"


@pytest.fixture(scope="module")
def packages():
    return {place: pack(place, COURSE, Order(WORKBOOK, ROOT, "after_due_date")) for place in PLACES}


@pytest.fixture(scope="module")
def core(packages):
    return {str(path): file for path, file in packages["gradescope"].items()}


def test_it_holds_the_answers_of_its_workbook_and_of_no_other(core):
    private = [
        path.removeprefix("course/")
        for path in core
        if path.startswith("course/course_utils/") and not is_public(PurePosixPath(path.removeprefix("course/")))
    ]
    owners = {PurePosixPath(path).parts[3] for path in private}
    checked = {name for name, points in COURSE.workbooks[WORKBOOK].points.items() if points.auto}
    assert owners == checked
    assert [path for path in core if "/masters/" in path] == [f"course/autograder/masters/{WORKBOOK}.py"]
    text = "".join(b"".join(file.content for path, file in core.items() if path.endswith(".py")).decode().split())
    names = set(COURSE.workbooks[WORKBOOK].points)
    own = {line for name, solution in solutions(ROOT) if name in names for line in lines(solution)}
    others = {line for name, solution in solutions(ROOT) if name not in names for line in lines(solution)} - own
    assert len(own) > 10
    assert not [line for line in own if line not in text]
    assert len(others) > 10
    assert not [line for line in others if line in text]


def test_it_holds_nothing_that_grading_does_not_need(core):
    assert not [path for path in core if re.search(r"(^|/)(tests|docs|__pycache__)(/|$)", path)]
    assert not [path for path in core if "/exercises/" in path and path.endswith("solutions.py")]
    assert not [path for path in core if path.startswith("course/autograder/") and "/packing/" in path]


def test_every_package_that_its_code_imports_is_required_and_pinned(core):
    required = {re.split(r"[><=\[]", line)[0] for line in core["requirements.txt"].content.decode().splitlines()}
    known = packages_distributions()
    imported = set()
    for path, file in core.items():
        if path.startswith("course/autograder/") and path.endswith(".py"):
            for node in ast.walk(ast.parse(file.content)):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                imported |= {name.partition(".")[0] for name in names}
    imported |= {name.partition(".")[0] for name in MODULES}  # imported by name, before a submission comes
    direct = {name for package in imported for name in known.get(package, ())}
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["instructor"]
    instructor = {re.split(r"[><=\[]", line)[0] for line in extra}
    assert {name for name in direct if name in instructor} <= required
    assert {"torch", "pydantic", "tqdm", "typer"} <= required
    assert not required & {"distributed", "voila", "rich", "jinja2"}
    pinned = {line.partition("==")[0].lower() for line in core["constraints.txt"].content.decode().splitlines()}
    assert {name.lower() for name in required} <= pinned


@pytest.mark.parametrize("place", PLACES)
def test_programs_are_programs_and_texts_are_what_their_places_read(packages, place):
    assert packages[place]
    for path, file in packages[place].items():
        text = file.content
        assert b"@{" not in text or path.suffix in (".safetensors", ".gz", ".zip")
        if file.program:
            assert text.startswith(b"#!/usr/bin/env bash\n")
            checked = subprocess.run(["bash", "-n"], input=text, capture_output=True)
            assert (checked.returncode, checked.stderr) == (0, b"")
        elif path.suffix == ".json" and "course" not in path.parts:
            json.loads(text)


def test_gradescope_finds_its_two_programs_at_the_top(tmp_path):
    out = tmp_path / "autograder.zip"
    command = ["package", "gradescope", "--workbook", WORKBOOK, "--out", str(out), "--visibility", "after_due_date"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
        assert json.loads(archive.read("settings.json"))["visibility"] == "after_due_date"
    assert {modes["setup.sh"], modes["run_autograder"], modes["install.sh"]} == {0o755}


def test_where_it_is_unpacked_only_the_owner_reads(core, tmp_path):
    folder = tmp_path / "source"
    for path, file in core.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.content)
        (folder / path).chmod(0o606)
    subprocess.run(["bash", str(folder / "close.sh")], check=True)
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in folder.rglob("*.py")}
    assert modes[f"course/autograder/masters/{WORKBOOK}.py"] == 0o600
    assert modes["course/course_utils/exercises/optimizers/adam/answer.py"] == 0o600
    assert modes["course/course_utils/exercises/optimizers/adam/probe.py"] == 0o644
    assert not [name for name, mode in modes.items() if mode & 0o022]


def test_prairielearn_gets_a_question_an_image_without_the_course_and_what_is_shared(packages):
    paths = {str(path) for path in packages["prairielearn"]}
    info = json.loads(packages["prairielearn"][PurePosixPath("questions", WORKBOOK, "info.json")].content)
    options = info["externalGradingOptions"]
    assert options["entrypoint"].removeprefix("/grade/") in paths
    assert options["timeout"] == 600
    assert not [path for path in paths if path.startswith("grader_image/") and path.endswith((".py", ".ipynb"))]
    assert not [path for path in paths if path.startswith("questions/") and path.endswith((".py", ".ipynb"))]


def test_github_s_students_get_a_workflow_and_no_line_of_the_course(packages):
    students = {path: file for path, file in packages["github"].items() if path.parts[0] == "for_students"}
    ((path, file),) = students.items()
    assert str(path) == "for_students/.github/workflows/classroom.yml"
    workflow = yaml.safe_load(file.content)
    steps = workflow["jobs"]["grade"]["steps"]
    secret = [step for step in steps if "secrets." in json.dumps(step)]
    assert [step["name"] for step in secret] == ["Fetch the grader"]
    assert steps[-1]["env"] == {"GRADE_RESULTS": "${{ steps.grade.outputs.result }}"}
    assert steps[0]["with"]["persist-credentials"] is False


def test_an_unknown_workbook_and_a_folder_in_use_are_refused_in_one_line(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    for command, said in (
        (["--workbook", "09_missing", "--out", str(tmp_path / "a.zip")], "there is no assignment '09_missing'"),
        (["--workbook", WORKBOOK, "--out", str(tmp_path / "mine")], "holds other files (thesis.tex)"),
    ):
        done = CliRunner().invoke(app, ["package", "gradescope", *command])
        assert done.exit_code == 2
        assert said in " ".join(done.output.split())
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "thesis.tex"]


def test_the_grader_runs_from_the_package_alone(core, tmp_path):
    for path, file in core.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(file.content)
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    code = "import autograder, course_utils, autograder.commands.one, autograder.places.github as p; print(p.__file__)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=tmp_path / "course",
        env={"PYTHONPATH": ":".join(libraries), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert Path(done.stdout.strip()).is_relative_to(tmp_path), done.stderr
