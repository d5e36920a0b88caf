"""Generated files: write them, or say how those on disk differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from autograder.build.recorded import has_answer, same_arrays

__all__ = ["GENERATED", "Files", "drift", "write"]

Files = Mapping[PurePosixPath, bytes]

# Where every file is generated. One that the build does not make any more is drift, too.
GENERATED = (
    "course_utils/cell_lists/*.json",
    "course_utils/exercises/*/*/recorded.*",
    "course_utils/exercises/*/*/second.*",
    "course_utils/hints/*.json",
    "notebooks/[0-9][0-9]_*/*.ipynb",
)


def drift(files: Files, root: Path, *, everything: bool = True) -> dict[PurePosixPath, str]:
    """Return how the generated files below `root` differ from `files`: path and "missing", "differs" or "stale".

    Args:
        files: What the build made.
        root: Folder of `course.toml`.
        everything: Whether `files` are all of the course, so that others are stale.
    """
    found: dict[PurePosixPath, str] = {}
    for path, content in files.items():
        if not (root / path).is_file():
            found[path] = "missing"
        elif not _agrees(path, content, (root / path).read_bytes()):
            found[path] = "differs"
    if not everything:
        return found
    stale = (path for path in _on_disk(root) if path not in files and not _being_written(path))
    return {**found, **dict.fromkeys(stale, "stale")}


def write(files: Files, root: Path, *, everything: bool = True) -> dict[PurePosixPath, str]:
    """Bring the generated files below `root` in line with `files`; what agrees is left alone. Arguments as `drift`.

    Returns:
        What was mended, as `drift` calls it.
    """
    mended = drift(files, root, everything=everything)
    for path, what in mended.items():
        if what == "stale":
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(files[path])
    return mended


def _agrees(path: PurePosixPath, one: bytes, other: bytes) -> bool:
    return one == other or (path.suffix == ".safetensors" and same_arrays(one, other))


def _being_written(path: PurePosixPath) -> bool:
    """Tell whether this is the record of an exercise that has an answer but is not yet in `course.toml`."""
    return path.stem in ("recorded", "second") and has_answer(path.parent.name)


def _on_disk(root: Path) -> list[PurePosixPath]:
    return [PurePosixPath(path.relative_to(root).as_posix()) for glob in GENERATED for path in sorted(root.glob(glob))]
