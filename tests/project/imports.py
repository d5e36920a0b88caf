"""Which module imports which, read from the sources of packages, and the circles among them."""

import ast
from itertools import accumulate

# Folders with texts of notebooks that nobody imports, some with places that a test fills in.
FIXTURES = "fixtures"


def import_graph(*packages):
    """Return, for every module below some package folders, the modules there that it imports, anywhere in its text.

    Imports inside functions and those for type checkers count: a module that needs another only later still needs it.
    Whoever imports a module runs the packages around it, so these count too, save those that the importing module lies
    in itself: they are there already.
    """
    paths = [(package, path) for package in packages for path in sorted(package.rglob("*.py"))]
    files = {_name(path, package.parent): path for package, path in paths if FIXTURES not in path.parts}
    return {name: set(_imported(name, path, files)) for name, path in files.items()}


def circles(graph):
    """Return the groups of modules that reach each other, each sorted; a module that imports itself is one, too."""
    reached = {name: _reached(name, graph) for name in graph}
    groups = {frozenset(other for other in reached[name] if name in reached[other]) for name in graph}
    return sorted(sorted(group) for group in groups if group)


def _reached(name, graph):
    """Return what a module imports, directly or through others; itself only where a circle leads back."""
    seen, todo = set(), list(graph[name])
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += graph[one]
    return seen


def _name(path, root):
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _imported(name, path, known):
    for target in _targets(name, path):
        module = target if target in known else target.rpartition(".")[0]
        if module in known:
            yield module
            around = accumulate(module.split(".")[:-1], "{}.{}".format)
            yield from (package for package in around if package in known and not f"{name}.".startswith(f"{package}."))


def _targets(name, path):
    """Yield the dotted names that a file imports; `from a import b` gives a.b, whether or not that is a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = _start(name, path, node.level)
            yield from (".".join(filter(None, (start, node.module, alias.name))) for alias in node.names)


def _start(name, path, level):
    """Return the package that a relative import counts from; empty for an absolute one."""
    parts = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    return ".".join(parts[: len(parts) - level + 1]) if level else ""
