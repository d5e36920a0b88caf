"""What is right and wrong in `batchnorm_backward`: the gradients of batch normalization, path by path."""

from autograder.catalogue.answer import Answer
from autograder.kits.library_functions import AUTOGRAD, NORMALIZATIONS
from autograder.kits.normalization_gradients import fresh_gradient_inputs, gradients_answer_part
from course_utils.exercises.normalization.batchnorm_forward.answer import MISTAKES

__all__ = ["ANSWER"]

STD, CENTRED = "std = np.sqrt(var + eps)", "centred = x_hat * std"
DSTD, DVAR = "(dx_hat * centred).sum(axis=0) / std**2", "dstd / (2 * std)"
DMEAN = "-dcentred.sum(axis=0)"
THROUGH_VAR, THROUGH_MEAN = "centred / len(dout)", "dmean / len(dout)"
NO_VAR, NO_MEAN = {DVAR: "0 * std"}, {DMEAN: "0 * std"}


def _counted(count: str) -> dict[str, str]:
    return {text: text.replace("len(dout)", count) for text in (THROUGH_VAR, THROUGH_MEAN)}


PART = gradients_answer_part(
    "batchnorm_backward",
    "batchnorm_backward",
    MISTAKES,
    {
        "statistics-as-constants": {**NO_VAR, **NO_MEAN},
        "variance-path-missing": NO_VAR,
        "mean-path-missing": NO_MEAN,
        "sums-for-means": _counted("1"),
        "bessel-in-backward": _counted("(len(dout) - 1)"),
        "bessel-in-backward (variance)": {THROUGH_VAR: "centred / (len(dout) - 1)"},
        "variance-gradient-over-all-axes": {DVAR: "(dstd / (2 * std)).sum()"},
        "backward-along-wrong-axis": {
            DSTD: "(dx_hat * centred / std**3).sum(axis=1, keepdims=True)",
            DVAR: "dstd / 2",
            DMEAN: "-(dx_hat / std).sum(axis=1, keepdims=True)",
            **_counted("dout.shape[1]"),
        },
        "count-of-other-axis": _counted("dout.shape[1]"),
        "variance-path-halved": {"dvar * 2 * centred": "dvar * centred"},
        "variance-power": {"dvar = dstd / (2 * std)": "dvar = dstd * std / 2"},
        "mean-path-sign": {DMEAN: "dcentred.sum(axis=0)"},
        "no-epsilon-in-backward": ({CENTRED: f"{CENTRED}\nstd = np.sqrt(var)"}, {STD: "std = np.sqrt(var)"}),
        "gamma-missing-in-dx": {"dx_hat = dout * gamma": "dx_hat = dout"},
    },
    var="x.var(axis=0)",
    root=STD,
    reread="section 4.3, the three paths from an input to the outputs",
)
ANSWER = Answer(
    "batchnorm_backward",
    lambda rng: fresh_gradient_inputs(rng, over=0),
    (PART,),
    by_hand=(*NORMALIZATIONS, *AUTOGRAD),
)
