"""Epsilons other than the declared 1e-5: no exercise is about their size, where the signature does not name one."""

from __future__ import annotations

from autograder.kits.rules import Mistake

__all__ = ["OTHER_EPSILON", "RARE_EPSILONS"]


def _epsilon(value: float) -> Mistake:
    says = f"Epsilon is {value:g} instead of 1e-5; both are in use."
    return Mistake("another-epsilon", says, {"eps": lambda s: value})


OTHER_EPSILON = _epsilon(1e-7)
RARE_EPSILONS = (_epsilon(1e-8), _epsilon(1e-6), _epsilon(1e-3))
