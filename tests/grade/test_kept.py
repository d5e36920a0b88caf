"""What work was made from has a name that follows every file of the packages, and nothing that programs leave there."""

import os

import pytest

from autograder.grade import kept, releases


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The folder of a package with a file in a folder, which stands for the packages of the course."""
    (tmp_path / "below").mkdir()
    for name in ("__init__.py", "below/data.json"):
        (tmp_path / name).write_text("1")
    for module in (kept, releases):
        monkeypatch.setattr(module, "PACKAGES", {tmp_path.name: tmp_path})
    return tmp_path


def names():
    return kept.name_of("work"), releases._name_of_code(kept.code_states())


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "below" / "data.json").write_text("22"),
        lambda folder: (folder / "below" / "new.py").write_text(""),
        lambda folder: (folder / "below" / "data.json").unlink(),
    ],
    ids=["changed", "added", "removed"],
)
def test_a_file_that_is_changed_added_or_removed_gives_another_name(package, change):
    before = names()
    assert names() == before
    change(package)
    assert all(new != old for new, old in zip(names(), before, strict=True))


def test_a_file_of_another_time_is_read_again_and_has_the_same_content(package):
    done, code = names()
    os.utime(package / "below" / "data.json", (0, 0))
    assert names()[0] != done
    assert names()[1] == code


def test_what_python_leaves_behind_changes_nothing(package):
    before = names()
    (package / "below" / "__pycache__").mkdir()
    (package / "below" / "__pycache__" / "data.pyc").write_text("")
    assert names() == before
