"""An exception of a student's code as a sentence: what was raised, where, and what it usually means."""

from __future__ import annotations

import traceback
from pathlib import Path

__all__ = ["describe_error"]

OURS = str(Path(__file__).parents[1])

# Fragments of frequent messages of torch and Python, and what they mean for someone who meets them first.
MEANINGS = {
    "a leaf Variable that requires grad is being used in an in-place": (
        "Parameters are changed outside of autograd: under torch.no_grad(), or through .data."
    ),
    "Trying to backward through the graph a second time": "Something kept from an earlier step still carries a graph.",
    "does not require grad and does not have a grad_fn": "The loss is not connected with the parameters any more.",
    "unsupported operand type(s) for *: 'float' and 'NoneType'": "Is a gradient None? It exists after backward() only.",
    "Can't call numpy() on Tensor that requires grad": "A tensor with a graph becomes numpy only after .detach().",
    "maximum recursion depth exceeded": "A function calls itself without end.",
}
MAX_MESSAGE = 300


def describe_error(error: BaseException) -> str:
    """Return one or two sentences on `error` for the student whose code raised it."""
    full = _text(error)
    text = full.split("\n")[0][:MAX_MESSAGE]
    raised = f"Your code raised {type(error).__name__}{': ' if text else ''}{text}".rstrip(".")
    frame = _last_own_frame(error)
    where = f" (in {frame.name}, at `{frame.line.strip()}`)" if frame is not None and frame.line else ""
    meaning = next((f" {said}" for fragment, said in MEANINGS.items() if fragment in full), "")
    return f"{raised}{where}.{meaning}"


def _text(error: BaseException) -> str:
    try:
        return str(error).strip()
    except Exception:  # __str__ is the student's too
        return "an error that cannot be printed"


def _last_own_frame(error: BaseException) -> traceback.FrameSummary | None:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith(OURS) and "site-packages" not in f.filename]
    return own[-1] if own else None
