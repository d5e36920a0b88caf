"""Every mistake with a sentence has a mutant that is called by its name, and every mutant has the name of a mistake."""

import functools

import pytest

from autograder.catalogue.answer import load_answer
from course_utils.exercises import exercise_folder
from tests.exercises.matrix import EXERCISES, named, solutions

# Mistakes of which no mutant can be written: the sentence counts, or tells about the processor.
ELSEWHERE = {
    "not-all-right": "tests/exercises/test_bug_hunt.py",
    "over-budget": "tests/exercises/test_capstone.py",
}


@functools.cache
def sentences(exercise):
    """Return the ids of all named mistakes with what is said of each alone."""
    ways = [way for part in load_answer(exercise).parts for way in part.misconceptions]
    return {(way.ids[0], way.says[0]) for way in ways if len(way.ids) == 1}


def place(exercise):
    """Return file and line of the mutants of an exercise."""
    path = exercise_folder(exercise) / "solutions.py"
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return f"{path}:{next((number for number, line in lines if line.startswith('MUTANTS')), 1)}"


def mutated(exercise):
    return {name for mutant in solutions(exercise, "MUTANTS") for name in named(mutant)}


@functools.cache
def shown():
    """Return the mistakes that have a mutant in some exercise; those that share a mistake share its mutants."""
    return {one for exercise in EXERCISES for one in sentences(exercise) if one[0] in mutated(exercise)}


@pytest.mark.parametrize("exercise", [pytest.param(name, id=f"{name}-") for name in EXERCISES])
def test_every_named_mistake_has_a_mutant(exercise):
    unshown = [one for one in sentences(exercise) if one[0] not in mutated(exercise) and one[0] not in ELSEWHERE]
    if missing := [one[0] for one in unshown if one not in shown()]:
        pytest.fail(f"{place(exercise)}: write a mutant for {', '.join(sorted(missing))}", pytrace=False)


@pytest.mark.parametrize("exercise", [pytest.param(name, id=f"{name}-") for name in EXERCISES])
def test_every_mutant_has_the_name_of_a_mistake(exercise):
    parts = load_answer(exercise).parts
    known = {name for part in parts for way in part.misconceptions for name in way.ids}
    accepted = {name for part in parts for name in part.follows[:1]}
    accepted |= {name for part in parts for way in part.variants for name in way.ids}
    if unknown := mutated(exercise) - known - accepted:
        names = ", ".join(sorted(unknown))
        pytest.fail(f"{place(exercise)}: answer.py has no mistake {names}; use one of its ids", pytrace=False)
