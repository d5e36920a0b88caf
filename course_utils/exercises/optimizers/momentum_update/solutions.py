"""Ways to write `momentum_update`, right and wrong."""

import torch

from course_utils.optimizers import zero_grad


def course_style(loss, params, grad_vel, lr=1e-3, beta=0.8):
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        for parameter, movement in zip(params, grad_vel, strict=True):
            movement.mul_(beta).sub_(lr * parameter.grad)
            parameter.add_(movement)


def through_data(loss, params, grad_vel, lr=1e-3, beta=0.8):
    zero_grad(params)
    loss.backward()
    for par, vel in zip(params, grad_vel, strict=True):
        vel.data = -lr * par.grad.data + beta * vel.data
        par.data += vel.data


def functional_gradient(loss, params, grad_vel, lr=1e-3, beta=0.8):
    gradients = torch.autograd.grad(loss, params)
    with torch.no_grad():
        for i, (p, g) in enumerate(zip(params, gradients, strict=True)):
            grad_vel[i] = beta * grad_vel[i] - lr * g
            p += grad_vel[i]


def none_gradients(loss, params, grad_vel, lr=1e-3, beta=0.8):
    for p in params:
        p.grad = None
    loss.backward()
    new = [beta * v - lr * p.grad for p, v in zip(params, grad_vel, strict=True)]
    for p, v, n in zip(params, grad_vel, new, strict=True):
        v.copy_(n)
        p.data.add_(n)
    return loss.item()


CORRECT = {f.__name__: (f,) for f in (course_style, through_data, functional_gradient, none_gradients)}


def update(
    movement=lambda v, g, lr, beta: beta * v - lr * g,
    change=lambda new, old, lr: new,
    clear="before",
    keep=True,
    defaults=(1e-3, 0.8),
):
    """Build the function from the new movement, what is added to a parameter, and when gradients are cleared."""

    def momentum_update(loss, params, grad_vel, lr=defaults[0], beta=defaults[1]):
        if clear == "before":
            zero_grad(params)
        loss.backward()
        if clear == "between":
            zero_grad(params)
        with torch.no_grad():
            for p, v in zip(params, grad_vel, strict=True):
                old = v.clone()
                new = movement(old, p.grad, lr, beta)
                p += change(new, old, lr)
                if keep:
                    v.copy_(new)
        if clear == "after":
            zero_grad(params)

    return (momentum_update,)


def plain_descent(loss, params, grad_vel, lr=1e-3, beta=0.8):
    for weights, gradient in zip(params, torch.autograd.grad(loss, params), strict=True):
        weights.data -= lr * gradient


def rebinds_parameters(loss, params, grad_vel, lr=1e-3, beta=0.8):
    zero_grad(params)
    loss.backward()
    for par, vel in zip(params, grad_vel, strict=True):
        vel.data = beta * vel.data - lr * par.grad
        par = par + vel


MUTANTS = {
    "plain-sgd": (plain_descent,),
    "ascent": update(lambda v, g, lr, beta: beta * v + lr * g),
    "sign-mixed": update(change=lambda new, old, lr: -new),
    "learning-rate-ignored": update(lambda v, g, lr, beta: beta * v - g),
    "ema-form": update(lambda v, g, lr, beta: beta * v - (1 - beta) * lr * g),
    "beta-on-wrong-term": update(lambda v, g, lr, beta: v - beta * lr * g),
    "stale-velocity": update(change=lambda new, old, lr: old),
    "velocity-not-kept": update(keep=False),
    "velocity-overwritten": update(lambda v, g, lr, beta: -lr * g),
    "learning-rate-twice": update(change=lambda new, old, lr: lr * new),
    "velocity-in-gradient-units": update(lambda v, g, lr, beta: beta * v + g, lambda new, old, lr: -lr * new),
    "velocity-sign-reversed": update(lambda v, g, lr, beta: beta * v + lr * g, lambda new, old, lr: -new),
    "average-in-gradient-units": update(
        lambda v, g, lr, beta: beta * v + (1 - beta) * g, lambda new, old, lr: -lr * new
    ),
    "velocity-sign-reversed+gradients-not-zeroed": update(
        lambda v, g, lr, beta: beta * v + lr * g, lambda new, old, lr: -new, clear="never"
    ),
    "gradients-not-zeroed": update(clear="never"),
    "gradients-zeroed-late": update(clear="after"),
    "gradients-zeroed-before-use": update(clear="between"),
    "parameters-not-changed": (rebinds_parameters,),
    "other-defaults": update(defaults=(1e-2, 0.9)),
    "ascent+gradients-not-zeroed": update(lambda v, g, lr, beta: beta * v + lr * g, clear="never"),
    "ema-form+velocity-not-kept": update(lambda v, g, lr, beta: beta * v - (1 - beta) * lr * g, keep=False),
}


def with_graph(loss, params, grad_vel, lr=1e-3, beta=0.8):
    zero_grad(params)
    loss.backward()
    for p, v in zip(params, grad_vel, strict=True):
        v.mul_(beta).sub_(lr * p.grad)
        p += v


def no_backward(loss, params, grad_vel, lr=1e-3, beta=0.8):
    for p in params:
        p.grad = None
    with torch.no_grad():
        for p, v in zip(params, grad_vel, strict=True):
            v.mul_(beta).sub_(lr * p.grad)


def empties_the_list(loss, params, grad_vel, lr=1e-3, beta=0.8):
    grad_vel.clear()


def does_nothing(loss, params, grad_vel, lr=1e-3, beta=0.8):
    pass


def wrong_shape(loss, params, grad_vel, lr=1e-3, beta=0.8):
    loss.backward()
    grad_vel[1] = torch.zeros(7)


class MomentumUpdate:
    pass


WRONG = {
    "leaf changed with a graph": (with_graph,),
    "no backward": (no_backward,),
    "empties the list": (empties_the_list,),
    "does nothing": (does_nothing,),
    "wrong shape": (wrong_shape,),
    "a class": (MomentumUpdate,),
    "too few arguments": (lambda loss, params, lr=1e-3: None,),
}
