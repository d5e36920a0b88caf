"""The ways to install name the same packages, and nothing in the project speaks of a machine."""

import re
import subprocess
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
TEXTS = [name for name in TRACKED if not name.endswith((".png", ".safetensors", ".gz", ".npz"))]


def wanted():
    extras = PROJECT["optional-dependencies"]
    return {*PROJECT["dependencies"], *extras["lab"], *extras["instructor"]}


def test_the_conda_environment_names_the_packages_and_bounds_of_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pip,) = (entry["pip"] for entry in environment if isinstance(entry, dict))
    assert {entry for entry in pip if not entry.startswith("-")} == wanted()
    assert f"python{PROJECT['requires-python']}" in environment


def test_every_dependency_has_an_exact_version_in_the_constraints():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    everything = wanted() | set(PROJECT["optional-dependencies"]["dev"])
    names = {re.split(r"[><=\[]", entry)[0].lower() for entry in everything}
    assert names <= pinned


def test_the_versions_of_the_constraints_run_on_the_oldest_python_of_the_project():
    """Ubuntu 22.04 and Debian 12, on which others grade, have an early 3.11."""
    oldest = SpecifierSet(PROJECT["requires-python"])
    (lowest,) = [f"{one.version}.0" for one in oldest if one.operator == ">="]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.lower().split("==") for line in lines if "==" in line)
    here = [one for one in distributions() if pinned.get(one.name.lower().replace("_", "-")) == one.version]
    assert len(here) > 100
    needs = {one.name: one.metadata.get("Requires-Python") or "" for one in here}
    assert [name for name, wanted in needs.items() if not SpecifierSet(wanted).contains(lowest)] == []


def test_no_file_names_a_machine_or_a_registry():
    places = r"/work/\w+|/root/|/home/\w+|\.\./shared|files\.pythonhosted|registry\.npmjs|/opt/wheels"
    own = {".ci/run", "tests/project/test_packaging.py"}
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in TEXTS if (ROOT / name).is_file()}
    found = {name: re.findall(places, text) for name, text in texts.items() if name not in own}
    assert "README.md" in found
    assert {name: places for name, places in found.items() if places} == {}


def test_every_make_verb_that_the_readme_names_exists():
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    assert set(re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text())) <= verbs
    assert {"env", "demo", "lab", "test", "test-all", "check", "notebooks", "bench"} <= verbs
