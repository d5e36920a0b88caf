"""The first cells of a notebook: a badge where there is a repository, and an installation that only Colab gets."""

import json
import subprocess
import sys

import pytest

from autograder.build.notebooks import release_notebook
from autograder.build.opening import install_cell
from autograder.course import CourseError, Identity

PUBLISHED = 'title = "A small course"\nrepository = "some-school/deep.course"\nbranch = "term-1"'

# A plain Python without the course; on "Colab", pip is a function that notes its call and may install.
PLAIN = """
import json, pathlib, subprocess, sys, types

def pip(command, **options):
    calls.append(command[1:])
    if "works" in command[-1] or "archive" in command[-1]:
        pathlib.Path("course_utils").mkdir()
        pathlib.Path("course_utils/__init__.py").touch()
    return types.SimpleNamespace(returncode=0, stderr="pip said no")

calls, raised, known = [], "", set()
subprocess.run = pip
if {colab}:
    sys.modules["google.colab"] = types.ModuleType("google.colab")
known = set(globals()) | {{"known", "error", "_"}}
for _ in range({times}):
    try:
        exec({source!r}, globals())
    except RuntimeError as error:
        raised = str(error)
new = sorted(set(globals()) - known)
print(json.dumps([calls, raised, new]))
"""


def run(folder, source, colab=True, times=1):
    code = PLAIN.format(colab=colab, source=source, times=times)
    command = [sys.executable, "-S", "-B", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    *said, last = done.stdout.splitlines()
    assert said == []
    return json.loads(last)


@pytest.fixture
def published():
    return install_cell(Identity(id="c", title="C", repository="some-school/deep.course", branch="term-1")).source


@pytest.fixture
def unpublished():
    return install_cell(Identity(id="c", title="C")).source


def test_a_published_course_opens_with_a_badge_that_leads_to_this_notebook(small):
    toml = small.root / "course.toml"
    toml.write_text(toml.read_text().replace('title = "A small course"', PUBLISHED))
    badge, install, first = release_notebook("01_small", small.root).cells[:3]
    assert badge.cell_type == "markdown"
    place = "some-school/deep.course/blob/term-1/notebooks/01_small/01_small.ipynb"
    assert f"(https://colab.research.google.com/github/{place})" in badge.source
    assert "https://github.com/some-school/deep.course/archive/refs/heads/term-1.zip" in install.source
    assert first.source == "# Small"


def test_a_course_without_a_repository_names_no_address(small):
    install, first = release_notebook("01_small", small.root).cells[:2]
    assert first.source == "# Small"
    assert "http" not in install.source + first.source
    assert install.metadata.cellView == "form"
    assert install.metadata.jupyter.source_hidden


@pytest.mark.parametrize("wrong", ["https://github.com/a/b", "a", "a/b/c", "a b/c", 'a/b")'])
def test_a_repository_that_is_none_is_refused(small, wrong):
    toml = small.root / "course.toml"
    toml.write_text(toml.read_text().replace('course"', f"course\"\nrepository = '{wrong}'"))
    with pytest.raises(CourseError, match=r"course\.repository"):
        _ = small.course


def test_outside_colab_the_cell_does_nothing(tmp_path, published):
    assert run(tmp_path, published, colab=False) == [[], "", ["set_up_colab"]]


def test_on_colab_the_course_is_installed_once_and_nothing_else(tmp_path, published):
    (call,), raised, _ = run(tmp_path, published, times=3)
    assert raised == ""
    assert call[:3] == ["-m", "pip", "install"]
    assert "--no-deps" in call
    assert not {"-U", "--upgrade", "--force-reinstall"} & set(call)
    # After a reconnect to the same machine, the course is still there.
    assert run(tmp_path, published) == [[], "", ["set_up_colab"]]


def test_an_uploaded_file_goes_first_and_one_that_is_no_course_does_no_harm(tmp_path, published):
    for name in ("data.zip", "student works.zip"):
        (tmp_path / name).touch()
    calls, raised, _ = run(tmp_path, published)
    assert [call[-1] for call in calls] == ["data.zip", "student works.zip"]
    assert raised == ""


def test_where_nothing_can_be_installed_the_cell_says_what_to_do(tmp_path, unpublished):
    (tmp_path / "data.zip").touch()
    calls, raised, _ = run(tmp_path, unpublished)
    assert len(calls) == 1
    for said in ("student.zip", "file panel", "Run this cell again", "pip said no"):
        assert said in raised
