"""`batchnorm_backward_alt` has the values of `batchnorm_backward`, and so its solutions and mutants."""

from course_utils.exercises.normalization.batchnorm_backward.solutions import CORRECT, MUTANTS, VARIANTS, WRONG

__all__ = ["CORRECT", "MUTANTS", "VARIANTS", "WRONG"]
