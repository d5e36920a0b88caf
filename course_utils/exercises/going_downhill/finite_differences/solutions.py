"""Students' ways to write `numerical_gradient` and `rel_error`."""

import numpy as np


def with_nditer(f, x, h=1e-5):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        fp = f(x)
        x[ix] = old - h
        fm = f(x)
        x[ix] = old
        grad[ix] = (fp - fm) / (2 * h)
        it.iternext()
    return grad


def on_copies(f, x, h=1e-5):
    gradient = np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        gradient[i] = (f(x + e) - f(x - e)) / (2.0 * h)
    return gradient


def on_flat_view(f, x, h=1e-5):
    flat = x.reshape(-1)
    out = []
    for i in range(flat.size):
        flat[i] += h
        up = f(x)
        flat[i] -= 2 * h
        down = f(x)
        flat[i] += h
        out.append((up - down) / (2 * h))
    return np.array(out).reshape(x.shape)


def rel_error(x, y):
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


def rel_error_loop(x, y):
    worst = 0.0
    for a, b in zip(x.ravel(), y.ravel(), strict=True):
        worst = max(worst, abs(a - b) / max(abs(a) + abs(b), 1e-8))
    return worst


def gradient(formula, restore=True, step="h"):
    def numerical_gradient(f, x, h=1e-5):
        h = eval(step, {"h": h})
        grad = np.zeros_like(x)
        for i in np.ndindex(*x.shape):
            old = x[i]
            here = f(x)
            x[i] = old + h
            up = f(x)
            x[i] = old - h
            down = f(x)
            if restore:
                x[i] = old
            grad[i] = eval(formula, {"up": up, "down": down, "here": here, "h": h})
        return grad

    return numerical_gradient


def central_then_leaves_copy_moved(f, x, h=1e-5):
    grad = on_copies(f, x, h)
    x += h
    return grad


def all_at_once(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


def first_axis_only(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for i in range(len(x)):
        old = x[i].copy()
        x[i] = old + h
        up = f(x)
        x[i] = old - h
        down = f(x)
        x[i] = old
        grad[i] = (up - down) / (2 * h)
    return grad


def both_points_the_same(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        up = down = x
        up[i] += h
        down[i] -= h
        grad[i] = (f(up) - f(down)) / (2 * h)
    return grad


def forgot_return(f, x, h=1e-5):
    on_copies(f, x, h)


def error(formula):
    def rel_error(x, y):
        return eval(formula, {"x": x, "y": y, "np": np, "abs": np.abs})

    return rel_error


CENTRAL = "(up - down) / (2 * h)"

CORRECT = {
    "nditer": (with_nditer, rel_error),
    "copies": (on_copies, rel_error_loop),
    "flat view, moved back by sums": (on_flat_view, rel_error),
    "a list, a tensor-like 0-d array": (
        lambda f, x, h=1e-5: on_copies(f, x, h).tolist(),
        lambda x, y: np.array(rel_error(x, y)),
    ),
}

VARIANTS = {
    "larger-size": (on_copies, error("np.max(abs(x - y) / np.maximum(1e-8, np.maximum(abs(x), abs(y))))")),
}

MUTANTS = {
    "forward-difference": (gradient("(up - here) / h"), rel_error),
    "backward-difference": (gradient("(here - down) / h"), rel_error),
    "half-of-a-one-sided-difference": (gradient("(up - here) / (2 * h)"), rel_error),
    "half-of-a-one-sided-difference (the other side)": (gradient("(here - down) / (2 * h)"), rel_error),
    "divided-by-h": (gradient("(up - down) / h"), rel_error),
    "step-size-ignored": (gradient(CENTRAL, step="1e-5"), rel_error),
    "half-steps": (gradient(CENTRAL, step="h / 2"), rel_error),
    "sign-of-difference": (gradient("(down - up) / (2 * h)"), rel_error),
    "entries-not-put-back": (gradient(CENTRAL, restore=False), rel_error),
    "both-points-the-same": (both_points_the_same, rel_error),
    "x-changed": (central_then_leaves_copy_moved, rel_error),
    "all-entries-at-once": (all_at_once, rel_error),
    "forward-difference+step-size-ignored": (gradient("(up - here) / h", step="1e-5"), rel_error),
    "whole-rows-moved": (first_axis_only, rel_error),
    "mean-instead-of-max": (on_copies, error("np.mean(abs(x - y) / np.maximum(1e-8, abs(x) + abs(y)))")),
    "no-floor": (on_copies, error("np.max(abs(x - y) / (abs(x) + abs(y)))")),
    "floor-added": (on_copies, error("np.max(abs(x - y) / (abs(x) + abs(y) + 1e-8))")),
    "absolute-error": (on_copies, error("np.max(abs(x - y))")),
    "first-argument-only": (on_copies, error("np.max(abs(x - y) / np.maximum(1e-8, abs(x)))")),
    "second-argument-only": (on_copies, error("np.max(abs(x - y) / np.maximum(1e-8, abs(y)))")),
    "size-of-sum": (on_copies, error("np.max(abs(x - y) / np.maximum(1e-8, abs(x + y)))")),
    "sign-kept": (on_copies, error("np.max((x - y) / np.maximum(1e-8, abs(x) + abs(y)))")),
    "largest-over-largest": (on_copies, error("np.max(abs(x - y)) / np.max(np.maximum(1e-8, abs(x) + abs(y)))")),
    "norms-instead-of-entries": (
        on_copies,
        error("np.linalg.norm(x - y) / max(1e-8, np.linalg.norm(x) + np.linalg.norm(y))"),
    ),
    "forward-difference+no-floor": (
        gradient("(up - here) / h"),
        error("np.max(abs(x - y) / (abs(x) + abs(y)))"),
    ),
}

WRONG = {
    "both forgot return": (forgot_return, lambda x, y: None),
    "both raise": (lambda f, x, h=1e-5: x[99], lambda x, y: x @ "y"),
    "both nan": (lambda f, x, h=1e-5: x * np.nan, lambda x, y: np.nan),
    "strings": (lambda f, x, h=1e-5: "gradient", lambda x, y: "small"),
}
