"""What is left of a solution when names, layout, texts, the given lines and all that does nothing are taken away."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import re
import tokenize
from collections.abc import Iterator

from autograder.similar.clean import cleaned

__all__ = ["normalise"]

# Python's own words, and those of every method, say something about the structure; a student's names do not.
KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {"self", "super"}
DROPPED = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING)
NAME, TEXT = "n", "s"
# Where a source is no Python: words and signs.
ANYTHING = re.compile(r"\w+|[^\w\s]")

# A line of IPython's own: a magic, a shell command, a question.
NOT_PYTHON = re.compile(r"^([ \t]*+)(?:[%!?].*|.*\?)$", re.MULTILINE)

Line = tuple[str, ...]


def normalise(source: str, stub: str) -> tuple[str, ...]:
    """Return the tokens of a solution without what says nothing about who wrote it.

    Names that the student chose become one sign, and so do texts; comments, docstrings, layout, lines of the stub and
    what does nothing are left out, and functions come in one order. Names of the stub, of Python and behind a dot
    (those of libraries) stay.

    Args:
        source: The source of a solution; untrusted.
        stub: The source of the released cell.
    """
    asked = _parsed(stub) or ast.Module([], [])
    known = KEPT | frozenset(_names(asked))
    functions = [node.name for node in ast.walk(asked) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    given = set(_lines(ast.unparse(asked), known))
    return tuple(token for line in _lines(_plain(source, functions), known) if line not in given for token in line)


def _plain(source: str, functions: list[str]) -> str:
    """Return what a source does, in one layout; the source as it is where Python cannot read it."""
    tree = _parsed(source) or _parsed(NOT_PYTHON.sub(r"\1pass", source))
    try:
        return source if tree is None else ast.unparse(cleaned(tree, functions))
    except RecursionError:
        return source


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id


def _lines(source: str, known: frozenset[str]) -> Iterator[Line]:
    """Yield the logical lines of a source, each as its tokens; lines of nothing but a text are docstrings."""
    for line in _split(source):
        tokens = tuple(_tokens(line, known))
        if tokens and tokens != (TEXT,):
            yield tokens


def _split(source: str) -> list[list[tuple[int, str]]]:
    lines: list[list[tuple[int, str]]] = [[]]
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NEWLINE:
                lines.append([])
            elif token.type not in DROPPED:
                lines[-1].append((token.type, token.string))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return [[(_kind(word), word) for word in ANYTHING.findall(line)] for line in source.splitlines()]
    return lines


def _kind(word: str) -> int:
    return tokenize.NAME if word.isidentifier() else tokenize.OP


def _tokens(line: list[tuple[int, str]], known: frozenset[str]) -> Iterator[str]:
    texts = ["", "", *(text for _, text in line)]
    for number, (kind, text) in enumerate(line, start=2):
        of_library = texts[number - 1] == "." and texts[number - 2] != "self"
        if kind == tokenize.STRING:
            yield TEXT
        elif kind == tokenize.NAME and text not in known and not of_library:
            yield NAME
        else:
            yield text
