"""The answer to `race`: settings that reach the threshold within the budget, and a table over seeds."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits.closed_form import simulation
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.optimizers.race.probe import ENTRANTS
from course_utils.kits.probe import Inputs, Outputs
from course_utils.kits.race_settings import METHODS

__all__ = ["ANSWER"]

NAMES = tuple(METHODS)
SEEDS, TABLE_SEEDS, CHECKS = 5, 5, 6
# Median validation accuracy that every method reaches with margin over a range of rates, and none with another's rate.
THRESHOLD = 0.90

SLOW = "Too slow within the budget, their loss still falls smoothly: {}. Take longer steps."
UNSTABLE = "Too long steps, shorter ones do better: {}."
ONE_RATE = (
    "All methods have the same learning rate. The length of a step is eta times the gradient in one and about eta in "
    "another: each needs its own search."
)
BUDGET_CHANGED = "The settings change the budget (steps, batch size, seeds ...); it has to be the same for all."
MOMENTUM_OFF = "With mu = 0 the momentum method is SGD: the race would compare SGD with itself."


def _perfect() -> Outputs:
    count, zero = len(NAMES), np.array(0.0)
    return {
        "points_short": np.zeros(count),
        "reached": np.ones(count),
        "unstable": np.zeros(count),
        "one_rate_for_all": zero,
        "momentum_off": zero,
        "budget_changed": zero,
    }


def _seen(**changes: np.ndarray) -> Simulate:
    """Return what is seen of settings that miss: how far they miss is left open."""
    outputs = {**_perfect(), **changes}
    if not outputs["reached"].all():
        del outputs["points_short"]
    return lambda inputs: outputs


def _missed() -> tuple[Alternative, ...]:
    """Return an alternative for every way in which some of the methods are too slow or unstable."""
    found = []
    for states in product(("fine", "slow", "unstable"), repeat=len(NAMES)):
        groups = {state: [n for n, s in zip(NAMES, states, strict=True) if s == state] for state in set(states)}
        said = {"slow": ("steps-too-short", SLOW), "unstable": ("steps-too-long", UNSTABLE)}
        named = [(said[state][0], said[state][1].format(", ".join(groups[state]))) for state in said if state in groups]
        if named:
            reached = np.array([float(state == "fine") for state in states])
            unstable = np.array([float(state == "unstable") for state in states])
            ids, says = zip(*named, strict=True)
            found.append(Alternative(ids, says, _seen(reached=reached, unstable=unstable), 0.75 * reached.mean()))
    return tuple(found)


def _one_rate(inputs: Inputs) -> Outputs:
    return {"one_rate_for_all": np.array(1.0), "budget_changed": np.array(0.0), "momentum_off": np.array(0.0)}


SETTINGS_PART = AnswerPart(
    name="tuned_settings",
    reference=lambda inputs: _perfect(),
    misconceptions=(
        Alternative(("one-rate-for-all",), (ONE_RATE,), _one_rate, share=0.25),
        Alternative(("budget-changed",), (BUDGET_CHANGED,), lambda i: {"budget_changed": np.array(1.0)}, share=0.25),
        Alternative(("momentum-off",), (MOMENTUM_OFF,), lambda i: {"momentum_off": np.array(1.0)}, share=0.5),
        *_missed(),
    ),
    labels={
        "points_short": f"percentage points below the threshold, in the order {', '.join(NAMES)}",
        "reached": "threshold reached (1 = yes)",
        "unstable": "steps too long (1 = yes)",
        "one_rate_for_all": "one learning rate for all (1 = yes)",
        "momentum_off": "momentum without momentum (1 = yes)",
        "budget_changed": "budget changed (1 = yes)",
    },
    reread="section 2.9, what the race asks for",
)

RULE: Rule = {
    "accuracy": lambda s: s.test,
    "chosen": lambda s: s.accuracy,
    "ends": lambda s: s.chosen[:, :, -1],
    "centre": lambda s: s.ends.mean(axis=1),
    "low": lambda s: s.ends.min(axis=1),
    "high": lambda s: s.ends.max(axis=1),
    "rows": lambda s: np.stack([s.centre, s.low, s.high], axis=1),
    "seeds_used": lambda s: np.ones((len(ENTRANTS), TABLE_SEEDS)),
    "options_right": lambda s: 1.0,
}


def _deviation(ends: np.ndarray, ddof: int) -> np.ndarray:
    """Return the standard deviation over the seeds; NaN where one seed is all there is."""
    squares = (ends - ends.mean(axis=1, keepdims=True)) ** 2
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(squares.sum(axis=1) / np.float64(ends.shape[1] - ddof)))


def _at_the_best_validation(s: SimpleNamespace) -> np.ndarray:
    """Return one accuracy per method and seed: at the look where validation was best."""
    best = s.valid[:, : s.chosen.shape[1]].argmax(axis=2)
    return np.asarray(np.take_along_axis(s.chosen, best[:, :, None], axis=2)[:, :, 0])


FIRST_SEED = np.eye(1, TABLE_SEEDS).repeat(len(ENTRANTS), axis=0)
MISTAKES = (
    Mistake(
        "validation-reported",
        "The table reports validation accuracy. The settings were chosen by it, so it flatters them; report the test "
        "accuracy, which nothing was chosen by.",
        {"accuracy": lambda s: s.valid},
    ),
    Mistake(
        "best-moment",
        "The best accuracy in the course of each run is reported. Picking the moment by the result flatters unsteady "
        "methods; take the one at the end.",
        {"ends": lambda s: s.chosen.max(axis=2)},
    ),
    Mistake(
        "moment-by-validation",
        "The test accuracy is taken at the moment with the best validation accuracy. That is a fair way to stop early, "
        "but the race compares the methods after the last step.",
        {"ends": lambda s: _at_the_best_validation(s)},
        share=0.75,
    ),
    Mistake(
        "mean-over-the-run",
        "The accuracy is averaged over the whole run instead of taken at its end.",
        {"ends": lambda s: s.chosen.mean(axis=2)},
    ),
    Mistake(
        "first-moment",
        "The accuracy at the first look is reported, not the one at the end.",
        {"ends": lambda s: s.chosen[:, :, 0]},
    ),
    Mistake(
        "one-seed",
        "One seed is used, alone or again and again: that says nothing about how much luck is in the result.",
        {"chosen": lambda s: s.accuracy[:, :1], "seeds_used": lambda s: FIRST_SEED},
        share=0.25,
    ),
    Mistake(
        "other-seeds",
        "Other seeds are used than those that were passed, so the methods could start from different networks.",
        {"chosen": lambda s: s.other_seeds, "seeds_used": lambda s: 0 * FIRST_SEED, "accuracy": lambda s: s.test},
    ),
    Mistake(
        "settings-not-used",
        "A method is not trained with its own settings.",
        {"chosen": lambda s: s.other_options, "options_right": lambda s: 0.0, "accuracy": lambda s: s.test},
    ),
    Mistake(
        "best-seed",
        "The best of the seeds stands where the mean belongs: that rewards whoever scatters most.",
        {"centre": lambda s: s.ends.max(axis=1)},
    ),
    Mistake(
        "median-instead-of-mean",
        "The median is given in place of the mean.",
        {"centre": lambda s: np.median(s.ends, axis=1)},
        share=0.75,
    ),
    *(
        Mistake(
            "standard-deviation",
            "The ends of the range are one standard deviation from the mean; the table asks for the lowest and the "
            "highest run.",
            {
                "low": lambda s, ddof=ddof: s.centre - _deviation(s.ends, ddof),  # type: ignore[misc]
                "high": lambda s, ddof=ddof: s.centre + _deviation(s.ends, ddof),  # type: ignore[misc]
            },
            share=0.75,
        )
        for ddof in (0, 1)
    ),
    Mistake(
        "order-of-columns",
        "The three numbers stand in another order: mean, lowest, highest.",
        {"rows": lambda s: np.stack([s.low, s.centre, s.high], axis=1)},
        share=0.75,
    ),
)

PERCENT = Mistake(
    "percent",
    "Your table is in percent; that of the text has shares from 0 to 1.",
    {"rows": lambda s: 100 * np.stack([s.centre, s.low, s.high], axis=1)},
    share=1.0,
)

_simulate_table = simulation(
    lambda inputs: {
        "test": inputs["runs_test"],
        "valid": inputs["runs_valid"],
        # A seed that was not passed, say the number 0, 1, ... of a run, is looked up by its remainder.
        "other_seeds": inputs["other_seeds_test"],
        "other_options": inputs["other_options_test"],
    },
    lambda s: {"table": s.rows, "seeds_used": s.seeds_used, "options_right": np.array(s.options_right)},
)

TABLE_PART = AnswerPart(
    name="race_table",
    reference=_simulate_table(RULE),
    misconceptions=alternatives(RULE, MISTAKES, _simulate_table),
    variants=alternatives(RULE, (PERCENT,), _simulate_table),
    labels={
        "table": "mean, lowest, highest",
        "seeds_used": "method was trained with seed (1 = yes)",
        "options_right": "every method was trained with its own settings (1 = yes)",
    },
    reread="section 2.9, what the table reports",
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw seeds, and accuracies that rise, scatter, and are not best at the end, nor on both sets at one moment."""
    shape = (len(ENTRANTS), TABLE_SEEDS, CHECKS)
    best = {"valid": -3, "test": -2}
    rises = {split: np.linspace(0.3, 0.9, CHECKS) for split in best}
    for split, moment in best.items():
        rises[split][moment] = 0.95
    runs = {
        f"{kind}_{split}": rises[split] + rng.uniform(-0.04, 0.04, size=shape)
        for kind in ("runs", "other_seeds", "other_options")
        for split in best
    }
    return {
        "threshold": np.array(THRESHOLD),
        "seeds": rng.choice(10_000, size=SEEDS, replace=False).astype(np.float64),
        "table_seeds": 100.0 + rng.choice(900, size=TABLE_SEEDS, replace=False),
        **runs,
    }


ANSWER = Answer("race", _generate, (SETTINGS_PART, TABLE_PART))
