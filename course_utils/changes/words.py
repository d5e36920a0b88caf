"""What a function speaks of: the names, terms and calls from which a formula of it is put together."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from course_utils.changes.idle import KEPT, idle_names
from course_utils.changes.text import Function, Text

__all__ = ["ELEMENTARY", "Words", "words_of"]

# Of what a formula could be multiplied by, so many are tried.
MOST_NAMES, LONGEST = 14, 24
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
    """

    terms: tuple[str, ...]
    wraps: tuple[str, ...]
    idle: tuple[str, ...]
    libraries: tuple[str, ...]
    methods: tuple[str, ...]


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
    idle = idle_names(text, function)
    # Idle terms are the likeliest ones to be missing somewhere.
    terms = dict.fromkeys([*idle, *short])
    libraries = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} & {"np", "torch", "math"}
    return Words(
        tuple(terms)[:MOST_NAMES],
        tuple(dict.fromkeys(wraps))[:6],
        idle,
        tuple(sorted(libraries)),
        tuple(dict.fromkeys(methods)),
    )


def _is_plain(func: ast.expr) -> bool:
    """Say whether a function is called by its name, or as one of a module: no method of some object."""
    if isinstance(func, ast.Attribute):
        return isinstance(func.value, ast.Name) and func.value.id in ("np", "torch", "math", "F")
    return isinstance(func, ast.Name) and func.id not in ("range", "len", "print", "list", "dict", "set", "super")
