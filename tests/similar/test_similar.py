"""Similar solutions: a copy in disguise is listed, what the task explains is not, and nothing is a verdict."""

import csv
import re

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.similar.compare import LEAST_TOKENS, Solution, similar_pairs
from autograder.similar.normalise import normalise
from tests.grade import mini

# The average of `mini.MOMENTUM` by somebody else, and by somebody who has only renamed and commented.
OWN = """
class MomentumOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.average = [torch.zeros_like(w) for w in self.parameters]
        self.keep = mu

    @torch.no_grad()
    def step(self):
        for average, weight in zip(self.average, self.parameters):
            average.mul_(self.keep).add_(weight.grad, alpha=1 - self.keep)
            weight.sub_(self.lr * average)
"""
DISGUISED = (
    mini.MOMENTUM.replace("old", "velocity_before")
    .replace("self.state", "self.memory")
    .replace("    def step(self):", '    def step(self):\n        """Go."""\n        # my own idea')
    .replace("for i, p in", "for number, weight in")
    .replace("(i, ", "(number, ")
    .replace("[i]", "[number]")
    .replace("zeros_like(p)", "zeros_like(weight)")
    .replace("p.grad", "weight.grad")
    .replace("p.data", "weight.data")
)


STUB = """
class MomentumOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        raise NotImplementedError

    def step(self):
        raise NotImplementedError
"""


def solution(student, source, stub=""):
    return Solution(student, mini.NAME, "momentum", source, normalise(source, stub))


def pairs(**sources):
    return {
        (pair.one.student, pair.other.student): pair
        for pair in similar_pairs([solution(name, source) for name, source in sources.items()])
    }


def test_a_copy_in_disguise_is_found_and_own_work_is_not():
    found = pairs(ada=mini.MOMENTUM, bob=DISGUISED, cleo=OWN)
    assert list(found) == [("ada", "bob")]
    assert found["ada", "bob"].similarity == 1
    assert found["ada", "bob"].of == 3


def test_what_much_of_the_class_has_written_is_no_likeness():
    crowd = {f"student{i}": mini.MOMENTUM for i in range(6)}
    assert not pairs(**crowd)
    others = {f"other{i}": OWN.replace("1 -", f"{i} -" * 30) for i in range(40)}
    assert ("a", "b") in pairs(a=mini.MOMENTUM, b=mini.MOMENTUM, **others)


def test_short_solutions_are_left_out():
    short = "y = " + " + ".join("abcdefghijklmn")
    assert len(normalise(short, "")) < LEAST_TOKENS
    assert not pairs(ada=short, bob=short)


def test_names_texts_comments_layout_and_the_stub_do_not_count():
    stub = 'def f(x, beta):\n    """Return it."""\n    raise NotImplementedError\n'
    one = 'def f(x, beta):\n    """Return it."""\n    a = torch.sqrt(x)  # root\n    return a * beta\n'
    two = "def f(x, beta):\n    result = torch.sqrt( x )\n\n    return (result\n        * beta)\n"
    assert " ".join(normalise(one, stub)) == "n = n . sqrt ( x ) return n * beta"
    assert normalise(two, stub) == normalise(one, stub)
    assert normalise(one.replace("sqrt", "exp"), stub) != normalise(one, stub)


DEAD = (
    "print('here')", "assert lr > 0", "unused = lr * 3", "unused = 1\n        unused += 1\n        unused = unused * 2",
    "seen = []\n        seen.append(lr)", "if False:\n            lr = 7",
    "debug = False\n        if debug:\n            print(lr)",
    "self.name = 'mine'", "for _ in range(3):\n            pass", "import time\n        start = time.time()",
)  # fmt: skip


@pytest.mark.parametrize("line", DEAD)
def test_a_copy_with_lines_that_do_nothing_is_found(line):
    start = "super().__init__(parameters, lr)"
    copy = DISGUISED.replace(start, f"{line}\n        {start}\n        {line}")
    assert pairs(ada=mini.MOMENTUM, bob=copy)["ada", "bob"].similarity == 1


def test_a_copy_in_another_order_with_helpers_that_nobody_calls_is_found():
    head, init, step = re.split(r"    (?=def )", mini.MOMENTUM)
    moved = f"def spare(x):\n    return x + 1\n\n{head}    {step}\n    def spare(self):\n        pass\n\n    {init}"
    assert solution("a", moved, STUB).tokens == solution("b", mini.MOMENTUM, STUB).tokens


@pytest.mark.parametrize("line", ["lr = lr * 2", "parameters = parameters[1:]", "return", "parameters[0].data.mul_(2)"])
def test_a_line_that_changes_something_counts(line):
    """The oracle of both tests above."""
    start = "super().__init__(parameters, lr)"
    changed = mini.MOMENTUM.replace(start, f"{line}\n        {start}")
    assert solution("a", changed, STUB).tokens != solution("b", mini.MOMENTUM, STUB).tokens


@pytest.mark.parametrize("source", ["def f(:", "%matplotlib inline\nx = ?", "'''", "\x00", "  x\n y"])
def test_what_is_no_python_is_still_read(source):
    assert normalise(source, "") == normalise(source, "")
    assert similar_pairs([solution("ada", source)]) == []


def hand_in_class(course, submissions):
    script = mini.MOMENTUM + "# <script>alert(1)</script>\n"
    for student, source in {"ada": script, "bob": DISGUISED, "=cleo": mini.MOMENTUM, "dan": OWN}.items():
        mini.hand_in(submissions, student, mini.solved(course, {"momentum": source}))
    mini.hand_in(submissions, "eve", b"no notebook")


def test_the_command_writes_an_inert_page_and_a_table(course, submissions, tmp_path, monkeypatch):
    hand_in_class(course, submissions)
    monkeypatch.chdir(course)
    result = CliRunner().invoke(app, ["similar", str(submissions), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "3 similar pairs in 4 submissions" in result.output
    assert "not compared: eve, 02_mini:" in result.output
    page = (tmp_path / "out" / "similar.html").read_text()
    assert "not a verdict" in page
    assert "<script" not in page
    rows = list(csv.DictReader((tmp_path / "out" / "similar.csv").read_text().splitlines()))
    assert {(row["student"], row["other_student"]) for row in rows} == {
        ("'=cleo", "ada"), ("'=cleo", "bob"), ("ada", "bob")
    }  # fmt: skip
    assert {row["exercise"] for row in rows} == {"momentum"}


def test_a_missing_folder_is_one_line(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course)
    result = CliRunner().invoke(app, ["similar", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: there is no folder")
    assert not (tmp_path / "out").exists()
