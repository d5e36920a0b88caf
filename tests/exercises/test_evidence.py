"""The numbers shown with a mistake are about that mistake, and not about an accepted convention next to it."""

import pytest

from tests.exercises.matrix import solutions, verdict


@pytest.mark.parametrize(
    ("exercise", "mutant", "shown"),
    [
        ("local_smoothness", "gradient-of-minibatch", "both gradients are those of the whole set"),
        ("local_smoothness", "gradient-of-minibatch (in evaluation mode)", "both gradients are those of the whole set"),
        ("functional_optimizers", "missing-keys-not-filled-in", "from a config without state"),
    ],
)
def test_the_evidence_is_about_the_mistake(exercise, mutant, shown):
    found = verdict(exercise, solutions(exercise, "MUTANTS")[mutant], "recorded")
    assert [shown in evidence.where for evidence in found.evidence] == [True], found.evidence


def test_a_method_of_another_name_is_shown_with_what_was_found():
    found = verdict("race", solutions("race", "WRONG")["a method of another name"], "recorded")
    assert "'RMSProp'" in found.message
    assert "'RMSprop'" in found.message
