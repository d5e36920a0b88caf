"""A copy of the course with its public files only, for a warm process whose disk shows everything.

The warm process imports all of the course; what it has imported, student code finds in its memory.
"""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path, PurePath

from autograder.public_files import is_left_behind, is_public

__all__ = ["import_public_copy"]

COURSE = "course_utils"


def import_public_copy(folder: Path) -> None:
    """Copy what students may have of the course into a folder, and import the course from there from now on.

    Raises:
        ImportError: The course is not installed, or was imported before.
    """
    spec = find_spec(COURSE)
    if COURSE in sys.modules or spec is None or not spec.submodule_search_locations:
        raise ImportError(f"{COURSE} is not installed, or was imported too early")
    source, copy = Path(next(iter(spec.submodule_search_locations))), folder / COURSE
    for path in source.rglob("*"):
        inside = path.relative_to(source)
        if path.is_file() and is_public(PurePath(COURSE, inside)) and not is_left_behind(inside):
            (copy / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy / inside)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    found = spec_from_file_location(COURSE, copy / "__init__.py", submodule_search_locations=[str(copy)])
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    sys.modules[COURSE] = module
    found.loader.exec_module(module)
