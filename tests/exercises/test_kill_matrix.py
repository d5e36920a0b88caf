"""Every mutant is killed and rightly named; every correct solution passes, however it is written.

The solutions and mutants stand in `solutions/<exercise>.py`, written apart from the answers:
`CORRECT` and `WRONG` by a description, `VARIANTS` and `MUTANTS` by the ids that must be named, joined by "+",
and a remark in brackets where several have the same ids.
"""

import pytest

from tests.exercises.matrix import CHOSEN, VISIBLE, named, solutions, verdict

# The recorded key, and the one that grading makes; for more draws of the inputs `make test-all` does it again.
KEYS, MORE = ("recorded", 1), (2, 3)
# These train a network for each key.
LONG = ("capstone",)


def cases(kind, *, both=False):
    """Return the solutions of a kind with each key.

    In the ordinary run, right ones meet both keys, and mistakes one of the two in turn.
    """
    found = [(exercise, name) for exercise in CHOSEN for name in solutions(exercise, kind)]
    return [
        pytest.param(exercise, name, key, id=f"{exercise}-{name}-{key}", marks=() if ordinary else pytest.mark.slow)
        for number, (exercise, name) in enumerate(found)
        for turn, key in enumerate((*KEYS, *MORE))
        for ordinary in [key in KEYS and ((both and exercise not in LONG) or turn == number % len(KEYS))]
    ]


@pytest.mark.parametrize(("exercise", "name", "seed"), cases("CORRECT", both=True))
def test_a_correct_solution_gets_full_marks(exercise, name, seed):
    found = verdict(exercise, solutions(exercise, "CORRECT")[name], seed)
    assert (found.verdict, found.score) == ("correct", found.max_score), found


@pytest.mark.parametrize(("exercise", "name", "seed"), cases("VARIANTS", both=True))
def test_an_accepted_convention_gets_full_marks_and_a_comment(exercise, name, seed):
    found = verdict(exercise, solutions(exercise, "VARIANTS")[name], seed)
    assert (found.verdict, found.score) == ("variant", found.max_score), found
    assert set(found.misconceptions) == named(name)
    assert found.message


@pytest.mark.parametrize(("exercise", "name", "seed"), cases("MUTANTS"))
def test_a_mutant_is_named(exercise, name, seed):
    found = verdict(exercise, solutions(exercise, "MUTANTS")[name], seed)
    expected = VISIBLE.get(exercise, named(name)) if seed == "recorded" else named(name)
    assert found.verdict == "misconception", found
    assert set(found.misconceptions) == expected, found
    assert 0 <= found.score < found.max_score


@pytest.mark.parametrize(("exercise", "name", "seed"), cases("WRONG"))
def test_an_unnamed_mistake_never_passes(exercise, name, seed):
    found = verdict(exercise, solutions(exercise, "WRONG")[name], seed)
    assert found.verdict in {"wrong", "error", "not attempted"}, found
    assert found.score == 0
    assert found.message
