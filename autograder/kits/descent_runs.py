"""What the answers to both `optimize_f` share: their common mistakes, labels, and fresh runs that tell these apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit, edit
from autograder.catalogue.solution import load_solution
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["BEGIN", "descent_answer", "descent_mistakes", "fresh_runs"]

# In the last run the lowest value on the way is lower than that at the end by this much.
CLEARLY_LOWER = 0.1
BEGIN = "x_hist, y_hist ="
SLOPES = "grad_x_f(x, y), grad_y_f(x, y)"
RETURNED = "f(x, y), x_hist, y_hist"
LOWEST = "min(zip(x_hist, y_hist), key=lambda point: f(*point))"

COMMON = (
    edit(
        "ascent",
        "Each step goes uphill: the update adds where it should subtract.",
        # The sign is that of the step size, so that it holds for slopes that other edits take further on.
        {"for": "step_size = -step_size\nfor"},
    ),
    edit(
        "gradient-not-recomputed",
        "Every step uses the gradient of the starting point: it has to be computed again after each move.",
        {SLOPES: SLOPES.replace("x, y", "x_hist[0], y_hist[0]")},
    ),
    edit(
        "partial-derivatives-swapped",
        "x moves along the derivative with respect to y, and y along that with respect to x.",
        {"slope_x, slope_y =": "slope_y, slope_x ="},
    ),
    edit(
        "unit-length-steps",
        "Every step has length step_size: the gradient is scaled to length one before it is used.",
        {
            "x, y = x": (
                "length = (slope_x**2 + slope_y**2) ** 0.5\n"
                "slope_x, slope_y = slope_x / length, slope_y / length\n"
                "x, y = x"
            )
        },
    ),
    edit("one-update-too-many", "The walk makes one update too many.", {"range(steps)": "range(steps + 1)"}),
    edit("one-update-too-few", "The walk makes one update too few.", {"range(steps)": "range(steps - 1)"}),
    edit(
        "value-of-start",
        "The returned value is f at the starting point, not at the last one.",
        {RETURNED: "f(x_hist[0], y_hist[0]), x_hist, y_hist"},
        share=0.75,
    ),
    edit(
        "value-before-last-step",
        "The returned value is f before the last step: it does not belong to the returned x and y.",
        {RETURNED: "f(x_hist[-2], y_hist[-2]), x_hist, y_hist"},
        share=0.75,
    ),
    edit(
        "best-point-returned",
        "The lowest point on the way is returned. With a large step size that is not always the last one, which "
        "the text asks for.",
        {"return x, y": f"x, y = {LOWEST}\nreturn x, y"},
        share=0.75,
    ),
    edit(
        "best-point-returned",
        "The returned value is the lowest on the way: it does not belong to the returned x and y.",
        {RETURNED: f"f(*{LOWEST}), x_hist, y_hist"},
        share=0.75,
    ),
    edit(
        "history-of-the-last-point",
        "All entries of the histories are the last point. A list keeps an array itself and not a copy of it: where the "
        "array is changed in place, every entry shows the newest values.",
        {RETURNED: "f(x, y), [x] * len(x_hist), [y] * len(y_hist)"},
        share=0.75,
        pairs=False,
    ),
    edit(
        "history-without-start",
        "The histories lack the starting point: n steps visit n + 1 points.",
        {RETURNED: "f(x, y), x_hist[1:], y_hist[1:]"},
        share=0.75,
    ),
    edit(
        "history-without-end",
        "The histories lack the last point: n steps visit n + 1 points.",
        {RETURNED: "f(x, y), x_hist[:-1], y_hist[:-1]"},
        share=0.75,
    ),
)


def descent_mistakes(rate: str) -> tuple[Edit, ...]:
    """Return the mistakes of both exercises.

    Args:
        rate: What the solution calls the step size of the current step.
    """
    return (
        edit(
            "y-uses-new-x",
            "The step of y uses the new x: both partial derivatives belong to the same point, the one before the step.",
            {"grad_y_f(x, y)": f"grad_y_f(x - {rate} * grad_x_f(x, y), y)"},
        ),
        edit(
            "x-uses-new-y",
            "The step of x uses the new y: both partial derivatives belong to the same point, the one before the step.",
            {"grad_x_f(x, y)": f"grad_x_f(x, y - {rate} * grad_y_f(x, y))"},
        ),
        *COMMON,
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
    while not _last_passes_a_lower_point(inputs):
        inputs["starts"][-1] = rng.uniform(0.8, 3.0, size=2) * rng.choice([-1.0, 1.0], size=2)
        inputs["step_sizes"][-1] = rng.uniform(0.2, 0.3)
    return inputs


def _last_passes_a_lower_point(inputs: Inputs) -> bool:
    names = load_solution("gradient_descent").objects()
    (x, y), step_size, steps = (inputs[name][-1] for name in ("starts", "step_sizes", "steps"))
    *_, x_hist, y_hist = names["optimize_f"](x, y, step_size, steps)
    values = names["f"](np.array(x_hist), np.array(y_hist))
    return bool(values[1:-2].min() < min(values[0], *values[-2:]) - CLEARLY_LOWER)


def descent_answer(
    exercise: str, mistakes: Iterable[Edit], generate: Callable[[np.random.Generator], Inputs], reread: str
) -> Answer:
    """Make the answer to an exercise about `optimize_f`."""
    part = solution_part(
        exercise,
        "optimize_f",
        mistakes,
        labels=_labels(3),
        reread=reread,
        words={
            "now": "current step size",
            "_": "the counter",
            **{name: name for name in ("slope_x", "slope_y", "x_hist", "y_hist")},
        },
        baselines=_baselines,
    )
    return Answer(exercise, generate, (part,))


def _labels(runs: int) -> dict[str, Label]:
    labels: dict[str, Label] = {"entries": Label("number of entries of x_hist and of y_hist", "run", link="in")}
    for run in range(1, runs + 1):
        labels[f"x_hist_{run}"] = Label(f"x_hist of run {run}", axes=("step",), against=f"y_hist_{run}")
        labels[f"y_hist_{run}"] = Label(f"y_hist of run {run}", axes=("step",))
        labels[f"end_{run}"] = Label(f"x, y and value of run {run}")
    return labels


def _baselines(inputs: Inputs) -> Outputs:
    starts = enumerate(inputs["starts"], start=1)
    return {f"{name}_hist_{run}": start[i] for run, start in starts for i, name in enumerate("xy")}
