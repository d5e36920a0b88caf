"""Which library functions run below a student's line while a part is probed, and which objects are a library's own.

A source can hide a name (`vars(torch)["op" + "tim"]`); what runs cannot. Like everything in the process of a submission
this can be switched off by code that looks for it; that is recorded, too, by a hook that Python cannot take away.
"""

from __future__ import annotations

import functools
import sys
import sysconfig
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from linecache import getline
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

import course_utils
from autograder.sandbox.types import OBSERVER_OFF, LibraryUse

__all__ = ["library_objects", "prepare_to_watch", "watch_library_calls"]

MAX_USES = 2000
MAX_LINE = 120
LIBRARIES = (
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    str(Path(torch.__file__).parents[1]),
    str(Path(course_utils.__file__).parent),
    str(Path(__file__).parents[1]),
)
BUILT_IN = (type(len), type(str.join))
UNINTERESTING = frozenset(sys.stdlib_module_names) | {"autograder"}
# No file holds these: frozen modules, and what dataclasses and namedtuples write.
FROZEN = "<frozen "


@dataclass
class _Calls:
    """Keeps the first use of everything below `watcher`; knows the code that is a student's."""

    watcher: FrameType
    thread: int = field(default_factory=threading.get_ident)
    uses: dict[str, LibraryUse] = field(default_factory=dict)
    # By identity: the hash of a code object goes through all that it holds.
    _known: dict[int, tuple[CodeType, bool]] = field(default_factory=dict)
    # How many calls of student's functions have not returned yet; without one, no library function is of interest.
    depth: int = 0
    done: set[Hashable] = field(default_factory=set)

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        """Take a call of a Python function; meant for `sys.setprofile`."""
        if event == "call":
            code = frame.f_code
            if self._is_own(code):
                self.depth += 1
            elif self.depth and id(code) not in self.done and (caller := self._caller(frame)) is not None:
                self.done.add(id(code))
                self.keep(f"{frame.f_globals.get('__name__', '')}.{code.co_qualname}", caller)
        elif event == "return" and self.depth and self._is_own(frame.f_code):
            self.depth -= 1

    def operation(self, operation: Hashable, name: Callable[[Any], str]) -> bool:
        """Take an operation of torch that is not done; say whether it is now, which a student's call above makes it."""
        caller = self._own_frame(sys._getframe(2))
        if caller is None:
            return False
        self.done.add(operation)
        self.keep(name(operation), caller)
        return True

    def observer_off(self) -> None:
        """Take that calls of Python functions are not seen any more; from now on every operation is looked at."""
        self.depth += 1
        if OBSERVER_OFF not in self.done:
            self.operation(OBSERVER_OFF, str)

    def keep(self, name: str, caller: FrameType) -> None:
        """Keep the first use of a name; those of Python's own library are nobody's exercise."""
        if len(self.uses) < MAX_USES and (name == OBSERVER_OFF or name.partition(".")[0] not in UNINTERESTING):
            text = getline(caller.f_code.co_filename, caller.f_lineno, caller.f_globals).strip()
            self.uses.setdefault(name, LibraryUse(name[:MAX_LINE], text[:MAX_LINE]))

    def _caller(self, frame: FrameType) -> FrameType | None:
        """Return the student's frame above; in another thread, which only a student's call has begun, any frame."""
        return self._own_frame(frame) or (frame if threading.get_ident() != self.thread else None)

    def _own_frame(self, frame: FrameType | None) -> FrameType | None:
        while frame is not None and frame is not self.watcher:
            if self._is_own(frame.f_code):
                return frame
            frame = frame.f_back
        return None

    def _is_own(self, code: CodeType) -> bool:
        known = self._known.get(id(code))
        if known is None:
            known = self._known[id(code)] = (code, not _is_library(code))
        return known[1]


class _Functions(TorchFunctionMode):
    """Sees torch's functions and methods, also those that are made of others."""

    def __init__(self, calls: _Calls) -> None:
        super().__init__()
        self.calls = calls

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self.calls.depth and func not in self.calls.done:
            self.calls.operation(func, _function_name)
        return func(*args, **(kwargs or {}))


class _Operations(TorchDispatchMode):
    """Sees the operations that everything in torch comes down to, whatever name they were called by."""

    def __init__(self, calls: _Calls) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls = calls
        # By identity: operations have a hash in Python, two calls each; they live as long as torch.
        self._seen: set[int] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Take no wrapper that keeps the compiler away, which is switched off here: it makes 16 calls of its own."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self.calls.depth and id(func) not in self._seen and self.calls.operation(func, _operation_name):
            self._seen.add(id(func))
        return func(*args, **(kwargs or {}))


@functools.cache  # torch looks through its warnings each time
def _function_name(function: Any) -> str:
    return str(resolve_name(function) or getattr(function, "__name__", ""))


def _operation_name(operation: Any) -> str:
    return str(operation._schema.name).replace("::", ".")


# The hook stays for the life of the process; it is idle where nothing is watched.
_WATCHED: list[_Calls] = []


@functools.cache
def prepare_to_watch() -> None:
    """Do once what watching needs: 0.2 s that a fork does not need when its parent has done it."""
    sys.addaudithook(_on_event)
    resolve_name(torch.add)  # torch collects the names of its functions the first time


def _on_event(event: str, _: tuple[Any, ...]) -> None:
    if event == OBSERVER_OFF and _WATCHED:
        _WATCHED[-1].observer_off()


@contextmanager
def watch_library_calls() -> Iterator[Mapping[str, LibraryUse]]:
    """Record what the body runs of libraries below code that is no library's, by name."""
    prepare_to_watch()
    calls = _Calls(sys._getframe(2))  # above this generator and `contextmanager`
    with _Functions(calls), _Operations(calls):
        threading.setprofile(calls.profile)
        sys.setprofile(calls.profile)
        _WATCHED.append(calls)
        try:
            yield calls.uses
        finally:
            _WATCHED.pop()
            sys.setprofile(None)
            threading.setprofile(None)


def library_objects(objects: Mapping[str, object]) -> Iterator[LibraryUse]:
    """Yield what student's objects are of a library: its functions and classes, classes built on it, its methods."""
    for name, value in objects.items():
        for found in _of_libraries(value):
            yield LibraryUse(found[:MAX_LINE], of=name)


def _of_libraries(value: object) -> Iterator[str]:
    if isinstance(value, type):
        yield from map(_full_name, (base for base in value.__mro__[:-1] if _is_of_library(base)))
        if not _is_of_library(value):
            for member in list(vars(value).values()):
                yield from _of_function(member)
    else:
        yield from _of_function(value)
        if not isinstance(value, FunctionType) and hasattr(value, "__dict__"):
            yield from _of_libraries(type(value))


def _of_function(value: object) -> Iterator[str]:
    """Yield the name of a library's function, seen through `partial`, bound methods and `functools.wraps`."""
    for function in _layers(value):
        code = getattr(function, "__code__", None)
        is_library = _is_library(code) if isinstance(code, CodeType) else _is_of_library(function)
        if is_library and callable(function):
            yield _full_name(function)


def _layers(value: object) -> Iterable[object]:
    layers: list[object] = []
    while value is not None and len(layers) < 10:
        layers.append(value)
        inner = (getattr(value, name, None) for name in ("__func__", "func", "__wrapped__"))
        value = next((one for one in inner if one is not None), None)
    return layers


def _is_of_library(value: object) -> bool:
    """Say whether a class or a built-in function comes with a package that is installed."""
    if type(value) in BUILT_IN:
        return True
    module = sys.modules.get(str(getattr(value, "__module__", "")))
    file = str(getattr(module, "__file__", ""))
    return file.startswith(LIBRARIES) and getattr(module, str(getattr(value, "__name__", "")), None) is value


def _full_name(value: Any) -> str:
    """Return the dotted name; torch knows those of its built-in functions."""
    if not isinstance(value, type):
        try:
            if known := resolve_name(value):
                return str(known)
        except (TypeError, AttributeError):
            pass
    return ".".join(filter(None, (getattr(value, "__module__", None), getattr(value, "__qualname__", ""))))


def _is_library(code: CodeType) -> bool:
    return code.co_filename.startswith((FROZEN, *LIBRARIES))
