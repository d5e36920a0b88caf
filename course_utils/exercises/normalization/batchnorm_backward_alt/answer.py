"""What is right and wrong in `batchnorm_backward_alt`: the same gradients, simplified to one line."""

from autograder.catalogue.answer import Answer
from autograder.kits.library_functions import AUTOGRAD, NORMALIZATIONS
from autograder.kits.normalization_gradients import fresh_gradient_inputs, gradients_answer_part
from course_utils.exercises.normalization.batchnorm_forward.answer import MISTAKES

__all__ = ["ANSWER"]

ROOT, COUNT = "gamma / np.sqrt(var + eps)", " / len(dout)"
SUMS, THROUGH_VAR = "(dbeta + x_hat * dgamma)", "x_hat * dgamma"
DX = f"{ROOT} * (dout - {SUMS}{COUNT})"

PART = gradients_answer_part(
    "batchnorm_backward_alt",
    "batchnorm_backward_alt",
    MISTAKES,
    {
        "statistics-as-constants": {f"(dout - {SUMS}{COUNT})": "dout"},
        "variance-path-missing": {SUMS: "dbeta"},
        "mean-path-missing": {SUMS: f"({THROUGH_VAR})"},
        "sums-for-means": {COUNT: ""},
        "bessel-in-backward": {COUNT: " / (len(dout) - 1)"},
        "bessel-in-backward (variance)": {THROUGH_VAR: f"{THROUGH_VAR} * len(dout) / (len(dout) - 1)"},
        "variance-gradient-over-all-axes": (
            {THROUGH_VAR: "x_hat * (var + eps) / gamma * (gamma * dgamma / (var + eps)).sum()"},
            {THROUGH_VAR: "x_hat * dgamma.sum()"},
        ),
        # With all factors inside the sums, as path by path, or with the simplified formula's.
        "backward-along-wrong-axis": (
            {
                DX: "(g := dout * gamma / (std := np.sqrt(var + eps))) - (g.sum(axis=1, keepdims=True)"
                " + x_hat * std * (g * x_hat / std).sum(axis=1, keepdims=True)) / dout.shape[1]"
            },
            {
                DX: f"{ROOT} * (dout - (dout.sum(axis=1, keepdims=True)"
                " + x_hat * (dout * x_hat).sum(axis=1, keepdims=True)) / dout.shape[1])"
            },
        ),
        "count-of-other-axis": {COUNT: " / dout.shape[1]"},
        "variance-path-halved": {THROUGH_VAR: f"{THROUGH_VAR} / 2"},
        "variance-power": {THROUGH_VAR: f"{THROUGH_VAR} * (var + eps)"},
        "mean-path-sign": {"(dbeta +": "(-dbeta +"},
        "no-epsilon-in-backward": (
            {ROOT: "gamma / np.sqrt(var)", THROUGH_VAR: f"{THROUGH_VAR} * (var + eps) / var"},
            {ROOT: "gamma / np.sqrt(var)"},
        ),
        "gamma-missing-in-dx": {ROOT: "1 / np.sqrt(var + eps)"},
    },
    var="x.var(axis=0)",
    root=ROOT,
    reread="section 4.3, the simplified formula",
)
ANSWER = Answer(
    "batchnorm_backward_alt",
    lambda rng: fresh_gradient_inputs(rng, over=0),
    (PART,),
    # Its values are those of the exercise before, so only the source shows that the work was not done again.
    by_hand=(*NORMALIZATIONS, *AUTOGRAD, "batchnorm_backward"),
)
