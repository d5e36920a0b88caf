"""`autograder build`: what it writes, what it says, and its exit status."""

import json

import pytest
from typer.testing import CliRunner

from autograder.cli import app


@pytest.fixture
def build(small, monkeypatch):
    """Run the command in the small course."""
    monkeypatch.chdir(small.root)
    return lambda *arguments: CliRunner().invoke(app, ["build", *arguments])


RECORD = "course_utils/exercises/optimizers/momentum/recorded.json"


def generated(small):
    return sorted(path.name for path in small.root.rglob("*") if path.suffix in (".ipynb", ".json", ".safetensors"))


def test_a_build_writes_notebooks_and_records_and_then_nothing_more(small, build):
    first = build()
    assert first.exit_code == 0, first.output
    assert generated(small) == [
        "01_small.ipynb", "01_small.json", "recorded.json", "recorded.safetensors", "second.json", "second.safetensors",
    ]  # fmt: skip
    listed = json.loads((small.root / "course_utils" / "cell_lists" / "01_small.json").read_text())
    assert listed == {"momentum": None, "check-momentum": 2, "why": 1}
    assert "wrote notebooks/01_small/01_small.ipynb" in first.output
    second = build()
    assert (second.exit_code, second.output) == (0, "")


def test_check_names_what_has_drifted_and_writes_nothing(small, build):
    build()
    (small.root / RECORD).write_text("{}")
    (small.root / "notebooks" / "01_small" / "01_small.ipynb").unlink()
    found = build("--check")
    assert found.exit_code == 1
    assert f"differs: {RECORD}" in found.output
    assert "missing: notebooks/01_small/01_small.ipynb" in found.output
    assert "run `autograder build`" in found.output
    assert generated(small) == [
        "01_small.json", "recorded.json", "recorded.safetensors", "second.json", "second.safetensors",
    ]  # fmt: skip
    build()
    assert build("--check").exit_code == 0


def test_a_faulty_master_is_reported_and_nothing_is_written(small, build):
    small.edit("### END SOLUTION", "### END")
    found = build()
    assert found.exit_code == 2
    assert "01_small.py:" in found.output
    assert "without `### END SOLUTION`" in found.output
    assert generated(small) == []


def test_one_workbook_can_be_built_alone(small, build):
    build()
    other = small.root / "notebooks" / "02_other" / "02_other.ipynb"
    other.parent.mkdir()
    other.write_text("{}")
    small.edit("# Why?", "# But why?")
    found = build("01_small")
    assert found.output == "wrote notebooks/01_small/01_small.ipynb\n"
    assert other.exists()


def test_an_unknown_workbook_is_named(build):
    found = build("07_none")
    assert found.exit_code == 2
    assert "07_none.py:1: there is no such master" in found.output


def test_a_faulty_course_is_reported(small, build):
    (small.root / "course.toml").write_text("[course]\n")
    found = build()
    assert found.exit_code == 2
    assert "course.id: Field required" in found.output
