"""Solutions and mutants of `fully_connected`, as students write them, on numpy layers of their own."""

import inspect
from itertools import pairwise

import numpy as np
import torch

from course_utils.numpy_networks.layers import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from course_utils.numpy_networks.plain_net import PlainNet


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    if bn_param["mode"] == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mean, var = x.mean(0), x.var(0)
    bn_param["running_mean"] = m * running_mean + (1 - m) * mean
    bn_param["running_var"] = m * running_var + (1 - m) * var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, gamma, np.sqrt(var + eps))


def batchnorm_backward(dout, cache):
    x_hat, gamma, std = cache
    g = dout * gamma
    dx = (g - g.mean(0) - x_hat * (g * x_hat).mean(0)) / std
    return dx, (dout * x_hat).sum(0), dout.sum(0)


def layernorm_forward(x, gamma, beta, ln_param):
    std = np.sqrt(x.var(1, keepdims=True) + ln_param.get("eps", 1e-5))
    x_hat = (x - x.mean(1, keepdims=True)) / std
    return gamma * x_hat + beta, (x_hat, gamma, std)


def layernorm_backward(dout, cache):
    x_hat, gamma, std = cache
    g = dout * gamma
    dx = (g - g.mean(1, keepdims=True) - x_hat * (g * x_hat).mean(1, keepdims=True)) / std
    return dx, (dout * x_hat).sum(0), dout.sum(0)


class Textbook:
    """The network, its habits as methods and attributes that mutants change."""

    batch = (batchnorm_forward, batchnorm_backward)
    layer = (layernorm_forward, layernorm_backward)
    penalised = ("W",)
    half, double = 0.5, 1.0
    order = ("norm", "relu", "dropout")
    kinds = ("batchnorm", "layernorm")
    norm_scores = relu_scores = False
    norm_skipped = ()

    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        self.refuse(normalization)
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.use_dropout = dropout_keep_ratio != 1
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        dims = [input_dim, *hidden_dims, num_classes]
        for k, (before, after) in enumerate(pairwise(dims), start=1):
            self.params[f"W{k}"] = self.weights(before, after, weight_scale)
            self.params[f"b{k}"] = np.zeros(after)
            if self.has_gains(k):
                self.params[f"gamma{k}"], self.params[f"beta{k}"] = np.ones(after), np.zeros(after)
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = self.norm_state()
        self.params = {name: value.astype(dtype) for name, value in self.params.items()}

    def refuse(self, normalization):
        if normalization not in (None, "batchnorm", "layernorm"):
            raise ValueError(normalization)

    def weights(self, before, after, scale):
        return scale * np.random.randn(before, after)

    def has_gains(self, k):
        return self.normalization in self.kinds and (k < self.num_layers or self.norm_scores)

    def norm_state(self):
        return [{"mode": "train"} for _ in range(self.num_layers)]

    def set_mode(self, mode):
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        self.dropout_param["mode"] = mode

    def norm(self, forward, h, k, caches):
        if self.normalization not in self.kinds or k in self.norm_skipped:
            return h
        apply, back = self.batch if self.normalization == "batchnorm" else self.layer
        if forward:
            h, caches["norm", k] = apply(h, self.params[f"gamma{k}"], self.params[f"beta{k}"], self.bn_params[k - 1])
            return h
        h, self.grads[f"gamma{k}"], self.grads[f"beta{k}"] = back(h, caches["norm", k])
        return h

    def relu(self, forward, h, k, caches):
        if forward:
            h, caches["relu", k] = relu_forward(h)
            return h
        return relu_backward(h, caches["relu", k])

    def dropout(self, forward, h, k, caches):
        if not self.use_dropout:
            return h
        if forward:
            h, caches["dropout", k] = dropout_forward(h, self.dropout_param)
            return h
        return dropout_backward(h, caches["dropout", k])

    def steps(self, k):
        if k < self.num_layers:
            return self.order
        return ("norm",) * self.norm_scores + ("relu",) * self.relu_scores

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        self.set_mode("test" if y is None else "train")
        caches, h = {}, X
        for k in range(1, self.num_layers + 1):
            h, caches["affine", k] = affine_forward(h, self.params[f"W{k}"], self.params[f"b{k}"])
            for step in self.steps(k):
                h = getattr(self, step)(True, h, k, caches)
        if y is None:
            return h
        loss, dout = softmax_loss(h, y)
        self.grads = {}
        for k in range(self.num_layers, 0, -1):
            for step in reversed(self.steps(k)):
                dout = getattr(self, step)(False, dout, k, caches)
            dout, self.grads[f"W{k}"], self.grads[f"b{k}"] = affine_backward(dout, caches["affine", k])
        return self.penalise(loss), self.grads

    def penalise(self, loss):
        for name, value in self.params.items():
            if name.rstrip("0123456789") in self.penalised:
                loss += self.half * self.reg * np.sum(value**2)
                self.grads[name] = self.grads[name] + self.double * self.reg * value
        return loss


class TwoLists:
    """As the published layouts do: names of layers by index, helper caches in lists, everything written out."""

    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        assert normalization in {None, "batchnorm", "layernorm"}
        self.normalization, self.reg, self.dtype, self.L = normalization, reg, dtype, len(hidden_dims) + 1
        rng = np.random.default_rng(seed)
        sizes = np.hstack((input_dim, hidden_dims, num_classes))
        self.params = {}
        for i in range(self.L):
            self.params[f"W{i + 1}"] = rng.normal(0, weight_scale, size=(sizes[i], sizes[i + 1])).astype(dtype)
            self.params[f"b{i + 1}"] = np.zeros(sizes[i + 1], dtype=dtype)
            if normalization and i < self.L - 1:
                self.params[f"gamma{i + 1}"] = np.ones(sizes[i + 1], dtype=dtype)
                self.params[f"beta{i + 1}"] = np.zeros(sizes[i + 1], dtype=dtype)
        self.dropout_param = None
        if dropout_keep_ratio < 1:
            self.dropout_param = {"p": dropout_keep_ratio, "seed": seed}
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]

    def loss(self, X, y=None):
        mode = "train" if y is not None else "test"
        p, out = self.params, np.asarray(X, dtype=self.dtype)
        affine, normal, active, dropped = [], [], [], []
        for i in range(1, self.L):
            out, cache = affine_forward(out, p[f"W{i}"], p[f"b{i}"])
            affine.append(cache)
            if self.normalization == "batchnorm":
                self.bn_params[i - 1]["mode"] = mode
                out, cache = batchnorm_forward(out, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[i - 1])
                normal.append(cache)
            elif self.normalization == "layernorm":
                out, cache = layernorm_forward(out, p[f"gamma{i}"], p[f"beta{i}"], {})
                normal.append(cache)
            out, cache = relu_forward(out)
            active.append(cache)
            if self.dropout_param:
                out, cache = dropout_forward(out, {**self.dropout_param, "mode": mode})
                dropped.append(cache)
        scores, cache = affine_forward(out, p[f"W{self.L}"], p[f"b{self.L}"])
        affine.append(cache)
        if mode == "test":
            return scores
        loss, d = softmax_loss(scores, y)
        loss += sum(0.5 * self.reg * np.sum(p[f"W{i}"] ** 2) for i in range(1, self.L + 1))
        grads = {}
        d, grads[f"W{self.L}"], grads[f"b{self.L}"] = affine_backward(d, affine.pop())
        for i in range(self.L - 1, 0, -1):
            if self.dropout_param:
                d = dropout_backward(d, dropped.pop())
            d = relu_backward(d, active.pop())
            if self.normalization:
                back = batchnorm_backward if self.normalization == "batchnorm" else layernorm_backward
                d, grads[f"gamma{i}"], grads[f"beta{i}"] = back(d, normal.pop())
            d, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(d, affine.pop())
        for i in range(1, self.L + 1):
            grads[f"W{i}"] += self.reg * p[f"W{i}"]
        return loss, grads


class ByAutograd(Textbook):
    """The same network, its gradients from torch; dropout as the textbook has it."""

    def loss(self, X, y=None):
        if y is None or self.use_dropout:
            return super().loss(X, y)
        loss, _ = super().loss(X, y)
        leaves = {name: torch.tensor(value, requires_grad=True) for name, value in self.params.items()}
        h = torch.tensor(X.astype(self.dtype))
        for k in range(1, self.num_layers + 1):
            h = h @ leaves[f"W{k}"] + leaves[f"b{k}"]
            if k < self.num_layers:
                if self.normalization:
                    dim = 0 if self.normalization == "batchnorm" else 1
                    h = (h - h.mean(dim, keepdim=True)) / (h.var(dim, correction=0, keepdim=True) + 1e-5).sqrt()
                    h = leaves[f"gamma{k}"] * h + leaves[f"beta{k}"]
                h = h.relu()
        value = torch.nn.functional.cross_entropy(h, torch.tensor(y))
        value = value + 0.5 * self.reg * sum(leaves[f"W{k}"].pow(2).sum() for k in range(1, self.num_layers + 1))
        value.backward()
        return loss, {name: leaf.grad.numpy() for name, leaf in leaves.items()}


class Filled(PlainNet):
    """The given network with its place filled."""

    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        super().__init__(hidden_dims, input_dim, num_classes, dropout_keep_ratio, reg, weight_scale, dtype, seed)
        passes = {
            None: None,
            "batchnorm": (batchnorm_forward, batchnorm_backward),
            "layernorm": (layernorm_forward, layernorm_backward),
        }
        self.passes, self.normalization = passes[normalization], normalization
        self.bn_params = [{} for _ in hidden_dims]
        if normalization:
            for i, size in enumerate(hidden_dims, start=1):
                self.params[f"gamma{i}"], self.params[f"beta{i}"] = np.ones(size, dtype), np.zeros(size, dtype)

    def norm_forward(self, i, x, mode):
        bn_param = self.bn_params[i - 1]
        bn_param["mode"] = mode
        return self.passes[0](x, self.params[f"gamma{i}"], self.params[f"beta{i}"], bn_param)

    def norm_backward(self, i, dout, cache):
        dx, dgamma, dbeta = self.passes[1](dout, cache)
        return dx, {f"gamma{i}": dgamma, f"beta{i}": dbeta}


def in_a_notebook(**layers):
    """Return the class with layers of other exercises in place of the right ones, found by their names."""
    space = {**globals(), **layers}
    exec(inspect.getsource(Filled).replace("class Filled", "class FullyConnectedNet"), space)
    return (space["FullyConnectedNet"],)


def outside_in_test(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        out = gamma * (x - bn_param["running_mean"]) / (np.sqrt(bn_param["running_var"]) + 1e-5) + beta
    return out, cache


def cubed(x, gamma, beta, ln_param):
    out, cache = layernorm_forward(x, gamma, beta, ln_param)
    return out + 0.1 * np.sin(x) ** 3, cache


def left_empty(self, *args, normalization=None, **kwargs):
    PlainNet.__init__(self, *args, **kwargs)
    self.normalization = None


def in_training_mode(self, i, x, mode):
    return Filled.norm_forward(self, i, x, "train")


def exchanged(self, i, dout, cache):
    dx, grads = Filled.norm_backward(self, i, dout, cache)
    return dx, {f"gamma{i}": grads[f"beta{i}"], f"beta{i}": grads[f"gamma{i}"]}


def changed(base=Textbook, **habits):
    """Make a class with some habits changed."""
    return (type("FullyConnectedNet", (base,), habits),)


def passed_through(name):
    """Make a step whose backward pass is forgotten."""
    step = getattr(Textbook, name)
    return lambda self, forward, h, k, caches: step(self, True, h, k, caches) if forward else h


def no_gain_gradients(self, forward, h, k, caches):
    h = Textbook.norm(self, forward, h, k, caches)
    for word in () if forward else ("gamma", "beta"):
        self.grads.pop(f"{word}{k}", None)
    return h


def always_gains(self, k):
    return k < self.num_layers


def squared_backward(dout, cache):
    """Batch normalization by the whole Jacobian of a column, (rows, rows)."""
    x_hat, gamma, std = cache
    n = len(dout)
    columns = []
    for j, h in enumerate(x_hat.T):
        jacobian = -np.outer(h, h) / n - 1 / n
        jacobian[np.diag_indices(n)] += 1
        columns.append(jacobian @ (dout[:, j] * gamma[j]) / std[j])
    return np.stack(columns, axis=1), (dout * x_hat).sum(0), dout.sum(0)


def in_mode(change):
    """Make a set_mode that is changed."""
    return lambda self, mode: Textbook.set_mode(self, change(self, mode))


def stays(self, mode):
    self.tested = getattr(self, "tested", False) or mode == "test"
    return "test" if self.tested else mode


def dropout_only(where):
    """Make a dropout for some layers only."""

    def dropout(self, forward, h, k, caches):
        return Textbook.dropout(self, forward, h, k, caches) if where(self, k) else h

    return dropout


def swapped(self, *args, dropout_keep_ratio=1, **kwargs):
    Textbook.__init__(self, *args, dropout_keep_ratio=dropout_keep_ratio, **kwargs)
    if self.use_dropout:
        self.dropout_param["p"] = 1 - dropout_keep_ratio


def unscaled(self, forward, h, k, caches):
    out = Textbook.dropout(self, forward, h, k, caches)
    return out * self.dropout_param["p"] if self.use_dropout and self.dropout_param["mode"] == "train" else out


def no_seed(self, *args, seed=None, **kwargs):
    Textbook.__init__(self, *args, **kwargs)


def in_test_too(self, forward, h, k, caches):
    mode = self.dropout_param["mode"]
    self.dropout_param["mode"] = "train"
    out = Textbook.dropout(self, forward, h, k, caches)
    self.dropout_param["mode"] = mode
    return out


def started(**changes):
    """Make a constructor after which some parameters start elsewhere."""

    def make(self, *args, **kwargs):
        Textbook.__init__(self, *args, **kwargs)
        for name in self.params:
            if name.rstrip("0123456789") in changes:
                self.params[name] = self.params[name] + changes[name.rstrip("0123456789")]

    return make


def in_float32(self, *args, dtype=np.float32, **kwargs):
    Textbook.__init__(self, *args, dtype=np.float32, **kwargs)
    self.dtype = np.float64


def scores_gains(self, k):
    return self.normalization in self.kinds


def penalise_loss_only(self, loss):
    return loss + sum(0.5 * self.reg * np.sum(self.params[f"W{k}"] ** 2) for k in range(1, self.num_layers + 1))


def penalise_gradients_only(self, loss):
    Textbook.penalise(self, loss)
    return loss


def penalise_layers(*chosen):
    def penalise(self, loss):
        for k in chosen:
            loss += 0.5 * self.reg * np.sum(self.params[f"W{k}"] ** 2)
            self.grads[f"W{k}"] = self.grads[f"W{k}"] + self.reg * self.params[f"W{k}"]
        return loss

    return penalise


def unbiased_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    if cache is None:
        return out, cache
    std = np.sqrt(x.var(0, ddof=1) + 1e-5)
    return gamma * (x - x.mean(0)) / std + beta, ((x - x.mean(0)) / std, gamma, std)


def unbiased_backward(dout, cache):
    x_hat, gamma, std = cache
    g, n = dout * gamma, len(dout)
    return (
        (g - g.mean(0) - n / (n - 1) * x_hat * (g * x_hat).mean(0)) / std,
        (dout * x_hat).sum(0),
        dout.sum(0),
    )


def constants(dout, cache):
    x_hat, gamma, std = cache
    return dout * gamma / std, (dout * x_hat).sum(0), dout.sum(0)


def like_torch(x, gamma, beta, bn_param):
    """Unbiased running variance, from 1."""
    kept = bn_param.setdefault("running_var", np.ones(x.shape[1], dtype=x.dtype))
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        bn_param["running_var"] = 0.9 * kept + 0.1 * x.var(0, ddof=1)
    return out, cache


def refuses_to_train_again(x, gamma, beta, bn_param):
    """Fail in a training batch that follows a test batch."""
    if bn_param.get("tested") and bn_param["mode"] == "train":
        raise KeyError("cache")
    bn_param["tested"] = bn_param["mode"] == "test"
    return batchnorm_forward(x, gamma, beta, bn_param)


def by_running_statistics(x, gamma, beta, bn_param):
    """Normalise with what is kept, which nothing ever changes."""
    std = np.full(x.shape[1], np.sqrt(1e-5))
    return gamma * x / std + beta, (x / std, gamma, std)


def by_constants(dout, cache):
    x_hat, gamma, std = cache
    return dout * gamma / std, np.einsum("nd,nd->d", dout, x_hat), dout.sum(0)


def without_biases(self, X, y=None):
    kept = self.params
    self.params = {name: np.zeros_like(v) if name[:2] in ("b1", "b2", "b3") else v for name, v in kept.items()}
    returned = Textbook.loss(self, X, y)
    self.params = kept
    if y is None:
        return returned
    return returned[0], {name: np.zeros_like(g) if name in ("b1", "b2", "b3") else g for name, g in returned[1].items()}


def penalise_norms(self, loss):
    for k in range(1, self.num_layers + 1):
        weights = self.params[f"W{k}"]
        loss += self.reg / 2 * np.linalg.norm(weights)
        self.grads[f"W{k}"] = self.grads[f"W{k}"] + self.reg * weights
    return loss


def no_params(self, *args, **kwargs):
    self.weights = []


CORRECT = {
    "textbook": (Textbook,),
    "two lists": (TwoLists,),
    "the given network, filled": (Filled,),
    "gradients from torch": (ByAutograd,),
    "batch normalization by Jacobians": changed(batch=(batchnorm_forward, squared_backward)),
    "dropout before the ReLU, which is the same": changed(order=("norm", "dropout", "relu")),
}

VARIANTS = {
    "unknown-normalization-accepted": changed(refuse=lambda self, normalization: None),
    "unbiased-running-variance+running-variance-starts-at-one": changed(batch=(like_torch, batchnorm_backward)),
    "follows-own-normalization": in_a_notebook(
        batchnorm_forward=unbiased_forward, batchnorm_backward=unbiased_backward
    ),
    "follows-own-normalization (constants)": in_a_notebook(batchnorm_backward=constants),
    "follows-own-normalization (in test mode)": in_a_notebook(batchnorm_forward=outside_in_test),
    "follows-own-normalization (without a name)": in_a_notebook(layernorm_forward=cubed),
    "follows-own-normalization+follows-own-normalization": in_a_notebook(
        batchnorm_backward=constants, layernorm_backward=constants
    ),
}

MUTANTS = {
    "normalization-ignored": changed(kinds=("batchnorm",)),
    "normalization-ignored (batch)": changed(kinds=("layernorm",)),
    "normalization-ignored (gains only)": changed(norm_skipped=(1, 2), norm=lambda self, forward, h, k, caches: h),
    "normalization-parameters+scores-normalised": changed(norm_scores=True),
    "normalization-parameters": changed(has_gains=scores_gains),
    "normalization-parameters (without normalization)": changed(has_gains=always_gains),
    "activation-on-scores": changed(relu_scores=True),
    "hidden-activations-missing": changed(order=("norm", "dropout")),
    "activation-backward-missing": changed(relu=passed_through("relu")),
    "normalization-after-activation": changed(order=("relu", "norm", "dropout")),
    "normalization-backward-missing": changed(norm=passed_through("norm")),
    "normalization-gradients-missing": changed(norm=no_gain_gradients),
    "normalization-in-one-layer-only": changed(
        norm=lambda self, forward, h, k, caches: Textbook.norm(self, forward, h, k, caches) if k == 1 else h
    ),
    "normalization-parameters+normalization-ignored (the place left empty)": changed(Filled, __init__=left_empty),
    "train-mode-in-test (the place filled)": changed(Filled, norm_forward=in_training_mode),
    "gamma-beta-gradients-exchanged": changed(Filled, norm_backward=exchanged),
    "layer-for-batch": changed(batch=(layernorm_forward, layernorm_backward)),
    "batch-for-layer": changed(layer=(batchnorm_forward, batchnorm_backward)),
    "bn-param-shared": changed(norm_state=lambda self: [{"mode": "train"}] * self.num_layers),
    "train-mode-in-test": changed(
        set_mode=lambda self, mode: self.dropout_param.update(mode=mode),
    ),
    "test-mode-stays": changed(set_mode=in_mode(stays)),
    "test-mode-stays (an error follows)": changed(batch=(refuses_to_train_again, batchnorm_backward)),
    "always-in-test-mode": changed(batch=(by_running_statistics, by_constants)),
    "bias-missing": changed(loss=without_biases),
    "penalty-not-squared": changed(penalise=penalise_norms),
    "half-missing": changed(half=1.0, double=2.0),
    "penalty-and-gradient-disagree": changed(half=1.0),
    "penalty-and-gradient-disagree (twice)": changed(double=2.0),
    "penalty-and-gradient-disagree (half)": changed(double=0.5),
    "regularization-ignored": changed(penalised=()),
    "penalty-missing-in-loss": changed(penalise=penalise_gradients_only),
    "penalty-missing-in-gradients": changed(penalise=penalise_loss_only),
    "biases-regularised": changed(penalised=("W", "b")),
    "gains-regularised": changed(penalised=("W", "gamma", "beta")),
    "gains-regularised (gammas)": changed(penalised=("W", "gamma")),
    "everything-regularised": changed(penalised=("W", "b", "gamma", "beta")),
    "one-layer-regularised": changed(penalise=penalise_layers(1)),
    "last-layer-not-regularised": changed(penalise=penalise_layers(1, 2)),
    "half-missing+gains-regularised": changed(penalised=("W", "gamma", "beta"), half=1.0, double=2.0),
    "weight-scale-ignored": changed(weights=lambda self, n, m, scale: 1e-2 * np.random.randn(n, m)),
    "other-initialisation": changed(weights=lambda self, n, m, scale: np.random.randn(n, m) * np.sqrt(2 / n)),
    "other-initialisation (Xavier)": changed(weights=lambda self, n, m, scale: np.random.randn(n, m) / np.sqrt(n)),
    "weights-not-scaled": changed(weights=lambda self, n, m, scale: np.random.randn(n, m)),
    "weights-zero": changed(weights=lambda self, n, m, scale: np.zeros((n, m))),
    "weight-scale-for-variance": changed(weights=lambda self, n, m, scale: np.sqrt(scale) * np.random.randn(n, m)),
    "uniform-weights": changed(weights=lambda self, n, m, scale: np.random.uniform(-scale, scale, (n, m))),
    "uniform-weights (not centred)": changed(weights=lambda self, n, m, scale: scale * np.random.rand(n, m)),
    "biases-not-zero": changed(__init__=started(b=0.1)),
    "gains-not-one": changed(__init__=started(gamma=-1.0)),
    "shifts-not-zero": changed(__init__=started(beta=1.0)),
    "dtype-ignored": changed(__init__=in_float32),
    "dropout-ignored": changed(dropout=lambda self, forward, h, k, caches: h),
    "keep-ratio-for-drop-ratio": changed(__init__=swapped),
    "dropout-in-one-layer-only": changed(dropout=dropout_only(lambda self, k: k == 1)),
    "dropout-on-scores": changed(
        steps=lambda self, k: self.order if k < self.num_layers else ("dropout",),
    ),
    "dropout-before-normalization": changed(order=("dropout", "norm", "relu")),
    "dropout-before-normalization (missing with it)": changed(
        dropout=dropout_only(lambda self, k: self.normalization is None)
    ),
    "dropout-not-scaled": changed(dropout=unscaled),
    "dropout-in-test": changed(dropout=in_test_too),
    "dropout-backward-missing": changed(dropout=passed_through("dropout")),
    "seed-ignored": changed(__init__=no_seed),
}

WRONG = {
    "no parameters": changed(__init__=no_params),
}
