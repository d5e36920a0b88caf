"""Ways to write `sgd_momentum`, `rmsprop` and `adam`, right and wrong."""

import numpy as np

from course_utils.exercises.optimizers.momentum.solutions import Sgd


def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v
    return next_w, config


def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
    return next_w, config


def adam(w, dw, config=None):
    if config is None:
        config = {}
    for key, value in {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}.items():
        config.setdefault(key, value)
    m, v = config.get("m", np.zeros_like(w)), config.get("v", np.zeros_like(w))
    config["t"] += 1
    config["m"] = config["beta1"] * m + (1 - config["beta1"]) * dw
    config["v"] = config["beta2"] * v + (1 - config["beta2"]) * dw**2
    m_hat = config["m"] / (1 - config["beta1"] ** config["t"])
    v_hat = config["v"] / (1 - config["beta2"] ** config["t"])
    return w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"]), config


def fresh_momentum(w, dw, config=None):
    """Returns a config of its own, and leaves the one that it was given alone."""
    new = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": 0.0, **(config or {})}
    new["velocity"] = new["momentum"] * new["velocity"] - new["learning_rate"] * dw
    return w + new["velocity"], new


def fresh_rmsprop(w, dw, config=None):
    new = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros(w.shape), **(config or {})}
    cache = new["cache"].copy()
    cache += (1 - new["decay_rate"]) * (dw * dw - cache)
    new["cache"] = cache
    return w + -new["learning_rate"] * dw / (cache**0.5 + new["epsilon"]), new


def fresh_adam(w, dw, config=None):
    new = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "m": 0.0, "v": 0.0, "t": 0}
    new.update(config or {})
    b1, b2, t = new["beta1"], new["beta2"], new["t"] + 1
    m, v = b1 * new["m"] + (1 - b1) * dw, b2 * new["v"] + (1 - b2) * np.square(dw)
    rate = new["learning_rate"] * np.sqrt(1 - b2**t) / (1 - b1**t)
    next_w = w - rate * m / (np.sqrt(v) + new["epsilon"] * np.sqrt(1 - b2**t))
    return next_w, {**new, "m": m, "v": v, "t": t}


CORRECT = {
    "as the notebook starts them": (sgd_momentum, rmsprop, adam),
    "with fresh configs": (fresh_momentum, fresh_rmsprop, fresh_adam),
}


def momentum_with(velocity, change=lambda v, old, dw, c: v, store=True, read=True, default=0.9):
    def function(w, dw, config=None):
        c = {"learning_rate": 1e-2, "momentum": default, **(config or {})}
        old = c.get("velocity", np.zeros_like(w)) if read else np.zeros_like(w)
        new = velocity(old, dw, c["learning_rate"], c["momentum"])
        c["velocity"] = new if store else c.get("velocity", np.zeros_like(w))
        return w + change(new, old, dw, c), c

    return (function, rmsprop, adam)


def heavy(v, dw, lr, mu):
    return mu * v - lr * dw


def rmsprop_with(
    square=lambda s, g, d: d * s + (1 - d) * g**2,
    divisor=lambda s, old, e: np.sqrt(s) + e,
    stored=lambda new, old: new,
    change=lambda lr, quotient: -lr * quotient,
    epsilon=1e-8,
):
    def function(w, dw, config=None):
        c = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": epsilon, "cache": np.zeros_like(w), **(config or {})}
        old = c["cache"]
        new = square(old, dw, c["decay_rate"])
        c["cache"] = stored(new, old)
        return w + change(c["learning_rate"], dw / divisor(new, old, c["epsilon"])), c

    return (sgd_momentum, function, adam)


def adam_with(
    exponent=lambda t: t + 1,
    stored=lambda t: t + 1,
    default_t=0,
    divisors=lambda b1, b2, k: (1 - b1**k, 1 - b2**k),
    denominator=lambda v, raw, f, e: np.sqrt(v) + e,
    store=True,
    betas=(0.9, 0.999),
    first=lambda m, g, b1: b1 * m + (1 - b1) * g,
    second=lambda v, g, b2: b2 * v + (1 - b2) * g**2,
    change=lambda lr, m, g, d: -lr * m / d,
    epsilon=1e-8,
):
    def function(w, dw, config=None):
        c = {"learning_rate": 1e-3, "beta1": betas[0], "beta2": betas[1], "epsilon": epsilon, "t": default_t}
        c.update(config or {})
        b1, b2, k = c["beta1"], c["beta2"], exponent(c["t"])
        m = first(c.get("m", np.zeros_like(w)), dw, b1)
        v = second(c.get("v", np.zeros_like(w)), dw, b2)
        if store:
            c["m"], c["v"] = m, v
        c["t"] = stored(c["t"])
        c1, c2 = map(np.float64, divisors(b1, b2, k))
        return w + change(c["learning_rate"], m / c1, dw, denominator(v / c2, v, c2, c["epsilon"])), c

    return (sgd_momentum, rmsprop, function)


def exchanged(w, dw, config=None):
    """Hands the betas to a right Adam in the wrong order, and back."""
    c = {"beta1": 0.9, "beta2": 0.999, **(config or {})}
    new_w, new = adam(w, dw, {**c, "beta1": c["beta2"], "beta2": c["beta1"]})
    return new_w, {**new, "beta1": c["beta1"], "beta2": c["beta2"]}


def squares_the_average(w, dw, config=None):
    c = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "m": 0, "v": 0, "t": 0}
    c.update(config or {})
    c["t"] += 1
    c["m"] = c["beta1"] * c["m"] + (1 - c["beta1"]) * dw
    c["v"] = c["beta2"] * c["v"] + (1 - c["beta2"]) * np.square(c["m"])
    m_hat, v_hat = c["m"] / (1 - c["beta1"] ** c["t"]), c["v"] / (1 - c["beta2"] ** c["t"])
    return w - c["learning_rate"] * m_hat / (c["epsilon"] + v_hat**0.5), c


def stored_back(w, dw, config=None):
    c = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "m": 0, "v": 0, "t": 0}
    c.update(config or {})
    c["t"] += 1
    c["m"] = (c["beta1"] * c["m"] + (1 - c["beta1"]) * dw) / (1 - c["beta1"] ** c["t"])
    c["v"] = (c["beta2"] * c["v"] + (1 - c["beta2"]) * dw**2) / (1 - c["beta2"] ** c["t"])
    return w - c["learning_rate"] * c["m"] / (np.sqrt(c["v"]) + c["epsilon"]), c


def moves_w_itself(w, dw, config=None):
    v, config = sgd_momentum(np.zeros_like(w), dw, config)
    w += v
    return w, config


def in_place(function):
    """A function that moves w itself, and returns it."""

    def moving(w, dw, config=None):
        next_w, config = function(w, dw, config)
        w += next_w - w
        return w, config

    return moving


def averages_in_dw(w, dw, config=None):
    """Uses the memory of the gradient for its square, and for the step."""
    c = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": 0.0, **(config or {})}
    cache = c["decay_rate"] * c["cache"] + (1 - c["decay_rate"]) * dw**2
    dw *= c["learning_rate"]
    dw /= np.sqrt(cache) + c["epsilon"]
    return w - dw, {**c, "cache": cache}


def velocity_in_dw(w, dw, config=None):
    c = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": 0.0, **(config or {})}
    dw *= -c["learning_rate"]
    dw += c["momentum"] * c["velocity"]
    return w + dw, {**c, "velocity": dw}


def scaled_in_dw(w, dw, config=None):
    """Forgets the velocity, and writes the step into the gradient."""
    c = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    dw *= c["learning_rate"]
    return w - dw, {**c, "velocity": -dw}


def all_or_nothing(function, **state):
    """A function that makes a config where there is none, and counts on every key where there is one."""

    def with_every_key(w, dw, config=None):
        if config is not None:
            for key in state:
                config[key]
        return function(w, dw, config)

    return with_every_key


def settings_needed(w, dw, config=None):
    if config is None:
        config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}
    s = config["decay_rate"] * config.get("cache", 0) + (1 - config["decay_rate"]) * dw**2
    return w - config["learning_rate"] * dw / (np.sqrt(s) + config["epsilon"]), {**config, "cache": s}


def starts_again(w, dw, config=None):
    if config is None or "cache" not in config:
        config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)}
    return rmsprop(w, dw, config)


VARIANTS = {
    "epsilon-inside": rmsprop_with(divisor=lambda s, old, e: np.sqrt(s + e)),
    "epsilon-inside (adam)": adam_with(denominator=lambda v, raw, f, e: np.sqrt(v + e)),
    "epsilon-on-uncorrected-v": adam_with(denominator=lambda v, raw, f, e: (np.sqrt(raw) + e) / np.sqrt(f)),
    "epsilon-inside-uncorrected-v": adam_with(denominator=lambda v, raw, f, e: np.sqrt((raw + e) / f)),
    "w-in-place": (moves_w_itself, rmsprop, adam),
    "w-in-place (in all three)": (in_place(sgd_momentum), in_place(rmsprop), in_place(adam)),
    "w-in-place+epsilon-inside": (
        sgd_momentum,
        in_place(rmsprop_with(divisor=lambda s, old, e: np.sqrt(s + e))[1]),
        adam,
    ),
    "another-epsilon": rmsprop_with(epsilon=1e-7),
    "another-epsilon (adam)": adam_with(epsilon=1e-10),
    "another-epsilon+epsilon-on-uncorrected-v": adam_with(
        epsilon=1e-6, denominator=lambda v, raw, f, e: (np.sqrt(raw) + e) / np.sqrt(f)
    ),
}


def defaults_win(function, **defaults):
    def overridden(w, dw, config=None):
        return function(w, dw, {**(config or {}), **defaults})

    return overridden


MUTANTS = {
    "plain-sgd": momentum_with(lambda v, dw, lr, mu: v, lambda v, old, dw, c: -c["learning_rate"] * dw),
    "t-not-incremented (from 1)": adam_with(exponent=lambda t: t, stored=lambda t: t, default_t=1),
    "t-not-incremented+no-bias-correction": adam_with(divisors=lambda b1, b2, k: (1, 1), stored=lambda t: t),
    "t-not-incremented+no-bias-correction+input-changed (w)": (
        sgd_momentum,
        rmsprop,
        in_place(adam_with(divisors=lambda b1, b2, k: (1, 1), stored=lambda t: t)[2]),
    ),
    "t-frozen": adam_with(divisors=lambda b1, b2, k: (1 - b1, 1 - b2)),
    "t-frozen+input-changed (w)": (
        sgd_momentum,
        rmsprop,
        in_place(adam_with(divisors=lambda b1, b2, k: (1 - b1, 1 - b2))[2]),
    ),
    "t-not-incremented+t-frozen": adam_with(divisors=lambda b1, b2, k: (1 - b1, 1 - b2), stored=lambda t: t),
    "defaults-win": (defaults_win(sgd_momentum, learning_rate=1e-2, momentum=0.9), rmsprop, adam),
    "defaults-win (rmsprop)": (
        sgd_momentum,
        defaults_win(rmsprop, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8),
        adam,
    ),
    "defaults-win (adam)": (
        sgd_momentum,
        rmsprop,
        defaults_win(adam, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8),
    ),
    "ascent": momentum_with(lambda v, dw, lr, mu: mu * v + lr * dw),
    "sign-mixed": momentum_with(heavy, lambda v, old, dw, c: -v),
    "learning-rate-ignored": momentum_with(lambda v, dw, lr, mu: mu * v - dw),
    "ema-form": momentum_with(lambda v, dw, lr, mu: mu * v - (1 - mu) * lr * dw),
    "velocity-in-gradient-units": momentum_with(
        lambda v, dw, lr, mu: mu * v + dw, lambda v, old, dw, c: -c["learning_rate"] * v
    ),
    "velocity-sign-reversed": momentum_with(lambda v, dw, lr, mu: mu * v + lr * dw, lambda v, old, dw, c: -v),
    "average-in-gradient-units": momentum_with(
        lambda v, dw, lr, mu: mu * v + (1 - mu) * dw, lambda v, old, dw, c: -c["learning_rate"] * v
    ),
    "stale-velocity": momentum_with(heavy, lambda v, old, dw, c: old),
    "velocity-not-stored": momentum_with(heavy, store=False),
    "velocity-not-read": momentum_with(heavy, read=False),
    "nesterov": momentum_with(heavy, lambda v, old, dw, c: c["momentum"] * v - c["learning_rate"] * dw),
    "other-defaults": momentum_with(heavy, default=0.99),
    "missing-keys-not-filled-in": (sgd_momentum, rmsprop, all_or_nothing(adam, m=0.0, v=0.0, t=0)),
    "missing-keys-not-filled-in (momentum)": (all_or_nothing(sgd_momentum, velocity=0.0), rmsprop, adam),
    "missing-keys-not-filled-in (settings)": (sgd_momentum, settings_needed, adam),
    "given-settings-lost": (sgd_momentum, starts_again, adam),
    "ascent+missing-keys-not-filled-in": (
        all_or_nothing(momentum_with(lambda v, dw, lr, mu: mu * v + lr * dw)[0], velocity=0.0),
        rmsprop,
        adam,
    ),
    "input-changed": (velocity_in_dw, rmsprop, adam),
    "input-changed (rmsprop)": (sgd_momentum, averages_in_dw, adam),
    "input-changed (and w as well)": (sgd_momentum, in_place(averages_in_dw), adam),
    "ascent+input-changed (w)": (in_place(momentum_with(lambda v, dw, lr, mu: mu * v + lr * dw)[0]), rmsprop, adam),
    "other-defaults+input-changed (w)": (in_place(momentum_with(heavy, default=0.99)[0]), rmsprop, adam),
    "velocity-not-read+input-changed (dw)": (scaled_in_dw, rmsprop, adam),
    "ascent (rmsprop)": rmsprop_with(change=lambda lr, quotient: lr * quotient),
    "learning-rate-ignored (rmsprop)": rmsprop_with(change=lambda lr, quotient: -quotient),
    "no-one-minus-beta": rmsprop_with(lambda s, g, d: d * s + g * g),
    "absolute-instead-of-square": rmsprop_with(lambda s, g, d: d * s + (1 - d) * np.abs(g)),
    "scalar-second-moment": rmsprop_with(lambda s, g, d: d * s + (1 - d) * (g * g).mean()),
    "root-stored": rmsprop_with(stored=lambda new, old: new**0.5),
    "no-one-minus-beta (with another epsilon)": rmsprop_with(lambda s, g, d: d * s + g * g, epsilon=1e-7),
    "squares-summed": rmsprop_with(lambda s, g, d: s + g**2),
    "beta-on-wrong-term": rmsprop_with(lambda s, g, d: (1 - d) * s + d * g**2),
    "square-of-the-average": rmsprop_with(lambda s, g, d: d * s + (1 - d) * g, lambda s, old, e: np.sqrt(s**2) + e),
    "no-root": rmsprop_with(divisor=lambda s, old, e: s + e),
    "stale-squares": rmsprop_with(divisor=lambda s, old, e: np.sqrt(old) + e),
    "squares-not-kept": rmsprop_with(stored=lambda new, old: old),
    "gradient-not-squared": rmsprop_with(lambda s, g, d: d * s + (1 - d) * g),
    "epsilon-ignored": rmsprop_with(divisor=lambda s, old, e: np.sqrt(s) + 1e-8),
    "squares-summed (epsilon inside)": rmsprop_with(lambda s, g, d: s + g**2, lambda s, old, e: np.sqrt(s + e)),
    "t-not-incremented": adam_with(exponent=lambda t: t, stored=lambda t: t),
    "t-not-stored": adam_with(stored=lambda t: t),
    "t-incremented-after-use": adam_with(exponent=lambda t: t),
    "exponent-too-large": adam_with(exponent=lambda t: t + 2),
    "t-starts-at-one": adam_with(default_t=1),
    "moments-not-stored": adam_with(store=False),
    "no-bias-correction": adam_with(divisors=lambda b1, b2, k: (1, 1)),
    "only-first-moment-corrected": adam_with(divisors=lambda b1, b2, k: (1 - b1**k, 1)),
    "only-second-moment-corrected": adam_with(divisors=lambda b1, b2, k: (1, 1 - b2**k)),
    "only-second-moment-corrected (epsilon on the uncorrected root)": adam_with(
        divisors=lambda b1, b2, k: (1, 1 - b2**k), denominator=lambda v, raw, f, e: (np.sqrt(raw) + e) / np.sqrt(f)
    ),
    "correction-without-root": adam_with(denominator=lambda v, raw, f, e: (np.sqrt(raw) + e) / f),
    "correction-multiplied": adam_with(divisors=lambda b1, b2, k: (1 / (1 - b1**k), 1 / (1 - b2**k))),
    "product-for-power": adam_with(divisors=lambda b1, b2, k: (1 - k * b1, 1 - k * b2)),
    "correction-betas-swapped": adam_with(divisors=lambda b1, b2, k: (1 - b2**k, 1 - b1**k)),
    "ascent (adam)": adam_with(change=lambda lr, m, g, d: lr * m / d),
    "learning-rate-ignored (adam)": adam_with(change=lambda lr, m, g, d: -m / d),
    "first-moment-unused": adam_with(change=lambda lr, m, g, d: -lr * g / d),
    "betas-swapped": (sgd_momentum, rmsprop, exchanged),
    "beta1-on-wrong-term": adam_with(first=lambda m, g, b1: m + b1 * (g - m)),
    "no-one-minus-beta1": adam_with(first=lambda m, g, b1: b1 * m + g),
    "beta2-on-wrong-term": adam_with(second=lambda v, g, b2: v + b2 * (g * g - v)),
    "no-one-minus-beta2": adam_with(second=lambda v, g, b2: b2 * v + g * g),
    "squares-summed (adam)": adam_with(second=lambda v, g, b2: v + g * g),
    "second-moment-from-m": (sgd_momentum, rmsprop, squares_the_average),
    "absolute-instead-of-square (adam)": adam_with(second=lambda v, g, b2: b2 * v + (1 - b2) * abs(g)),
    "gradient-not-squared (adam)": adam_with(second=lambda v, g, b2: b2 * v + (1 - b2) * g),
    "scalar-second-moment (adam)": adam_with(
        second=lambda v, g, b2: b2 * v + (1 - b2) * np.dot(g.flat, g.flat) / g.size
    ),
    "no-root (adam)": adam_with(denominator=lambda v, raw, f, e: v + e),
    "corrected-stored-back": (sgd_momentum, rmsprop, stored_back),
    "epsilon-ignored (adam)": adam_with(denominator=lambda v, raw, f, e: np.sqrt(v)),
    "other-defaults (adam)": adam_with(betas=(0.9, 0.99)),
    "t-starts-at-one+input-changed (w)": (sgd_momentum, rmsprop, in_place(adam_with(default_t=1)[2])),
    "t-starts-at-one (epsilon inside)": adam_with(default_t=1, denominator=lambda v, raw, f, e: np.sqrt(v + e)),
}


def none(w, dw, config=None):
    return None


def only_w(w, dw, config=None):
    return w - 0.1 * dw


def no_cache(w, dw, config=None):
    return w - 0.1 * dw, {}


def stub(w, dw, config=None):
    raise NotImplementedError


WRONG = {
    "nothing returned": (none, none, none),
    "no config returned": (only_w, only_w, only_w),
    "empty config returned": (no_cache, no_cache, no_cache),
    "stubs": (stub, stub, stub),
    "classes": (Sgd, Sgd, Sgd),
    "no config taken": (lambda w, dw: (w, {}),) * 3,
}
