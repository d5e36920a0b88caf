"""`autograder receipt`: verify a receipt without the service."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.serve.receipts import PUBLIC_KEY, BadReceipt, read_public_key, verify

__all__ = ["receipt"]


class What(StrEnum):
    """The actions on a receipt."""

    verify = "verify"


def receipt(
    what: Annotated[What, typer.Argument(help="The action.")],
    file: Annotated[Path, typer.Argument(help="The receipt.")],
    key: Annotated[Path, typer.Option(help="The public key that the service publishes.")] = Path(
        f"grading/serve/{PUBLIC_KEY}"
    ),
    notebook: Annotated[Path | None, typer.Option(help="The file that was handed in, if it is at hand.")] = None,
) -> None:
    """Verify the receipt of a hand-in offline. Exit with 1 if it proves nothing."""
    try:
        content = None if notebook is None else notebook.read_bytes()
        found = verify(file.read_bytes(), read_public_key(key), content)
    except OSError as error:
        typer.echo(f"error: {error.filename} cannot be read: {error.strerror}", err=True)
        raise typer.Exit(2) from error
    except BadReceipt as error:
        typer.echo(f"error: {file}: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"The receipt is genuine: {found.student} handed in {found.workbook} of the course {found.course},")
    typer.echo(f"number {found.number}, at {found.time}, {found.size} bytes, SHA-256 {found.sha256}.")
    if content is not None:
        typer.echo(f"{notebook} is the file that was handed in.")
