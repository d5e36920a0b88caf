"""What the frame in which an exception was raised says about it: a missing `self`, a slip of the pen, a shared list."""

from __future__ import annotations

import builtins
import difflib
from collections.abc import Iterable
from types import FrameType
from typing import Any

__all__ = ["explain_by_frame"]

MODULES = {"np": "numpy", "torch": "torch", "plt": "matplotlib", "math": "math", "nn": "torch.nn", "F": "torch"}
# Types whose attributes are those of a library.
FOREIGN = ("torch", "numpy", "builtins", "matplotlib")
MOST_NAMES = 8
# In messages about shapes that do not fit.
SHAPES = ("must match the", "broadcast")


def explain_by_frame(error: BaseException, text: str, frame: FrameType | None) -> str:
    """Return what can be said about `error` from the names that its frame holds; empty if nothing can.

    Args:
        error: The exception.
        text: Its message.
        frame: The last frame of the student's code.
    """
    if frame is None:
        return ""
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError) and error.name:
        return _unknown_name(error.name, frame)
    if isinstance(error, AttributeError) and error.name:
        return _unknown_attribute(error.obj, error.name)
    if isinstance(error, RuntimeError | ValueError) and any(word in text for word in SHAPES):
        return _shared_by_objects(frame)
    return ""


def _unknown_name(name: str, frame: FrameType) -> str:
    held = _attributes(frame.f_locals.get("self"))
    if name in held:
        return f"`{name}` is an attribute of the object: it is reached through `self`."
    if name in MODULES:
        return f"The import of {MODULES[name]} has not been run since the kernel started."
    known = [*frame.f_locals, *frame.f_globals, *vars(builtins)]
    if near := _near(name, known):
        return f"No variable is called `{name}`; there is one called `{near}`."
    return f"`{name}` is misspelt here, or the cell that defines it has not been run since the kernel started."


def _unknown_attribute(value: Any, name: str) -> str:
    if type(value).__module__.split(".")[0] in FOREIGN:
        return ""
    names = [one for one in _attributes(value) if not one.startswith("_")]
    if not names:
        return ""
    if near := _near(name, names):
        return f"The object has no attribute `{name}`; it has one called `{near}`."
    if len(names) > MOST_NAMES:
        return f"Nothing was stored in the object under the name `{name}`."
    return f"Nothing was stored in the object under the name `{name}`; it holds {', '.join(names)}."


def _shared_by_objects(frame: FrameType) -> str:
    """Name a list or dictionary that belongs to the class, so that every object adds to the same one."""
    owner = type(frame.f_locals.get("self"))
    if owner.__module__.split(".")[0] in FOREIGN:
        return ""
    shared = [
        name for name, value in vars(owner).items() if isinstance(value, list | dict) and value and name[0] != "_"
    ]
    if not shared:
        return ""
    return (
        f"`{shared[0]}` belongs to the class, so all objects share it, and each new one finds what the others put in."
    )


def _attributes(value: Any) -> list[str]:
    """Return the names that an object holds, those of a torch module's parts included."""
    try:
        held = object.__getattribute__(value, "__dict__")  # no code of the student's runs
    except AttributeError:
        return []
    if not isinstance(held, dict):
        return []
    parts = [held.get(kind) for kind in ("_parameters", "_buffers", "_modules")]
    return [*held, *(name for part in parts if isinstance(part, dict) for name in part)]


def _near(name: str, known: Iterable[str]) -> str:
    public = [one for one in known if one != name and not one.startswith("_")]
    found = difflib.get_close_matches(name, public, n=1, cutoff=0.75)
    return found[0] if found else ""
