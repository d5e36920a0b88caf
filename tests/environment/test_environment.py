"""The report on the environment: a line per thing, a way to mend what is wrong, and never a traceback."""

import platform
import subprocess
import sys
from importlib import metadata

import pytest

from course_utils.environment import Finding, check_environment, examine

PACKAGES = ("numpy", "torch", "torchvision", "ipywidgets", "matplotlib")


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_DOWNLOAD", "0")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.chdir(tmp_path)


def line_about(what):
    """Return the one finding that begins with these words."""
    (found,) = [finding for finding in examine() if finding.what.startswith(what)]
    return found


def with_version(monkeypatch, name, version):
    """Make a package look as if it had another version, or, where it is an exception, raise that."""
    real = metadata.version

    def pretend(asked):
        if asked == name and isinstance(version, Exception):
            raise version
        return version if asked == name else real(asked)

    monkeypatch.setattr(metadata, "version", pretend)


def test_where_everything_is_in_place_every_line_says_so(capsys, tmp_path):
    assert check_environment()
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[-1] == "Everything is in place."
    assert all(line.startswith("[ok] ") for line in lines[:-2])
    for words in (f"Python {platform.python_version()}", "device: ", "checks: ", "data: Fashion-MNIST", "cache: "):
        assert sum(line.startswith(f"[ok] {words}") for line in lines) == 1, words
    assert {f"[ok] {name} {metadata.version(name)}" for name in PACKAGES} <= set(lines)
    assert not list(tmp_path.iterdir())


def test_a_missing_package_gets_the_command_that_installs_it(monkeypatch, capsys):
    with_version(monkeypatch, "torchvision", metadata.PackageNotFoundError("torchvision"))
    assert str(line_about("torchvision")).startswith('[fix: pip install "torchvision>=')
    assert not check_environment()
    assert "1 to fix." in capsys.readouterr().out


@pytest.mark.parametrize(("version", "fits"), [("3.1.0", False), ("9.9", True), ("3.10.0rc1", False)])
def test_a_version_is_compared_with_what_the_course_asks_for(monkeypatch, version, fits):
    with_version(monkeypatch, "matplotlib", version)
    found = line_about("matplotlib")
    assert found.what == f"matplotlib {version}"
    assert (found.fix == "") is fits
    assert fits or found.fix.startswith('pip install "matplotlib>=')


def test_a_package_that_is_installed_but_broken_is_found(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    found = line_about("scikit-learn")
    assert "cannot be imported" in found.what
    assert found.fix.startswith('pip install "scikit-learn')


def test_a_python_outside_the_bounds_is_named_with_the_bounds(monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: "3.9.1")
    assert line_about("Python 3.9.1").fix.startswith("use a Python ")


def test_a_course_that_is_not_installed_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(metadata, "packages_distributions", dict)
    monkeypatch.setattr(metadata, "metadata", lambda name: (_ for _ in ()).throw(metadata.PackageNotFoundError(name)))
    found = line_about("Python ")
    assert "not installed here" in found.what
    assert found.fix.startswith("pip install")


def test_a_data_folder_without_the_images_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    found = line_about("data: ")
    assert str(tmp_path) in found.fix
    assert "the sample in this package" in found.what


def test_a_faulty_data_file_is_a_line_and_not_a_traceback(monkeypatch, tmp_path):
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (raw / name).write_bytes(b"not the images")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    found = line_about("data: ")
    assert "t10k-" in found.what
    assert found.fix


def test_a_cache_that_cannot_be_written_to_is_found(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    found = line_about("cache: ")
    assert "cannot be written to" in found.what
    assert "COURSE_DATA" in found.fix


def test_whatever_else_goes_wrong_is_a_line_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "course_utils.data", None)
    found = line_about("data: ")
    assert "ModuleNotFoundError" in found.what or "ImportError" in found.what
    assert found.fix


def test_it_starts_where_every_package_is_missing():
    code = "import sys, course_utils; course_utils.check_environment; assert not {'numpy', 'torch'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_finding_reads_as_the_notebook_says():
    assert str(Finding("torch 2.11")) == "[ok] torch 2.11"
    assert str(Finding("torch is not installed", "pip install torch")) == (
        "[fix: pip install torch] torch is not installed"
    )
