"""`batchnorm_backward_alt` has the values of `batchnorm_backward`, and so its solutions and mutants."""

from tests.exercises.solutions.batchnorm_backward import CORRECT, MUTANTS, VARIANTS, WRONG

__all__ = ["CORRECT", "MUTANTS", "VARIANTS", "WRONG"]
