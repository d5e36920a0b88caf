"""Which library a name in a student's source stands for, as far as the source alone tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

__all__ = ["LibraryNames", "aliases_in", "naming_nodes", "uses_in"]

# More than anybody means to write; beyond it, time would grow with the square of it.
MAX_STARS, MAX_DOTS, MAX_NAME = 10, 20, 200
IMPORTERS = ("__import__", "importlib.import_module")


@dataclass
class LibraryNames:
    """What names stand for.

    Args:
        aliases: Dotted names by the name in the source, as `nn` for `torch.nn`.
        stars: Modules of which everything was imported.
    """

    aliases: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    _tops: set[str] = field(default_factory=set)

    def add(self, alias: str, name: str) -> None:
        """Keep that `alias` stands for the dotted `name`; no library has a name longer than MAX_NAME."""
        if len(name) > MAX_NAME:
            return
        self.aliases[alias] = name
        self._tops.add(name.partition(".")[0])

    def knows(self, top: str) -> bool:
        """Say whether something of the package `top` was imported."""
        return top in self._tops


def naming_nodes(nodes: Iterable[ast.AST]) -> tuple[ast.AST, ...]:
    """Return the imports and assignments among the nodes of a tree, in which names are given."""
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign))


def aliases_in(nodes: Iterable[ast.AST]) -> LibraryNames:
    """Read imports, and names given to what was imported, in the order of the cells.

    Args:
        nodes: What `naming_nodes` found.
    """
    known = LibraryNames()
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                known.add(alias.asname or top, alias.name if alias.asname else top)
        elif isinstance(node, ast.ImportFrom) and node.module:
            _from(node.module, node.names, known)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            _assigned(node.targets[0], node.value, known)
    return known


def _from(module: str, names: list[ast.alias], known: LibraryNames) -> None:
    for alias in names:
        if alias.name == "*":
            if module not in known.stars and len(known.stars) < MAX_STARS and len(module) <= MAX_NAME:
                known.stars.append(module)
        else:
            known.add(alias.asname or alias.name, f"{module}.{alias.name}")


def _assigned(target: ast.expr, value: ast.expr, known: LibraryNames) -> None:
    """Keep `BN = nn.BatchNorm1d`: another name for what was imported."""
    if not isinstance(target, ast.Name) or isinstance(value, ast.Name | ast.Constant):
        return
    name = _dotted(value, known)
    if known.knows(name.partition(".")[0]):
        known.add(target.id, name)


def uses_in(tree: ast.AST, known: LibraryNames) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) for all names that are read, those that types are compared with or stated by aside."""
    for node in _walk_beside_types(tree):
        if not isinstance(node, ast.Name | ast.Attribute | ast.Call):
            continue
        if name := _dotted(node, known):
            yield node.lineno, name
        if isinstance(node, ast.Name) and node.id not in known.aliases:
            yield from ((node.lineno, f"{module}.{node.id}") for module in known.stars)


def _walk_beside_types(tree: ast.AST) -> Iterator[ast.AST]:
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        types = {id(one) for one in _types(node)}
        todo.extend(child for child in ast.iter_child_nodes(node) if id(child) not in types)


def _types(node: ast.AST) -> list[ast.AST]:
    """Return what stands for a type in a node: annotations, and the second argument of `isinstance`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass"):
        return list(node.args[1:])
    stated = (getattr(node, name, None) for name in ("annotation", "returns"))
    return [one for one in stated if isinstance(one, ast.AST)]


def _dotted(node: ast.AST, known: LibraryNames) -> str:
    """Return `torch.nn.BatchNorm1d` for `nn.BatchNorm1d` and for `getattr(nn, "BatchNorm1d")`; "" for what has no name.

    What is an attribute of something without a name begins with a dot.
    """
    ends: list[str] = []
    while len(ends) <= MAX_DOTS:
        if isinstance(node, ast.Attribute):
            ends.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call) and (constant := _named(node, known)):
            if constant.startswith("."):
                ends.append(constant[1:])
                node = node.args[0]
                continue
            return ".".join((constant, *reversed(ends)))
        else:
            break
    else:
        return ""
    first = known.aliases.get(node.id, node.id) if isinstance(node, ast.Name) else ""
    return ".".join((first, *reversed(ends))) if ends or first else ""


def _named(node: ast.Call, known: LibraryNames) -> str:
    """Return ".name" for `getattr(x, "name")` and "module" for an import by a function, where the text is constant."""
    function = node.func
    if isinstance(function, ast.Name) and function.id == "getattr" and len(node.args) >= 2:
        return f".{text}" if (text := _constant(node.args[1])) else ""
    name = known.aliases.get(function.id, function.id) if isinstance(function, ast.Name) else ""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        name = f"{known.aliases.get(function.value.id, function.value.id)}.{function.attr}"
    return _constant(node.args[0]) if name in IMPORTERS and node.args else ""


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
