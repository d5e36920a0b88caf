"""Ways to write `LionOptimizer`, right and wrong."""

import torch

from course_utils.exercises.optimizers.momentum.solutions import Sgd


class Textbook(Sgd):
    def __init__(self, parameters, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.wd = beta1, beta2, weight_decay
        self.m = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for i, p in enumerate(self.parameters):
            c = self.beta1 * self.m[i] + (1 - self.beta1) * p.grad
            p -= self.lr * (torch.sign(c) + self.wd * p)
            self.m[i] = self.beta2 * self.m[i] + (1 - self.beta2) * p.grad


class DecaysFirst(Textbook):
    """As in the authors' code: the weights decay, then they move."""

    @torch.no_grad()
    def step(self):
        for p, m in zip(self.parameters, self.m, strict=True):
            p.data.mul_(1 - self.lr * self.wd)
            update = m.clone().mul_(self.beta1).add(p.grad, alpha=1 - self.beta1).sign_()
            p.add_(update, alpha=-self.lr)
            m.mul_(self.beta2).add_(p.grad, alpha=1 - self.beta2)


class PlainLoop(Sgd):
    """One weight after the other, with plain numbers."""

    def __init__(self, parameters, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.wd = beta1, beta2, weight_decay
        self.m = [[0.0] * p.numel() for p in self.parameters]

    def step(self):
        for p, m in zip(self.parameters, self.m, strict=True):
            for i, (w, g) in enumerate(zip(p.flatten().tolist(), p.grad.flatten().tolist(), strict=True)):
                c = self.beta1 * m[i] + (1 - self.beta1) * g
                direction = (c > 0) - (c < 0)
                p.view(-1)[i] = w - self.lr * (direction + self.wd * w)
                m[i] = self.beta2 * m[i] + (1 - self.beta2) * g


CORRECT = {c.__name__: (c,) for c in (Textbook, DecaysFirst, PlainLoop)}


def lion(
    mix=lambda m, g, b1, b2: b1 * m + (1 - b1) * g,
    keep=lambda m, g, b1, b2: m + (1 - b2) * (g - m),
    turn=lambda c, w, wd: torch.sign(c),
    pull=lambda w, lr, wd: lr * wd * w,
    gradient=lambda g, w, wd: g,
    first=False,
    sign=1,
    beta2=0.99,
):
    """Build the class from pieces; each mutant replaces one or two. `first`: the momentum is updated first."""
    default = beta2

    class LionOptimizer(Sgd):
        def __init__(self, parameters, lr=1e-4, beta1=0.9, beta2=default, weight_decay=0.0):
            super().__init__(parameters, lr)
            self.b, self.wd, self.m = (beta1, beta2), weight_decay, {}

        def step(self):
            for p in self.parameters:
                w, m = p.data, self.m.get(p, 0.0 * p.data)
                g = gradient(p.grad, w, self.wd)
                after = keep(m, g, *self.b)
                moved = w - sign * self.lr * turn(mix(after if first else m, g, *self.b), w, self.wd)
                self.m[p] = after
                p.data = moved - pull(w, self.lr, self.wd)

    return (LionOptimizer,)


def none(w, lr, wd):
    return 0.0


class DecaysLast(Textbook):
    wd_late = 0.0

    def step(self):
        late, self.wd = self.wd, 0.0
        super().step()
        for p in self.parameters:
            p *= 1 - self.lr * late
        self.wd = late


class KeepsTheMixture(Textbook):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * p.grad
            p -= self.lr * (torch.sign(self.m[i]) + self.wd * p)


class SharedScalar(Sgd):
    def __init__(self, parameters, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0):
        super().__init__(parameters, lr)
        self.b1, self.b2, self.wd, self.m = beta1, beta2, weight_decay, 0

    def step(self):
        for p in self.parameters:
            c = self.b1 * self.m + (1 - self.b1) * p.grad
            p -= self.lr * (c.sign() + self.wd * p)
            self.m = self.b2 * self.m + (1 - self.b2) * p.grad


class ClearsGradients(Textbook):
    def step(self):
        super().step()
        for p in self.parameters:
            p.grad.zero_()


MUTANTS = {
    "ascent": lion(sign=-1),
    "beta1-for-both": lion(keep=lambda m, g, b1, b2: b1 * m + (1 - b1) * g),
    "sign-of-the-momentum (beta2 for both)": lion(mix=lambda m, g, b1, b2: b2 * m + (1 - b2) * g),
    "betas-exchanged": lion(
        mix=lambda m, g, b1, b2: b2 * m + (1 - b2) * g, keep=lambda m, g, b1, b2: b1 * m + (1 - b1) * g
    ),
    "momentum-first": lion(first=True),
    "sign-of-the-momentum": lion(first=True, mix=lambda m, g, b1, b2: m),
    "sign-of-the-old-momentum": lion(mix=lambda m, g, b1, b2: m),
    "sign-of-the-gradient": lion(mix=lambda m, g, b1, b2: g),
    "beta1-for-both (the mixture is kept)": (KeepsTheMixture,),
    "no-sign": lion(turn=lambda c, w, wd: c),
    "one-length-for-all": lion(turn=lambda c, w, wd: c / (c**2).sum() ** 0.5),
    "sign-of-the-gradient (nothing is kept)": lion(
        keep=lambda m, g, b1, b2: 0 * m, mix=lambda m, g, b1, b2: (1 - b1) * g
    ),
    "no-one-minus-beta": lion(keep=lambda m, g, b1, b2: b2 * m + g),
    "no-decay": lion(pull=none),
    "decay-without-learning-rate": lion(pull=lambda w, lr, wd: wd * w),
    "decay-grows": lion(pull=lambda w, lr, wd: -lr * wd * w),
    "decay-after-step": (DecaysLast,),
    "decay-in-the-sign": lion(turn=lambda c, w, wd: torch.sign(c + wd * w), pull=none),
    "decay-in-the-gradient": lion(gradient=lambda g, w, wd: g + wd * w, pull=none),
    "shared-state": (SharedScalar,),
    "gradient-changed": (ClearsGradients,),
    "other-defaults": lion(beta2=0.9),
    "no-decay+ascent": lion(pull=none, sign=-1),
    "beta1-for-both+decay-without-learning-rate": lion(
        keep=lambda m, g, b1, b2: b1 * m + (1 - b1) * g, pull=lambda w, lr, wd: wd * w
    ),
}
WRONG = {
    "half the decay": lion(pull=lambda w, lr, wd: lr * wd * w / 2),
    "the sign of zero is 1": lion(turn=lambda c, w, wd: torch.where(c >= 0, 1.0, -1.0)),
}
