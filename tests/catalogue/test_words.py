"""The sentence of a mistake is that of the answer, whether it was recorded or not, and is found without torch."""

import subprocess
import sys

import pytest

from autograder.catalogue.answer import load_answer
from autograder.catalogue.words import words_of


@pytest.mark.parametrize("exercise", ["adam", "bug_hunt", "layernorm", "newton_step"])
def test_the_words_are_those_of_the_answer(exercise):
    known = {}
    for part in load_answer(exercise).parts:
        for one in part.misconceptions:
            known.setdefault(one.ids, " ".join(one.says))
    single = {ids[0]: says for ids, says in known.items() if len(ids) == 1}
    assert single
    assert {name: words_of(exercise, name) for name in single} == single


def test_an_unknown_mistake_has_none():
    assert words_of("adam", "nobody-makes-this") == ""


def test_recorded_words_need_no_torch():
    code = (
        "import sys\n"
        "from autograder.catalogue.words import words_of\n"
        "print(words_of('adam', 'no-bias-correction') != '', 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
