"""Solutions and mutants of `spatial_norms`, as students write them, with the `batchnorm_forward` that they have."""

import math

import numpy as np
import torch
from torch.nn import functional

from course_utils.exercises.normalization.batchnorm_forward import solutions as matrices

batchnorm_forward = matrices.CORRECT["textbook"][0]


def through(
    flat=batchnorm_forward,
    fold=lambda x: x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]),
    unfold=lambda rows, n, c, h, w: rows.reshape(n, h, w, c).transpose(0, 3, 1, 2),
):
    """Make a solution that reshapes and uses the exercise before."""

    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = flat(fold(x), gamma, beta, bn_param)
        return unfold(out, *x.shape), cache

    return spatial_batchnorm_forward


def along(
    axes=(0, 2, 3),
    *,
    ddof=0,
    count=None,
    root=lambda v, e: np.sqrt(v + e),
    start=np.zeros_like,
    affine=lambda h, g, b: g * h + b,
    running=lambda m, old, new: m * old + (1 - m) * new,
    kept=lambda v, n: v,
    update_in_test=False,
    train_with_running=False,
    test_with_batch=False,
    shaped=lambda v: v,
):
    """Make a solution that averages over axes of the images."""

    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        mode, eps, m = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        values = count(x) if count else math.prod(x.shape[axis] for axis in axes)
        mean = np.sum(x, axis=axes, keepdims=True) / values
        var = np.sum((x - mean) ** 2, axis=axes, keepdims=True) / (values - ddof)
        old_mean = np.reshape(bn_param.get("running_mean", np.zeros(mean.shape, dtype=x.dtype)), mean.shape)
        old_var = np.reshape(bn_param.get("running_var", start(np.zeros(mean.shape, dtype=x.dtype))), mean.shape)
        if mode == "train" or update_in_test:
            bn_param["running_mean"] = shaped(running(m, old_mean, mean))
            bn_param["running_var"] = shaped(running(m, old_var, kept(var, values)))
        if (mode == "train" and train_with_running) or (mode == "test" and not test_with_batch):
            mean = np.reshape(bn_param["running_mean"], mean.shape)
            var = np.reshape(bn_param["running_var"], mean.shape)
        h = (x - mean) / root(var, eps)
        return affine(h, gamma.reshape(1, -1, 1, 1), beta.reshape(1, -1, 1, 1)), (h, var)

    return spatial_batchnorm_forward


def loops(x, gamma, beta, bn_param):
    out = np.empty_like(x)
    c = x.shape[1]
    means = np.array(bn_param.setdefault("running_mean", np.zeros(c, dtype=x.dtype)))
    variances = np.array(bn_param.setdefault("running_var", np.zeros(c, dtype=x.dtype)))
    m = bn_param.get("momentum", 0.9)
    for j in range(c):
        values = [float(v) for image in x for row in image[j] for v in row]
        mean, var = means[j], variances[j]
        if bn_param["mode"] == "train":
            mean = sum(values) / len(values)
            var = sum((v - mean) ** 2 for v in values) / len(values)
            means[j] = m * means[j] + (1 - m) * mean
            variances[j] = m * variances[j] + (1 - m) * var
        out[:, j] = gamma[j] * (x[:, j] - mean) / (var + bn_param.get("eps", 1e-5)) ** 0.5 + beta[j]
    bn_param["running_mean"], bn_param["running_var"] = means, variances
    return out, None


def torch_batchnorm(x, gamma, beta, bn_param):
    c = x.shape[1]
    mean = torch.tensor(bn_param.get("running_mean", np.zeros(c, dtype=x.dtype)))
    var = torch.tensor(bn_param.get("running_var", np.ones(c, dtype=x.dtype)))
    args = (torch.tensor(gamma), torch.tensor(beta), bn_param["mode"] == "train")
    out = functional.batch_norm(
        torch.tensor(x), mean, var, *args, 1 - bn_param.get("momentum", 0.9), bn_param.get("eps", 1e-5)
    )
    bn_param["running_mean"], bn_param["running_var"] = mean.numpy(), var.numpy()
    return out.numpy(), None


def groups(
    *,
    shape=lambda n, c, h, w, g: (n, g, c // g, h, w),
    axes=(2, 3, 4),
    ddof=0,
    fold=lambda x: x,
    unfold=lambda z, x: z.reshape(x.shape),
    root=lambda v, e: np.sqrt(v + e),
    affine=lambda h, g, b: g * h + b,
    pre=lambda x, g, b: x,
    centre=True,
    fixed=None,
):
    """Make a group normalization with one habit changed."""

    def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
        g, b = gamma.reshape(1, -1, 1, 1), beta.reshape(1, -1, 1, 1)
        z = fold(pre(x, g, b)).reshape(shape(*x.shape, G))
        mean, var = z.mean(axis=axes, keepdims=True), z.var(axis=axes, ddof=ddof, keepdims=True)
        h = (z - mean * centre) / root(var, fixed or gn_param.get("eps", 1e-5))
        return affine(unfold(h, x), g, b), (h, G)

    return spatial_groupnorm_forward


def groups_as_rows(x, gamma, beta, G, gn_param):
    n, c, h, w = x.shape
    rows = x.reshape(n * G, -1).T
    rows = (rows - rows.mean(0)) / np.sqrt(rows.var(0) + gn_param.get("eps", 1e-5))
    return gamma[np.newaxis, :, np.newaxis, np.newaxis] * rows.T.reshape(n, c, h, w) + beta[None, :, None, None], rows


def group_loops(x, gamma, beta, G, gn_param):
    out = np.zeros_like(x)
    size = x.shape[1] // G
    for i, image in enumerate(x):
        for k in range(G):
            group = image[k * size : (k + 1) * size]
            for c in range(k * size, (k + 1) * size):
                normal = (image[c] - group.mean()) / np.sqrt(group.var() + gn_param.get("eps", 1e-5))
                out[i, c] = gamma[c] * normal + beta[c]
    return out, (x, gamma)


def torch_groupnorm(x, gamma, beta, G, gn_param):
    tensors = [torch.from_numpy(a) for a in (x, gamma, beta)]
    return functional.group_norm(tensors[0], G, *tensors[1:], gn_param.get("eps", 1e-5)).numpy(), None


def group_einsum(x, gamma, beta, G, gn_param):
    n, c, h, w = x.shape
    z = np.reshape(x, (n, G, c // G * h * w))
    z = z - np.einsum("ngi->ng", z)[..., None] / z.shape[2]
    z = z / np.sqrt(np.einsum("ngi,ngi->ng", z, z)[..., None] / z.shape[2] + gn_param.get("eps", 1e-5))
    return np.einsum("nchw,c->nchw", z.reshape(x.shape), gamma) + beta.reshape(c, 1, 1), None


def gain_of_four_axes(x, gamma, beta, G, gn_param):
    n, c, h, w = x.shape
    z = x.reshape(n * G, c // G * h * w)
    z = (z - z.mean(1, keepdims=True)) / np.sqrt(z.var(1, keepdims=True) + gn_param.get("eps", 1e-5))
    return gamma * z.reshape(x.shape) + beta, None


def changes_images(x, gamma, beta, bn_param):
    out, cache = along()(x, gamma, beta, bn_param)
    x -= x.mean()
    return out, cache


def changes_groups(x, gamma, beta, G, gn_param):
    out, cache = groups()(x, gamma, beta, G, gn_param)
    x *= 0
    return out, cache


def forgetful(x, gamma, beta, bn_param):
    """Work on a copy of bn_param, so that nothing is kept."""
    start = {"running_mean": np.zeros(x.shape[1]), "running_var": np.zeros(x.shape[1])}
    return along()(x, gamma, beta, {**start, **bn_param})


def upcast(x, gamma, beta, bn_param):
    return along()(x.astype(np.float64), gamma, beta, bn_param)


def no_cache(x, gamma, beta, bn_param):
    return along()(x, gamma, beta, bn_param)[0]


def group_stub(x, gamma, beta, G, gn_param):
    raise NotImplementedError


def per_image(axes, shape):
    """Statistics of each image, kept flat, so that another batch size does not fit."""

    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        rows = x.reshape(shape(*x.shape))
        axis = rows.ndim - 1
        mean, var = rows.mean(axis), rows.var(axis)
        m = bn_param.get("momentum", 0.9)
        if bn_param["mode"] == "train":
            bn_param["running_mean"] = m * bn_param.get("running_mean", 0 * mean) + (1 - m) * mean
            bn_param["running_var"] = m * bn_param.get("running_var", 0 * var) + (1 - m) * var
        else:
            mean, var = bn_param["running_mean"], bn_param["running_var"]
            if mean.shape != rows.shape[:-1]:
                raise ValueError("operands could not be broadcast together")
        h = (rows - mean[..., None]) / np.sqrt(var[..., None] + bn_param.get("eps", 1e-5))
        return gamma[:, None, None] * h.reshape(x.shape) + beta[:, None, None], None

    return spatial_batchnorm_forward


SOUND = groups()

CORRECT = {
    "through matrices": (batchnorm_forward, through(), SOUND),
    "along axes, groups as rows": (batchnorm_forward, along(), groups_as_rows),
    "loops": (batchnorm_forward, loops, group_loops),
    "without batchnorm_forward, which is wrong": (matrices.MUTANTS["unbiased-variance"][0], along(), SOUND),
    "without batchnorm_forward, which is a stub": (lambda *args: None, along(), SOUND),
    "channels first, einsum": (
        batchnorm_forward,
        through(
            fold=lambda x: x.transpose(1, 0, 2, 3).reshape(x.shape[1], -1).T,
            unfold=lambda rows, n, c, h, w: rows.T.reshape(c, n, h, w).transpose(1, 0, 2, 3),
        ),
        group_einsum,
    ),
    "moveaxis, torch's group norm": (
        batchnorm_forward,
        through(
            fold=lambda x: np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]),
            unfold=lambda rows, n, c, h, w: np.moveaxis(rows.reshape(n, h, w, c), -1, 1),
        ),
        torch_groupnorm,
    ),
}


def kept_unbiased(v, n):
    return v * n / (n - 1)


VARIANTS = {
    "unbiased-running-variance+running-variance-starts-at-one": (batchnorm_forward, torch_batchnorm, SOUND),
    "unbiased-running-variance": (batchnorm_forward, along(kept=kept_unbiased), SOUND),
    "running-variance-starts-at-one": (batchnorm_forward, along(start=np.ones_like), SOUND),
    "computes-in-float64": (batchnorm_forward, upcast, SOUND),
    "gain-of-four-axes": (batchnorm_forward, along(), gain_of_four_axes),
    **{
        f"follows-own-batchnorm ({name})": (matrices.MUTANTS[name][0], through(matrices.MUTANTS[name][0]), SOUND)
        for name in (
            "unbiased-variance",
            "epsilon-outside",
            "no-epsilon",
            "divides-by-variance",
            "gamma-missing",
            "gamma-beta-exchanged",
            "momentum-swapped",
            "running-variance-not-updated",
            "running-statistics-in-training",
            "batch-statistics-in-test",
            "first-batch-copied",
            "epsilon-ignored",
            "whole-array",
            "no-epsilon-in-test",
            "shapes-do-not-fit",
            "divides-by-features",
        )
    },
}

BATCH = {
    "over-examples-only": along((0,)),
    "over-examples-only (through rows)": along((0,), shaped=np.squeeze),
    "per-image-and-channel": along((2, 3)),
    "per-image-and-channel (kept flat)": per_image((2, 3), lambda n, c, h, w: (n, c, h * w)),
    "per-image": along((1, 2, 3)),
    "per-image (kept flat)": per_image((1, 2, 3), lambda n, c, h, w: (n, c * h * w)),
    "statistics-per-pixel": along((1,)),
    "whole-array": along((0, 1, 2, 3)),
    "one-pixel-axis-forgotten": along((0, 2)),
    "one-pixel-axis-forgotten (the other)": along((0, 3)),
    "divides-by-examples": along(count=len),
    "reshape-without-transpose": through(
        fold=lambda x: x.reshape(-1, x.shape[1]), unfold=lambda rows, *shape: rows.reshape(shape)
    ),
    "reshape-without-transpose (going in)": through(fold=lambda x: x.reshape(-1, x.shape[1])),
    "not-transposed-back": through(unfold=lambda rows, *shape: rows.reshape(shape)),
    "rows-and-columns-mixed-up": through(fold=lambda x: x.transpose(0, 3, 2, 1).reshape(-1, x.shape[1])),
    "unbiased-variance": along(ddof=1, kept=lambda v, n: v * (n - 1) / n),
    "epsilon-outside": along(root=lambda v, e: np.sqrt(v) + e),
    "no-epsilon": along(root=lambda v, e: np.sqrt(v)),
    "divides-by-variance": along(root=lambda v, e: v + e),
    "gamma-missing": along(affine=lambda h, g, b: h + b),
    "gamma-beta-exchanged": along(affine=lambda h, g, b: b * h + g),
    "momentum-swapped": along(running=lambda m, old, new: (1 - m) * old + m * new),
    "running-statistics-updated-in-test": along(update_in_test=True),
    "running-statistics-in-training": along(train_with_running=True),
    "batch-statistics-in-test": along(test_with_batch=True),
    "running-statistics-not-updated": forgetful,
    "input-changed": changes_images,
    "epsilon-outside (torch's running variance)": along(root=lambda v, e: np.sqrt(v) + e, kept=kept_unbiased),
}

GROUP = {
    "pixels-forgotten": groups(axes=2),
    "per-channel": groups(axes=(3, 4)),
    "one-axis-of-pixels-forgotten (columns)": groups(axes=(2, 3)),
    "one-axis-of-pixels-forgotten (rows)": groups(axes=(2, 4)),
    "per-image": groups(axes=(1, 2, 3, 4)),
    "over-the-batch": groups(axes=(0, 2, 3, 4)),
    "statistics-across-groups": groups(axes=(0, 1)),
    "channels-interleaved": groups(shape=lambda n, c, h, w, g: (n, c // g, g, h, w), axes=(1, 3, 4)),
    "group-size-for-number": groups(shape=lambda n, c, h, w, g: (n, c // g, g, h, w)),
    "groups-of-pixels": groups(
        fold=lambda x: x.transpose(0, 2, 3, 1),
        unfold=lambda z, x: z.reshape(len(x), *x.shape[2:], x.shape[1]).transpose(0, 3, 1, 2),
    ),
    "unbiased-variance": groups(ddof=1),
    "epsilon-outside": groups(root=lambda v, e: np.sqrt(v) + e),
    "no-epsilon": groups(root=lambda v, e: np.sqrt(v)),
    "divides-by-variance": groups(root=lambda v, e: v + e),
    "not-centred": groups(centre=False),
    "affine-first": groups(pre=lambda x, g, b: g * x + b, affine=lambda h, g, b: h),
    "gamma-beta-exchanged": groups(affine=lambda h, g, b: b * h + g),
    "gamma-missing": groups(affine=lambda h, g, b: h + b),
    "beta-missing": groups(affine=lambda h, g, b: g * h),
    "affine-missing": groups(affine=lambda h, g, b: h),
    "epsilon-ignored": groups(fixed=1e-5),
    "input-changed": changes_groups,
    "channels-interleaved+unbiased-variance": groups(
        shape=lambda n, c, h, w, g: (n, c // g, g, h, w), axes=(1, 3, 4), ddof=1
    ),
}

# Made in images by a function on matrices that is not the one of the exercise before.
CARRIED = (
    "not-centred", "affine-first", "beta-missing", "affine-missing", "running-variance-not-updated",
    "running-mean-not-updated", "running-standard-deviation", "epsilon-in-running-variance", "first-batch-copied",
    "epsilon-ignored", "momentum-ignored",
)  # fmt: skip
MUTANTS = {
    **{name: (batchnorm_forward, through(matrices.MUTANTS[name][0]), SOUND) for name in CARRIED},
    **{name: (batchnorm_forward, mutant, SOUND) for name, mutant in BATCH.items()},
    **{f"{name} (groups)": (batchnorm_forward, along(), mutant) for name, mutant in GROUP.items()},
}

WRONG = {"no cache, and a stub": (batchnorm_forward, no_cache, group_stub)}
