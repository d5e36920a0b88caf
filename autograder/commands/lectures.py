"""`autograder lectures`: make the lecture notebooks, the site of the demos, or Voila's index of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import CourseError, find_root

__all__ = ["lectures"]


def lectures(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a notebook has drifted.")
    ] = False,
    site: Annotated[Path | None, typer.Option("--site", help="Write the site of the demos to this folder.")] = None,
    hall: Annotated[
        Path | None, typer.Option("--hall", help="Write Voila's index of the demos to this folder, for JUPYTER_PATH.")
    ] = None,
) -> None:
    """Make the notebooks of the lecture demos from their guides, the site of the demos, or Voila's index of them."""
    from autograder.build.hall import write_hall
    from autograder.build.lectures import differing, lecture_notebooks
    from autograder.build.site import write_site

    if site is not None:
        for page in write_site(site):
            typer.echo(f"wrote {page} ({page.stat().st_size / 1e6:.2f} MB)")
        return
    if hall is not None:
        write_hall(hall)
        return
    try:
        root = find_root()
    except CourseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    made = lecture_notebooks()
    for path in differing(root):
        typer.echo(f"{'differs' if check else 'wrote' if path in made else 'removed'}: {path}")
        if check:
            continue
        if path in made:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(made[path])
        else:
            (root / path).unlink()
    if check and differing(root):
        raise typer.Exit(1)
