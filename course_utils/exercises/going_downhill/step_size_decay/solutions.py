"""Students' ways to write `optimize_f` with decay."""

import numpy as np

from course_utils.exercises.going_downhill.gradient_descent.solutions import f, grad_x_f, grad_y_f


def running_rate(x, y, step_size, steps, decay=1.0):
    x_hist, y_hist = [x], [y]
    for _ in range(steps):
        dx, dy = grad_x_f(x, y), grad_y_f(x, y)
        x, y = x - step_size * dx, y - step_size * dy
        step_size *= decay
        x_hist.append(x)
        y_hist.append(y)
    return x, y, f(x, y), x_hist, y_hist


def powers(x, y, step_size, steps, decay=1.0):
    return descend("step_size * decay**t")(x, y, step_size, steps, decay)


def precomputed(x, y, step_size, steps, decay=1.0):
    rates = step_size * np.power(decay, np.arange(steps))
    points = [np.array([x, y])]
    for rate in rates:
        points.append(points[-1] - rate * np.array([grad_x_f(*points[-1]), grad_y_f(*points[-1])]))
    xs, ys = np.transpose(points)
    return xs[-1], ys[-1], f(xs[-1], ys[-1]), xs, ys


def descend(rate, sign=-1):
    def optimize_f(x, y, step_size, steps, decay=1.0):
        x_hist, y_hist = [x], [y]
        for t in range(steps):
            dx, dy = grad_x_f(x, y), grad_y_f(x, y)
            eta = eval(rate, {"step_size": step_size, "decay": decay, "t": t, "steps": steps})
            x, y = x + sign * eta * dx, y + sign * eta * dy
            x_hist.append(x)
            y_hist.append(y)
        return x, y, f(x, y), x_hist, y_hist

    return optimize_f


def compounding(x, y, step_size, steps, decay=1.0):
    x_hist, y_hist = [x], [y]
    for step in range(steps):
        step_size = step_size * decay**step
        dx = grad_x_f(x, y)
        dy = grad_y_f(x, y)
        x = x - step_size * dx
        y = y - step_size * dy
        x_hist.append(x)
        y_hist.append(y)
    return x, y, f(x, y), x_hist, y_hist


def decays_first(x, y, step_size, steps, decay=1.0):
    return running_rate(x, y, step_size * decay, steps, decay)


def y_after_x(x, y, step_size, steps, decay=1.0):
    x_hist, y_hist = [x], [y]
    for t in range(steps):
        x = x - step_size * decay**t * grad_x_f(x, y)
        y = y - step_size * decay**t * grad_y_f(x, y)
        x_hist.append(x)
        y_hist.append(y)
    return x, y, f(x, y), x_hist, y_hist


def one_coordinate(x_decays, y_decays):
    def optimize_f(x, y, step_size, steps, decay=1.0):
        x_hist, y_hist = [x], [y]
        for t in range(steps):
            factor = decay**t
            dx, dy = grad_x_f(x, y), grad_y_f(x, y)
            x = x - step_size * (factor if x_decays else 1) * dx
            y = y - step_size * (factor if y_decays else 1) * dy
            x_hist.append(x)
            y_hist.append(y)
        return x, y, f(x, y), x_hist, y_hist

    return optimize_f


def without_start(solution):
    def optimize_f(*arguments):
        x, y, value, x_hist, y_hist = solution(*arguments)
        return x, y, value, x_hist[1:], y_hist[1:]

    return optimize_f


def of_the_lowest(x, y, step_size, steps, decay=1.0):
    *_, x_hist, y_hist = powers(x, y, step_size, steps, decay)
    best = int(np.argmin([f(*point) for point in zip(x_hist, y_hist, strict=True)]))
    return x_hist[best], y_hist[best], f(x_hist[best], y_hist[best]), x_hist, y_hist


def good_settings():
    return 0.2, 10, 0.9


def slower_settings():
    return [0.2, 40, 0.97]


def settings_in_array():
    return np.array([0.2, 30.0, 0.95])


CORRECT = {
    "running rate": (running_rate, good_settings),
    "powers": (powers, good_settings),
    "precomputed rates": (precomputed, good_settings),
    "a slower decay": (powers, slower_settings),
    "numpy's numbers": (powers, settings_in_array),
}

MUTANTS = {
    "compounding-decay": (compounding,),
    "decay-one-step-early": (decays_first,),
    "decay-ignored": (descend("step_size"),),
    "decay-of-last-step": (descend("step_size * decay**steps"),),
    "decay-once": (descend("step_size if t == 0 else step_size * decay"),),
    "decay-times-t": (descend("step_size * decay * t"),),
    "inverse-time-decay": (descend("step_size / (1 + decay * t)"),),
    "decay-divides": (descend("step_size / decay**t"),),
    "one-minus-decay": (descend("step_size * (1 - decay)**t"),),
    "learning-rate-ignored": (descend("decay**t"),),
    "one-coordinate-decays": (one_coordinate(True, False),),
    "one-coordinate-decays (the other one)": (one_coordinate(False, True),),
    "ascent": (descend("step_size * decay**t", sign=1),),
    "y-uses-new-x": (y_after_x,),
    "best-point-returned": (of_the_lowest,),
    "history-without-start": (without_start(powers),),
    "compounding-decay+history-without-start": (without_start(compounding),),
    "ascent+decay-ignored": (descend("step_size", sign=1),),
}

WRONG = {
    "without the parameter": (lambda x, y, step_size, steps: running_rate(x, y, step_size, steps),),
    "no default": (lambda x, y, step_size, steps, decay: running_rate(x, y, step_size, steps, decay),),
    "forgot return": (lambda x, y, step_size, steps, decay=1.0: None,),
    "square root schedule": (descend("step_size * decay**(t**0.5)"),),
}

SETTINGS_MUTANTS = {
    "decay-does-not-shrink": lambda: (0.17, 30, 1.0),
    "decay-does-not-shrink+too-many-steps": lambda: (0.2, 200, 1.5),
    "step-size-not-positive": lambda: (-0.2, 10, 0.9),
    "too-many-steps": lambda: (0.2, 1000, 0.99),
    "decay-too-strong": lambda: (0.1, 50, 0.3),
    "another-valley": lambda: (0.1, 100, 0.99),
    "steps-still-too-long": lambda: (0.2, 30, 0.999),
    "decay-not-needed": lambda: (0.17, 50, 0.99),
}
SETTINGS_WRONG = {
    "two numbers": lambda: (0.2, 0.9),
    "no return": lambda: None,
    "half a step": lambda: (0.2, 10.5, 0.9),
    "no number": lambda: (float("nan"), 10, 0.9),
    "a dict": lambda: {"step_size": 0.2, "steps": 10, "decay": 0.9},
}
MUTANTS = {name: (*walk, good_settings) for name, walk in MUTANTS.items()} | {
    name: (powers, settings) for name, settings in SETTINGS_MUTANTS.items()
}
WRONG = {name: (*walk, SETTINGS_WRONG["no return"]) for name, walk in WRONG.items()} | {
    name: (*WRONG["forgot return"], settings) for name, settings in SETTINGS_WRONG.items()
}
