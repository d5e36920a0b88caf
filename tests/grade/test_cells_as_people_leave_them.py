"""Right work keeps its marks however its cells were merged, moved, split, converted, or filled beside what is asked."""

import base64
import io
import json

import nbformat
import pytest
from PIL import Image

from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.report.markdown import inert_markdown
from autograder.sandbox.types import Limits
from course_utils.handin.answer_frame import answer_in, framed
from tests.grade import mini

FULL = 4
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ANSWER = "It averages, so the noise of single gradients cancels."


def at(notebook, name):
    return notebook["cells"].index(mini.cell(notebook, name))


def text(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source, "id": "mine"}


def released(course, name):
    return mini.cell(mini.released(course), name)["source"]


def merged(course, first, second):
    """Two cells made one, as Shift+M does: the first keeps its name; without a name it is the run."""
    notebook = mini.solved(course, mini.PERFECT)
    runs = (cell for cell in notebook["cells"] if "experiment" in cell["metadata"].get("tags", []))
    one, other = mini.cell(notebook, first) if first else next(runs), mini.cell(notebook, second)
    one["source"] = "".join(one["source"]) + "\n\n" + "".join(other["source"])
    notebook["cells"].remove(other)
    return notebook


def all_in_one(course, place, tagged=False):
    """Both solutions in one new cell, and the stubs left as they are."""
    notebook = mini.released(course)
    cell = mini.code(mini.MOMENTUM + "\n\n" + mini.ADAM, id="all")
    if tagged:
        cell["metadata"]["tags"] = ["experiment"]
    notebook["cells"].insert(at(notebook, place) if place else len(notebook["cells"]), cell)
    return notebook


def all_in_the_first(course):
    notebook = mini.released(course)
    mini.cell(notebook, "momentum")["source"] = mini.MOMENTUM + "\n\n" + mini.ADAM
    return notebook


def own_above_the_stub(course):
    """The solution above the released lines, in the same cell."""
    notebook = mini.solved(course, mini.PERFECT)
    mini.cell(notebook, "adam")["source"] = mini.ADAM + "\n\n" + "".join(released(course, "adam"))
    return notebook


def helper_at_the_end(course):
    notebook = mini.solved(course, mini.PERFECT)
    source = (
        mini.cell(notebook, "adam")["source"].replace("** 0.5", "** HALF").replace("self.lr * m", "scaled(self.lr, m)")
    )
    mini.cell(notebook, "adam")["source"] = source
    notebook["cells"].append(mini.code("HALF = 0.5\ndef scaled(lr, m):\n    return lr * m", id="helper"))
    return notebook


def class_in_pieces_at_the_end(course):
    notebook = mini.solved(course, {"momentum": mini.MOMENTUM})
    head, _, tail = mini.ADAM.partition("    def step(self):")
    step = "def step(self):" + tail.replace("\n    ", "\n") + "\nAdamOptimizer.step = step\n"
    notebook["cells"] += [mini.code(f"{head}\n{step}", id="pieces")]
    return notebook


def written_to_a_file(course):
    notebook = mini.solved(course, mini.PERFECT)
    alone = "self.parameters, self.lr = list(parameters), lr"
    lines = mini.ADAM.replace("(SGDOptimizer)", "").replace("super().__init__(parameters, lr)", alone)
    notebook["cells"].insert(at(notebook, "adam"), mini.code(f"%%writefile my_adam.py\n{lines}", id="file"))
    mini.cell(notebook, "adam")["source"] = "from my_adam import AdamOptimizer"
    return notebook


def with_lines(course, above="", below=""):
    sources = {name: f"{above}\n{source}\n{below}" for name, source in mini.PERFECT.items() if name != "why"}
    return mini.solved(course, sources)


def as_format_3(course):
    """The notebook as Jupyter of 2014 wrote it, and nbconvert does when it is asked to."""
    notebook = nbformat.reads(json.dumps(mini.solved(course, mini.PERFECT)), as_version=4)
    return json.loads(nbformat.writes(nbformat.convert(notebook, 3), version=3))


def a_stub_with_other_words(course):
    """The stub is left with another docstring; the solution stands at the end."""
    notebook = all_in_one(course, "")
    for name in ("momentum", "adam"):
        cell = mini.cell(notebook, name)
        cell["source"] = "".join(cell["source"]).replace('"""', '"""Mine:  \n\n    ', 1)
    return notebook


MOUNT = "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive"
BARS = "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)):\n    pass"
PLOT = "plt.plot([1], [1, 2])"

# name: (what is handed in, what a note says)
CELLS = {
    "merged_solutions": (lambda c: merged(c, "momentum", "adam"), "AdamOptimizer, taken from"),
    "solution_in_the_check_above": (lambda c: merged(c, "check-momentum", "adam"), "AdamOptimizer, taken from"),
    "solution_in_a_run": (lambda c: merged(c, "", "adam"), "AdamOptimizer, taken from"),
    "all_in_a_cell_at_the_end": (lambda c: all_in_one(c, ""), "taken from cell"),
    "all_in_a_cell_above": (lambda c: all_in_one(c, "momentum"), "taken from cell"),
    "all_in_a_copy_of_a_run": (lambda c: all_in_one(c, "", tagged=True), "taken from cell"),
    "all_in_the_first": (all_in_the_first, "AdamOptimizer, taken from"),
    "own_above_the_stub": (own_above_the_stub, ""),
    "helper_at_the_end": (helper_at_the_end, "comes before what it uses, HALF and scaled"),
    "class_in_pieces_at_the_end": (class_in_pieces_at_the_end, "AdamOptimizer, taken from"),
    "written_to_a_file": (written_to_a_file, ""),
    "colab": (lambda c: with_lines(c, MOUNT), "`%cd /content/drive`"),
    "no_package": (lambda c: with_lines(c, "import no_such_package\n%matplotlib widget"), "`import no_such_package`"),
    "no_such_magic": (lambda c: with_lines(c, "%%no_such_magic"), ""),
    "timed": (lambda c: with_lines(c, "%%time"), ""),
    "progress_bars": (lambda c: with_lines(c, BARS), ""),
    "a_plot_that_raises": (lambda c: with_lines(c, below=f"import matplotlib.pyplot as plt\n{PLOT}"), f"`{PLOT}`"),
    "words_below": (lambda c: with_lines(c, below="and here I tried out what it does"), "raised SyntaxError"),
    "format_3": (as_format_3, ""),
    "stubs_with_other_words": (a_stub_with_other_words, "taken from cell"),
    "timeit": (lambda c: with_lines(c, "%%timeit"), ""),
    "quit": (lambda c: with_lines(c, below="quit()"), ""),
    "reset": (lambda c: with_lines(c, below="%reset -f"), ""),
    "an_exit_below": (lambda c: with_lines(c, below="import os\nos._exit(3)"), "exit code 3; what else it defines was"),
}


def answered(course, change):
    notebook = mini.solved(course, {name: mini.PERFECT[name] for name in ("momentum", "adam")})
    change(notebook, at(notebook, "why"))
    return notebook


def into_the_question(notebook, place):
    question = notebook["cells"][place - 1]
    question["source"] = "".join(question["source"]) + f"\n\n{ANSWER}"


ANSWERS = {
    "below": lambda nb, place: nb["cells"].insert(place + 1, text(ANSWER)),
    "above": lambda nb, place: nb["cells"].insert(place, text(ANSWER)),
    "instead": lambda nb, place: nb["cells"].__setitem__(place, text(ANSWER)),
    "in_a_code_cell": lambda nb, place: nb["cells"].insert(place + 1, mini.code(ANSWER, id="mine")),
    "as_a_comment": lambda nb, place: nb["cells"].insert(place + 1, mini.code(f"# {ANSWER}", id="mine")),
    "printed": lambda nb, place: nb["cells"].insert(place + 1, mini.code(f'print("{ANSWER}")', id="mine")),
    "in_the_question": into_the_question,
    "in_a_raw_cell": lambda nb, place: nb["cells"].insert(place + 1, {**text(ANSWER), "cell_type": "raw"}),
    "in_the_legend": lambda nb, place: nb["cells"][place].update(
        source="".join(nb["cells"][place]["source"]).replace("Your answer</legend>", f"{ANSWER}</legend>")
    ),
}
# What is no answer, and what is one.
NOTHING = (
    "",
    "   ",
    "&nbsp;",
    "<br><br>",
    "\u200b",
    "...",
    "-",
    "---",
    "#",
    framed("*Your answer here.*"),
    framed("\n"),
)
SOMETHING = (
    "3",
    "Ja.",
    r"$\to$",
    "\N{CHECK MARK}",
    "<!-- it averages -->",
    "![t](attachment:t.png)",
    '<img src="t.png">',
)


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("left")
    made = {name: make(course) for name, (make, _) in CELLS.items()}
    made |= {f"answer_{name}": answered(course, change) for name, change in ANSWERS.items()}
    made["answer_none"] = answered(course, lambda nb, place: nb["cells"].insert(place + 1, mini.code("x = 1", id="x")))
    for name, notebook in made.items():
        mini.hand_in(folder / "submitted", name, notebook)
    grades = grade_class(Order(folder / "submitted", folder / "out", course, seed=3), in_this_process).grades
    return folder / "out", {one.student: one for one in grades}


@pytest.mark.parametrize("name", CELLS)
def test_right_code_keeps_its_marks_and_what_was_taken_is_said(name, graded):
    grade = graded[1][name]
    assert grade.checked_score == FULL, [*grade.exercises, *grade.notes]
    assert CELLS[name][1] in " ".join(grade.notes)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_beside_its_cell_waits_for_marking(name, graded):
    out, grades = graded
    grade = grades[f"answer_{name}"]
    assert grade.waiting == 1
    path = out / "autograded" / grade.student / mini.NAME / f"{mini.NAME}.ipynb"
    assert ANSWER in mini.cell(json.loads(path.read_text()), "why")["source"]


@pytest.mark.parametrize("source", [*NOTHING, *SOMETHING])
def test_what_waits_for_marking_is_an_answer(source):
    assert bool(answer_in(source)) == (source in SOMETHING)


def test_code_beside_an_empty_answer_is_no_answer(graded):
    grade = graded[1]["answer_none"]
    assert (grade.waiting, grade.checked_score) == (0, FULL)


def test_a_stub_alone_earns_nothing(course, submissions, grade):
    """The oracle of all above: nothing is taken from nowhere."""
    notebook = mini.released(course)
    notebook["cells"].append(mini.code("".join(released(course, "adam")), id="again"))
    mini.hand_in(submissions, "ada", notebook)
    assert grade()["ada"].checked_score == 0


def test_a_loop_that_never_ends_costs_its_function_nothing(course, submissions, grade):
    mini.hand_in(submissions, "ada", with_lines(course, below="while True:\n    pass"))
    found = grade(limits=Limits(cell_s=2.0))["ada"]
    assert found.checked_score == FULL
    assert "did not finish within 2 s; what else it defines was kept" in " ".join(found.notes)


UNREADABLE = {
    "copied_minus": ("1 - self.mu", "1 \u2212 self.mu", "U+2212) (at `self.state[i] = self.mu * old", "type it anew"),
    "copied_space": ("        old =", "\u00a0       old =", "U+00A0 (at `old = self", "type it anew"),
    "mixed_tabs": ("            old =", "\t    old =", "spaces in indentation (at `old =", "four spaces"),
    "no_bracket": ("(parameters, lr)\n", "(parameters, lr\n", "'(' was never closed (at `super().__init__", ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_python_cannot_read_is_quoted_with_its_line_and_no_name_of_a_file(name, course, submissions, grade):
    old, new, *said = UNREADABLE[name]
    mini.hand_in(submissions, "ada", mini.solved(course, {"momentum": mini.MOMENTUM.replace(old, new, 1)}))
    message = grade()["ada"].exercises[0].message
    assert all(part in message for part in said)
    assert "ipython-input" not in message


def test_a_pasted_picture_is_seen_by_whoever_marks_it(course, submissions, grade, tmp_path):
    notebook = mini.solved(course, {**mini.PERFECT, "why": "My table:\n\n![t](attachment:t%201.png)"})
    svg = "<svg onload='alert(1)'/>"
    pictures = {"t 1.png": {"image/png": PNG}, "bad.png": {"image/png": svg}, "x.svg": {"image/svg+xml": svg}}
    mini.cell(notebook, "why")["attachments"] = pictures
    mini.hand_in(submissions, "ada", notebook)
    grade()
    out = tmp_path / "out"
    cell = mini.cell(json.loads((out / "autograded" / "ada" / mini.NAME / f"{mini.NAME}.ipynb").read_text()), "why")
    assert cell["attachments"] == {"t 1.png": {"image/png": PNG}}
    shown = f'src="data:image/png;base64,{PNG}"'
    assert shown in (out / "feedback" / "ada" / mini.NAME / f"{mini.NAME}.html").read_text()
    assert inert_markdown(cell["source"], cell["attachments"]).count(shown) == 1
    assert inert_markdown("no place for it", cell["attachments"]).count(shown) == 1


@pytest.mark.parametrize(
    "source",
    ["![my plot](plots/plot.png)", "<img width=3 src='plots/plot.png'>", "![my plot](<plots/plot.png> 'title')"],
)
def test_a_picture_that_was_not_handed_in_is_named_to_whoever_marks(source):
    shown = inert_markdown(f"See:\n\n{source}\n\nso it is.")
    assert "picture that is not in the file" in shown
    assert "plots/plot.png" in shown
    assert "<img" not in shown


EMBEDDED = (
    f"![t](data:image/png;base64,{PNG})",
    f"<img width='30' alt=\"t\" src='data:image/png;base64,{PNG}'/>",
    f"<div>\n<IMG SRC=data:image/PNG;base64,{PNG} width=3></div>",
)


@pytest.mark.parametrize("source", EMBEDDED)
def test_a_picture_in_the_text_itself_is_seen_as_a_pasted_one(course, submissions, grade, tmp_path, source):
    """Colab writes pictures so; they make a text longer than any that is shown."""
    noise = io.BytesIO()
    Image.effect_noise((200, 200), 80).save(noise, "PNG")
    data = base64.b64encode(noise.getvalue()).decode()
    assert len(data) > 40_000
    long = source.replace(PNG, data)
    notebook = mini.solved(course, {**mini.PERFECT, "why": f"My table:\n\n{source}\n\nand\n\n{long}\n\n{ANSWER}"})
    mini.hand_in(submissions, "ada", notebook)
    assert grade()["ada"].waiting == 1
    out = tmp_path / "out"
    cell = mini.cell(json.loads((out / "autograded" / "ada" / mini.NAME / f"{mini.NAME}.ipynb").read_text()), "why")
    assert [kinds["image/png"] for kinds in cell["attachments"].values()] == [PNG, data]
    assert cell["source"].endswith(ANSWER)
    assert "base64" not in cell["source"]
    assert (
        f'src="data:image/png;base64,{PNG}"' in (out / "feedback" / "ada" / mini.NAME / f"{mini.NAME}.html").read_text()
    )
    assert f'src="data:image/png;base64,{PNG}"' in inert_markdown(cell["source"], cell["attachments"])


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1 +\n", ""),
        ("print 'done'\nx = 1\n", "as in Python 2"),
        ("from itertools import no_such_name as AdamOptimizer\n", ""),
    ],
)
@pytest.mark.parametrize("version", ["", "3.99.1"])
def test_code_for_another_python_is_told_so(course, submissions, grade, source, says, version):
    notebook = mini.solved(course, {**mini.PERFECT, "adam": source})
    if version:
        notebook["metadata"]["language_info"] = {"name": "python", "version": version}
    mini.hand_in(submissions, "ada", notebook)
    (message,) = {one.message for one in grade()["ada"].exercises if one.exercise == "adam"}
    wanted = says or ("run with Python 3.99; grading uses Python" if version else "")
    assert (wanted in message) if wanted else ("grading uses" not in message)
