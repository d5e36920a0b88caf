"""`autograder new`: start an exercise."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.authoring.new import KITS, start_exercise
from autograder.build.conventions import PAGE
from autograder.course import CourseError, find_root, load_course

__all__ = ["new"]


def new(
    exercise: Annotated[str, typer.Argument(help="The id, as in sign_step.")],
    workbook: Annotated[str, typer.Option(help="The workbook, or its number, as in 02.")],
    signature: Annotated[str, typer.Option(help='As in "SignOptimizer(parameters, lr=0.01)".')],
    kit: Annotated[str, typer.Option(help=f"How the work is used: {', '.join(KITS)}.")] = "function",
    points: Annotated[float, typer.Option(help="Marks of the check.")] = 1.0,
    returns: Annotated[str, typer.Option(help='Of a function with several values, as in "loss, gradient".')] = "",
) -> None:
    """Write the files of a new exercise, with what must be filled in, and say what to do next."""
    try:
        root = find_root()
        master, answer, solutions, *_ = start_exercise(
            load_course(root), root, exercise, workbook, kit, signature, points, returns
        )
    except CourseError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"1. Write text and solution at the end of {master.relative_to(root)}; move the cells to their place.")
    typer.echo(f"2. Write the mistakes, as edits of the solution, in {answer.relative_to(root)}.")
    typer.echo(f"3. Write other right and wrong solutions in {solutions.relative_to(root)}.")
    typer.echo(f"4. make exercise ID={exercise}")
    typer.echo(f"Say in {PAGE}, in a sentence, which form is declared; the build adds what is accepted and named.")
