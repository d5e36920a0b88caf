"""Ways to write `rmsprop_update`, right and wrong."""

import torch

from course_utils.optimizers import zero_grad


def course_style(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8):
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        for parameter, square in zip(params, grad_sq, strict=True):
            square.mul_(alpha).add_((1 - alpha) * parameter.grad.square())
            parameter.sub_(lr * parameter.grad / (square + epsilon).sqrt())


def through_data(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8):
    zero_grad(params)
    loss.backward()
    for par, gsq in zip(params, grad_sq, strict=True):
        gsq.data = alpha * gsq.data + (1 - alpha) * par.grad.data**2
        par.data -= lr * (par.grad / (epsilon + gsq.data) ** 0.5)


def functional_gradient(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8):
    gradients = torch.autograd.grad(loss, params)
    for i, g in enumerate(gradients):
        grad_sq[i] = torch.lerp(grad_sq[i], g * g, 1 - alpha)
        params[i].data.addcmul_(g, torch.rsqrt(grad_sq[i] + epsilon), value=-lr)


CORRECT = {f.__name__: (f,) for f in (course_style, through_data, functional_gradient)}


def update(
    square=lambda s, g, a: a * s + (1 - a) * g**2,
    divisor=lambda s, old, eps: torch.sqrt(s + eps),
    sign=-1,
    rate=None,
    clear="before",
    keep=True,
    move=True,
    epsilon=1e-8,
):
    """Build the function from the new mean of squares, the divisor, and when gradients are cleared."""
    default = epsilon

    def rmsprop_update(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=default):
        if clear == "before":
            zero_grad(params)
        loss.backward()
        if clear == "between":
            zero_grad(params)
        with torch.no_grad():
            for p, s in zip(params, grad_sq, strict=True):
                old = s.clone()
                new = square(old, p.grad, alpha)
                if keep:
                    s.copy_(new)
                if move:
                    p += sign * (lr if rate is None else rate) * p.grad / divisor(new, old, epsilon)
        if clear == "after":
            zero_grad(params)

    return (rmsprop_update,)


def root_stored(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8):
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        for p, s in zip(params, grad_sq, strict=True):
            s.copy_((alpha * s + (1 - alpha) * p.grad**2 + epsilon) ** 0.5)
            p -= lr * p.grad / s


VARIANTS = {"epsilon-outside": update(divisor=lambda s, old, eps: s.sqrt() + eps)}

MUTANTS = {
    "ascent": update(sign=1),
    "learning-rate-ignored": update(rate=1.0),
    "squares-summed": update(lambda s, g, a: s + g**2),
    "no-one-minus-beta": update(lambda s, g, a: a * s + g**2),
    "beta-on-wrong-term": update(lambda s, g, a: (1 - a) * s + a * g**2),
    "absolute-instead-of-square": update(lambda s, g, a: a * s + (1 - a) * g.abs()),
    "gradient-not-squared": update(lambda s, g, a: a * s + (1 - a) * g),
    "no-root": update(divisor=lambda s, old, eps: s + eps),
    "root-stored": (root_stored,),
    "stale-squares": update(divisor=lambda s, old, eps: torch.sqrt(old + eps)),
    "squares-not-kept": update(keep=False),
    "scalar-second-moment": update(lambda s, g, a: a * s + (1 - a) * (g**2).mean()),
    "epsilon-ignored": update(divisor=lambda s, old, eps: torch.sqrt(s)),
    "epsilon-ignored (a constant)": update(divisor=lambda s, old, eps: torch.sqrt(s + 1e-7)),
    "gradients-not-zeroed": update(clear="never"),
    "gradients-zeroed-late": update(clear="after"),
    "gradients-zeroed-before-use": update(clear="between"),
    "parameters-not-changed": update(move=False),
    "other-defaults": update(epsilon=1e-3),
    "squares-summed (epsilon outside)": update(lambda s, g, a: s + g**2, lambda s, old, eps: s.sqrt() + eps),
    "no-root+gradients-not-zeroed": update(divisor=lambda s, old, eps: s + eps, clear="never"),
}

WRONG = {
    "does nothing": (lambda loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8: None,),
    "negative squares": update(lambda s, g, a: -s - g**2),
}
