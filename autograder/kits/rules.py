"""Update rules as short lists of named formulas, so that a mistake is the change of one formula.

A rule maps a name to a formula of the state so far, in the order of evaluation. The state holds the weights `w`,
the gradient `g`, the step `t` (1 at the first), the count `calls` of updates of any tensor, the constants of the
rule, what the formulas of this update have assigned, and from the previous update of the same tensor whatever was
assigned then. `last` is the state of the tensor updated just before this one. A mistake replaces some formulas; two
mistakes that replace different ones can be made together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, Simulate

__all__ = ["Gradients", "Mistake", "Rule", "alternatives", "follow", "together", "under_variants"]

Array = NDArray[Any]
Formula = Callable[[SimpleNamespace], Any]
Rule = Mapping[str, Formula]
Gradients = Callable[[int, Sequence[Array]], Sequence[Array]]


@dataclass(frozen=True)
class Mistake:
    """A misconception about a rule (or an accepted variant of it): the formulas that it replaces.

    Args:
        id: Its name, in words joined by hyphens.
        says: A sentence for the student.
        formulas: What stands in place of the rule's formulas of the same names.
        share: Fraction of the marks that it earns.
        pairs: Whether it is looked for together with other mistakes.
    """

    id: str
    says: str
    formulas: Rule
    share: float = 0.5
    pairs: bool = True


def follow(
    rule: Rule, weights: Sequence[Array], gradients: Gradients, steps: int, start: Mapping[str, Any]
) -> list[SimpleNamespace]:
    """Apply `rule` to some tensors for `steps` steps.

    Args:
        rule: The formulas; the one called `w` gives the new weights.
        weights: Initial weights, one array per tensor.
        gradients: `gradients(step, weights)` returns one gradient per tensor; steps count from 0.
        steps: Number of steps.
        start: State and constants before the first step, the same for every tensor, or a function of the
            tensor's index for entries that are callable.

    Returns:
        One state per tensor, with the lists `history` of weights and `states` of all assigned values after each step.
    """
    states = [SimpleNamespace(**_begin(start, i), w=np.array(w, dtype=np.float64)) for i, w in enumerate(weights)]
    histories: list[list[dict[str, Any]]] = [[] for _ in states]
    calls, last = 0, states[-1]
    for step in range(steps):
        given = gradients(step, [state.w for state in states])
        for state, g, history in zip(states, given, histories, strict=True):
            calls += 1
            vars(state).update(g=np.asarray(g, dtype=np.float64), t=step + 1, calls=calls, last=last)
            for name, formula in rule.items():
                setattr(state, name, formula(state))
            state.last = None
            history.append({name: np.array(getattr(state, name)) for name in rule})
            last = state
    for state, history in zip(states, histories, strict=True):
        state.history = np.stack([entry["w"] for entry in history])
        state.states = history
    return states


def _begin(start: Mapping[str, Any], index: int) -> dict[str, Any]:
    return {name: value(index) if callable(value) else value for name, value in start.items()}


def alternatives(
    rule: Rule, mistakes: Iterable[Mistake], simulate: Callable[[Rule], Simulate], pairs: bool = True
) -> tuple[Alternative, ...]:
    """Turn mistakes about `rule`, alone and in pairs that touch different formulas, into alternatives."""
    mistakes = tuple(mistakes)
    single = [_alternative(rule, (mistake,), simulate) for mistake in mistakes]
    both = [
        _alternative(rule, pair, simulate)
        for pair in combinations([m for m in mistakes if m.pairs], 2)
        if pairs and not pair[0].formulas.keys() & pair[1].formulas.keys()
    ]
    return (*single, *both)


def under_variants(
    rule: Rule, mistakes: Iterable[Mistake], variants: Iterable[Mistake], simulate: Callable[[Rule], Simulate]
) -> tuple[Alternative, ...]:
    """Return each mistake made within each accepted convention that it leaves visible; only the mistake is named."""
    found = []
    for variant, mistake in product(variants, mistakes):
        if not variant.formulas.keys() & mistake.formulas.keys():
            changed = {**rule, **variant.formulas}
            found.append(_alternative(changed, (mistake,), simulate))
    return tuple(found)


def together(*conventions: Mistake) -> Mistake:
    """Return several conventions of different formulas as one."""
    formulas = {name: formula for convention in conventions for name, formula in convention.formulas.items()}
    says = " ".join(convention.says for convention in conventions)
    return replace(conventions[0], id="+".join(c.id for c in conventions), says=says, formulas=formulas)


def _alternative(rule: Rule, mistakes: tuple[Mistake, ...], simulate: Callable[[Rule], Simulate]) -> Alternative:
    changed = {**rule, **{name: formula for mistake in mistakes for name, formula in mistake.formulas.items()}}
    share = float(np.prod([mistake.share for mistake in mistakes]))
    return Alternative(tuple(m.id for m in mistakes), tuple(m.says for m in mistakes), simulate(changed), share)
