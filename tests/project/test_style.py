"""The limits of CONTRIBUTING: short files, short functions, no path tricks, tests that can fail."""

import ast
import functools
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = [
    path
    for folder in ("course_utils", "autograder", "data_scripts", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "masters" not in path.parts and path.name != "solutions.py"
]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MAX_FILE, MAX_BODY = 300, 40


def faults(paths, look):
    """Return what `look` finds in files, by name: one test for all of them, since a test costs more than a look."""
    found = {str(path.relative_to(ROOT)): look(path) for path in paths}
    assert found
    return {name: fault for name, fault in found.items() if fault}


@functools.cache
def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function):
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return body[-1].end_lineno - body[0].lineno + 1


def test_a_file_holds_one_idea():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > MAX_FILE} == {}
    assert faults(CODE, lambda path: {f.name: body_lines(f) for f in functions(path) if body_lines(f) > MAX_BODY}) == {}


def test_no_path_tricks_star_imports_or_silenced_errors():
    tricks = re.compile(r"sys\.path\.(?:insert|append)|from \S+ import \*|except(?: Exception)?:\s*pass")
    others = [path for path in (*CODE, *TESTS) if path != Path(__file__)]  # the patterns are written in this file
    assert faults(others, lambda path: tricks.findall(path.read_text(encoding="utf-8"))) == {}


def test_every_test_asserts_something():
    def silent(path):
        found = list(functions(path))
        helpers = {f.name for f in found if not f.name.startswith("test_") and _asserts(f, ())}
        return [f.name for f in found if f.name.startswith("test_") and not _asserts(f, helpers)]

    assert faults(TESTS, silent) == {}


def _asserts(function, helpers):
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if re.match(r"assert|raises|expect|check|fail", name) or name in helpers:
            return True
    return False


# Phrases at which a native reader stops: they hide the subject, or use a word in a sense that English does not have.
SIGNS = re.compile(
    r"\b(?:is|are) none\b|\bof (?:its|their|his|her|your|one's) own\b(?! \w+'s| gradient| forward pass)|\bwhoever\b|"
    r"\bgo(?:es)? on (?!(?:its|the|a) )|\bstands? (?:in|at|to|before|behind|beside|there|where|outside|inside|under)\b|"
    r"^What (?:\w+ )+is (?!.*\?)|(?<=[.:;] )What (?:is|was|comes|stands) [^?]*\.|, too\.$"
)
TOLD = ("answer*.py", "probe*.py")  # sentences of checks


def texts(path):
    """Yield the texts that people read: prose of a master, all of a page, the sentences in code without docstrings."""
    if path.suffix == ".md":
        yield path.read_text(encoding="utf-8")
    elif "masters" in path.parts:
        yield " ".join(line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    else:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        values = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in bare)
        yield from (node.value for node in values if isinstance(node.value, str) and node.value.count(" ") > 3)


READ = [
    *(ROOT / "autograder" / "masters").glob("*.py"),
    *(path for name in TOLD for path in (ROOT / "course_utils" / "exercises").rglob(name)),
    *(ROOT / "autograder" / "kits").glob("*.py"),
    *(ROOT / "docs" / name for name in ("students.md", "index.md", "new_exercise.md", "coverage.md")),
]


def test_sentences_name_their_subject_and_use_words_in_their_usual_sense():
    assert faults(READ, lambda path: [found[0] for text in texts(path) for found in SIGNS.finditer(text)]) == {}


def test_the_signs_are_seen_and_plain_sentences_are_not():
    for sign in (
        "There is none of it; epsilon stands outside the root.",
        "a cell of your own",
        "the run goes on alone",
    ):
        assert SIGNS.search(sign)
    for plain in ("It stands for the loss.", "What is the loss?", "another step on its own axis", "x is None"):
        assert not SIGNS.search(plain)
