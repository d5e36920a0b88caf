"""What a function speaks of: the names, terms and calls from which a formula of it is put together."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from course_utils.changes.idle import KEPT, WORD, idle_names
from course_utils.changes.text import Function, Text

__all__ = ["ELEMENTARY", "WORD", "Words", "words_of"]

# Of what a formula could be multiplied by, so many are tried.
MOST_NAMES, LONGEST = 14, 24
MOST_SHARES, MOST_LENGTHS = 4, 4
# 2 is tried anyway.
SMALLEST_FACTOR, LARGEST_FACTOR = 3, 10
# Functions of numpy, torch and math that a slip may have left out.
ELEMENTARY = ("exp", "log", "sqrt", "abs")


@dataclass(frozen=True)
class Words:
    """What the function around a statement speaks of.

    Args:
        terms: Names, attributes and short expressions that it computes with, as code.
        wraps: Functions that it calls with one argument, as code.
        idle: Of the terms, those that it never uses.
        libraries: Those of numpy, torch and math that it uses, as code.
        methods: Elementary functions that it calls as methods, by name.
        numbers: Whole numbers of the text that a formula may have lost as a factor.
        shares: What may be the share of an average, as code.
        axes: The axes along which it computes, as code.
        lengths: The lengths that it looks up, as code.
    """

    terms: tuple[str, ...]
    wraps: tuple[str, ...]
    idle: tuple[str, ...]
    libraries: tuple[str, ...]
    methods: tuple[str, ...]
    numbers: tuple[int, ...]
    shares: tuple[str, ...]
    axes: tuple[str, ...]
    lengths: tuple[str, ...]


@lru_cache(maxsize=KEPT)
def words_of(text: Text, function: Function | ast.Lambda) -> Words:
    """Return what a function of a text speaks of."""
    arguments = [one.arg for one in (*function.args.args, *function.args.kwonlyargs) if one.arg != "self"]
    stored, loaded, wraps, methods = [], [], [], []
    called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id != "_":
            stored.append(node.id)
        elif isinstance(node, ast.FunctionDef) and node is not function:
            stored.append(node.name)
        elif isinstance(node, ast.Attribute | ast.Subscript | ast.Call) and id(node) not in called:
            is_short = not isinstance(node, ast.Call) or getattr(node.func, "id", "") == "len"
            if is_short and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                loaded.append(text.code(node))
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and _is_plain(node.func):
            wraps.append(text.code(node.func))
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[], keywords=[]) if name in ELEMENTARY:
                methods.append(name)
    short = [term for term in [*arguments, *stored, *loaded] if len(term) <= LONGEST and "\n" not in term]
    idle = (*idle_names(text, function), *_idle_keys(function))
    # Idle terms are the likeliest ones to be missing somewhere.
    terms = dict.fromkeys([*idle, *short])
    libraries = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} & {"np", "torch", "math"}
    return Words(
        tuple(terms)[:MOST_NAMES],
        tuple(dict.fromkeys(wraps))[:6],
        idle,
        tuple(sorted(libraries)),
        tuple(dict.fromkeys(methods)),
        _numbers(text),
        _shares(text, function),
        _axes(text, function),
        tuple(one for one in dict.fromkeys(loaded) if one.startswith("len("))[:MOST_LENGTHS],
    )


def _axes(text: Text, function: Function | ast.Lambda) -> tuple[str, ...]:
    given = (node for node in ast.walk(function) if isinstance(node, ast.keyword) and node.arg in ("axis", "dim"))
    return tuple(dict.fromkeys(text.code(node.value) for node in given))


def _idle_keys(function: Function | ast.Lambda) -> Iterator[str]:
    """Yield the entries that a function gives a dictionary by a table or `setdefault`, and reads nowhere."""
    given, read, holders = dict[str, None](), set[str](), dict[str, None]()
    for node in ast.walk(function):
        match node:
            case ast.Dict(keys=keys):
                given.update({str(one.value): None for one in keys if isinstance(one, ast.Constant)})
            case ast.Call(func=ast.Attribute(attr="setdefault"), args=[ast.Constant(value=str(key)), _]):
                given[key] = None
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(key)), *_]):
                read.add(key)
            case ast.Subscript(value=ast.Name(id=holder), slice=ast.Constant(value=str(key))):
                holders[holder] = None
                read.add(key)
    yield from (f'{holder}["{key}"]' for holder in holders for key in given if key not in read)


def _numbers(text: Text) -> tuple[int, ...]:
    values = (node.value for node in ast.walk(text.tree) if isinstance(node, ast.Constant))
    return tuple(sorted({one for one in values if type(one) is int and SMALLEST_FACTOR <= one <= LARGEST_FACTOR}))


def _shares(text: Text, function: Function | ast.Lambda) -> tuple[str, ...]:
    """Return what is raised to a power, or multiplies an older value, as the share of an average does."""
    found = dict.fromkeys(one for one in sorted(text.complemented) if len(one) <= LONGEST)
    for node in ast.walk(function):
        match node:
            case ast.BinOp(op=ast.Mult() | ast.Pow(), left=ast.Name() | ast.Attribute() as left):
                found[text.code(left)] = None
    return tuple(found)[:MOST_SHARES]


def _is_plain(func: ast.expr) -> bool:
    """Say whether a function is called by its name, or as one of a module: no method of some object."""
    if isinstance(func, ast.Attribute):
        return isinstance(func.value, ast.Name) and func.value.id in ("np", "torch", "math", "F")
    return isinstance(func, ast.Name) and func.id not in ("range", "len", "print", "list", "dict", "set", "super")
