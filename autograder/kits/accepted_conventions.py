"""Evaluate a rule (see `rules`) over a few calls, and combine its mistakes with accepted conventions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, AnswerPart, Simulate
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.checks.labels import Label

__all__ = ["changed", "over_calls", "part_from_rule", "slope"]

STEP = 1e-30


def over_calls(rule: Rule, calls: Sequence[Mapping[str, Any]], start: Mapping[str, Any]) -> list[SimpleNamespace]:
    """Go through the formulas of `rule`, in order, once per call.

    A formula sees what this call gives, what the formulas before it have assigned in this call, what was assigned in
    the call before, and `call`, which counts from 1. A call in which the shapes do not fit together is the last one.

    Args:
        rule: Formulas by name, in the order of evaluation.
        calls: What each call gives, by name.
        start: State before the first call, and constants.

    Returns:
        The state after each call that could be carried out.
    """
    state = SimpleNamespace(**start)
    after: list[SimpleNamespace] = []
    for number, given in enumerate(calls, start=1):
        vars(state).update(given, call=number)
        try:
            for name, formula in rule.items():
                setattr(state, name, formula(state))
        except ValueError:
            break
        after.append(SimpleNamespace(**vars(state)))
    return after


def changed(rule: Rule, mistakes: Iterable[Mistake]) -> Rule:
    """Return `rule` with the formulas of `mistakes` in the places of its own."""
    return {**rule, **{name: formula for mistake in mistakes for name, formula in mistake.formulas.items()}}


def slope(function: Callable[[NDArray[Any]], Any], x: NDArray[Any]) -> NDArray[Any]:
    """Differentiate a sum with respect to each entry of `x`, to machine precision, by complex steps.

    f(x + ih) = f(x) + ih f'(x) + O(h^2) for an analytic f, so the imaginary part holds the derivative without a
    difference that cancels (Squire and Trapp, SIAM Review 40, 1998). Nothing in `function` may take absolute values.
    """
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        moved = x.astype(np.complex128)
        moved[index] += 1j * STEP
        gradient[index] = np.imag(function(moved)) / STEP
    return gradient


def part_from_rule(
    name: str,
    rule: Rule,
    simulate: Callable[[Rule], Simulate],
    mistakes: Sequence[Mistake],
    *,
    variants: Sequence[Mistake] = (),
    also: Sequence[Mistake] = (),
    further_variants: Sequence[Alternative] = (),
    variants_only: Sequence[str] = (),
    labels: Mapping[str, Label],
    reread: str,
    weight: float = 1.0,
    rtol: float = 1e-6,
) -> AnswerPart:
    """Make the answer to a part from its rule.

    Mistakes are looked for alone, in pairs, and alone under each accepted convention or two; conventions in every
    combination of which the formulas do not overlap. A mistake under a convention is named as the mistake alone.

    Args:
        name: Name of the part.
        rule: The declared convention.
        simulate: Turns a rule into a function from inputs to outputs.
        mistakes: Known misconceptions.
        variants: Accepted conventions, under which mistakes are looked for too.
        also: Accepted conventions that are rare with a mistake.
        further_variants: Accepted answers that no formula of the rule describes.
        variants_only: Outputs that may tell a convention but not a mistake, which is named whatever they hold.
        labels: How to speak of each array.
        reread: What to read again.
        weight: Share of the exercise's marks, relative to the other parts.
        rtol: Relative tolerance.
    """
    conventions = [
        chosen
        for count in range(1, len(variants) + len(also) + 1)
        for chosen in combinations((*variants, *also), count)
        if not _overlap(chosen)
    ]

    def partly(changed_rule: Rule) -> Simulate:
        return lambda inputs: {k: v for k, v in simulate(changed_rule)(inputs).items() if k not in variants_only}

    common = [chosen for chosen in conventions if len(chosen) <= 2 and not any(one in also for one in chosen)]
    under = [_under(rule, chosen, mistakes, partly) for chosen in common if _is_seen(chosen, variants_only)]
    return AnswerPart(
        name=name,
        reference=simulate(rule),
        misconceptions=(*alternatives(rule, mistakes, partly), *(one for some in under for one in some)),
        variants=(*(_accepted(rule, chosen, simulate) for chosen in conventions), *further_variants),
        labels=labels,
        reread=reread,
        weight=weight,
        rtol=rtol,
    )


def _overlap(chosen: Iterable[Mistake]) -> bool:
    names = [name for one in chosen for name in one.formulas]
    return len(names) > len(set(names))


def _is_seen(chosen: Iterable[Mistake], variants_only: Sequence[str]) -> bool:
    return not any(one.formulas.keys() <= set(variants_only) for one in chosen)


def _accepted(rule: Rule, chosen: Sequence[Mistake], simulate: Callable[[Rule], Simulate]) -> Alternative:
    return Alternative(
        tuple(one.id for one in chosen), tuple(one.says for one in chosen), simulate(changed(rule, chosen)), share=1.0
    )


def _under(
    rule: Rule, convention: Sequence[Mistake], mistakes: Sequence[Mistake], simulate: Callable[[Rule], Simulate]
) -> tuple[Alternative, ...]:
    fitting = [mistake for mistake in mistakes if not _overlap((*convention, mistake))]
    return alternatives(changed(rule, convention), fitting, simulate, pairs=False)
