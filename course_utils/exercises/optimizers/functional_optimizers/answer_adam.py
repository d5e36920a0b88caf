"""Known mistakes in `adam` with a config, and its accepted conventions."""

from __future__ import annotations

from autograder.catalogue.edit import accepted, edit
from course_utils.exercises.optimizers.functional_optimizers.answer_config import (
    EPSILON_INSIDE,
    EPSILON_MISTAKES,
    OTHER_EPSILONS,
)

__all__ = ["CONVENTIONS", "MISTAKES"]

COUNT = 'config["t"] + 1'
M = 'm = beta1 * config["m"] + (1 - beta1) * dw'
V = 'v = beta2 * config["v"] + (1 - beta2) * dw**2'
M_HAT, V_HAT = "m_hat = m / (1 - beta1**t)", "v_hat = v / (1 - beta2**t)"
STEP = 'next_w = w - config["learning_rate"] * m_hat /'
ROOT = "np.sqrt(v_hat)"
EPSILON = 'config["epsilon"])'
STORED_COUNT = '"t": t}'
# Both moments are corrected in the step, by a factor.
CORRECTION = "correction = np.sqrt(1 - beta2**t)"

CONVENTIONS = (
    accepted("epsilon-inside", EPSILON_INSIDE, {ROOT: "np.sqrt(v_hat", EPSILON: f"{EPSILON})"}),
    accepted(
        "epsilon-on-uncorrected-v",
        "epsilon is added to the root of the uncorrected second moment, as in some published solutions; the text "
        "adds it to the corrected one. The two differ where gradients are tiny.",
        {V_HAT: CORRECTION, ROOT: "np.sqrt(v)", EPSILON: f"{EPSILON} * correction"},
    ),
    accepted(
        "epsilon-inside-uncorrected-v",
        "epsilon is added to the uncorrected second moment; the text adds it to the corrected one. The two differ "
        "where gradients are tiny.",
        {V_HAT: CORRECTION, ROOT: "np.sqrt(v", EPSILON: f"{EPSILON}) * correction"},
        frequent=False,
    ),
    *OTHER_EPSILONS,
)

ABOUT_THE_COUNT = (
    edit(
        "t-not-incremented",
        "t is never raised: the correction uses the t of the config, call after call, and divides by zero where a "
        "config starts at 0.",
        {COUNT: 'config["t"]'},
        pairs=False,
    ),
    edit(
        "t-not-incremented",
        "t is never raised: it starts at 1 and stays there, so every call corrects as the first one should.",
        {COUNT: 'config["t"]', '"t": 0': '"t": 1'},
        pairs=False,
    ),
    # Beside another mistake, which may leave nothing that uses t.
    edit(
        "t-not-incremented",
        "t is never raised: the config that comes back holds the t that it came with.",
        {COUNT: 'config["t"]'},
    ),
    edit(
        "t-not-stored",
        "t + 1 is used, but the config that comes back still holds the old t.",
        {STORED_COUNT: '"t": config["t"]}'},
    ),
    edit(
        "t-incremented-after-use",
        "t is raised after the correction has used it, so the exponent is one too small, and 0 at the start.",
        {COUNT: 'config["t"]', STORED_COUNT: '"t": t + 1}'},
    ),
    edit(
        "exponent-too-large",
        "The exponent of the correction is one larger than the t that is kept.",
        {COUNT: 'config["t"] + 2', STORED_COUNT: '"t": t - 1}'},
    ),
    edit(
        "t-starts-at-one",
        "With no config, t starts at 1 and is raised before it is used: the first exponent is 2. It starts at 0.",
        {'"t": 0': '"t": 1'},
    ),
)
ABOUT_THE_CORRECTION = (
    edit(
        "moments-not-stored",
        "The new moments are used, but the config that comes back holds the old ones.",
        {'"m": m, "v": v, ': ""},
    ),
    edit(
        "no-bias-correction",
        "The bias correction is missing: both moments start at zero and are used as they are, so the first steps "
        "have the wrong length.",
        {M_HAT: "m_hat = m", V_HAT: "v_hat = v"},
    ),
    edit(
        "only-first-moment-corrected",
        "Only the first moment gets its bias correction; the second one is used uncorrected.",
        {V_HAT: "v_hat = v"},
    ),
    edit(
        "only-second-moment-corrected",
        "Only the second moment gets its bias correction; the first one is used uncorrected.",
        {M_HAT: "m_hat = m"},
    ),
    edit(
        "correction-multiplied",
        "The correction multiplies by 1 - beta^t where it should divide, so the start becomes smaller still.",
        {M_HAT: "m_hat = m * (1 - beta1**t)", V_HAT: "v_hat = v * (1 - beta2**t)"},
        pairs=False,
    ),
    edit(
        "correction-without-root",
        "The second correction is used without its root: where the step is corrected by one factor, that is the root "
        "of 1 - beta2^t over 1 - beta1^t.",
        {STEP: STEP.replace("m_hat /", "m_hat * (1 - beta2**t) /"), ROOT: "np.sqrt(v)"},
        pairs=False,
    ),
    edit(
        "product-for-power",
        "The correction divides by 1 - beta t, a product; the share of the start that is left is the power beta^t.",
        {M_HAT: "m_hat = m / (1 - beta1 * t)", V_HAT: "v_hat = v / (1 - beta2 * t)"},
        pairs=False,
    ),
    edit(
        "t-frozen",
        "The correction divides by 1 - beta in every call: the power t is missing, so that every call corrects as the "
        "first one should.",
        {"beta1**t": "beta1", "beta2**t": "beta2"},
    ),
    edit(
        "corrected-stored-back",
        "The corrected moments are put back in place of the moments themselves, so the correction piles up.",
        {'"m": m, "v": v': '"m": m_hat, "v": v_hat'},
        pairs=False,
    ),
    edit(
        "correction-betas-swapped",
        "The two betas have changed places in the bias correction.",
        {M_HAT: "m_hat = m / (1 - beta2**t)", V_HAT: "v_hat = v / (1 - beta1**t)"},
        pairs=False,
    ),
)
ABOUT_THE_MOMENTS = (
    edit(
        "ascent",
        "The weights move uphill: the update adds where it should subtract.",
        {STEP: 'next_w = w + config["learning_rate"] * m_hat /'},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {STEP: "next_w = w - m_hat /"},
        pairs=False,
    ),
    edit(
        "betas-swapped",
        "beta1 and beta2 have changed places: beta1 belongs to the mean of gradients, beta2 to that of squares.",
        {"beta1, beta2, t =": "beta2, beta1, t ="},
    ),
    edit(
        "beta1-on-wrong-term",
        "In the first moment beta1 and 1 - beta1 have changed places.",
        {M: 'm = (1 - beta1) * config["m"] + beta1 * dw'},
    ),
    edit(
        "beta2-on-wrong-term",
        "In the second moment beta2 and 1 - beta2 have changed places.",
        {V: 'v = (1 - beta2) * config["v"] + beta2 * dw**2'},
    ),
    edit(
        "no-one-minus-beta1",
        "The gradient enters the first moment with weight 1 instead of 1 - beta1.",
        {M: 'm = beta1 * config["m"] + dw'},
    ),
    edit(
        "no-one-minus-beta2",
        "The square enters the second moment with weight 1 instead of 1 - beta2.",
        {V: 'v = beta2 * config["v"] + dw**2'},
    ),
    edit(
        "squares-summed",
        "The squares are added up without forgetting, as in AdaGrad.",
        {V: 'v = config["v"] + dw**2'},
    ),
    edit(
        "second-moment-from-m",
        "The second moment averages the square of the first moment instead of the square of the gradient.",
        {V: 'v = beta2 * config["v"] + (1 - beta2) * m**2'},
        pairs=False,
    ),
    edit(
        "absolute-instead-of-square",
        "The second moment averages the size of the gradient instead of its square.",
        {V: 'v = beta2 * config["v"] + (1 - beta2) * np.abs(dw)'},
        pairs=False,
    ),
    edit(
        "gradient-not-squared",
        "The gradient enters the second moment without being squared; where it is negative, the root does not exist.",
        {V: 'v = beta2 * config["v"] + (1 - beta2) * dw'},
        pairs=False,
    ),
    edit(
        "scalar-second-moment",
        "One second moment serves the whole tensor; every entry needs its own.",
        {V: 'v = beta2 * config["v"] + (1 - beta2) * np.mean(dw**2)'},
        pairs=False,
    ),
    edit(
        "no-root",
        "The step divides by the second moment itself: the square root is missing.",
        {ROOT: "v_hat"},
    ),
    edit(
        "first-moment-unused",
        "The step uses the gradient where the first moment belongs: that is RMSProp with a correction.",
        {STEP: 'next_w = w - config["learning_rate"] * dw /'},
        pairs=False,
    ),
    *EPSILON_MISTAKES,
)
MISTAKES = (*ABOUT_THE_COUNT, *ABOUT_THE_CORRECTION, *ABOUT_THE_MOMENTS)
