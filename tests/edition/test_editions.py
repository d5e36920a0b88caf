"""What `autograder release` gives students: all that they need, and nothing that they must not have."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
import yaml

from autograder.course import load_course
from autograder.edition import solution_files, student_files, write_edition
from autograder.grade.types import GradingError
from tests.build.conftest import ROOT
from tests.notebooks.leaks import lines, solutions

COURSE = load_course(ROOT)


@pytest.fixture(scope="module")
def student():
    return student_files(COURSE, ROOT)


def test_it_has_what_students_need(student):
    names = {str(path) for path in student}
    assert {"README.md", "LICENSE", "pyproject.toml", "environment.yml", "course_utils/checks/check.py"} <= names
    built = [name for name in COURSE.workbooks if (ROOT / "autograder" / "masters" / f"{name}.py").is_file()]
    assert {f"notebooks/{name}/{name}.ipynb" for name in built} <= names
    assert b"02_optimizers" in student[next(path for path in student if str(path) == "README.md")]


def test_nothing_private_is_in_it(student):
    assert not [path for path in student if path.parts[0] not in ("notebooks", "course_utils", "data_scripts", *TOP)]
    named = [str(path) for path, content in student.items() if b"autograder" in content]
    assert named == []
    secret = {line for _, text in solutions(ROOT) for line in lines(text)}
    assert len(secret) > 50
    for path, content in student.items():
        if path.suffix in (".py", ".json", ".js", ".md", ".ipynb"):
            text = "".join("".join(_texts(path, content)).split())
            assert not [line for line in secret if line in text], path


TOP = ("README.md", "LICENSE", "pyproject.toml", "environment.yml", "docs")


def test_every_page_that_its_texts_name_is_in_it(student):
    texts = ["".join(_texts(path, content)) for path, content in student.items() if path.suffix in (".ipynb", ".md")]
    named = {name for text in texts for name in re.findall(r"\bdocs/\w+\.md", text)}
    assert "docs/conventions.md" in named
    assert named <= {str(path) for path in student}


def test_its_readme_names_colab_where_there_is_a_repository(student):
    path = next(path for path in student if str(path) == "README.md")
    assert b"Colab*" not in student[path]
    there = COURSE.course.model_copy(update={"repository": "some-school/deep"})
    published = student_files(COURSE.model_copy(update={"course": there}), ROOT)
    assert b"github.com/some-school/deep and click *Open in Colab*" in published[path]


def test_its_project_is_built_by_the_setuptools_that_colab_has(student):
    project = tomllib.loads(next(c.decode() for path, c in student.items() if str(path) == "pyproject.toml"))
    assert project["build-system"]["requires"] == ["setuptools>=64"]
    # Keys that came with setuptools 77.
    assert not {"license", "license-files"} & set(project["project"])


def _texts(path, content):
    if path.suffix != ".ipynb":
        return [content.decode()]
    return ["".join(cell["source"]) + "\n" for cell in json.loads(content)["cells"]]


def test_its_project_installs_what_the_course_declares(student):
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = {str(path): content.decode() for path, content in student.items() if str(path) in TOP}
    theirs = tomllib.loads(texts["pyproject.toml"])
    assert theirs["project"]["dependencies"] == ours["dependencies"]
    assert theirs["project"]["requires-python"] == ours["requires-python"]
    assert theirs["tool"]["setuptools"]["packages"]["find"]["include"] == ["course_utils*"]
    environment = yaml.safe_load(texts["environment.yml"])
    pip = environment["dependencies"][-1]["pip"]
    assert set(ours["dependencies"]) | set(ours["optional-dependencies"]["lab"]) | {"."} == set(pip)


def test_checks_work_from_the_folder_alone(student, tmp_path):
    write_edition(student, tmp_path / "student")
    code = "import course_utils as c; print(c.__file__); c.check('ema', len)"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "student", capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert "[error]" in done.stdout or "[not yet]" in done.stdout


def test_what_is_installed_from_it_has_all_of_its_files(student, tmp_path):
    write_edition(student, tmp_path / "student")
    build = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", "build_py", "--build-lib", "built"]
    subprocess.run(build, cwd=tmp_path / "student", capture_output=True, check=True)
    built = {path.relative_to(tmp_path / "student" / "built") for path in (tmp_path / "student" / "built").rglob("*.*")}
    missing = {str(path) for path in student if path.parts[0] == "course_utils"} - {str(path) for path in built}
    assert missing == set()


def test_the_zip_holds_the_same_files_and_is_the_same_each_time(student, tmp_path):
    first = write_edition(student, tmp_path / "a" / "student").read_bytes()
    archive = write_edition(student, tmp_path / "b" / "student")
    assert archive.read_bytes() == first
    with zipfile.ZipFile(archive) as content:
        assert {name.removeprefix("student/") for name in content.namelist()} == {str(path) for path in student}


def test_a_folder_with_other_files_is_refused(student, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(GradingError, match=r"thesis\.tex"):
        write_edition(student, tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_the_solutions_edition_has_the_answers_and_not_the_marking(student):
    files = solution_files(COURSE, ROOT)
    text = "".join("".join(_texts(path, content)) for path, content in files.items())
    assert "class MomentumOptimizer" in text
    assert "raise NotImplementedError" not in "".join(
        "".join(cell["source"])
        for path, content in files.items()
        for cell in json.loads(content)["cells"]
        if cell["id"] == "momentum"
    )
    assert "Marking guide" not in text
    assert "BEGIN SOLUTION" not in text
    assert all(
        "nbgrader" not in cell["metadata"] for content in files.values() for cell in json.loads(content)["cells"]
    )
