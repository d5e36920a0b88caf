"""Hints: two or three for every exercise that takes long, folded in the notebook, one after the other from `hint`."""

import json
import re

import pytest

import course_utils
from autograder.build.master import read_master
from autograder.build.review import review
from autograder.build.solutions import solution_lines
from autograder.course import Points, load_course
from course_utils.hints.hint import _SHOWN, hints_of
from tests.build.conftest import ROOT
from tests.notebooks.leaks import lines

COURSE = load_course(ROOT)
LONG = [
    pytest.param(name, exercise, id=exercise)
    for name, book in COURSE.workbooks.items()
    for exercise, points in book.points.items()
    if points.total >= 2 and (ROOT / "autograder" / "masters" / f"{name}.py").is_file()
]
MASTER = """
# %%
import torch

# %% [markdown]
# ### Question `why`

# %% [markdown] question="why"
# Because.
#
# **Marking guide**
#
# - 1 for that.

# %% [markdown] hint="{name}"
{text}
"""


def notebook(name):
    return json.loads((ROOT / "notebooks" / name / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize(("name", "exercise"), LONG)
def test_a_long_exercise_has_two_or_three_hints_below_it(name, exercise):
    texts = hints_of(exercise)
    assert 2 <= len(texts) <= 3
    cells = notebook(name)
    places = {cell["id"]: place for place, cell in enumerate(cells)}
    source = "".join(cells[places[f"hint-{exercise}"]]["source"])
    assert source.count("<details>") == source.count("</details>") == len(texts)
    assert re.findall(r"<summary>(.*)</summary>", source) == [
        f"Hint {number} of {len(texts)}" for number in range(1, len(texts) + 1)
    ]
    assert all(f"</summary>\n\n{text}\n\n</details>" in source for text in texts)
    graded = [place for cell, place in places.items() if cell in (f"check-{exercise}", exercise)]
    assert places[f"hint-{exercise}"] > max(graded)


@pytest.mark.parametrize(("name", "exercise"), LONG)
def test_a_hint_holds_no_line_of_the_solution(name, exercise):
    cells = read_master(ROOT / "autograder" / "masters" / f"{name}.py").cells
    solved = [
        "\n".join(solution_lines(cell.source)) for cell in cells if (cell.kind, cell.name) == ("exercise", exercise)
    ]
    squeezed = "".join("".join(hints_of(exercise)).split())
    assert not [line for text in solved for line in lines(text) if line in squeezed]
    # Names of things stand between backquotes; an assignment or a call with arguments would be code.
    quoted = re.findall(r"`([^`]*)`", " ".join(hints_of(exercise)))
    assert not [text for text in quoted if re.search(r"[^=]=[^=]|\w\(\w+\.", text)]


def test_hint_shows_one_after_the_other_and_begins_again(capsys):
    _SHOWN.clear()
    shown = []
    for _ in range(4):
        course_utils.hint("adam")
        shown.append(capsys.readouterr().out)
    texts = hints_of("adam")
    assert len(texts) == 3
    assert [text in out for text, out in zip([*texts, texts[0]], shown, strict=True)] == [True] * 4
    assert [out.splitlines()[0] for out in shown[:3]] == [f"Hint {n} of 3 for `adam`" for n in (1, 2, 3)]
    assert 'hint("adam") shows the next one.' in shown[0]
    assert "That was the last one." in shown[2]


@pytest.mark.parametrize("wrong", ["Adam", "", 3])
def test_an_unknown_exercise_gets_a_sentence(wrong, capsys):
    course_utils.hint(wrong)
    assert capsys.readouterr().out.startswith("There are no hints for")


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("why", "# One only.", "two or three hints"),
        ("why", "# A\n#\n# ---\n#\n# B\n#\n# ---\n#\n# C\n#\n# ---\n#\n# D", "there are 4"),
        ("why", "# A\n#\n# ---\n#\n# ```\n# x = 1\n# ```", "a hint holds no code"),
        ("what", "# A\n#\n# ---\n#\n# B", "exercise 'what' is not in"),
        ("why", "# A\n#\n# ---\n#\n# B", ""),
    ],
)
def test_a_faulty_hint_stops_the_build(name, text, fault, tmp_path):
    path = tmp_path / "01_small.py"
    path.write_text(MASTER.format(name=name, text=text).lstrip())
    faults = review(read_master(path), {"why": Points(manual=1)})
    assert [one for one in faults if fault in str(one)] if fault else not faults
