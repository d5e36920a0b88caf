"""Find solutions in what students get: the same line, or the same formula under other names."""

import ast
import copy
import functools
import json
import re
import textwrap

from autograder.build.master import read_master
from autograder.build.solutions import solution_lines
from autograder.public_files import is_public

# Shorter ones are said by everybody: `return x`, `self.lr * velocity`.
SHORTEST_LINE = 24
SMALLEST_FORMULA = 9
READ = (".py", ".json", ".js", ".md", ".html")


def student_texts(root):
    """Return every text that students get, by where it stands."""
    texts = {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for path in sorted((root / "course_utils").rglob("*"))
        if path.suffix in READ and is_public(path.relative_to(root))
    }
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            texts[f"{path.relative_to(root)}: {cell['id']}"] = "".join(cell["source"])
    return texts


@functools.cache
def solutions(root):
    """Return the solution regions of all masters: pairs of exercise and text."""
    cells = [
        cell for path in sorted((root / "autograder" / "masters").glob("*.py")) for cell in read_master(path).cells
    ]
    solved = [(cell.name, "\n".join(solution_lines(cell.source))) for cell in cells if cell.kind == "exercise"]
    # What is marked by hand counts line by line, too.
    return solved + [(cell.name, cell.source) for cell in cells if cell.kind == "question"]


def answers(root):
    """Return the formulas of all answers, as the bodies of their lambdas: pairs of module and tree."""
    private = [*(root / "course_utils" / "exercises").rglob("answer*.py"), *(root / "autograder" / "kits").glob("*.py")]
    trees = {str(path.relative_to(root)): code_of(path.read_text()) for path in sorted(private)}
    return [
        (name, node.body) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.Lambda)
    ]


def code_of(source):
    """Return the tree of a source, be it the inside of a function; None where it is not Python."""
    for text in (source, "def f():\n" + textwrap.indent(textwrap.dedent(source), "    ")):
        try:
            return ast.parse(text)
        except SyntaxError:
            continue
    return None


def lines(text):
    """Return the lines of a text that say something of their own, without comments and spaces."""
    plain = (re.sub(r"\s+#.*$", "", line.strip()) for line in text.splitlines())
    said = {"".join(line.split()) for line in plain if not line.startswith(("for ", "def ", "class ", "#"))}
    # The first line of a call that goes on says nothing yet.
    return {line for line in said if len(line) >= SHORTEST_LINE and not line.endswith("(")}


def formulas(tree):
    """Return the formulas of a tree under neutral names, where they are large enough to be somebody's."""
    nodes = ast.walk(tree) if tree and _calculates(tree) else ()
    expressions = (node for node in nodes if isinstance(node, ast.expr))
    written = [node for node in expressions if not isinstance(node, ast.FormattedValue) and _calculates(node)]
    # Neutral names make a formula no larger.
    sized = (neutral(node) for node in written if _size(node) >= SMALLEST_FORMULA)
    return {text for text, size in sized if size >= SMALLEST_FORMULA}


def _calculates(tree):
    return any(isinstance(part, ast.BinOp) for part in ast.walk(tree))


def _size(tree):
    return sum(isinstance(part, ast.expr) for part in ast.walk(tree))


def neutral(node):
    """Return a formula under neutral names, and its size in operations, names and constants."""
    renamed = Neutral().visit(copy.deepcopy(node))
    return ast.unparse(renamed), _size(renamed)


class Neutral(ast.NodeTransformer):
    """Call variables and attributes v0, v1, ... in the order in which they come; functions keep their names."""

    def __init__(self):
        self.names = {}

    def visit_Call(self, node):
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        node.args = [self.visit(argument) for argument in node.args]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        return node

    def visit_Attribute(self, node):
        return self.variable(ast.unparse(node))

    def visit_Name(self, node):
        return self.variable(node.id)

    def variable(self, name):
        return ast.Name(self.names.setdefault(name, f"v{len(self.names)}"), ast.Load())
