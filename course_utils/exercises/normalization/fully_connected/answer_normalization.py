"""What goes wrong when normalization is put into a network; and what a network only inherits from its layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograder.catalogue.answer import Alternative
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import inheriting
from course_utils.exercises.normalization.batchnorm_forward.answer import MISTAKES as BATCHNORM_MISTAKES
from course_utils.exercises.normalization.layernorm.answer import FORWARD_MISTAKES as LAYERNORM_MISTAKES

__all__ = ["BATCH_MISTAKES", "CONVENTIONS", "LAYER_MISTAKES", "NETWORK_MISTAKES", "following_own_layers"]

# Of the network that is given.
AFFINE = 'x, affine = affine_forward(x, self.params[f"W{i}"], self.params[f"b{i}"])'
NORM = 'x, norm = self.norm_forward(i, x, mode) if f"gamma{i}" in self.params else (x, None)'
RELU = "x, relu = relu_forward(x)"
NORM_BACK = 'dout, grads = self.norm_backward(i, dout, norm) if f"gamma{i}" in self.params else (dout, {})'
RELU_BACK = "dout = relu_backward(dropout_backward(dout, dropout), relu)"
SCORES = 'scores, cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])'
SCORES_BACK = "dout, dw, db = affine_backward(dout, cache)"
# Of the solution.
STATES, SIZES = "[{} for _ in hidden_dims]", "hidden_dims if normalization else ()"
GAINS = 'self.params |= {f"gamma{i}": np.ones(size, self.dtype), f"beta{i}": np.zeros(size, self.dtype)}'
MODE = 'self.bn_params[i - 1]["mode"] = mode'
FORWARD = 'forward = batchnorm_forward if self.normalization == "batchnorm" else layernorm_forward'
BACKWARD = 'backward = batchnorm_backward_alt if self.normalization == "batchnorm" else layernorm_backward'
APPLIED = 'return forward(x, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1])'
GRADIENTS = "dx, dgamma, dbeta = backward(dout, cache)"
RETURNED = 'return dx, {f"gamma{i}": dgamma, f"beta{i}": dbeta}'

NETWORK_MISTAKES = (
    edit(
        "activation-on-scores",
        "The last layer has a ReLU too; scores may be negative.",
        {
            SCORES: f"{SCORES}\nscores, active = relu_forward(scores)",
            SCORES_BACK: SCORES_BACK.replace("(dout", "(relu_backward(dout, active)"),
        },
    ),
    edit(
        "hidden-activations-missing",
        "The hidden layers have no ReLU, so that all layers together are one linear map.",
        {RELU: "relu = np.ones_like(x)"},
    ),
    edit(
        "activation-backward-missing",
        "On the way back the gradient does not pass the ReLU of the hidden layers.",
        {RELU_BACK: "dout = dropout_backward(dout, dropout)"},
    ),
    edit(
        "bias-missing",
        "The biases have no effect.",
        {
            AFFINE: AFFINE.replace('self.params[f"b', '0 * self.params[f"b'),
            SCORES: SCORES.replace('self.params[f"b', '0 * self.params[f"b'),
            'f"b{i}": db': 'f"b{i}": 0 * db',
            'f"b{last}": db': 'f"b{last}": 0 * db',
        },
    ),
)


def _in_one_layer_only(says: str, chosen: str) -> Iterator[Edit]:
    """Return a network in which one hidden layer is normalised, with gains and shifts for the others and without."""
    unused = '{name: 0 * self.params[name] for name in (f"gamma{i}", f"beta{i}")}'
    without = NORM_BACK.replace("in self.params", f"in self.params and {chosen}")
    without = without.replace("{})", f'{unused} if f"gamma{{i}}" in self.params else {{}})')
    forward = NORM.replace("in self.params", f"in self.params and {chosen}")
    for changes in ({NORM: forward, NORM_BACK: without}, {GAINS: f"{GAINS} if {chosen} else {{}}"}):
        yield edit("normalization-in-one-layer-only", says, changes, pairs=False)


COMMON = (
    *NETWORK_MISTAKES,
    edit(
        "normalization-ignored",
        "The flag has no effect: loss and scores are those of a network without normalization. A comparison with such "
        "a network would compare it with itself.",
        {SIZES: "()"},
        pairs=False,
    ),
    edit(
        "normalization-ignored",
        "Gains and shifts are there, but nothing is normalised.",
        {
            APPLIED: "return x, None",
            GRADIENTS: 'dx, dgamma, dbeta = dout, 0 * self.params[f"gamma{i}"], 0 * self.params[f"beta{i}"]',
        },
        pairs=False,
    ),
    edit(
        "normalization-after-activation",
        "The values are normalised after the ReLU; the text puts normalization before it.",
        {
            f"{NORM}\n{RELU}": f"{RELU}\n{NORM}",
            RELU_BACK: "dout = dropout_backward(dout, dropout)",
            NORM_BACK: f"{NORM_BACK}\ndout = relu_backward(dout, relu)",
        },
        pairs=False,
    ),
    edit(
        "scores-normalised",
        "The last layer is normalised too: that throws away how sure the network is.",
        {
            STATES: "[{} for _ in range(self.num_layers)]",
            SIZES: "[*hidden_dims, num_classes] if normalization else ()",
            SCORES: f"{SCORES}\nscores, norm = self.norm_forward(last, scores, mode)",
            SCORES_BACK: f"dout, _ = self.norm_backward(last, dout, norm)\n{SCORES_BACK}",
        },
        pairs=False,
    ),
    *_in_one_layer_only("Only the first hidden layer is normalised.", "i == 1"),
    *_in_one_layer_only("The first hidden layer is not normalised.", "i > 1"),
    edit(
        "normalization-backward-missing",
        "On the way back the gradient does not pass the normalization.",
        {RETURNED: "return dout, {}"},
        pairs=False,
    ),
    edit(
        "gamma-beta-gradients-exchanged",
        "The gradients of gamma and beta have changed places.",
        {RETURNED: 'return dx, {f"gamma{i}": dbeta, f"beta{i}": dgamma}'},
    ),
    edit(
        "normalization-gradients-missing",
        "The gradients of gamma and beta are not returned, so they would never be trained.",
        {RETURNED: "return dx, {}"},
    ),
)
TESTED = 'if mode == "train" and self.bn_params[i - 1].get("mode") == "test":\n    '
TEST_MODE = MODE.replace("= mode", '= "test"')
BATCH_MISTAKES = (
    *COMMON,
    edit(
        "layer-for-batch",
        'With normalization="batchnorm" the rows are normalised: that is layer normalization.',
        {FORWARD: "forward = layernorm_forward", BACKWARD: "backward = layernorm_backward"},
        pairs=False,
    ),
    edit(
        "bn-param-shared",
        "All layers keep their running statistics in one dictionary, so that each overwrites the other's. A list made "
        "by multiplication holds the same dictionary several times.",
        {STATES: "[{}] * len(hidden_dims)"},
        pairs=False,
    ),
    edit(
        "train-mode-in-test",
        "Scores without labels come from batch statistics: the mode is not set to test.",
        {MODE: MODE.replace("= mode", '= "train"')},
        pairs=False,
    ),
    edit(
        "test-mode-stays",
        "After scores in test mode the network stays in test mode: the mode is not set back to train.",
        {MODE: f'{TESTED}mode = "test"\n{MODE}'},
        pairs=False,
    ),
    edit(
        "test-mode-stays",
        "After scores in test mode a training batch gives an error: the mode is not set back to train.",
        {MODE: f"{TESTED}raise ValueError(mode)\n{MODE}"},
        pairs=False,
    ),
    # With the gradient that belongs to constant statistics, and with the ordinary one.
    *(
        edit(
            "always-in-test-mode",
            "Training uses the running statistics, which then never change: the mode is always test.",
            changes,
            pairs=False,
        )
        for changes in (
            {MODE: TEST_MODE, GRADIENTS: f"{GRADIENTS}\ndx = dout * cache[1] / np.sqrt(cache[2] + cache[3])"},
            {MODE: TEST_MODE},
        )
    ),
)
LAYER_MISTAKES = (
    *COMMON,
    edit(
        "batch-for-layer",
        'With normalization="layernorm" the columns are normalised: that is batch normalization.',
        {FORWARD: "forward = batchnorm_forward", BACKWARD: "backward = batchnorm_backward_alt"},
        pairs=False,
    ),
)
NEW_VAR = "momentum * running_var + (1 - momentum) * var"
CONVENTIONS = (
    accepted(
        "unbiased-running-variance",
        "Your running variance averages unbiased estimates, as torch's does. Both are in use.",
        {NEW_VAR: NEW_VAR.replace("* var", "* x.var(axis=0, ddof=1)")},
    ),
    accepted(
        "running-variance-starts-at-one",
        "Your running variance starts at 1, as torch's does; the text starts it at 0. Both are in use.",
        {'"running_var", np.zeros(': '"running_var", np.ones('},
    ),
)

# The network is put together rightly; a layer from an earlier exercise is not what it should be.
FORWARD_SAYS = {
    "unbiased-variance": "Your layer normalises with the unbiased variance.",
    "divides-by-variance": "Your layer divides by the variance.",
    "epsilon-outside": "Your layer adds epsilon after the root.",
    "no-epsilon": "Your layer has no epsilon.",
    "gamma-missing": "Your layer ignores gamma.",
    "beta-missing": "Your layer ignores beta.",
    "gamma-beta-exchanged": "Your layer has gamma and beta exchanged.",
    "momentum-swapped": "Your running averages have momentum and 1 - momentum exchanged.",
    "running-statistics-not-updated": "Your running statistics do not change.",
}
BACKWARD_SAYS = {
    "statistics": "Your layer's backward pass takes mean and variance for constants.",
    "variance": "Your layer's backward pass lacks the path through the variance.",
    "mean": "Your layer's backward pass lacks the path through the mean.",
    "gamma": "Your layer's dx lacks gamma.",
}
BATCH_BACKWARD = {
    "statistics": {"(dout - (dbeta + x_hat * dgamma) / len(dout))": "dout"},
    "variance": {"(dbeta + x_hat * dgamma)": "dbeta"},
    "mean": {"(dbeta + x_hat * dgamma)": "(x_hat * dgamma)"},
    "gamma": {"gamma / np.sqrt": "1 / np.sqrt"},
}
LAYER_BACKWARD = {
    "statistics": {"(dx_hat - mean - x_hat * along)": "dx_hat"},
    "variance": {"- mean - x_hat * along": "- mean"},
    "mean": {"dx_hat - mean - x_hat": "dx_hat - x_hat"},
    "gamma": {"dx_hat = dout * gamma": "dx_hat = dout"},
}


def following_own_layers(kind: str) -> tuple[Alternative, ...]:
    """Return what a network makes of mistaken layers, "batchnorm" or "layernorm"; their gradients are exact."""
    if kind == "batchnorm":
        passes, mistakes, backward = ("batchnorm_forward", "batchnorm_backward_alt"), BATCHNORM_MISTAKES, BATCH_BACKWARD
        exercises = passes
    else:
        passes, mistakes, backward = ("layernorm_forward", "layernorm_backward"), LAYERNORM_MISTAKES, LAYER_BACKWARD
        exercises = ("layernorm", "layernorm")
    exact = (
        "from course_utils.exercises.normalization.fully_connected.answer_slopes import with_exact_gradients\n"
        f"{', '.join(passes)} = with_exact_gradients({passes[0]})"
    )
    forward = [_inherited(one, FORWARD_SAYS[one.id]) for one in mistakes if one.id in FORWARD_SAYS]
    others = [_inherited(edit("", "", changes), BACKWARD_SAYS[name]) for name, changes in backward.items()]
    return (
        *inheriting("fully_connected", kind, exercises[0], forward, then=exact),
        *inheriting("fully_connected", kind, exercises[1], others),
    )


def _inherited(one: Edit, says: str) -> Edit:
    counted = f"{says} That is counted in the exercise on that layer."
    return replace(one, id="follows-own-normalization", says=counted, share=1.0)
