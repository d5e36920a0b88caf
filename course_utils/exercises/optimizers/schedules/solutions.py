"""Ways to write `learning_rate` and `clip_grad_norm`, right and wrong."""

import math

import numpy as np
import torch


def rate(step, kind, base_lr, total_steps, warmup_steps=0):
    if kind not in ("step", "exponential", "cosine"):
        raise ValueError(f"unknown kind {kind!r}")
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    if kind == "step":
        return base_lr * (1 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01)
    if kind == "exponential":
        return base_lr * 0.01**progress
    return base_lr * (1 + math.cos(math.pi * progress)) / 2


def by_match(step, kind, base_lr, total_steps, warmup_steps=0):
    ramp = min(1.0, (step + 1) / warmup_steps) if warmup_steps else 1.0
    left = total_steps - warmup_steps
    done = max(0, step - warmup_steps)
    match kind:
        case "step":
            drops = (2 * done >= left) + (4 * done >= 3 * left)
            return ramp * base_lr / 10**drops
        case "exponential":
            return ramp * base_lr * np.exp(np.log(0.01) * done / left)
        case "cosine":
            return torch.tensor(ramp * base_lr * np.cos(np.pi * done / left / 2) ** 2)
    raise ValueError(kind)


def in_place(grads, max_norm):
    norm = math.sqrt(sum(float((g**2).sum()) for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return norm


def like_torch(grads, max_norm):
    total = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads]))
    factor = torch.clamp(max_norm / (total + 1e-6), max=1.0)
    for g in grads:
        g.mul_(factor)
    return total


def through_data(grads, max_norm):
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scale = min(1.0, max_norm / norm)
    for g in grads:
        g.data = g.data * scale
    return norm.item()


CORRECT = {
    "plain": (rate, in_place),
    "factors": (by_match, like_torch),
    "data": (rate, through_data),
}


def varied(ramp=None, part=None, shapes=None, shift=0, base=None, refuse=True):
    """`learning_rate` with pieces replaced."""
    usual = {
        "step": lambda s: 1 if s < 0.5 else 0.1 if s < 0.75 else 0.01,
        "exponential": lambda s: 10 ** (-2 * s),
        "cosine": lambda s: (1 + math.cos(math.pi * s)) / 2,
    }

    def learning_rate(step, kind, base_lr, total_steps, warmup_steps=0):
        if kind not in usual:
            if refuse:
                raise ValueError(kind)
            return base_lr
        t, w, total = step + shift, warmup_steps, total_steps
        usual_ramp = min(1, (t + 1) / w) if w else 1
        slope = ramp(t, w) if ramp else usual_ramp
        s = part(t, w, total) if part else min(1, max(0, (t - w) / (total - w)))
        return (base if base else base_lr) * slope * {**usual, **(shapes or {})}[kind](s)

    return learning_rate, in_place


def from_zero(t, w):
    return min(1, t / w) if w else 1


def to_last(t, w, total):
    return min(1, max(0, (t - w) / (total - 1 - w)))


def after_the_ramp(t, w, total):
    return 0.0 if t < w else t / total


VARIANTS = {
    "warmup-from-zero": varied(ramp=from_zero),
    "warmup-ends-one-later": varied(ramp=lambda t, w: min(1, (t + 1) / (w + 1))),
    "ends-at-the-last-step": varied(part=to_last),
    "warmup-from-zero+ends-at-the-last-step": varied(ramp=from_zero, part=to_last),
}


def shape(kind, function):
    return varied(shapes={kind: function})


def per_step(step, kind, base_lr, total_steps, warmup_steps=0):
    if kind == "exponential" and step >= warmup_steps:
        return base_lr * 0.01 ** (step - warmup_steps)
    return rate(step, kind, base_lr, total_steps, warmup_steps)


def clip(norm=None, factor=None, back=None, keep=False):
    """`clip_grad_norm` with pieces replaced."""

    def clip_grad_norm(grads, max_norm):
        total = norm(grads) if norm else torch.cat([g.flatten() for g in grads]).norm()
        for g in grads:
            usual = max_norm / total if total > max_norm else 1.0
            scale = factor(total, max_norm, g) if factor else usual
            if keep:
                g = g * scale
            else:
                g *= scale
        return back(total, max_norm) if back else total

    return rate, clip_grad_norm


def by_value(grads, max_norm):
    for g in grads:
        g.clamp_(-max_norm, max_norm)
    return torch.cat([g.flatten() for g in grads]).norm()


def by_value_norm_before(grads, max_norm):
    total = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.clamp_(-max_norm, max_norm)
    return total


def new_list(grads, max_norm):
    total = torch.cat([g.flatten() for g in grads]).norm()
    return [g * min(1.0, float(max_norm / total)) for g in grads]


MUTANTS = {
    "warmup-missing": varied(ramp=lambda t, w: 1),
    "warmup-ignored": varied(ramp=lambda t, w: 1, part=lambda t, w, total: t / total),
    "warmup-not-subtracted": varied(part=lambda t, w, total: t / total),
    "warmup-not-subtracted (after the ramp)": varied(part=after_the_ramp),
    "warmup-not-subtracted+unknown-kind-accepted": varied(part=after_the_ramp, refuse=False),
    "total-not-shortened": varied(part=lambda t, w, total: max(0, t - w) / total),
    "whole-division": varied(part=lambda t, w, total: max(0, t - w) // (total - w)),
    "cosine-in-degrees": shape("cosine", lambda s: (1 + math.cos(180 * s)) / 2),
    "counts-from-one": varied(shift=1),
    "base-rate-ignored": varied(base=1.0),
    "one-drop": shape("step", lambda s: 1 if s < 0.5 else 0.1),
    "drop-one-step-late": shape("step", lambda s: 1 if s <= 0.5 else 0.1 if s <= 0.75 else 0.01),
    "exponential-to-a-tenth": shape("exponential", lambda s: 10**-s),
    "exponential-per-step": (per_step, in_place),
    "exponential-base-e": shape("exponential", lambda s: math.exp(-s)),
    "straight-line": shape("exponential", lambda s: 1 + (0.01 - 1) * s),
    "cosine-not-lifted": shape("cosine", lambda s: math.cos(math.pi * s)),
    "cosine-full-period": shape("cosine", lambda s: math.cos(math.pi * s) ** 2),
    "cosine-quarter-period": shape("cosine", lambda s: math.cos(math.pi * s / 2)),
    "cosine-without-pi": shape("cosine", lambda s: (1 + math.cos(s)) / 2),
    "unknown-kind-accepted": varied(refuse=False),
    "warmup-missing+cosine-full-period": varied(
        ramp=lambda t, w: 1, shapes={"cosine": lambda s: math.cos(math.pi * s) ** 2}
    ),
    "one-drop (with the warmup from zero)": varied(ramp=from_zero, shapes={"step": lambda s: 0.1 if s >= 0.5 else 1.0}),
    "norm-per-tensor": clip(factor=lambda total, most, g: min(1.0, float(most / g.norm())) if g.any() else 1.0),
    "clipped-by-value": (rate, by_value_norm_before),
    "always-scaled": clip(factor=lambda total, most, g: most / total),
    "always-scaled (guarded)": clip(factor=lambda total, most, g: most / (total + 1e-9)),
    "scaled-to-one": clip(factor=lambda total, most, g: 1 / total if total > most else 1),
    "factor-inverted": clip(factor=lambda total, most, g: max(1.0, float(total / most))),
    "gradients-not-changed": clip(keep=True),
    "new-list-returned": (rate, new_list),
    "norm-not-rooted": clip(norm=lambda grads: sum((g**2).sum() for g in grads)),
    "sum-of-norms": clip(norm=lambda grads: sum(g.norm() for g in grads)),
    "largest-entry": clip(norm=lambda grads: max(g.abs().max() for g in grads)),
    "largest-norm": clip(norm=lambda grads: max(g.norm() for g in grads)),
    "absolute-values": clip(norm=lambda grads: sum(g.abs().sum() for g in grads)),
    "root-mean-square": clip(norm=lambda grads: torch.cat([g.flatten() for g in grads]).square().mean().sqrt()),
    "last-tensor-only": clip(norm=lambda grads: grads[-1].norm()),
    "norm-after-clipping": clip(back=lambda total, most: min(total, most)),
    "sum-of-norms+norm-after-clipping": clip(
        norm=lambda grads: sum(g.norm() for g in grads), back=lambda total, most: min(total, most)
    ),
}


def stub(*args, **kwargs):
    raise NotImplementedError


WRONG = {
    "stubs": (stub, stub),
    "forgotten return": (lambda step, kind, base_lr, total_steps, warmup_steps=0: None, lambda grads, max_norm: None),
    "no warmup argument": (lambda step, kind, base_lr, total_steps: base_lr, lambda grads: 1.0),
    "constant": (lambda step, kind, base_lr, total_steps, warmup_steps=0: base_lr, lambda grads, max_norm: 0.0),
    "one rate per step": (
        lambda step, kind, base_lr, total_steps, warmup_steps=0: np.full(total_steps, base_lr),
        lambda grads, max_norm: torch.stack([g.norm() for g in grads]),
    ),
    "divides by zero": (
        lambda step, kind, base_lr, total_steps, warmup_steps=0: base_lr * min(1, (step + 1) / warmup_steps),
        lambda grads, max_norm: max_norm / float(sum(g.abs().sum() for g in grads)),
    ),
    "nan": (lambda step, kind, base_lr, total_steps, warmup_steps=0: math.nan, lambda grads, max_norm: math.nan),
    "values": (0.1, 1.0),
    "clipped by value, norm after": (stub, by_value),
}
