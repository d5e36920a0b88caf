"""Check, line by line, whether everything that the course needs is in place, and say how to mend what is not.

Only the standard library is imported with this module: it has to work where a package is missing or broken.
"""

from __future__ import annotations

import io
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

__all__ = ["Finding", "check_environment", "examine"]

PROJECT = "optimization-workbook"
# Packages whose module has another name.
MODULES = {"scikit-learn": "sklearn"}


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Args:
        what: What was looked at and what was found.
        fix: What to do about it; empty where nothing is to be done.
    """

    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"[fix: {self.fix}] {self.what}" if self.fix else f"[ok] {self.what}"


def check_environment() -> bool:
    """Print one line for each thing that the course needs, and return whether all of them are in place.

    The images are loaded on the way, so that a download that is needed, and possible, happens now.
    """
    findings = []
    for finding in examine():
        findings.append(finding)
        print(finding, flush=True)
    wrong = sum(bool(finding.fix) for finding in findings)
    mend = f"{wrong} to fix. Do what the brackets say, restart the kernel, and run this again."
    print(f"\n{mend if wrong else 'Everything is in place.'}")
    return not wrong


def examine() -> Iterator[Finding]:
    """Yield the findings, in the order in which they should be fixed."""
    yield from _python_and_packages()
    for name, look in (
        ("device", _device),
        ("checks", _checks),
        ("data", _data),
        ("cache", _cache),
        ("this folder", _folder),
    ):
        try:
            yield look()
        except Exception as error:
            yield Finding(f"{name}: {type(error).__name__}: {error}", "fix the lines above first")


def _python_and_packages() -> Iterator[Finding]:
    """Compare what is installed with what the installed course asks for."""
    found = f"Python {platform.python_version()} ({sys.executable})"
    try:
        from packaging.requirements import Requirement
        from packaging.specifiers import SpecifierSet

        about = metadata.metadata(_distribution())
    except (ImportError, metadata.PackageNotFoundError) as error:
        yield Finding(f"{found}, but the course is not installed here ({error})", "pip install --editable .")
        return
    wanted = SpecifierSet(about["Requires-Python"] or "")
    fits = wanted.contains(platform.python_version(), prereleases=True)
    yield Finding(found, "" if fits else f"use a Python {wanted}")
    needs = [Requirement(line) for line in about.get_all("Requires-Dist") or ()]
    for need in sorted(needs, key=lambda need: need.name):
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            yield _package(need.name, f"{need.name}{need.specifier}", need.specifier.contains)


def _distribution() -> str:
    """Return the name under which the course is installed."""
    return next(iter(metadata.packages_distributions().get("course_utils", [PROJECT])))


def _package(name: str, wanted: str, fits: Callable[..., bool]) -> Finding:
    """Import a package, since an installed one can still be broken."""
    install = f'pip install "{wanted}"'
    try:
        version = metadata.version(name)
        import_module(MODULES.get(name, name))
    except metadata.PackageNotFoundError:
        return Finding(f"{name} is not installed", install)
    except Exception as error:
        return Finding(f"{name} {version} cannot be imported ({type(error).__name__}: {error})", install)
    return Finding(f"{name} {version}", "" if fits(version, prereleases=True) else install)


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding(f"device: {torch.cuda.get_device_name()}")
    threads = torch.get_num_threads()
    return Finding(f"device: CPU, {threads} thread{'s' * (threads != 1)} (no GPU is needed)")


def _checks() -> Finding:
    from course_utils.checks.recorded import load_recorded
    from course_utils.kits.probe import load_probe

    load_recorded("autograd_gradient")
    load_probe("autograd_gradient")
    return Finding("checks: their recorded numbers can be read")


def _data() -> Finding:
    """Load the images from where the course will load them."""
    from course_utils.data import DataFileError, load_fashion_mnist

    folder = os.environ.get("COURSE_DATA")
    try:
        with redirect_stdout(io.StringIO()):
            images = load_fashion_mnist(train=False)
    except DataFileError as error:
        return Finding(f"data: {error}", "delete the faulty file, or name another folder in COURSE_DATA")
    found = f"data: Fashion-MNIST, {len(images):,} test images from {images.source}"
    if folder and not images.source.startswith("COURSE_DATA"):
        return Finding(found, f"COURSE_DATA names {folder}, which holds no FashionMNIST/raw; correct or unset it")
    return Finding(found)


def _cache() -> Finding:
    """Try to write where downloads go; the folder itself is made by the first download."""
    from course_utils.data.sources import cache_folder

    folder = cache_folder()
    return _writable(f"cache: {folder}", folder, "make it writable, or name a folder with the images in COURSE_DATA")


def _folder() -> Finding:
    return _writable(f"this folder: {Path.cwd()}", Path.cwd(), "copy the notebooks to a folder that belongs to you")


def _writable(what: str, folder: Path, fix: str) -> Finding:
    """Write a file into the folder, or into the nearest one above it that exists."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
    except OSError as error:
        return Finding(f"{what} cannot be written to ({error.strerror})", fix)
    return Finding(f"{what} can be written to")
