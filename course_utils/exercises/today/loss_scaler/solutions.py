"""Ways to write `LossScaler`, right and wrong."""

import math

import numpy as np
import torch


def overflow(grads):
    return not np.isfinite(np.concatenate([g.ravel() for g in grads])).all()


def scaler(
    *,
    bad=overflow,
    unscale=lambda g, s: g / s,
    scale=lambda loss, s: loss * s,
    fall=lambda s: s / 2,
    growth=2.0,
    reset=(True, True),
    counted=(1, 0),
    due=lambda n, every: n >= every,
    on_overflow=False,
    step=True,
    said=lambda made: made,
    defaults=(65536.0, 2000),
    early=False,
):
    """Keep an exponent-free scale as torch.amp.GradScaler does: a tracker, a growth and a backoff factor.

    Args:
        bad: Whether some gradients, numpy arrays, have overflowed.
        unscale: New gradient from the old one and the scale.
        scale: Scaled loss.
        fall: Scale after an overflow.
        growth: Factor of the scale after the interval.
        reset: Whether the tracker starts again on overflow, and on growth.
        counted: What a good and a skipped step add to the tracker.
        due: Whether the scale grows.
        on_overflow: Whether the step is made all the same.
        step: Whether steps are made at all.
        said: The answer.
        defaults: Default values.
        early: Whether the scale is updated before it is divided out.
    """

    class LossScaler:
        def __init__(self, scale=defaults[0], growth_interval=defaults[1]):
            self._factor, self._every, self._tracker = float(scale), growth_interval, 0

        def scale_loss(self, loss):
            return scale(loss, self._factor)

        def _update(self, overflowed):
            self._tracker += counted[int(overflowed)]
            if overflowed:
                self._factor = fall(self._factor)
                self._tracker *= not reset[0]
            elif due(self._tracker, self._every):
                self._factor *= growth
                self._tracker *= not reset[1]

        def step(self, optimizer, params):
            found = [p for p in params if p.grad is not None]
            overflowed = bad([p.grad.numpy() for p in found])
            if early:
                self._update(overflowed)
            for p in found:
                p.grad = unscale(p.grad, self._factor)
            if step and (on_overflow or not overflowed):
                optimizer.step()
            if not early:
                self._update(overflowed)
            return said(not overflowed)

    return (LossScaler,)


def any_of(test):
    return lambda grads: any(test(g) for g in grads)


CORRECT = {
    "a tracker": scaler(),
    "torch": scaler(bad=any_of(lambda g: not math.isfinite(torch.from_numpy(g).abs().sum()))),
}
MUTANTS = {
    "steps-on-overflow": scaler(on_overflow=True),
    "overflow-not-noticed": scaler(bad=lambda grads: False),
    "infinity-not-noticed": scaler(bad=any_of(lambda g: np.isnan(g).any())),
    "nan-not-noticed": scaler(bad=any_of(lambda g: np.isinf(g).any())),
    "minus-infinity-not-noticed": scaler(bad=any_of(lambda g: (np.isnan(g) | (g == np.inf)).any())),
    "one-gradient-watched": scaler(bad=lambda grads: overflow(grads[:1])),
    "one-gradient-watched (the last)": scaler(bad=lambda grads: overflow(grads[-1:])),
    "one-gradient-skipped": scaler(bad=lambda grads: all(not np.isfinite(g).all() for g in grads)),
    "one-gradient-skipped (one entry)": scaler(bad=any_of(lambda g: not np.isfinite(g).any())),
    "not-unscaled": scaler(unscale=lambda g, s: g),
    "unscaled-twice": scaler(unscale=lambda g, s: g / s**2),
    "scaled-again": scaler(unscale=lambda g, s: g * s),
    "loss-not-scaled": scaler(scale=lambda loss, s: loss),
    "loss-divided": scaler(scale=lambda loss, s: loss / s),
    "scale-not-halved": scaler(fall=lambda s: s),
    "scale-doubled-on-overflow": scaler(fall=lambda s: 2 * s),
    "back-to-one": scaler(fall=lambda s: 1.0),
    "never-grows": scaler(growth=1.0),
    "halved-when-good": scaler(growth=0.5),
    "grows-after-each-step": scaler(due=lambda n, every: True),
    "count-not-reset-on-overflow": scaler(reset=(False, True)),
    "count-not-reset-on-growth": scaler(reset=(True, False)),
    "count-not-reset-on-growth (once)": scaler(reset=(True, False), due=lambda n, every: n == every),
    "steps-with-overflow-counted": scaler(reset=(False, True), counted=(1, 1)),
    "interval-off-by-one": scaler(due=lambda n, every: n >= every + 1),
    "interval-off-by-one (early)": scaler(due=lambda n, every: n + 1 >= every),
    "grows-before-unscaling": scaler(early=True),
    "no-step": scaler(step=False),
    "other-defaults": scaler(defaults=(2.0**15, 1000)),
    "wrong-answer": scaler(said=lambda made: not made),
    "wrong-answer (always)": scaler(said=lambda made: True),
    "never-grows+steps-on-overflow": scaler(growth=1.0, on_overflow=True),
}
WRONG = {
    "a quarter": scaler(fall=lambda s: s / 4, growth=3.0),
    "no answer": scaler(said=lambda made: None),
    "no graph": scaler(scale=lambda loss, s: loss.item() * s),
}
