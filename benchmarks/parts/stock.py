"""Stock nbgrader on the same submissions."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.course import find_root
from autograder.demo.classroom import WORKBOOK
from autograder.grade.course_folder import prepare_folder

__all__ = ["hand_in", "run_stock", "stock_folder", "stock_marks"]

STOCK = """
c = get_config()
c.Execute.skip_cells_with_tag = "experiment"
"""


def stock_folder(folder: Path, submitted: dict[str, bytes]) -> Path:
    """Make a course folder of stock nbgrader."""
    prepare_folder(folder, find_root())
    (folder / "nbgrader_config.py").write_text(STOCK)
    hand_in(folder / "submitted", submitted)
    return folder


def hand_in(folder: Path, submitted: dict[str, bytes]) -> None:
    """Write the submissions as nbgrader lays them out."""
    for student, content in submitted.items():
        path = folder / student / WORKBOOK / f"{WORKBOOK}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)


def run_stock(folders: Sequence[Path]) -> float:
    """Run `nbgrader autograde` in all folders at the same time; return the seconds."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "nbgrader", "autograde", WORKBOOK, "--force"],
            cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for folder in folders
    ]  # fmt: skip
    for process in running:
        process.wait()
    return time.perf_counter() - start


def stock_marks(folder: Path) -> dict[tuple[str, str], float | None]:
    """Return nbgrader's marks by student and cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            (submission.student_id, grade.cell.name): grade.auto_score
            for submission in book.assignment_submissions(WORKBOOK)
            for grade in submission.notebooks[0].grades
            if grade.cell.name.startswith("check-")
        }
