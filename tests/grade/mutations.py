"""What editors and people do to a right notebook without making it wrong: small edits, drawn at random.

An edit takes a notebook as JSON and a `random.Random`, changes the notebook, and returns what it did; "" if there is
nothing that it could be done to.
"""

import ast
import re

ANSWER = "Because the gradients of single batches are noisy, and an average of them is less so: see the figure above."
GRADED = "nbgrader"
LINES = (
    "%matplotlib widget",
    "%load_ext autoreload",
    "!pip install tqdm",
    "1 / 0",
    "import no_such_package",
    "from tqdm.auto import tqdm",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2], [1, 2, 3])",
    "plt.figure()",
    "assert False, 'look at this again'",
    "print(undefined_name)",
    "here I tried out what happens",
    "for i in range(3:\n    pass",
    "# TODO: is this right?",
    "input('go on? ')",
    "%cd ..",
    "display(1)",
    "?print",
    "get_ipython().run_line_magic('matplotlib', 'inline')",
)
MAGICS = ("%%time", "%%bash\nls", "%%capture", "%%html\n<b>here</b>", "%%javascript\n1")


def solutions_of(notebook):
    """The places of the solution cells, as the release has them."""
    return [
        place
        for place, cell in enumerate(notebook["cells"])
        if cell["cell_type"] == "code" and _nbgrader(cell).get("solution")
    ]


def answers_of(notebook):
    """The places of the answers in words."""
    return [
        place
        for place, cell in enumerate(notebook["cells"])
        if cell["cell_type"] != "code" and _nbgrader(cell).get("solution")
    ]


def _nbgrader(cell):
    return cell["metadata"].get(GRADED, {})


def _name(cell):
    return _nbgrader(cell).get("grade_id") or cell.get("id") or cell["source"][:20]


def _new(kind, source, rng):
    cell = {"cell_type": kind, "metadata": {}, "source": source, "id": f"{rng.getrandbits(32):08x}"}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _retype(cell, kind):
    cell["cell_type"] = kind
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def merge(notebook, rng, place=None):
    """Shift+M: two neighbours become one, which keeps the name of either."""
    cells = notebook["cells"]
    pairs = [i for i in range(len(cells) - 1) if cells[i]["cell_type"] == cells[i + 1]["cell_type"]]
    place = rng.choice(pairs) if place is None else place
    one, other = cells[place : place + 2]
    keeps, goes = (one, other) if rng.random() < 0.7 else (other, one)
    said = f"{_name(one)} and {_name(other)} merged into {_name(keeps)}"
    keeps["source"] = one["source"] + "\n\n" + other["source"]
    cells.remove(goes)
    return said


def merge_a_solution(notebook, rng):
    """The same with a solution, where one is beside a code cell."""
    cells = notebook["cells"]
    code = [cell["cell_type"] == "code" for cell in cells]
    beside = {i for s in solutions_of(notebook) for i in (s - 1, s) if 0 <= i < len(cells) - 1}
    places = [i for i in sorted(beside) if code[i] and code[i + 1]]
    return merge(notebook, rng, rng.choice(places)) if places else ""


def split(notebook, rng):
    """Ctrl+Shift+Minus, between two statements or two paragraphs; either half keeps the name."""
    cells = notebook["cells"]
    places = [(i, where) for i, cell in enumerate(cells) for where in _cuts(cell)]
    places += 5 * [(i, where) for i in (*solutions_of(notebook), *answers_of(notebook)) for where in _cuts(cells[i])]
    if not places:
        return ""
    place, where = rng.choice(places)
    lines = cells[place]["source"].split("\n")
    halves = "\n".join(lines[:where]), "\n".join(lines[where:])
    keeps = rng.randrange(2)
    cells[place]["source"] = halves[keeps]
    other = _new(cells[place]["cell_type"], halves[1 - keeps], rng)
    cells.insert(place + (1 - keeps), other)
    return f"{_name(cells[place + keeps])} split behind line {where}; half {keeps + 1} keeps the name"


def _cuts(cell):
    if cell["cell_type"] != "code":
        return [i + 1 for i, line in enumerate(cell["source"].split("\n")) if not line.strip()][:-1]
    try:
        body = ast.parse(cell["source"]).body
    except (SyntaxError, ValueError):
        return []
    return [min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1 for node in body[1:]]


def move(notebook, rng):
    """A cell, mostly one of a solution or an answer, goes elsewhere."""
    cells = notebook["cells"]
    own = (*solutions_of(notebook), *answers_of(notebook))
    place = rng.choice(own) if own and rng.random() < 0.7 else rng.randrange(len(cells))
    cell = cells.pop(place)
    far = rng.choice((1, 2, 3, 10, len(cells)))
    where = min(max(place + rng.choice((-1, 1)) * far, 0), len(cells))
    cells.insert(where, cell)
    return f"{_name(cell)} moved from {place} to {where}"


def retype(notebook, rng):
    """A solution, an answer, a check or any cell becomes text, raw or code."""
    cells = notebook["cells"]
    own = (*solutions_of(notebook), *answers_of(notebook))
    place = rng.choice(own) if own and rng.random() < 0.7 else rng.randrange(len(cells))
    kind = rng.choice([kind for kind in ("code", "markdown", "raw") if kind != cells[place]["cell_type"]])
    _retype(cells[place], kind)
    return f"{_name(cells[place])} is now {kind}"


def lose_ids(notebook, rng):
    """Formats before 4.5 have no ids; some editors draw new ones, or one for all."""
    how = rng.choice(("none", "new", "same", "numbers"))
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = {"new": f"{rng.getrandbits(32):08x}", "same": "same"}.get(how, str(number))
        if how == "none":
            del cell["id"]
    return f"ids: {how}"


def lose_metadata(notebook, rng):
    """A converter keeps nothing of the metadata."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return "no metadata"


def renumber(notebook, rng):
    """The notebook is saved in another format of version 4."""
    minor = rng.randrange(6)
    notebook["nbformat_minor"] = minor
    if minor < 5:
        for cell in notebook["cells"]:
            old = cell.pop("id", None)
            if old and rng.random() < 0.5:
                cell["metadata"]["id"] = old  # as Colab does
    return f"format 4.{minor}"


def as_lines(notebook, rng):
    """Sources are lists of lines, as Jupyter writes them."""
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return "sources as lines"


def to_format_3(notebook, rng):
    """The notebook is saved as Jupyter of 2014 did."""
    cells = []
    for cell in notebook["cells"]:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        if cell["cell_type"] == "code":
            old |= {"input": cell["source"], "outputs": [], "language": "python", "collapsed": False}
        else:
            old |= {"source": cell["source"]}
            found = re.fullmatch(r"(#{1,6}) ([^\n]+)", cell["source"])
            if found:
                old |= {"cell_type": "heading", "level": len(found[1]), "source": found[2]}
        cells.append(old)
    notebook.clear()
    notebook |= {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    notebook["worksheets"] = [{"cells": cells, "metadata": {}}]
    return "format 3"


def duplicate(notebook, rng):
    """A cell is copied and pasted, below or at the end."""
    cells = notebook["cells"]
    own = solutions_of(notebook)
    place = rng.choice(own) if own and rng.random() < 0.7 else rng.randrange(len(cells))
    copy = {**cells[place], "metadata": dict(cells[place]["metadata"])}
    if rng.random() < 0.5:
        copy["id"] = f"{rng.getrandbits(32):08x}"
    if rng.random() < 0.3:
        copy["metadata"] = {}
    cells.insert(place + 1 if rng.random() < 0.7 else len(cells), copy)
    return f"{_name(copy)} stands twice"


def add_a_cell(notebook, rng):
    """Somebody tries something out in a new cell."""
    place = rng.randrange(len(notebook["cells"]) + 1)
    source = rng.choice((*LINES, *MAGICS))
    kind = "code" if rng.random() < 0.8 else rng.choice(("markdown", "raw"))
    notebook["cells"].insert(place, _new(kind, source, rng))
    return f"a new {kind} cell at {place}: {source!r}"


def add_a_line(notebook, rng):
    """The same in the cell of a solution, above or below it."""
    own = solutions_of(notebook)
    if not own:
        return ""
    cell = notebook["cells"][rng.choice(own)]
    line, above = rng.choice(LINES), rng.random() < 0.5
    cell["source"] = f"{line}\n{cell['source']}" if above else f"{cell['source']}\n{line}"
    return f"{line!r} {'above' if above else 'below'} {_name(cell)}"


def add_a_magic(notebook, rng):
    """A cell is timed or its output caught."""
    own = solutions_of(notebook)
    if not own:
        return ""
    cell = notebook["cells"][rng.choice(own)]
    magic = rng.choice(("%%time", "%%capture", "%%timeit"))
    cell["source"] = f"{magic}\n{cell['source']}"
    return f"{magic} on {_name(cell)}"


def elsewhere(released):
    """Return the edit that writes a solution into a new cell and leaves the stub."""

    def edit(notebook, rng):
        own = [place for place in solutions_of(notebook) if notebook["cells"][place].get("id") in released]
        if not own:
            return ""
        cells = notebook["cells"]
        place = rng.choice(own)
        mine = _new("code", cells[place]["source"], rng)
        cells[place]["source"] = released[cells[place]["id"]]
        where = rng.choice((place, place + 1, len(cells), 0))
        cells.insert(where, mine)
        return (
            f"{_name(cells[place if where > place else place + 1])} stands in a new cell at {where}, its stub is left"
        )

    return edit


def all_in_the_first(released):
    """Return the edit that writes all functions of an exercise into its first cell and leaves the other stubs."""

    def edit(notebook, rng):
        cells = notebook["cells"]
        groups = {}
        for place in solutions_of(notebook):
            if cells[place].get("id") in released:
                groups.setdefault(_name(cells[place]).partition("-")[0], []).append(place)
        several = [places for places in groups.values() if len(places) > 1]
        if not several:
            return ""
        first, *others = rng.choice(several)
        for place in others:
            cells[first]["source"] += "\n\n" + cells[place]["source"]
            cells[place]["source"] = released[cells[place]["id"]]
        return f"all of {_name(cells[first])} in its first cell"

    return edit


def into_a_given_cell(released):
    """Return the edit that writes a solution below a given cell of code above it; its own cell goes, or is a stub."""

    def edit(notebook, rng):
        cells = notebook["cells"]
        own = [place for place in solutions_of(notebook) if cells[place].get("id") in released]
        if not own:
            return ""
        place = rng.choice(own)
        above = [i for i in range(place) if cells[i]["cell_type"] == "code" and i not in own]
        if not above:
            return ""
        given, name = cells[above[-1]], _name(cells[place])
        given["source"] += "\n\n" + cells[place]["source"]
        if rng.random() < 0.5:
            cells[place]["source"] = released[cells[place]["id"]]
        else:
            del cells[place]
        return f"{name} written into {_name(given)}"

    return edit


def delete_a_given_cell(notebook, rng):
    """Somebody tidies up: a text, a run or a check goes."""
    cells = notebook["cells"]
    given = [i for i, cell in enumerate(cells) if not _nbgrader(cell).get("solution")]
    cell = cells.pop(rng.choice(given))
    return f"{_name(cell)} deleted"


def answer_beside(notebook, rng):
    """An answer stands in a new cell beside its own, or in the text above."""
    own = answers_of(notebook)
    if not own:
        return ""
    cells = notebook["cells"]
    place = rng.choice(own)
    text, name = cells[place]["source"], _name(cells[place])
    cells[place]["source"] = "*Your answer here.*"
    how = rng.choice(("above", "below", "raw", "comment", "question"))
    if how == "question" and place and cells[place - 1]["cell_type"] == "markdown":
        cells[place - 1]["source"] += f"\n\n{text}"
        return f"the answer {name} stands in the text above"
    kind = {"raw": "raw", "comment": "code"}.get(how, "markdown")
    source = "\n".join(f"# {line}" for line in text.split("\n")) if kind == "code" else text
    cells.insert(place if how == "above" else place + 1, _new(kind, source, rng))
    return f"the answer {name} stands in a {kind} cell {'above' if how == 'above' else 'below'}"


def line_ends(notebook, rng):
    """Windows ends lines otherwise; some editors leave spaces at their ends."""
    end = rng.choice(("\r\n", "  \n"))
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", end)
    return f"line ends {end!r}"


def edits(released):
    """Return the edits, those that go into cells before those that change the file as a whole.

    Args:
        released: The released sources of solution cells, by id.
    """
    inner = (
        merge, merge_a_solution, merge_a_solution, split, split, move, move, retype, duplicate, add_a_cell, add_a_cell,
        add_a_line, add_a_line, add_a_magic, elsewhere(released), all_in_the_first(released),
        into_a_given_cell(released), delete_a_given_cell, answer_beside,
    )  # fmt: skip
    outer = (lose_ids, lose_metadata, renumber, line_ends)
    last = (as_lines, to_format_3)
    return inner, outer, last


def mutate(notebook, rng, released):
    """Change a notebook by one to four edits, of which those of the whole file come last; return what was done."""
    inner, outer, last = edits(released)
    chosen = [rng.choice(inner) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
    chosen += [rng.choice(outer)] if rng.random() < 0.4 else []
    chosen += [rng.choice(last)] if rng.random() < 0.3 else []
    return [said for edit in chosen if (said := edit(notebook, rng))]
