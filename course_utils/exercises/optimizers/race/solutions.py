"""Ways to write `tuned_settings` and `race_table`, right and wrong."""

import numpy as np

GOOD = {
    "SGD": {"lr": 0.3},
    "momentum": {"lr": 0.6, "mu": 0.9},
    "RMSProp": {"lr": 0.008, "beta": 0.9},
    "Adam": {"lr": 0.012},
}


def settings(**changes):
    """Good settings with some methods changed."""
    return lambda: {**GOOD, **changes}


def table(train, settings, seeds):
    rows = {}
    for name, options in settings.items():
        last = [train(name, options, seed).test_accuracy[-1] for seed in seeds]
        rows[name] = (np.mean(last), min(last), max(last))
    return rows


def seed_by_seed(train, settings, seeds):
    results = {name: [] for name in settings}
    for seed in seeds:
        for name in settings:
            run = train(name, options=settings[name], seed=seed)
            results[name].append(run.test_accuracy[len(run.test_accuracy) - 1])
    return {name: [sum(values) / len(values), *np.sort(values)[[0, -1]]] for name, values in results.items()}


def three_times(train, settings, seeds):
    def of(name, summary):
        return summary([train(name, settings[name], s).test_accuracy[-1] for s in seeds])

    return {name: np.array([of(name, f) for f in (np.mean, np.min, np.max)]) for name in settings}


OTHER = {
    "Adam": {"lr": 0.02, "beta1": 0.8, "beta2": 0.95},
    "RMSProp": {"lr": np.float32(0.006)},
    "momentum": {"lr": 1, "mu": 0.8},
    "SGD": {"lr": 0.2},
}

CORRECT = {
    "plain": (settings(), table),
    "seed by seed": (lambda: OTHER, seed_by_seed),
    "three times": (settings(momentum={"lr": 0.4}), three_times),
}


def in_percent(train, settings, seeds):
    return {name: 100 * np.array(row) for name, row in table(train, settings, seeds).items()}


VARIANTS = {"percent": (settings(), in_percent)}


def table_with(value=lambda run: run.test_accuracy[-1], row=None, seeds_used=lambda seeds: seeds, options=None):
    """`race_table` with pieces replaced."""

    def race_table(train, settings, seeds):
        rows = {}
        for name in settings:
            given = settings[name] if options is None else options(settings)
            values = [value(train(name, given, seed)) for seed in seeds_used(seeds)]
            rows[name] = row(values) if row else (np.mean(values), np.min(values), np.max(values))
        return rows

    return settings(), race_table


def sgd(lr):
    return settings(SGD={"lr": lr}), table


def spread(ddof):
    return lambda v: (np.mean(v), np.mean(v) - np.std(v, ddof=ddof), np.mean(v) + np.std(v, ddof=ddof))


MUTANTS = {
    "one-rate-for-all": (lambda: {name: {"lr": 0.01} for name in GOOD}, table),
    "one-rate-for-all (large)": (lambda: {name: {"lr": 0.3} for name in GOOD}, table),
    "budget-changed": (settings(SGD={"lr": 0.3, "steps": 1000}), table),
    "momentum-off": (settings(momentum={"lr": 0.3, "mu": 0.0}), table),
    "steps-too-short": sgd(0.01),
    "steps-too-short (tiny)": sgd(1e-7),
    "steps-too-long": sgd(2.0),
    "steps-too-long (huge)": sgd(1e5),
    "steps-too-long (RMSProp)": (settings(RMSProp={"lr": 0.2}), table),
    "steps-too-long (Adam)": (settings(Adam={"lr": 0.3}), table),
    "steps-too-long (momentum)": (settings(momentum={"lr": 8.0}), table),
    "steps-too-short (momentum)": (settings(momentum={"lr": 0.003}), table),
    "heavy-ball-rate": (settings(momentum={"lr": 0.03}), table),
    "heavy-ball-rate+steps-too-short": (settings(momentum={"lr": 0.03}, SGD={"lr": 0.01}), table),
    "steps-too-short (RMSProp, Adam)": (settings(RMSProp={"lr": 3e-4}, Adam={"lr": 3e-4}), table),
    "steps-too-short+steps-too-long": (settings(SGD={"lr": 0.01}, Adam={"lr": 0.3}), table),
    "validation-reported": table_with(value=lambda run: run.valid_accuracy[-1]),
    "best-moment": table_with(value=lambda run: max(run.test_accuracy)),
    "moment-by-validation": table_with(value=lambda run: run.test_accuracy[np.argmax(run.valid_accuracy)]),
    "one-seed+moment-by-validation": table_with(
        value=lambda run: run.test_accuracy[np.argmax(run.valid_accuracy)], seeds_used=lambda seeds: seeds[:1]
    ),
    "mean-over-the-run": table_with(value=lambda run: np.mean(run.test_accuracy)),
    "first-moment": table_with(value=lambda run: run.test_accuracy[0]),
    "one-seed": table_with(seeds_used=lambda seeds: seeds[:1]),
    "one-seed (repeated)": table_with(seeds_used=lambda seeds: [seeds[0]] * len(seeds)),
    "other-seeds": table_with(seeds_used=lambda seeds: range(len(seeds))),
    "settings-not-used": table_with(options=lambda settings: {}),
    "settings-not-used (those of the last for all)": table_with(options=lambda settings: {"lr": 0.5}),
    "best-seed": table_with(row=lambda v: (max(v), min(v), max(v))),
    "median-instead-of-mean": table_with(row=lambda v: (np.median(v), min(v), max(v))),
    "standard-deviation": table_with(row=spread(0)),
    "standard-deviation (of a sample)": table_with(row=spread(1)),
    "order-of-columns": table_with(row=lambda v: (min(v), np.mean(v), max(v))),
    "validation-reported+best-moment": table_with(value=lambda run: max(run.valid_accuracy)),
    "best-moment+best-seed": table_with(
        value=lambda run: max(run.test_accuracy), row=lambda v: (max(v), min(v), max(v))
    ),
}


def stub(*args):
    raise NotImplementedError


WRONG = {
    "stubs": (stub, stub),
    "forgotten return": (lambda: None, lambda train, settings, seeds: None),
    "a dictionary for a function": (GOOD, {"SGD": (0.9, 0.8, 1.0)}),
    "a method missing": (lambda: {"SGD": {"lr": 0.3}}, lambda train, settings, seeds: {}),
    "numbers for dictionaries": (
        lambda: dict.fromkeys(GOOD, 0.1),
        lambda train, settings, seeds: dict.fromkeys(settings, 0.9),
    ),
    "a method of another name": (
        lambda: {name.replace("RMSProp", "RMSprop"): options for name, options in GOOD.items()},
        lambda train, settings, seeds: {},
    ),
    "no learning rate": (settings(Adam={"beta1": 0.9}), lambda train, settings, seeds: [0.9, 0.8, 1.0]),
    "unknown hyperparameter": (settings(SGD={"lr": 0.3, "momentum": 0.9}), lambda train, settings: {}),
    "negative learning rate": (settings(SGD={"lr": -0.3}), lambda *args: {"SGD": ()}),
    "share of one": (
        settings(momentum={"lr": 0.3, "mu": 1.0}),
        lambda train, settings, seeds: {
            n: [train(n, o, s).test_accuracy[-1] for s in seeds] for n, o in settings.items()
        },
    ),
    "nan": (settings(Adam={"lr": float("nan")}), lambda train, settings, seeds: {n: [np.nan] * 3 for n in settings}),
    "text": (settings(Adam={"lr": "small"}), lambda train, settings, seeds: {n: ["good"] * 3 for n in settings}),
    "names of the workbook": (
        lambda: {"Adam": None},
        lambda train, settings, seeds: {n: train(n, {"lr": 1}, 0) for n in ("SGD", "Adam")},
    ),
    "an exception": (lambda: 1 / 0, lambda train, settings, seeds: 1 / 0),
}
