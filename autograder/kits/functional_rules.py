"""The rules of `sgd_momentum`, `rmsprop` and `adam` with a config, and the mistakes about what the config keeps.

What a config holds after a call is assigned to `kept_KEY`; what it held before the first call is `KEY0`. `defaults`
tells the run that started without a config.
"""

from __future__ import annotations

import numpy as np

from autograder.kits import adam_rule, rmsprop_rule
from autograder.kits.rules import Mistake, Rule

__all__ = ["ADAM", "ADAM_MISTAKES", "ADAM_VARIANTS", "FAILED", "FILLED", "INPUT_CHANGED", "MISSING_KEYS", "MOMENTUM"]
__all__ += ["MOMENTUM_MISTAKES", "REPLACED", "RMSPROP", "RMSPROP_MISTAKES", "RMSPROP_VARIANTS"]

# What comes of a config without state, and of one with a single setting: see FILLED, FAILED and REPLACED.
FILLED, FAILED, REPLACED = 1.0, 0.0, 2.0
LEFT_ALONE: Rule = {
    "inputs_left_alone": lambda s: 1.0,
    "without_state": lambda s: FILLED,
    "one_setting": lambda s: FILLED,
}
MISSING_SAYS = "a missing key means the default value, and missing state is zero, one key at a time."
MISSING_KEYS = (
    Mistake(
        "missing-keys-not-filled-in",
        f"With a config in which the state is missing an error is raised; {MISSING_SAYS}",
        {"without_state": lambda s: FAILED, "one_setting": lambda s: FAILED},
        share=0.75,
    ),
    Mistake(
        "missing-keys-not-filled-in",
        f"With a config in which some of the settings are missing an error is raised; {MISSING_SAYS}",
        {"one_setting": lambda s: FAILED},
        share=0.75,
    ),
    Mistake(
        "given-settings-lost",
        f"A config in which keys are missing is replaced by the defaults, what it holds is lost; {MISSING_SAYS}",
        {"without_state": lambda s: REPLACED, "one_setting": lambda s: REPLACED},
        share=0.75,
    ),
)
INPUT_CHANGED = Mistake(
    "input-changed",
    "The values are right, but w or dw itself has been changed; the caller still has them, and wants next_w.",
    {"inputs_left_alone": lambda s: 0.0},
    share=0.75,
    pairs=False,
)

MOMENTUM: Rule = {
    "old": lambda s: s.velocity,
    "velocity": lambda s: s.momentum * s.velocity - s.learning_rate * s.g,
    "kept_velocity": lambda s: s.velocity,
    "w": lambda s: s.w + s.velocity,
    **LEFT_ALONE,
}
MOMENTUM_MISTAKES = (
    Mistake("ascent", "The gradient enters with a plus: uphill.", {
        "velocity": lambda s: s.momentum * s.velocity + s.learning_rate * s.g,
    }),
    Mistake("sign-mixed", "The velocity already contains the minus sign, and is then subtracted.", {
        "w": lambda s: s.w - s.velocity,
    }),
    Mistake("learning-rate-ignored", "The steps do not depend on the learning rate.", {
        "velocity": lambda s: s.momentum * s.velocity - s.g,
    }),
    Mistake("ema-form", "The gradient enters with weight 1 - momentum; the text gives it weight 1.", {
        "velocity": lambda s: s.momentum * s.velocity - (1 - s.momentum) * s.learning_rate * s.g,
    }),
    Mistake("velocity-in-gradient-units", (
        "The velocity is treated as a sum of gradients, with the minus sign and the learning rate in the step, as "
        "torch does it; in the text it is a movement and has both inside."
    ), {
        "velocity": lambda s: s.momentum * s.velocity + s.g,
        "w": lambda s: s.w - s.learning_rate * s.velocity,
    }, share=0.75),
    Mistake("velocity-sign-reversed", (
        "The velocity has the opposite sign: it is kept as something to subtract. From rest w moves as it should; in "
        "the text the velocity is the movement that is added, so one that the config brings along is taken backwards."
    ), {
        "velocity": lambda s: s.momentum * s.velocity + s.learning_rate * s.g,
        "w": lambda s: s.w - s.velocity,
    }, share=0.75),
    Mistake("average-in-gradient-units", (
        "The velocity is the moving average of the gradients, with weight 1 - momentum, and the step multiplies it by "
        "the learning rate. In the text it is a movement, with sign and learning rate inside, and the gradient enters "
        "with weight 1."
    ), {
        "velocity": lambda s: s.momentum * s.velocity + (1 - s.momentum) * s.g,
        "w": lambda s: s.w - s.learning_rate * s.velocity,
    }),
    Mistake("stale-velocity", "The step uses the velocity from before this gradient was taken in.", {
        "w": lambda s: s.w + s.old,
    }),
    Mistake("velocity-not-stored", "The new velocity is used, but the config that comes back holds the old one.", {
        "velocity": lambda s: s.momentum * s.velocity0 - s.learning_rate * s.g,
        "kept_velocity": lambda s: s.velocity0,
    }),
    Mistake("velocity-not-read", "The velocity in the config is not read: every call starts from zero.", {
        "velocity": lambda s: -s.learning_rate * s.g,
    }),
    Mistake("nesterov", "The step looks ahead, as Nesterov's does; here the plain heavy ball is asked for.", {
        "w": lambda s: s.w + s.momentum * s.velocity - s.learning_rate * s.g,
    }),
    INPUT_CHANGED,
    *MISSING_KEYS,
)  # fmt: skip

OUTSIDE = rmsprop_rule.OUTSIDE.formulas
INSIDE_SAYS = "epsilon stands inside the root here; the text of this exercise puts it outside."
RMSPROP: Rule = {**rmsprop_rule.RULE, **OUTSIDE, **LEFT_ALONE}
RMSPROP_VARIANTS = (
    Mistake("epsilon-inside", INSIDE_SAYS, {"root": lambda s: np.sqrt(s.s + s.e)}, share=1.0),
)  # fmt: skip


def _epsilon_ignored(constant: float) -> Mistake:
    says = "The epsilon of the config has no effect: it is missing, or a constant stands in its place."
    return Mistake("epsilon-ignored", says, {"e": lambda s: constant}, pairs=False)


EPSILON_IGNORED = (_epsilon_ignored(1e-8), _epsilon_ignored(1e-7), _epsilon_ignored(0.0))
RMSPROP_MISTAKES = (
    *(m for m in rmsprop_rule.MISTAKES if m.id not in {"no-epsilon", "stale-squares", "root-stored"}),
    Mistake("stale-squares", "The step divides by the mean of squares from before this gradient was taken in.", {
        "root": lambda s: np.sqrt(s.old) + s.e,
    }),
    Mistake("root-stored", "The root is kept in place of the mean of squares, and the next call takes it for one.", {
        "kept": lambda s: np.sqrt(s.s),
    }, pairs=False),
    *EPSILON_IGNORED,
    INPUT_CHANGED,
    *MISSING_KEYS,
)  # fmt: skip

ADAM: Rule = {
    "before": lambda s: s.count,
    **adam_rule.RULE,
    "root": adam_rule.EPSILON_VARIANTS[0].formulas["root"],
    "k": lambda s: s.before + 1,
    "count": lambda s: s.k,
    "kept_m": lambda s: s.m,
    "kept_v": lambda s: s.v,
    **LEFT_ALONE,
}
ADAM_VARIANTS = (
    Mistake("epsilon-inside", INSIDE_SAYS, {"root": adam_rule.RULE["root"]}, share=1.0),
    *adam_rule.EPSILON_VARIANTS[1:],
)
# Those that are about t as a class counts it; a config counts differently.
COUNTED = {"exponent-too-small", "exponent-too-large", "t-frozen", "t-per-parameter"}
ADAM_MISTAKES = (
    Mistake("t-not-incremented", (
        "t is never raised: the correction uses the t of the config, call after call, and divides by zero where a "
        "config starts at 0."
    ), {"k": lambda s: s.before}),
    Mistake("t-not-stored", "t + 1 is used, but the config that comes back still holds the old t.", {
        "count": lambda s: s.before,
    }),
    Mistake("t-incremented-after-use", (
        "t is raised after the correction has used it, so the exponent is one too small, and 0 at the start."
    ), {"k": lambda s: s.before, "count": lambda s: s.before + 1}),
    Mistake("exponent-too-large", "The exponent of the correction is one larger than the t that is kept.", {
        "k": lambda s: s.before + 2,
        "count": lambda s: s.before + 1,
    }),
    Mistake("t-starts-at-one", (
        "With no config, t starts at 1 and is raised before it is used: the first exponent is 2. It starts at 0."
    ), {"k": lambda s: s.before + 1 + (s.defaults and s.t == 1)}),
    Mistake("moments-not-stored", "The new moments are used, but the config that comes back holds the old ones.", {
        "m": lambda s: s.beta1 * s.m0 + (1 - s.beta1) * s.g,
        "v": lambda s: s.beta2 * s.v0 + (1 - s.beta2) * s.g**2,
        "kept_m": lambda s: s.m0,
        "kept_v": lambda s: s.v0,
    }),
    *(mistake for mistake in adam_rule.MISTAKES if mistake.id not in COUNTED),
    *EPSILON_IGNORED,
    INPUT_CHANGED,
    *MISSING_KEYS,
)  # fmt: skip
