"""Solutions and mutants of `layernorm`, as students write them: pairs of a forward and a backward pass."""

import numpy as np
import torch

from course_utils.exercises.normalization.batchnorm_backward import solutions as columns


def forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x, x_hat, mean, var, gamma, beta, eps)


def backward(dout, cache):
    x, x_hat, _, var, gamma, _, eps = cache
    d = x.shape[1]
    g = dout * gamma
    dx = (d * g - g.sum(1, keepdims=True) - x_hat * (g * x_hat).sum(1, keepdims=True)) / (d * np.sqrt(var + eps))
    return dx, (dout * x_hat).sum(0), dout.sum(0)


def transposed_forward(x, gamma, beta, ln_param):
    """Reuse the code for columns on the transposed array."""
    eps = ln_param.get("eps", 1e-5)
    xt = x.T
    mu = np.mean(xt, axis=0)
    xmu = xt - mu
    var = np.mean(xmu**2, axis=0)
    ivar = 1 / np.sqrt(var + eps)
    xhat = xmu * ivar
    return (gamma.reshape(-1, 1) * xhat + beta.reshape(-1, 1)).T, (xhat, gamma, xmu, ivar)


def transposed_backward(dout, cache):
    xhat, gamma, xmu, ivar = cache
    dout = dout.T
    d, _ = dout.shape
    dxhat = dout * gamma[:, None]
    dvar = np.sum(dxhat * xmu, axis=0) * -0.5 * ivar**3
    dmu = np.sum(-dxhat * ivar, axis=0)
    dx = dxhat * ivar + dvar * 2 * xmu / d + dmu / d
    return dx.T, np.sum(dout * xhat, axis=1), np.sum(dout, axis=1)


def loop_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    out = np.empty_like(x)
    for i, row in enumerate(x):
        mean = sum(row) / len(row)
        var = sum((v - mean) ** 2 for v in row) / len(row)
        out[i] = [g * (v - mean) / (var + eps) ** 0.5 + b for v, g, b in zip(row, gamma, beta, strict=True)]
    return out, (x, gamma, eps)


def loop_backward(dout, cache):
    x, gamma, eps = cache
    dx, dgamma, dbeta = np.zeros_like(x), np.zeros_like(gamma), np.zeros_like(gamma)
    for i in range(len(x)):
        std = np.sqrt(x[i].var() + eps)
        h = (x[i] - x[i].mean()) / std
        jacobian = (np.eye(len(h)) - 1 / len(h) - np.outer(h, h) / len(h)) / std
        dx[i] = jacobian @ (dout[i] * gamma)
        dgamma += dout[i] * h
        dbeta += dout[i]
    return dx, dgamma, dbeta


def torch_forward(x, gamma, beta, ln_param):
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    t, g, b = leaves
    t = t - torch.einsum("nd->n", t)[:, None] / t.shape[1]
    var = torch.einsum("nd,nd->n", t, t)[:, None] / t.shape[1]
    out = g * t * torch.rsqrt(var + ln_param.get("eps", 1e-5)) + b
    return out.detach().numpy(), (out, leaves)


def torch_backward(dout, cache):
    out, leaves = cache
    out.backward(torch.tensor(dout))
    return [leaf.grad for leaf in leaves]


def written(
    *,
    axis=1,
    ddof=0,
    whole=False,
    by_examples=False,
    squares=False,
    root=lambda v, e: np.sqrt(v + e),
    affine=lambda h, g, b: g * h + b,
    pre=lambda x, g, b: x,
    centre=True,
    fixed=None,
):
    """Make a forward pass with one habit changed; its cache is that of the textbook."""

    def layernorm_forward(x, gamma, beta, ln_param):
        eps = fixed or ln_param.get("eps", 1e-5)
        z = pre(x, gamma, beta)
        if whole:
            mean, var = z.mean(), z.var()
        elif by_examples:
            mean = z.sum(1, keepdims=True) / z.shape[0]
            var = ((z - mean) ** 2).sum(1, keepdims=True) / z.shape[0]
        else:
            mean, var = z.mean(axis, keepdims=True), z.var(axis, ddof=ddof, keepdims=True)
        if squares:
            var = (z**2).mean(axis, keepdims=True)
        h = (z - mean * centre) / root(var, eps)
        return affine(h, gamma, beta).astype(x.dtype), forward(x, gamma, beta, ln_param)[1]

    return layernorm_forward


def turned(backward_of_columns):
    """Make the mistakes of the columns' backward pass in rows, gain and shift gradients apart."""

    def layernorm_backward(dout, cache):
        x, x_hat, mean, var, gamma, _, eps = cache
        flat = (x.T, x_hat.T, mean.T, var.T.ravel(), np.ones(1), np.zeros(1), eps)
        dx, _, _ = backward_of_columns((dout * gamma).T, flat)
        return dx.T, (dout * x_hat).sum(0), dout.sum(0)

    return layernorm_backward


def with_parameter_gradients(dgamma, dbeta=lambda dout, x_hat: dout.sum(0)):
    def layernorm_backward(dout, cache):
        dx, _, _ = backward(dout, cache)
        x, x_hat, _, _, gamma, beta, _ = cache
        return dx, dgamma(dout, x, x_hat, gamma * x_hat + beta), dbeta(dout, x_hat)

    return layernorm_backward


def gamma_forgotten(dout, cache):
    x, x_hat, mean, var, gamma, beta, eps = cache
    dx, _, _ = backward(dout, (x, x_hat, mean, var, np.ones_like(gamma), beta, eps))
    return dx, (dout * x_hat).sum(0), dout.sum(0)


def backward_of_batchnorm(dout, cache):
    x, x_hat, mean, var, gamma, _, eps = cache
    g, inv, n = dout * gamma, 1 / np.sqrt(var + eps), len(x)
    dvar = (g * (x - mean) * -0.5 * inv**3).sum(0)
    dmean = (g * -inv).sum(0)
    return g * inv + (2 * dvar * (x - mean) + dmean) / n, (dout * x_hat).sum(0), dout.sum(0)


def copied(dout, cache):
    """The short formula of the columns, its means along the rows."""
    _, xhat, _, var, gamma, _, eps = cache
    mean_dout, mean_both = dout.mean(1, keepdims=True), (dout * xhat).mean(1, keepdims=True)
    return gamma * (dout - mean_dout - xhat * mean_both) / np.sqrt(var + eps), (dout * xhat).sum(0), dout.sum(0)


def copied_with_examples(dout, cache):
    _, xhat, _, var, gamma, _, eps = cache
    n = dout.shape[0]
    inner = n * dout - dout.sum(1, keepdims=True) - xhat * (dout * xhat).sum(1, keepdims=True)
    return gamma / n * inner / np.sqrt(var + eps), (dout * xhat).sum(0), dout.sum(0)


def counts_examples(dout, cache):
    _, x_hat, _, var, gamma, _, eps = cache
    n, g = dout.shape[0], dout * gamma
    dx = (n * g - g.sum(1, keepdims=True) - x_hat * (g * x_hat).sum(1, keepdims=True)) / (n * np.sqrt(var + eps))
    return dx, (dout * x_hat).sum(0), dout.sum(0)


def unbiased_forward(x, gamma, beta, ln_param):
    mean, var = x.mean(1, keepdims=True), x.var(1, ddof=1, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + ln_param.get("eps", 1e-5))
    return gamma * x_hat + beta, (x, x_hat, mean, var, gamma, beta, ln_param.get("eps", 1e-5))


def unbiased_backward(dout, cache):
    x, x_hat, _, var, gamma, _, eps = cache
    d, g = x.shape[1], dout * gamma
    through = d / (d - 1) * x_hat * (g * x_hat).mean(1, keepdims=True)
    return (g - g.mean(1, keepdims=True) - through) / np.sqrt(var + eps), (dout * x_hat).sum(0), dout.sum(0)


def changes_input(x, gamma, beta, ln_param):
    out, cache = forward(x.copy(), gamma, beta, ln_param)
    x *= 0
    return out, cache


def upcast(x, gamma, beta, ln_param):
    return forward(x.astype(np.float64), gamma, beta, ln_param)


def small_epsilon(x, gamma, beta, ln_param):
    return forward(x, gamma, beta, {"eps": 1e-7, **ln_param})


def loop_backward_in_rows(dout, cache):
    dx, dgamma, dbeta = loop_backward(dout, cache)
    return dx, dgamma.reshape(1, -1), dbeta.reshape(1, -1)


def no_cache(x, gamma, beta, ln_param):
    return forward(x, gamma, beta, ln_param)[0]


CORRECT = {
    "textbook": (forward, backward),
    "transposed": (transposed_forward, transposed_backward),
    "loops and Jacobians": (loop_forward, loop_backward),
    "torch's autograd and einsum": (torch_forward, torch_backward),
    "built from habits": (written(), turned(columns.written())),
}

VARIANTS = {
    "computes-in-float64": (upcast, backward),
    "another-epsilon": (small_epsilon, backward),
    "gradients-as-rows": (loop_forward, loop_backward_in_rows),
}

gamma_along_rows = written(affine=lambda h, g, b: g[:, None] * h + b[:, None])

FORWARD = {
    "batch-axis": written(axis=0),
    "unbiased-variance": written(ddof=1),
    "whole-array": written(whole=True),
    "divides-by-examples": written(by_examples=True),
    "mean-of-squares": written(squares=True),
    "divides-by-variance": written(root=lambda v, e: v + e),
    "epsilon-outside": written(root=lambda v, e: np.sqrt(v) + e),
    "no-epsilon": written(root=lambda v, e: np.sqrt(v)),
    "not-centred": written(centre=False),
    "affine-first": written(pre=lambda x, g, b: g * x + b, affine=lambda h, g, b: h),
    "gamma-beta-exchanged": written(affine=lambda h, g, b: b * h + g),
    "gamma-missing": written(affine=lambda h, g, b: h + b),
    "beta-missing": written(affine=lambda h, g, b: g * h),
    "affine-missing": written(affine=lambda h, g, b: h),
    "epsilon-ignored": written(fixed=1e-5),
    "epsilon-outside+unbiased-variance": written(ddof=1, root=lambda v, e: np.sqrt(v) + e),
    "input-changed": changes_input,
}

BACKWARD = {
    "statistics-as-constants": turned(columns.constants),
    "variance-path-missing": turned(columns.written(var_path=0)),
    "mean-path-missing": turned(columns.written(mean_path=0)),
    "sums-for-means": turned(columns.written(count=lambda n: 1)),
    "bessel-in-backward": turned(columns.written(count=lambda n: n - 1)),
    "variance-gradient-over-all-axes": turned(columns.written(var_axis=None)),
    "backward-along-wrong-axis": backward_of_batchnorm,
    "count-of-other-axis": counts_examples,
    "gamma-outside-the-means": copied,
    "gamma-outside-the-means+count-of-other-axis": copied_with_examples,
    "variance-path-halved": turned(columns.written(var_path=0.5)),
    "mean-path-sign": turned(columns.written(mean_path=-1)),
    "no-epsilon-in-backward": turned(columns.written(root=lambda v, e: np.sqrt(v))),
    "gamma-missing-in-dx": gamma_forgotten,
    "dgamma-from-input": with_parameter_gradients(lambda dout, x, x_hat, out: (dout * x).sum(0)),
    "dgamma-from-output": with_parameter_gradients(lambda dout, x, x_hat, out: (dout * out).sum(0)),
    "parameter-gradients-averaged": with_parameter_gradients(
        lambda dout, x, x_hat, out: (dout * x_hat).mean(0), lambda dout, x_hat: dout.mean(0)
    ),
    "parameter-gradients-along-wrong-axis": with_parameter_gradients(
        lambda dout, x, x_hat, out: (dout * x_hat).sum(1), lambda dout, x_hat: dout.sum(1)
    ),
    "dgamma-dbeta-exchanged": with_parameter_gradients(
        lambda dout, x, x_hat, out: np.einsum("nd->d", dout), lambda dout, x_hat: np.einsum("nd,nd->d", dout, x_hat)
    ),
}

MUTANTS = {
    **{name: (mutant, backward) for name, mutant in FORWARD.items()},
    "gamma-per-row+shapes-do-not-fit": (gamma_along_rows, backward),
    **{name: (forward, mutant) for name, mutant in BACKWARD.items()},
    # The backward pass follows the forward pass, whose mistake is counted once.
    "unbiased-variance+right-formulas-wrong-cache": (unbiased_forward, backward),
    "unbiased-variance+follows-own-forward": (unbiased_forward, unbiased_backward),
}

WRONG = {"no cache": (no_cache, backward)}
