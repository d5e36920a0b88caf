"""Gradient descent on f(x, y) = x**2 + y**2 + x (y + 2) + cos 3x: simulation and the mistakes of both its exercises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.closed_form import evaluate
from autograder.kits.rules import Mistake, Rule, alternatives, follow
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["MISTAKES", "RULE", "descent_answer", "fresh_runs"]

Array = NDArray[Any]

STEP: Rule = {
    "first": lambda s: s.g if s.t == 1 else s.first,
    "rate": lambda s: s.step_size * s.decay ** (s.t - 1),
    "sign": lambda s: -1.0,
    "g": lambda s: s.g,
    "w": lambda s: s.w + s.sign * s.rate * s.g,
}
# What is made of the path (updates + 1, 2): the point returned, the one whose value is, and the rows of the histories.
REPORT: Rule = {
    "updates": lambda s: s.steps,
    "ended": lambda s: s.path(s.updates)[-1],
    "valued": lambda s: s.path(s.updates)[-1],
    "kept": lambda s: s.path(s.updates),
}
RULE: Rule = {**STEP, **REPORT}
# In the last run the lowest value on the way is lower than that at the end by this much.
CLEARLY_LOWER = 0.1

MISTAKES = (
    Mistake("ascent", "Each step goes uphill: the update adds where it should subtract.", {"sign": lambda s: 1.0}),
    Mistake(
        "y-uses-new-x",
        "The step of y uses the new x: both partial derivatives belong to the same point, the one before the step.",
        {"g": lambda s: np.array([s.g[0], _gradient([s.w[0] + s.sign * s.rate * s.g[0], s.w[1]])[1]])},
    ),
    Mistake(
        "x-uses-new-y",
        "The step of x uses the new y: both partial derivatives belong to the same point, the one before the step.",
        {"g": lambda s: np.array([_gradient([s.w[0], s.w[1] + s.sign * s.rate * s.g[1]])[0], s.g[1]])},
    ),
    Mistake(
        "gradient-not-recomputed",
        "Every step uses the gradient of the starting point: it has to be computed again after each move.",
        {"g": lambda s: s.first},
    ),
    Mistake(
        "partial-derivatives-swapped",
        "x moves along the derivative with respect to y, and y along that with respect to x.",
        {"g": lambda s: s.g[::-1]},
    ),
    Mistake(
        "unit-length-steps",
        "Every step has length step_size: the gradient is scaled to length one before it is used.",
        {"g": lambda s: s.g / np.linalg.norm(s.g)},
    ),
    Mistake("one-update-too-many", "One update more than asked for is made.", {"updates": lambda s: s.steps + 1}),
    Mistake("one-update-too-few", "One update less than asked for is made.", {"updates": lambda s: s.steps - 1}),
    Mistake(
        "value-of-start",
        "The returned value is f at the starting point, not at the last one.",
        {"valued": lambda s: s.path(s.updates)[0]},
        share=0.75,
    ),
    Mistake(
        "value-before-last-step",
        "The returned value is f before the last step: it does not belong to the returned x and y.",
        {"valued": lambda s: s.path(s.updates)[-2]},
        share=0.75,
    ),
    Mistake(
        "best-point-returned",
        "The lowest point on the way is returned. With a large step size that is not always the last one, which the "
        "text asks for.",
        {"ended": lambda s: _lowest(s.path(s.updates)), "valued": lambda s: _lowest(s.path(s.updates))},
        share=0.75,
    ),
    Mistake(
        "best-point-returned",
        "The returned value is the lowest on the way: it does not belong to the returned x and y.",
        {"valued": lambda s: _lowest(s.path(s.updates))},
        share=0.75,
    ),
    Mistake(
        "history-without-start",
        "The histories lack the starting point: n steps visit n + 1 points.",
        {"kept": lambda s: s.path(s.updates)[1:]},
        share=0.75,
    ),
    Mistake(
        "history-without-end",
        "The histories lack the last point: n steps visit n + 1 points.",
        {"kept": lambda s: s.path(s.updates)[:-1]},
        share=0.75,
    ),
)


def fresh_runs(rng: np.random.Generator, decays: tuple[tuple[float, float] | None, ...]) -> Inputs:
    """Draw one run per entry of `decays`, the range of its decay or None for the default; 4 to 7 steps each.

    The last run has so large a step size that it passes a point that is clearly lower than its end.
    """
    runs = len(decays)
    inputs = {
        "starts": rng.uniform(0.8, 3.0, size=(runs, 2)) * rng.choice([-1.0, 1.0], size=(runs, 2)),
        "step_sizes": rng.uniform(0.05, 0.12, size=runs),
        "steps": rng.permutation([4, 5, 6, 7])[:runs],
    }
    if any(decays):
        inputs["decays"] = np.array([rng.uniform(*limits) if limits else np.nan for limits in decays])
    while not _passes_a_lower_point(_cases(inputs)[-1]):
        inputs["starts"][-1] = rng.uniform(0.8, 3.0, size=2) * rng.choice([-1.0, 1.0], size=2)
        inputs["step_sizes"][-1] = rng.uniform(0.2, 0.3)
    return inputs


def _passes_a_lower_point(case: Mapping[str, Any]) -> bool:
    moving = {name: RULE[name] for name in STEP}
    values = [_value(point) for point in _path(moving, case, case["steps"])]
    return min(values[1:-2]) < min(values[0], *values[-2:]) - CLEARLY_LOWER


def _lowest(path: Array) -> Array:
    lowest: Array = path[np.argmin([_value(point) for point in path])]
    return lowest


def descent_answer(
    exercise: str,
    mistakes: tuple[Mistake, ...],
    generate: Callable[[np.random.Generator], Inputs],
    reread: str,
) -> Answer:
    """Make the answer to an exercise about `optimize_f`."""
    part = AnswerPart(
        name="optimize_f",
        reference=_simulate(RULE),
        misconceptions=alternatives(RULE, mistakes, _simulate),
        labels=_labels(),
        reread=reread,
        baselines=_baselines,
    )
    return Answer(exercise, generate, (part,))


def _simulate(rule: Rule) -> Simulate:
    moving = {name: rule[name] for name in STEP}
    reporting = {name: rule[name] for name in REPORT}

    def simulate(inputs: Inputs) -> Outputs:
        outputs: Outputs = {}
        entries = []
        for run, case in enumerate(_cases(inputs), start=1):
            told = evaluate(reporting, {"steps": case["steps"], "path": lambda n, c=case: _path(moving, c, n)})
            outputs |= _told(told, run)
            entries.append([len(told.kept)] * 2)
        return {**outputs, "entries": np.array(entries, dtype=np.float64)}

    return simulate


def _cases(inputs: Inputs) -> list[dict[str, Any]]:
    decays = inputs.get("decays", np.full(len(inputs["steps"]), np.nan))
    return [
        {"start": start, "step_size": step_size, "steps": int(steps), "decay": 1.0 if np.isnan(decay) else decay}
        for start, step_size, steps, decay in zip(
            inputs["starts"], inputs["step_sizes"], inputs["steps"], decays, strict=True
        )
    ]


def _path(moving: Rule, case: Mapping[str, Any], updates: int) -> Array:
    constants = {name: case[name] for name in ("step_size", "decay", "steps")}
    (state,) = follow(moving, [case["start"]], lambda _, weights: [_gradient(weights[0])], updates, constants)
    return np.stack([case["start"], *state.history])


def _told(told: SimpleNamespace, run: int) -> Outputs:
    kept = np.full((told.steps + 1, 2), np.nan)
    rows = told.kept[: len(kept)]
    kept[: len(rows)] = rows
    end = np.array([*told.ended, _value(told.valued)])
    return {f"end_{run}": end, f"x_hist_{run}": kept[:, 0], f"y_hist_{run}": kept[:, 1]}


def _value(point: Array) -> float:
    x, y = point
    return float(x**2 + y**2 + x * (y + 2) + np.cos(3 * x))


def _gradient(point: Any) -> Array:
    x, y = point
    return np.array([2 * x - 3 * np.sin(3 * x) + y + 2, x + 2 * y])


def _labels() -> dict[str, str]:
    labels = {"entries": "number of entries of the histories, run and history"}
    for run in range(1, 5):
        labels[f"x_hist_{run}"] = f"run {run}, x_hist"
        labels[f"y_hist_{run}"] = f"run {run}, y_hist"
        labels[f"end_{run}"] = f"run {run}, x, y and value"
    return labels


def _baselines(inputs: Inputs) -> Outputs:
    starts = enumerate(inputs["starts"], start=1)
    return {f"{name}_hist_{run}": start[i] for run, start in starts for i, name in enumerate("xy")}
