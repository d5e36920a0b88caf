"""Students' ways to write `optimize_f` without decay."""

import numpy as np


def f(x, y):
    return x**2 + y**2 + x * (y + 2) + np.cos(3 * x)


def grad_x_f(x, y):
    return 2 * x - 3 * np.sin(3 * x) + y + 2


def grad_y_f(x, y):
    return x + 2 * y


def with_lists(x, y, step_size, steps):
    x_hist, y_hist = [x], [y]
    for _ in range(steps):
        dx = grad_x_f(x, y)
        dy = grad_y_f(x, y)
        x = x - step_size * dx
        y = y - step_size * dy
        x_hist.append(x)
        y_hist.append(y)
    return x, y, f(x, y), x_hist, y_hist


def with_arrays(x, y, step_size, steps):
    path = np.empty((steps + 1, 2))
    path[0] = x, y
    for t in range(steps):
        gradient = np.array([grad_x_f(*path[t]), grad_y_f(*path[t])])
        path[t + 1] = path[t] - step_size * gradient
    return (*path[-1], f(*path[-1]), path[:, 0], path[:, 1])


def recursive(x, y, step_size, steps):
    if steps == 0:
        return x, y, f(x, y), [x], [y]
    end = recursive(x - step_size * grad_x_f(x, y), y - step_size * grad_y_f(x, y), step_size, steps - 1)
    return [end[0], end[1], end[2], [x, *end[3]], [y, *end[4]]]


def descend(
    x_step="x - step_size * dx",
    y_step="y - step_size * dy",
    number="steps",
    before="",
    gradient="dx, dy = gx(x, y), gy(x, y)",
):
    """Write a loop from the lines in which the mistakes differ."""

    def optimize_f(x, y, step_size, steps):
        names = {"x": x, "y": y, "step_size": step_size, "steps": steps, "gx": grad_x_f, "gy": grad_y_f, "np": np}
        exec(before, names)
        x_hist, y_hist = [x], [y]
        for t in range(eval(number, names)):
            names["t"] = t
            exec(gradient, names)
            names["x"], names["y"] = eval(x_step, names), eval(y_step, names)
            x_hist.append(names["x"])
            y_hist.append(names["y"])
        return names["x"], names["y"], f(names["x"], names["y"]), x_hist, y_hist

    return optimize_f


def y_after_x(x, y, step_size, steps):
    xs, ys = [x], [y]
    for _ in range(steps):
        x -= step_size * grad_x_f(x, y)
        y -= step_size * grad_y_f(x, y)
        xs.append(x)
        ys.append(y)
    return x, y, f(x, y), xs, ys


def x_after_y(x, y, step_size, steps):
    xs, ys = [x], [y]
    for _ in range(steps):
        y -= step_size * grad_y_f(x, y)
        x -= step_size * grad_x_f(x, y)
        xs.append(x)
        ys.append(y)
    return x, y, f(x, y), xs, ys


def reporting(change):
    def optimize_f(x, y, step_size, steps):
        *_, x_hist, y_hist = with_lists(x, y, step_size, steps)
        found = {"x": x_hist[-1], "y": y_hist[-1], "value": f(x_hist[-1], y_hist[-1]), "xs": x_hist, "ys": y_hist}
        found |= change(found)
        return found["x"], found["y"], found["value"], found["xs"], found["ys"]

    return optimize_f


def lowest(found):
    i = min(range(len(found["xs"])), key=lambda i: f(found["xs"][i], found["ys"][i]))
    return {"x": found["xs"][i], "y": found["ys"][i], "value": f(found["xs"][i], found["ys"][i])}


CORRECT = {
    "lists": (with_lists,),
    "arrays": (with_arrays,),
    "recursive": (recursive,),
}


def keeps_one_array(x, y, step_size, steps):
    """Moves an array in place, and puts the same array into the list after every move."""
    point = np.array([x, y], dtype=float)
    visited = [point]
    for _ in range(steps):
        point -= step_size * np.array([grad_x_f(*point), grad_y_f(*point)])
        visited.append(point)
    x_hist, y_hist = np.array(visited).T
    return *point, f(*point), x_hist, y_hist


MUTANTS = {
    "ascent": (descend("x + step_size * dx", "y + step_size * dy"),),
    "y-uses-new-x": (y_after_x,),
    "x-uses-new-y": (x_after_y,),
    "gradient-not-recomputed": (descend(before="dx, dy = gx(x, y), gy(x, y)", gradient=""),),
    "partial-derivatives-swapped": (descend(gradient="dy, dx = gx(x, y), gy(x, y)"),),
    "unit-length-steps": (descend(gradient="dx, dy = gx(x, y), gy(x, y); n = (dx**2 + dy**2)**.5; dx /= n; dy /= n"),),
    "one-update-too-many": (descend(number="steps + 1"),),
    "one-update-too-few": (descend(number="steps - 1"),),
    "value-of-start": (reporting(lambda r: {"value": f(r["xs"][0], r["ys"][0])}),),
    "value-before-last-step": (reporting(lambda r: {"value": f(r["xs"][-2], r["ys"][-2])}),),
    "best-point-returned": (reporting(lowest),),
    "best-point-returned (value only)": (reporting(lambda r: {"value": lowest(r)["value"]}),),
    "history-of-the-last-point": (keeps_one_array,),
    "history-without-start": (reporting(lambda r: {"xs": r["xs"][1:], "ys": r["ys"][1:]}),),
    "history-without-end": (reporting(lambda r: {"xs": r["xs"][:-1], "ys": r["ys"][:-1]}),),
    "learning-rate-ignored": (descend("x - dx", "y - dy"),),
    "step-size-divided": (descend("x - step_size / steps * dx", "y - step_size / steps * dy"),),
    "y-uses-new-x+history-without-start": (
        lambda x, y, s, n: (lambda r: (*r[:3], r[3][1:], r[4][1:]))(y_after_x(x, y, s, n)),
    ),
    "ascent+value-of-start": (
        lambda x, y, s, n: (lambda r: (r[0], r[1], f(x, y), r[3], r[4]))(with_lists(x, y, -s, n)),
    ),
}

WRONG = {
    "forgot return": (lambda x, y, step_size, steps: None,),
    "only the point": (lambda x, y, step_size, steps: with_lists(x, y, step_size, steps)[:2],),
    "histories as one array": (
        lambda x, y, s, n: (lambda r: (*r[:3], np.array([r[3], r[4]])))(with_lists(x, y, s, n)),
    ),
    "value missing": (lambda x, y, s, n: (lambda r: (r[0], r[1], None, r[3], r[4]))(with_lists(x, y, s, n)),),
    "stays where it is": (lambda x, y, s, n: (x, y, f(x, y), [x] * (n + 1), [y] * (n + 1)),),
    "raises": (lambda x, y, step_size, steps: grad_x_f(x),),
    "nan": (lambda x, y, s, n: (np.nan, np.nan, np.nan, [np.nan] * (n + 1), [np.nan] * (n + 1)),),
    "only x moves": (descend(y_step="y"),),
}
