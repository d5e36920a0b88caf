"""The reference pages name modules that exist, and leave out no public one."""

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import yaml

import course_utils
from tests.build.conftest import ROOT

DOCS = ROOT / "docs"
NAMED = {
    name for path in (DOCS / "reference").glob("*.md") for name in re.findall(r"^::: (\S+)$", path.read_text(), re.M)
}
# Not called by people: what checks and demos are made of, and what a notebook reaches through another module.
INSIDE = {"exercises", "kits", "changes", "checks", "widgets", "cell_lists", "sample", "handin"}


def pages(entry):
    """Return the files that a part of the navigation names."""
    if isinstance(entry, str):
        return [entry]
    parts = entry.values() if isinstance(entry, dict) else entry
    return [name for part in parts for name in pages(part)]


def test_every_module_that_is_named_exists():
    assert len(NAMED) > 20
    assert not [name for name in NAMED if find_spec(name) is None]


def test_every_public_module_is_named():
    package = Path(course_utils.__file__).parent
    files = [path.relative_to(package) for path in package.rglob("*.py") if not path.stem.startswith("_")]
    public = [("course_utils", *path.with_suffix("").parts) for path in files if path.parts[0] not in INSIDE]
    assert len(public) > 20
    # A room is named as a whole where its own names are all that is called.
    assert not [name for name in public if not {".".join(name), ".".join(name[:-1])} & NAMED]


def test_the_navigation_names_pages_that_exist_and_all_of_the_reference():
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    listed, there = set(pages(settings["nav"])), {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert listed <= there
    assert {page for page in there if page.startswith("reference/")} <= listed
    assert settings["theme"]["font"] is False


def test_what_builds_the_pages_is_pinned():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert {re.split(r"[\[>]", entry)[0] for entry in extras["docs"]} <= pinned
    assert not {"mkdocs", "mkdocs-material"} & {re.split(r"[\[>]", entry)[0] for entry in extras["dev"]}
