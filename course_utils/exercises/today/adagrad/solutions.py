"""Ways to write `AdaGradOptimizer`, right and wrong."""

import torch

from course_utils.exercises.optimizers.momentum.solutions import Sgd


class Textbook(Sgd):
    def __init__(self, parameters, lr=0.01, eps=1e-10):
        super().__init__(parameters, lr)
        self.eps = eps
        self.s = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for i, p in enumerate(self.parameters):
            self.s[i] = self.s[i] + p.grad**2
            p -= self.lr / (torch.sqrt(self.s[i]) + self.eps) * p.grad


class Keyed(Sgd):
    def __init__(self, parameters, lr=0.01, eps=1e-10):
        super().__init__(parameters, lr)
        self.eps, self.s = eps, {}

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            self.s[p] = self.s.get(p, 0) + p.grad.square()
            p.data.addcdiv_(p.grad, self.s[p].sqrt() + self.eps, value=-self.lr)


class Remembers(Sgd):
    """Keeps all gradients and adds up their squares in every step."""

    def __init__(self, parameters, lr=0.01, eps=1e-10):
        super().__init__(parameters, lr)
        self.eps, self.seen = eps, [[] for _ in self.parameters]

    def step(self):
        for p, seen in zip(self.parameters, self.seen, strict=True):
            seen.append(p.grad.clone())
            p.data = p.data - self.lr * p.grad / (torch.stack(seen).norm(dim=0) + self.eps)


class Oracle(Sgd):
    """torch's own optimizer."""

    def __init__(self, parameters, lr=0.01, eps=1e-10):
        super().__init__(parameters, lr)
        self.inner = torch.optim.Adagrad(self.parameters, lr=lr, eps=eps)

    def step(self):
        self.inner.step()


CORRECT = {c.__name__: (c,) for c in (Textbook, Keyed, Remembers, Oracle)}


def adagrad(
    keep=lambda s, g, t: s + g * g,
    below=lambda s, eps, t: eps + s**0.5,
    sign=-1,
    eps=1e-10,
):
    """Build the class from pieces; each mutant replaces one or two."""
    default = eps

    class AdaGradOptimizer(Sgd):
        def __init__(self, parameters, lr=0.01, eps=default):
            super().__init__(parameters, lr)
            self.eps, self.t, self.s = eps, 0, [0.0 * p.data for p in self.parameters]

        def step(self):
            self.t += 1
            for i, p in enumerate(self.parameters):
                self.s[i] = keep(self.s[i], p.grad, self.t)
                p.data = p.data + sign * self.lr * p.grad / below(self.s[i], self.eps, self.t)

    return (AdaGradOptimizer,)


class Stale(Textbook):
    def step(self):
        for i, p in enumerate(self.parameters):
            p -= self.lr * p.grad / (self.s[i].sqrt() + self.eps)
            self.s[i] += p.grad**2


class Bare(Textbook):
    def step(self):
        for p in self.parameters:
            p.data = p.data - p.grad


class SharedScalar(Sgd):
    def __init__(self, parameters, lr=0.01, eps=1e-10):
        super().__init__(parameters, lr)
        self.eps, self.s = eps, 0

    def step(self):
        for p in self.parameters:
            self.s = self.s + p.grad**2
            p -= self.lr * p.grad / (self.s**0.5 + self.eps)


class SquaresTheGradient(Textbook):
    def step(self):
        super().step()
        for p in self.parameters:
            p.grad.pow_(2)


VARIANTS = {"epsilon-inside": adagrad(below=lambda s, eps, t: torch.sqrt(eps + s))}
MUTANTS = {
    "ascent": adagrad(sign=1),
    "average-not-sum": adagrad(keep=lambda s, g, t: 0.9 * s + 0.1 * g * g),
    "average-not-sum (0.99)": adagrad(keep=lambda s, g, t: torch.lerp(s, g * g, 0.01)),
    "average-not-sum (0.999)": adagrad(keep=lambda s, g, t: torch.lerp(s, g * g, 0.001)),
    "mean-over-the-steps": adagrad(below=lambda s, eps, t: eps + (s / t) ** 0.5),
    "mean-over-the-steps (a running mean)": adagrad(keep=lambda s, g, t: s + (g * g - s) / t),
    "bare-gradient": (Bare,),
    "not-squared": adagrad(keep=lambda s, g, t: s + g.abs()),
    "no-root": adagrad(below=lambda s, eps, t: eps + s),
    "last-gradient-only": adagrad(keep=lambda s, g, t: g * g),
    "stale-sum": (Stale,),
    "no-epsilon": adagrad(below=lambda s, eps, t: s**0.5),
    "eps-ignored": adagrad(below=lambda s, eps, t: 1e-10 + s**0.5),
    "one-sum-per-tensor": adagrad(keep=lambda s, g, t: s + torch.sum(g * g)),
    "shared-state": (SharedScalar,),
    "gradient-changed": (SquaresTheGradient,),
    "other-defaults": adagrad(eps=1e-1),
    "ascent+no-root": adagrad(sign=1, below=lambda s, eps, t: eps + s),
    "average-not-sum+ascent": adagrad(sign=1, keep=lambda s, g, t: 0.9 * s + 0.1 * g * g),
}
WRONG = {
    "descent": adagrad(below=lambda s, eps, t: 1.0),
    "half the sum": adagrad(keep=lambda s, g, t: s + g * g / 2),
    "stub": (type("AdaGradOptimizer", (Sgd,), {"__init__": lambda self, parameters, lr=0.01, eps=1e-10: None}),),
}
