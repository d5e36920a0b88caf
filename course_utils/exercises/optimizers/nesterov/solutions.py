"""Ways to write `NesterovOptimizer`, right and wrong."""

import torch

from course_utils.exercises.optimizers.momentum.solutions import Sgd


class TorchForm(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for i, p in enumerate(self.parameters):
            self.v[i] = self.mu * self.v[i] + p.grad
            p -= self.lr * (p.grad + self.mu * self.v[i])


class InPlace(TorchForm):
    def step(self):
        for p, v in zip(self.parameters, self.v, strict=True):
            v.mul_(self.mu).add_(p.grad)
            p.sub_(torch.add(p.grad, v, alpha=self.mu), alpha=self.lr)


class LookAheadPosition(TorchForm):
    """The velocity is a movement; the weights kept are those of the point ahead."""

    def step(self):
        for i, p in enumerate(self.parameters):
            before = self.v[i]
            self.v[i] = self.mu * before - self.lr * p.grad
            p.data += -self.mu * before + (1 + self.mu) * self.v[i]


class Oracle(Sgd):
    """torch's own optimizer on the same parameters."""

    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.inner = torch.optim.SGD(self.parameters, lr=lr, momentum=mu, nesterov=True)

    def step(self):
        self.inner.step()


CORRECT = {c.__name__: (c,) for c in (TorchForm, InPlace, LookAheadPosition, Oracle)}


def nesterov(velocity=lambda v, g, mu, lr: mu * v + g, change=lambda v, old, g, mu, lr: -lr * (g + mu * v), mu=0.9):
    """Build the class from the new velocity and what is added to the weights."""
    default_mu = mu

    class NesterovOptimizer(Sgd):
        def __init__(self, parameters, lr=0.01, mu=default_mu):
            super().__init__(parameters, lr)
            self.mu = mu
            self.v = [torch.zeros_like(p) for p in self.parameters]

        def step(self):
            for i, p in enumerate(self.parameters):
                old = self.v[i]
                self.v[i] = velocity(old, p.grad, self.mu, self.lr)
                p += change(self.v[i], old, p.grad, self.mu, self.lr)

    return (NesterovOptimizer,)


class OneForAll(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu, self.v = mu, 0.0

    def step(self):
        for p in self.parameters:
            self.v = self.mu * self.v + p.grad
            p -= self.lr * (p.grad + self.mu * self.v)


class AddsToGradients(TorchForm):
    def step(self):
        for v, p in zip(self.v, self.parameters, strict=True):
            v.mul_(self.mu).add_(p.grad)
            p.grad.add_(v, alpha=self.mu)
            p -= self.lr * p.grad


MUTANTS = {
    "plain-sgd": nesterov(change=lambda v, old, g, mu, lr: -lr * g),
    "ascent": nesterov(change=lambda v, old, g, mu, lr: lr * (g + mu * v)),
    "learning-rate-ignored": nesterov(change=lambda v, old, g, mu, lr: -(g + mu * v)),
    "heavy-ball": nesterov(change=lambda v, old, g, mu, lr: -lr * v),
    "heavy-ball (the old velocity)": nesterov(change=lambda v, old, g, mu, lr: -lr * (g + mu * old)),
    "no-mu-in-look-ahead": nesterov(change=lambda v, old, g, mu, lr: -lr * (g + v)),
    "gradient-missing": nesterov(change=lambda v, old, g, mu, lr: -lr * mu * v),
    "stale-velocity": nesterov(change=lambda v, old, g, mu, lr: -lr * old),
    "old-velocity-not-subtracted": nesterov(
        velocity=lambda v, g, mu, lr: mu * v - lr * g, change=lambda v, old, g, mu, lr: (1 + mu) * v
    ),
    "ema-form": nesterov(
        velocity=lambda v, g, mu, lr: mu * v + (1 - mu) * g,
        change=lambda v, old, g, mu, lr: -lr * ((1 - mu) * g + mu * v),
    ),
    "one-minus-mu-in-velocity": nesterov(velocity=lambda v, g, mu, lr: mu * v + (1 - mu) * g),
    "mu-on-wrong-term": nesterov(velocity=lambda v, g, mu, lr: v + mu * g),
    "velocity-not-kept": nesterov(velocity=lambda v, g, mu, lr: mu * torch.zeros_like(v) + g),
    "velocity-not-kept (kept and not used)": nesterov(change=lambda v, old, g, mu, lr: -lr * (g + mu * g)),
    "learning-rate-twice": nesterov(velocity=lambda v, g, mu, lr: mu * v + lr * g),
    "learning-rate-on-gradient-only": nesterov(change=lambda v, old, g, mu, lr: -(lr * g + mu * v)),
    "sign-mixed": nesterov(
        velocity=lambda v, g, mu, lr: mu * v - lr * g, change=lambda v, old, g, mu, lr: -(mu * v + lr * g)
    ),
    "shared-state": (OneForAll,),
    "gradient-changed": (AddsToGradients,),
    "other-defaults": nesterov(mu=0.99),
    "ascent+velocity-not-kept": nesterov(
        velocity=lambda v, g, mu, lr: g, change=lambda v, old, g, mu, lr: lr * (g + mu * v)
    ),
}


class LooksAheadTwice(TorchForm):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.v[i] = self.mu * self.v[i] + p.grad
            p -= self.lr * (p.grad + self.mu * (p.grad + self.mu * self.v[i]))


WRONG = {"looks ahead twice": (LooksAheadTwice,), "sgd": (Sgd,)}
