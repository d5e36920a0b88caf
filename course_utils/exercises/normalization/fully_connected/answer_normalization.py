"""What goes wrong when normalization is put into a network."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.catalogue.edit import Edit, accepted, edit

__all__ = [
    "BATCH_MISTAKES",
    "BIASES_AS_ROWS",
    "CONVENTIONS",
    "FOLLOWS",
    "GAINS_AS_ROWS",
    "LAYER_MISTAKES",
    "NETWORK_MISTAKES",
]

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

ROWS = "Gradients have shape (1, D) where their parameters have (D,). The values are right."
BIASES_AS_ROWS = accepted("gradients-as-rows", ROWS, {'f"b{last}": db': 'f"b{last}": db[None]'}, pairs=False)
GAINS_AS_ROWS = accepted("gradients-as-rows", ROWS, {'f"beta{i}": dbeta}': 'f"beta{i}": dbeta[None]}'}, pairs=False)
FOLLOWS = (
    "follows-own-normalization",
    "Your network uses your layers as it should. The values follow from the layers of earlier exercises; a mistake "
    "in one of them is counted in its exercise.",
)
