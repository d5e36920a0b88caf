"""The answer to `batchnorm_backward`: the gradients of batch normalization, path by path."""

from autograder.catalogue.answer import Answer
from autograder.kits.library import AUTOGRAD, NORMALIZATIONS
from autograder.kits.normalization_gradients import fresh_gradient_inputs, gradients_answer_part

__all__ = ["ANSWER"]

ANSWER = Answer(
    "batchnorm_backward",
    lambda rng: fresh_gradient_inputs(rng, over=0),
    (gradients_answer_part("batchnorm_backward", 0, "section 4.3, the three paths from an input to the outputs"),),
    by_hand=(*NORMALIZATIONS, *AUTOGRAD),
)
