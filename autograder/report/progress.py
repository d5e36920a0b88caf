"""The progress of a run in the terminal: what is done, how fast, and how long the rest will take."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from autograder.grade.classrun import Watcher
from autograder.grade.types import SubmissionGrade

__all__ = ["Bar"]


class Bar(Watcher):
    """A progress bar while it is entered.

    Args:
        console: Where to draw.
        title: What stands before the bar.
    """

    def __init__(self, console: Console, title: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[last]}"),
            console=console,
            transient=True,
        )
        self._title = title
        self._task: TaskID | None = None
        self._fresh = 0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def begin(self, submissions: int) -> None:
        """Draw the empty bar."""
        self._task = self._progress.add_task(self._title, total=submissions, rate="", last="")

    def outdated(self) -> None:
        """Say it above the bar."""
        self._progress.console.print(
            "The course, or a version that it needs, has changed since some of these were graded: they are graded "
            "again as a whole. `--only-exercise ID` grades one exercise again and leaves all else."
        )

    def know(self, grade: SubmissionGrade, *, fresh: bool) -> None:
        """Move on."""
        if self._task is None:
            return
        self._fresh += fresh
        elapsed = self._progress.tasks[0].elapsed or 0.0
        rate = f"{self._fresh / elapsed:.1f}/s" if self._fresh and elapsed else ""
        self._progress.update(self._task, advance=1, rate=rate, last=grade.student)
