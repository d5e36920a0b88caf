"""Ways to write `gradient_descent_optimum` and `heavy_ball_optimum`, right and wrong."""

import numpy as np
import torch


def descent(eigenvalues):
    smallest, largest = min(eigenvalues), max(eigenvalues)
    return 2 / (smallest + largest), (largest - smallest) / (largest + smallest)


def heavy(eigenvalues):
    low, high = np.sqrt(np.min(eigenvalues)), np.sqrt(np.max(eigenvalues))
    rate = (high - low) / (high + low)
    return (2 / (high + low)) ** 2, rate**2, rate


def descent_by_kappa(eigenvalues):
    kappa = eigenvalues.max() / eigenvalues.min()
    return [2 / eigenvalues.max() / (1 + 1 / kappa), (kappa - 1) / (kappa + 1)]


def descent_from_factor(eigenvalues):
    ordered = np.sort(eigenvalues)
    lr = 2 / (ordered[0] + ordered[-1])
    return lr, np.abs(1 - lr * eigenvalues).max()


def heavy_by_kappa(eigenvalues):
    kappa = eigenvalues.max() / eigenvalues.min()
    beta = (1 - 2 / (kappa**0.5 + 1)) ** 2
    return (1 + beta**0.5) ** 2 / eigenvalues.max(), beta, beta**0.5


def in_torch(eigenvalues):
    w = torch.tensor(eigenvalues)
    low, high = w.min().sqrt(), w.max().sqrt()
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2, (high - low) / (high + low)


CORRECT = {
    "plain": (descent, heavy),
    "by the condition number": (descent_by_kappa, heavy_by_kappa),
    "as a tensor, as an array": (lambda w: torch.tensor(descent(w)), lambda w: np.array(heavy(w))),
    "from the factor per step": (descent_from_factor, in_torch),
}

VARIANTS = {
    "moving-average-form": (descent, lambda w: (heavy(w)[0] / (1 - heavy(w)[1]), heavy(w)[1], heavy(w)[2])),
}


def descent_with(lr=None, rate=None, ends=lambda w: (w.min(), w.max())):
    """Gradient descent's optimum with pieces replaced; each gets smallest, largest and all."""

    def gradient_descent_optimum(eigenvalues):
        a, b = ends(eigenvalues)
        found = (lr or (lambda a, b, w: 2 / (a + b)))(a, b, eigenvalues)
        return found, (rate or (lambda a, b, w: (b / a - 1) / (b / a + 1)))(a, b, eigenvalues)

    return gradient_descent_optimum, heavy


def heavy_with(lr=None, beta=None, rate=None, ends=lambda w: (w.min(), w.max())):
    """The heavy ball's optimum with pieces replaced; each gets the roots of smallest and largest."""

    def heavy_ball_optimum(eigenvalues):
        low, high = np.sqrt(ends(eigenvalues))
        factor = (high - low) / (high + low)
        return (
            (lr or (lambda low, high: 4 / (low + high) ** 2))(low, high),
            beta(low, high) if beta else factor**2,
            rate(low, high) if rate else factor,
        )

    return descent, heavy_ball_optimum


def ends_of_list(w):
    return w[0], w[-1]


def without_root(low, high):
    return (high**2 - low**2) / (high**2 + low**2)


def factor(low, high):
    return (high - low) / (high + low)


def sorts_in_place(eigenvalues):
    eigenvalues.sort()
    return descent(eigenvalues)


def one_over_the_last(eigenvalues):
    eigenvalues.sort()
    return 1 / eigenvalues[-1], descent(eigenvalues)[1]


MUTANTS = {
    "ends-of-the-list": descent_with(ends=ends_of_list),
    "one-over-largest": descent_with(lr=lambda a, b, w: 1 / b),
    "stability-limit": descent_with(lr=lambda a, b, w: 2 / b),
    "half-the-step": descent_with(lr=lambda a, b, w: 1 / (a + b)),
    "mean-of-all": descent_with(lr=lambda a, b, w: 1 / np.mean(w)),
    "geometric-mean": descent_with(lr=lambda a, b, w: (a * b) ** -0.5),
    "rate-of-one-over-largest": descent_with(rate=lambda a, b, w: (b - a) / b),
    "one-over-largest+rate-of-one-over-largest": descent_with(
        lr=lambda a, b, w: 1 / b, rate=lambda a, b, w: np.abs(1 - w / b).max()
    ),
    "rate-of-heavy-ball": descent_with(rate=lambda a, b, w: factor(a**0.5, b**0.5)),
    "rate-of-loss": descent_with(rate=lambda a, b, w: ((b - a) / (b + a)) ** 2),
    "rate-negative": descent_with(rate=lambda a, b, w: 1 - 2 / (a + b) * b),
    "share-removed": descent_with(rate=lambda a, b, w: 2 / (b / a + 1)),
    "condition-number": descent_with(rate=lambda a, b, w: b / a),
    "one-over-largest+eigenvalues-changed": (one_over_the_last, heavy),
    "eigenvalues-changed": (sorts_in_place, heavy),
    "ends-of-the-list (heavy ball)": heavy_with(ends=ends_of_list),
    "step-of-gradient-descent": heavy_with(lr=lambda low, high: 2 / (low**2 + high**2)),
    "step-not-squared": heavy_with(lr=lambda low, high: 2 / (low + high)),
    "root-of-the-sum": heavy_with(lr=lambda low, high: 4 / (low**2 + high**2)),
    "one-over-largest (heavy ball)": heavy_with(lr=lambda low, high: 1 / high**2),
    "stability-limit (heavy ball)": heavy_with(lr=lambda low, high: (2 + 2 * factor(low, high) ** 2) / high**2),
    "beta-not-squared": heavy_with(beta=factor),
    "rate-taken-for-beta": heavy_with(beta=factor, rate=lambda low, high: factor(low, high) ** 0.5),
    "one-minus-beta": heavy_with(beta=lambda low, high: 1 - factor(low, high) ** 2),
    "condition-number-without-root": heavy_with(beta=lambda low, high: without_root(low, high) ** 2, rate=without_root),
    "rate-of-gradient-descent": heavy_with(rate=without_root),
    "rate-of-loss (heavy ball)": heavy_with(rate=lambda low, high: factor(low, high) ** 2),
    "twice-the-root-of-beta": heavy_with(rate=lambda low, high: 2 * factor(low, high)),
    "share-removed (heavy ball)": heavy_with(rate=lambda low, high: 2 * low / (high + low)),
    "step-of-gradient-descent+rate-of-gradient-descent": heavy_with(
        lr=lambda low, high: 2 / (low**2 + high**2), rate=without_root
    ),
    "ends-of-the-list+rate-of-loss": descent_with(ends=ends_of_list, rate=lambda a, b, w: ((b - a) / (b + a)) ** 2),
    "rate-of-loss (under the moving average)": (
        descent,
        lambda w: (heavy(w)[0] / (1 - heavy(w)[1]), heavy(w)[1], heavy(w)[1]),
    ),
}


def stub(eigenvalues):
    raise NotImplementedError


def wrong(function):
    """The same for both functions."""
    return function, function


WRONG = {
    "stubs": wrong(stub),
    "forgotten return": wrong(lambda w: None),
    "one number": wrong(lambda w: 2 / (w.min() + w.max())),
    "too many": wrong(lambda w: (1.0, 2.0, 3.0, 4.0)),
    "one per eigenvalue": wrong(lambda w: (2 / w, w, w)[: 2 if len(w) else 3]),
    "text": wrong(lambda w: ("fast", "slow")),
    "an exception": wrong(lambda w: 1 / 0),
    "nan": (lambda w: (np.nan, np.nan), lambda w: (np.nan, np.nan, np.nan)),
    "numbers for functions": (0.1, 0.2),
    "no arguments": wrong(lambda: (1.0, 2.0)),
}
