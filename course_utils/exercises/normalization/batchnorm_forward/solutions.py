"""Solutions and mutants of `batchnorm_forward`, as students write them."""

import numpy as np


def textbook(x, gamma, beta, bn_param):
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        x_hat = (x - mean) / np.sqrt(var + eps)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (x, x_hat, mean, var, gamma, eps)
    else:
        x_hat = (x - running_mean) / np.sqrt(running_var + eps)
        cache = None
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var
    return gamma * x_hat + beta, cache


def nine_small_steps(x, gamma, beta, bn_param):
    n, d = x.shape
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    rm = bn_param.get("running_mean", np.zeros(d, dtype=x.dtype))
    rv = bn_param.get("running_var", np.zeros(d, dtype=x.dtype))
    out, cache = None, None
    if bn_param["mode"] == "train":
        mu = 1.0 / n * np.sum(x, axis=0)
        xmu = x - mu
        sq = xmu**2
        var = 1.0 / n * np.sum(sq, axis=0)
        sqrtvar = np.sqrt(var + eps)
        ivar = 1.0 / sqrtvar
        xhat = xmu * ivar
        gammax = gamma * xhat
        out = gammax + beta
        cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
        rm = momentum * rm + (1 - momentum) * mu
        rv = momentum * rv + (1 - momentum) * var
    elif bn_param["mode"] == "test":
        out = gamma * (x - rm) / np.sqrt(rv + eps) + beta
    else:
        raise ValueError("Invalid forward batchnorm mode " + bn_param["mode"])
    bn_param["running_mean"] = rm
    bn_param["running_var"] = rv
    return out, cache


def plain_loops(x, gamma, beta, bn_param):
    rows, columns = x.shape
    eps = bn_param.get("eps", 1e-5)
    m = bn_param.get("momentum", 0.9)
    bn_param.setdefault("running_mean", np.zeros(columns))
    bn_param.setdefault("running_var", np.zeros(columns))
    out = np.zeros_like(x)
    for j in range(columns):
        if bn_param["mode"] == "train":
            mean = 0.0
            for i in range(rows):
                mean += float(x[i, j]) / rows
            var = 0.0
            for i in range(rows):
                var += (float(x[i, j]) - mean) ** 2 / rows
            bn_param["running_mean"][j] = m * bn_param["running_mean"][j] + (1 - m) * mean
            bn_param["running_var"][j] = m * bn_param["running_var"][j] + (1 - m) * var
        else:
            mean, var = bn_param["running_mean"][j], bn_param["running_var"][j]
        for i in range(rows):
            out[i, j] = gamma[j] * (x[i, j] - mean) / (var + eps) ** 0.5 + beta[j]
    return out, {"x": x, "gamma": gamma}


def einsum_and_lerp(x, gamma, beta, bn_param):
    d = x.shape[1]
    kept_mean, kept_var = bn_param.get("running_mean"), bn_param.get("running_var")
    kept_mean = np.zeros((1, d)) if kept_mean is None else kept_mean
    kept_var = np.zeros((1, d)) if kept_var is None else kept_var
    step = 1 - bn_param.get("momentum", 0.9)
    if bn_param["mode"] == "train":
        mean = np.einsum("nd->d", x)[None] / len(x)
        centred = x - mean
        var = np.einsum("nd,nd->d", centred, centred)[None] / len(x)
        kept_mean = kept_mean + step * (mean - kept_mean)
        kept_var = kept_var + step * (var - kept_var)
    else:
        mean, var = kept_mean, kept_var
    bn_param.update(running_mean=kept_mean, running_var=kept_var)
    scale = gamma / np.sqrt(var + bn_param.get("eps", 1e-5))
    return (x * scale + (beta - mean * scale)).astype(x.dtype), (x, scale)


def written(
    *,
    axis=0,
    ddof=0,
    running_ddof=0,
    root=lambda v, e: np.sqrt(v + e),
    test_root=None,
    affine=lambda h, g, b: g * h + b,
    follow=lambda m, old, new: m * old + (1 - m) * new,
    kept=lambda v, e: v,
    begin=np.zeros,
    pre=lambda x, g, b: x,
    centre=True,
    whole=False,
    train_with="batch",
    test_with="running",
    update=("mean", "var"),
    update_in_test=False,
    first_copied=False,
    fixed=None,
):
    """Make a function with one habit changed."""

    def batchnorm_forward(x, gamma, beta, bn_param):
        eps = bn_param.get("eps", 1e-5) if fixed != "eps" else 1e-5
        m = bn_param.get("momentum", 0.9) if fixed != "momentum" else 0.9
        z = pre(x, gamma, beta)
        ax = None if whole else axis
        mean, var, var_kept = z.mean(ax), z.var(ax, ddof=ddof), z.var(ax, ddof=running_ddof)
        first = "running_mean" not in bn_param
        rm = bn_param.get("running_mean", np.zeros(x.shape[1]))
        rv = bn_param.get("running_var", begin(x.shape[1]))
        training = bn_param["mode"] == "train"
        if training or update_in_test:
            if "mean" in update:
                rm = mean + 0 * rm if first and first_copied else follow(m, rm, mean)
            if "var" in update:
                rv = kept(var_kept, eps) + 0 * rv if first and first_copied else follow(m, rv, kept(var_kept, eps))
        bn_param["running_mean"], bn_param["running_var"] = rm, rv
        source = train_with if training else test_with
        mu, v = (mean, var) if source == "batch" else (rm, rv)
        divide = root if training or test_root is None else test_root
        h = (z - mu * centre) / divide(v, eps)
        return affine(h, gamma, beta).astype(x.dtype), (x, gamma)

    return batchnorm_forward


def plain_in_test(x, gamma, beta, bn_param):
    out, cache = written()(x, gamma, beta, bn_param)
    return ((out - beta) / gamma if bn_param["mode"] == "test" else out), cache


def wrong_axis_keepdims(x, gamma, beta, bn_param):
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    rm, rv = bn_param.get("running_mean", np.zeros(x.shape[1])), bn_param.get("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "train":
        mu, v = np.mean(x, axis=1, keepdims=True), np.var(x, axis=1, keepdims=True)
        rm, rv = m * rm + (1 - m) * mu, m * rv + (1 - m) * v
        xh = (x - mu) / np.sqrt(v + eps)
    else:
        xh = (x - rm) / np.sqrt(rv + eps)
    bn_param["running_mean"], bn_param["running_var"] = rm, rv
    return gamma * xh + beta, None


def divided_by_columns(x, gamma, beta, bn_param):
    n = x.shape[1]
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    rm, rv = bn_param.get("running_mean", np.zeros(n)), bn_param.get("running_var", np.zeros(n))
    if bn_param["mode"] == "train":
        mu = np.sum(x, 0) / n
        v = np.sum((x - mu) ** 2, 0) / n
        rm, rv = m * rm + (1 - m) * mu, m * rv + (1 - m) * v
    else:
        mu, v = rm, rv
    bn_param["running_mean"], bn_param["running_var"] = rm, rv
    return (gamma * (x - mu) / np.sqrt(v + eps) + beta).astype(x.dtype), None


def in_place(x, gamma, beta, bn_param):
    kept = x.copy()
    out, cache = textbook(kept, gamma, beta, bn_param)
    x -= x.mean(0)
    return out, cache


def upcast(x, gamma, beta, bn_param):
    return textbook(x.astype(np.float64), gamma, beta, bn_param)


def small_epsilon(x, gamma, beta, bn_param):
    bn_param.setdefault("eps", 1e-8)
    return plain_loops(x, gamma, beta, bn_param)


def small_epsilon_from_one(x, gamma, beta, bn_param):
    bn_param.setdefault("eps", 1e-10)
    bn_param.setdefault("running_var", np.ones(x.shape[1]))
    return nine_small_steps(x, gamma, beta, bn_param)


def tied_to_a_square(x, gamma, beta, bn_param):
    identity = np.eye(len(x))
    return textbook(identity @ x @ identity, gamma, beta, bn_param)


def output_only(x, gamma, beta, bn_param):
    return textbook(x, gamma, beta, bn_param)[0]


def nothing(x, gamma, beta, bn_param):
    textbook(x, gamma, beta, bn_param)


def missing_half(x, gamma, beta, bn_param):
    out, cache = textbook(x, gamma, beta, bn_param)
    return 0.5 * out, cache


def median_for_mean(x, gamma, beta, bn_param):
    shifted = x - np.median(x, axis=0) + x.mean(axis=0)
    return textbook(shifted, gamma, beta, bn_param)


CORRECT = {
    "textbook": (textbook,),
    "nine small steps": (nine_small_steps,),
    "plain loops": (plain_loops,),
    "built from habits": (written(),),
}

VARIANTS = {
    "statistics-as-rows": (einsum_and_lerp,),
    "unbiased-running-variance": (written(running_ddof=1),),
    "running-variance-starts-at-one": (written(begin=np.ones),),
    "unbiased-running-variance+running-variance-starts-at-one": (written(running_ddof=1, begin=np.ones),),
    "computes-in-float64": (upcast,),
    "another-epsilon": (small_epsilon,),
    "another-epsilon+running-variance-starts-at-one": (small_epsilon_from_one,),
}


def emptying(function):
    """A function that uses the memory of x for something else in the end."""

    def batchnorm_forward(x, gamma, beta, bn_param):
        found = function(x, gamma, beta, bn_param)
        x[:] = 0.0
        return found

    return batchnorm_forward


MUTANTS = {
    "wrong-axis": (written(axis=1),),
    "wrong-axis (with its axis kept)": (wrong_axis_keepdims,),
    "unbiased-variance": (written(ddof=1, running_ddof=1),),
    "whole-array": (written(whole=True),),
    "divides-by-features": (divided_by_columns,),
    "divides-by-features+input-changed": (emptying(divided_by_columns),),
    "divides-by-variance": (written(root=lambda v, e: v + e),),
    "epsilon-outside": (written(root=lambda v, e: np.sqrt(v) + e),),
    "no-epsilon": (written(root=lambda v, e: np.sqrt(v)),),
    "no-epsilon-in-test": (written(test_root=lambda v, e: np.sqrt(v)),),
    "epsilon-outside-in-test": (written(test_root=lambda v, e: np.sqrt(v) + e),),
    "affine-missing-in-test": (plain_in_test,),
    "not-centred": (written(centre=False),),
    "affine-first": (written(pre=lambda x, g, b: g * x + b, affine=lambda h, g, b: h),),
    "gamma-beta-exchanged": (written(affine=lambda h, g, b: b * h + g),),
    "gamma-missing": (written(affine=lambda h, g, b: h + b),),
    "beta-missing": (written(affine=lambda h, g, b: g * h),),
    "affine-missing": (written(affine=lambda h, g, b: h),),
    "gamma-per-row": (written(affine=lambda h, g, b: g.reshape(-1, 1) * h + b.reshape(-1, 1)),),
    "momentum-swapped": (written(follow=lambda m, old, new: (1 - m) * old + m * new),),
    "running-variance-not-updated": (written(update=("mean",)),),
    "running-mean-not-updated": (written(update=("var",)),),
    "running-statistics-not-updated": (written(update=()),),
    "running-standard-deviation": (written(kept=lambda v, e: np.sqrt(v)),),
    "running-standard-deviation (of v + eps)": (written(kept=lambda v, e: np.sqrt(v + e)),),
    "running-standard-deviation (squared in test mode)": (
        written(kept=lambda v, e: np.sqrt(v), test_root=lambda v, e: np.sqrt(v**2 + e)),
    ),
    "epsilon-in-running-variance": (written(kept=lambda v, e: v + e),),
    "first-batch-copied": (written(first_copied=True),),
    "running-statistics-in-training": (written(train_with="running"),),
    "batch-statistics-in-test": (written(test_with="batch"),),
    "running-statistics-updated-in-test": (written(update_in_test=True),),
    "epsilon-ignored": (written(fixed="eps"),),
    "momentum-ignored": (written(fixed="momentum"),),
    "input-changed": (in_place,),
    "shapes-do-not-fit": (tied_to_a_square,),
    # Two at once.
    "momentum-swapped+unbiased-variance": (written(follow=lambda m, o, n: (1 - m) * o + m * n, ddof=1),),
    "epsilon-outside+running-variance-not-updated": (written(root=lambda v, e: np.sqrt(v) + e, update=("mean",)),),
}

WRONG = {
    "only the output": (output_only,),
    "nothing returned": (nothing,),
    "half of it": (missing_half,),
    "median": (median_for_mean,),
}
