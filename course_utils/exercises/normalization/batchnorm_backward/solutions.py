"""Solutions and mutants of `batchnorm_backward`, as students write them, each with a forward pass of its own."""

import numpy as np
import torch

from course_utils.exercises.normalization.batchnorm_forward.solutions import plain_loops


def forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    mean, var = x.mean(0), x.var(0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x, x_hat, mean, var, gamma, beta, eps)


def kratzert_forward(x, gamma, beta, bn_param):
    n = len(x)
    mu = 1.0 / n * np.sum(x, axis=0)
    xmu = x - mu
    var = 1.0 / n * np.sum(xmu**2, axis=0)
    sqrtvar = np.sqrt(var + bn_param["eps"])
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    return gamma * xhat + beta, (xhat, gamma, xmu, ivar, sqrtvar, var, bn_param["eps"])


def computational_graph(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    n, d = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgammax = dout
    dgamma = np.sum(dgammax * xhat, axis=0)
    dxhat = dgammax * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / n * np.ones((n, d)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1.0 / n * np.ones((n, d)) * dmu
    return dx1 + dx2, dgamma, dbeta


def one_line(dout, cache):
    x, x_hat, _, var, gamma, _, eps = cache
    n = len(x)
    dgamma, dbeta = np.sum(dout * x_hat, 0), np.sum(dout, 0)
    return gamma / (n * np.sqrt(var + eps)) * (n * dout - dbeta - x_hat * dgamma), dgamma, dbeta


def einsum(dout, cache):
    x, x_hat, _, var, gamma, _, eps = cache
    g = dout * gamma / np.sqrt(var + eps)
    project = np.einsum("nd,nd->d", g, x_hat) / len(x)
    dx = g - np.einsum("nd->d", g) / len(x) - x_hat * project
    return dx, np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)


def jacobian_loops(dout, cache):
    x, x_hat, _, var, gamma, _, eps = cache
    n, d = x.shape
    dx, dgamma, dbeta = np.zeros((n, d)), np.zeros(d), np.zeros(d)
    for j in range(d):
        for i in range(n):
            dgamma[j] += dout[i, j] * x_hat[i, j]
            dbeta[j] += dout[i, j]
            for k in range(n):
                move = (i == k) - 1 / n - x_hat[i, j] * x_hat[k, j] / n
                dx[k, j] += dout[i, j] * gamma[j] * move / (var[j] + eps) ** 0.5
    return dx, dgamma, dbeta


def autograd_forward(x, gamma, beta, bn_param):
    leaves = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (x, gamma, beta)]
    t, g, b = leaves
    out = g * (t - t.mean(0)) / torch.sqrt(t.var(0, correction=0) + bn_param["eps"]) + b
    return out.detach().numpy(), (out, leaves)


def autograd_backward(dout, cache):
    out, leaves = cache
    return torch.autograd.grad(out, leaves, torch.tensor(dout), retain_graph=True)


def recompute_from_dictionary(dout, cache):
    x, gamma = cache["x"], cache["gamma"]
    eps = cache["eps"]
    return one_line(dout, (x, (x - x.mean(0)) / np.sqrt(x.var(0) + eps), None, x.var(0), gamma, None, eps))


def dictionary_forward(x, gamma, beta, bn_param):
    out, cache = plain_loops(x, gamma, beta, dict(bn_param))
    return out, {**cache, "eps": bn_param["eps"]}


def written(
    *,
    var_path=1.0,
    var_power=3,
    mean_path=1.0,
    count=lambda n: n,
    var_count=None,
    axis=0,
    var_axis=0,
    upstream=lambda dout, gamma: dout * gamma,
    dgamma=lambda dout, x, x_hat, out: (dout * x_hat).sum(0),
    dbeta=lambda dout, x_hat: dout.sum(0),
    root=lambda v, e: np.sqrt(v + e),
):
    """Make a backward pass with one habit changed."""

    def batchnorm_backward(dout, cache):
        x, x_hat, mean, var, gamma, beta, eps = cache
        n = x.shape[axis]
        inv = 1 / root(var, eps)
        g = upstream(dout, gamma)
        dvar = (g * (x - mean) * -0.5 * inv**var_power).sum(var_axis if axis == 0 else axis, keepdims=True)
        dmean = (g * -inv).sum(axis, keepdims=True)
        n_var = (var_count or count)(n)
        dx = g * inv + var_path * dvar * 2 * (x - mean) / n_var + mean_path * dmean / count(n)
        return dx, dgamma(dout, x, x_hat, gamma * x_hat + beta), dbeta(dout, x_hat)

    return batchnorm_backward


def constants(dout, cache):
    _, x_hat, _, var, gamma, _, eps = cache
    return dout * gamma / np.sqrt(var + eps), (dout * x_hat).sum(0), dout.sum(0)


def overwrites_upstream(dout, cache):
    found = one_line(dout.copy(), cache)
    dout *= cache[4]
    return found


def only_for_squares(dout, cache):
    dx, dgamma, dbeta = one_line(dout, cache)
    return np.eye(dout.shape[1]) @ dx, dgamma, dbeta


def unbiased_forward(x, gamma, beta, bn_param):
    mean, var = x.mean(0), x.var(0, ddof=1)
    x_hat = (x - mean) / np.sqrt(var + bn_param["eps"])
    return gamma * x_hat + beta, (x, x_hat, mean, var, gamma, beta, bn_param["eps"])


def unbiased_backward(dout, cache):
    x, x_hat, _, var, gamma, _, eps = cache
    n = len(x)
    dgamma, dbeta = (dout * x_hat).sum(0), dout.sum(0)
    return gamma / np.sqrt(var + eps) / n * (n * dout - dbeta - n / (n - 1) * x_hat * dgamma), dgamma, dbeta


def outside_forward(x, gamma, beta, bn_param):
    mean, std = x.mean(0), x.std(0)
    return gamma * (x - mean) / (std + bn_param["eps"]) + beta, (x, mean, std, gamma, bn_param["eps"])


def outside_backward(dout, cache):
    x, mean, std, gamma, eps = cache
    n = len(x)
    g = dout * gamma
    dstd = -(g * (x - mean)).sum(0) / (std + eps) ** 2
    dx = g / (std + eps) + dstd * (x - mean) / (n * std)
    return dx - dx.mean(0), (dout * (x - mean) / (std + eps)).sum(0), dout.sum(0)


def kept_as(root, kept=None):
    """Make passes that keep the normalised values and what they were divided by."""

    def batchnorm_forward(x, gamma, beta, bn_param):
        scale = root(x.var(0), bn_param["eps"])
        x_hat = (x - x.mean(0)) / scale
        return gamma * x_hat + beta, (x_hat, kept(x.var(0), bn_param["eps"]) if kept else scale, gamma)

    def batchnorm_backward(dout, cache):
        x_hat, scale, gamma = cache
        g = dout * gamma
        return (g - g.mean(0) - x_hat * (g * x_hat).mean(0)) / scale, (dout * x_hat).sum(0), dout.sum(0)

    return batchnorm_forward, batchnorm_backward


def gradients_in_rows(dout, cache):
    """Keep the axis that is summed over."""
    xhat, gamma, _, ivar, *_ = cache
    dbeta, dgamma = np.sum(dout, axis=0, keepdims=True), np.sum(dout * xhat, axis=0, keepdims=True)
    return gamma * ivar * (dout - dbeta / len(dout) - xhat * dgamma / len(dout)), dgamma, dbeta


def rows_of_constants(dout, cache):
    dx, dgamma, dbeta = constants(dout, cache)
    return dx, dgamma[np.newaxis], dbeta[np.newaxis]


def two_values(dout, cache):
    return one_line(dout, cache)[:2]


def upstream_only(dout, cache):
    return dout, dout, dout


CORRECT = {
    "computational graph": (kratzert_forward, computational_graph),
    "one line": (forward, one_line),
    "einsum": (forward, einsum),
    "loops over the Jacobian": (forward, jacobian_loops),
    "autograd": (autograd_forward, autograd_backward),
    "recomputed from a dictionary": (dictionary_forward, recompute_from_dictionary),
    "built from habits": (forward, written()),
}

VARIANTS = {
    "follows-own-forward (unbiased)": (unbiased_forward, unbiased_backward),
    "follows-own-forward (epsilon outside)": (outside_forward, outside_backward),
    "gradients-as-rows": (kratzert_forward, gradients_in_rows),
}

MUTANTS = {
    "right-formulas-wrong-cache (values without epsilon)": kept_as(
        lambda v, e: np.sqrt(v), kept=lambda v, e: np.sqrt(v + e)
    ),
    "statistics-as-constants": (forward, constants),
    "statistics-as-constants (gradients as rows)": (forward, rows_of_constants),
    "variance-path-missing": (forward, written(var_path=0)),
    "mean-path-missing": (forward, written(mean_path=0)),
    "sums-for-means": (forward, written(count=lambda n: 1)),
    "count-of-other-axis (4 features)": (forward, written(count=lambda n: 4)),
    "right-formulas-wrong-cache (unbiased)": (unbiased_forward, one_line),
    "right-formulas-wrong-cache (epsilon outside)": kept_as(lambda v, e: np.sqrt(v) + e),
    "right-formulas-wrong-cache (variance for its root)": kept_as(lambda v, e: v + e),
    "bessel-in-backward": (forward, written(count=lambda n: n - 1)),
    "bessel-in-backward (variance only)": (forward, written(var_count=lambda n: n - 1)),
    "variance-gradient-over-all-axes": (forward, written(var_axis=None)),
    "backward-along-wrong-axis": (forward, written(axis=1)),
    "variance-path-halved": (forward, written(var_path=0.5)),
    "variance-power": (forward, written(var_power=1)),
    "mean-path-sign": (forward, written(mean_path=-1)),
    "no-epsilon-in-backward": (forward, written(root=lambda v, e: np.sqrt(v))),
    "gamma-missing-in-dx": (forward, written(upstream=lambda dout, gamma: dout)),
    "dgamma-from-input": (forward, written(dgamma=lambda dout, x, x_hat, out: (dout * x).sum(0))),
    "dgamma-from-output": (forward, written(dgamma=lambda dout, x, x_hat, out: (dout * out).sum(0))),
    "parameter-gradients-averaged": (
        forward,
        written(dgamma=lambda dout, x, x_hat, out: (dout * x_hat).mean(0), dbeta=lambda dout, x_hat: dout.mean(0)),
    ),
    "parameter-gradients-along-wrong-axis": (
        forward,
        written(dgamma=lambda dout, x, x_hat, out: (dout * x_hat).sum(1), dbeta=lambda dout, x_hat: dout.sum(1)),
    ),
    "dgamma-dbeta-exchanged": (
        forward,
        written(dgamma=lambda dout, x, x_hat, out: dout.sum(0), dbeta=lambda dout, x_hat: (dout * x_hat).sum(0)),
    ),
    "input-changed": (forward, overwrites_upstream),
    "shapes-do-not-fit": (forward, only_for_squares),
    "gamma-missing-in-dx+sums-for-means": (
        forward,
        written(upstream=lambda dout, gamma: dout, count=lambda n: 1),
    ),
    "dgamma-from-input+variance-path-missing": (
        forward,
        written(dgamma=lambda dout, x, x_hat, out: (dout * x).sum(0), var_path=0),
    ),
}

WRONG = {
    "two values": (forward, two_values),
    "the upstream gradient": (forward, upstream_only),
}
