"""The engine: the files and the versions that a grade depends on, found in the code itself."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from autograder.public_files import PACKAGES, is_left_behind

__all__ = ["digest_of", "engine_digest", "engine_files", "versions"]

LIBRARIES = ("torch", "numpy", "ipython", "nbgrader")
# What grades a submission, and what it runs: the given cells of the masters.
STARTS = ("autograder/grade/grading_task.py", "autograder/masters/")
# Probes and answers are imported by the id of their exercise, which no import statement shows.
BY_ID = re.compile(r"^(?:PROBE|ANSWER)\b", re.MULTILINE)
# The formats of data; what pages are made of and what editors leave behind is none.
DATA = (".gz", ".json", ".npz", ".safetensors")
# Only these statements are parsed: to parse whole files takes six times as long.
IMPORT = re.compile(r"^[ \t]*((?:from[ \t]+\S+[ \t]+)?import[ \t]+(?:\([^)]*\)|[^(\n]*))", re.MULTILINE)
NAMED = re.compile(rf"[\"']((?:{'|'.join(PACKAGES)})(?:\.\w+)*)[\"']")


@cache
def engine_digest() -> str:
    """Return a name of the code, the data and the versions that grade, the same on every machine that has them."""
    return digest_of(PACKAGES)


def digest_of(roots: Mapping[str, Path]) -> str:
    """Return what `engine_digest` returns for packages that lie in these folders."""
    name = hashlib.sha256(json.dumps(versions()).encode())
    for path, file in sorted(engine_files(roots).items()):
        content = file.read_bytes()
        name.update(f"{path} {len(content)}\n".encode())
        name.update(content)
    return name.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that a report names."""
    return {"python": platform.python_version(), **{library: version(library) for library in LIBRARIES}}


def engine_files(
    roots: Mapping[str, Path], starts: tuple[str, ...] = STARTS, left_out: Callable[[str], bool] = lambda name: False
) -> dict[str, Path]:
    """Return the files that a grade depends on, by their paths from above the packages.

    Followed are imports, those in functions included, and texts that name a module or package. What a package imports
    only when it is asked for, as `course_utils.widgets` does with its demos, is not. Data count where they lie beside
    a module that does, or in a folder of data beside it.

    Args:
        roots: The folders of the packages, by name.
        starts: How the paths of the files begin that are followed, besides those of probes and answers.
        left_out: Says of a path whether the file is to be passed over, with all that only it needs.
    """
    every = {name: path for name, path in _files(roots) if not left_out(name)}
    code = {name: path.read_text(encoding="utf-8") for name, path in every.items() if name.endswith(".py")}
    used = _closure(code, starts)
    folders, with_code = _folders(used), _folders(code)
    data = {name for name in every.keys() - code.keys() if _home(name, with_code) in folders}
    return {name: every[name] for name in used | data}


def _files(roots: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    for package, root in roots.items():
        for path in root.rglob("*"):
            name = PurePosixPath(package, path.relative_to(root).as_posix())
            if path.name.endswith((".py", *DATA)) and not is_left_behind(name):
                yield str(name), path


def _closure(code: Mapping[str, str], starts: tuple[str, ...]) -> set[str]:
    todo = [name for name, text in code.items() if name.startswith(starts) or BY_ID.search(text)]
    used: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in used:
            used.add(name)
            todo += [file for module in _modules(code[name]) for file in _files_of(module) if file in code]
    return used


def _modules(text: str) -> Iterator[str]:
    """Yield the dotted names of a source that may be modules."""
    yield from NAMED.findall(text)
    for node in ast.parse("\n".join(IMPORT.findall(text))).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(module: str) -> tuple[str, str]:
    path = module.replace(".", "/")
    return f"{path}.py", f"{path}/__init__.py"


def _folders(names: Iterable[str]) -> set[str]:
    return {name.rpartition("/")[0] for name in names}


def _home(name: str, with_code: set[str]) -> str:
    """Return the nearest folder above a file that has code."""
    folder = name.rpartition("/")[0]
    while folder and folder not in with_code:
        folder = folder.rpartition("/")[0]
    return folder
