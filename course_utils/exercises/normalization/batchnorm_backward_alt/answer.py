"""The answer to `batchnorm_backward_alt`: the same gradients, simplified to one line."""

from autograder.catalogue.answer import Answer
from autograder.kits.library import AUTOGRAD, NORMALIZATIONS
from autograder.kits.normalization_gradients import fresh_gradient_inputs, gradients_answer_part

__all__ = ["ANSWER"]

ANSWER = Answer(
    "batchnorm_backward_alt",
    lambda rng: fresh_gradient_inputs(rng, over=0),
    (gradients_answer_part("batchnorm_backward_alt", 0, "section 4.3, the simplified formula"),),
    # Its values are those of the exercise before, so only the source shows that the work was not done again.
    by_hand=(*NORMALIZATIONS, *AUTOGRAD, "batchnorm_backward"),
)
