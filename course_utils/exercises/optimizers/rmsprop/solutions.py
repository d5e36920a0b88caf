"""Ways to write `RMSPropOptimizer`, right and wrong."""

import torch

from course_utils.exercises.optimizers.momentum.solutions import Sgd

epsilon = 1e-7


class Textbook(Sgd):
    """A global epsilon, as in the notebook."""

    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr)
        self.beta = beta
        self.squares = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for i, parameter in enumerate(self.parameters):
            self.squares[i] = self.beta * self.squares[i] + (1 - self.beta) * parameter.grad**2
            parameter -= self.lr * parameter.grad / torch.sqrt(self.squares[i] + epsilon)


class InPlace(Textbook):
    def step(self):
        for p, s in zip(self.parameters, self.squares, strict=True):
            s.mul_(self.beta).addcmul_(p.grad, p.grad, value=1 - self.beta)
            p.addcdiv_(p.grad, (s + epsilon).sqrt(), value=-self.lr)


class Lerp(Textbook):
    def step(self):
        for p, s in zip(self.parameters, self.squares, strict=True):
            s.lerp_(p.grad.square(), 1 - self.beta)
            p.data -= self.lr * p.grad * torch.rsqrt(s + epsilon)


class Keyed(Sgd):
    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr)
        self.beta, self.state = beta, {}

    def step(self):
        for p in self.parameters:
            old = self.state.get(p, torch.zeros(p.shape))
            self.state[p] = old + (1 - self.beta) * (p.grad * p.grad - old)
            p.data = p.data - self.lr * p.grad * (self.state[p] + epsilon) ** -0.5


class SinglePrecision(Textbook):
    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr, beta)
        self.squares = [torch.zeros(p.shape, dtype=torch.float32) for p in self.parameters]

    def step(self):
        for p, s in zip(self.parameters, self.squares, strict=True):
            s *= self.beta
            s += (1 - self.beta) * p.grad**2
            p -= self.lr * p.grad / torch.sqrt(s + epsilon)


CORRECT = {c.__name__: (c,) for c in (Textbook, InPlace, Lerp, Keyed, SinglePrecision)}


def optimizer(square=None, denominator=None, sign=-1.0, rate=None, default_beta=0.9):
    """Build the class from: the new mean of squares, the divisor (of new and old mean), the sign, the rate."""
    square = square or (lambda s, g, b: b * s + (1 - b) * g**2)
    denominator = denominator or (lambda s, old: torch.sqrt(s + 1e-7))

    class RMSPropOptimizer(Sgd):
        def __init__(self, parameters, lr=0.01, beta=default_beta):
            super().__init__(parameters, lr)
            self.beta = beta
            self.s = [torch.zeros_like(p) for p in self.parameters]

        def step(self):
            for i, p in enumerate(self.parameters):
                old = self.s[i]
                self.s[i] = square(old, p.grad, self.beta)
                p += sign * (self.lr if rate is None else rate) * p.grad / denominator(self.s[i], old)

    return (RMSPropOptimizer,)


VARIANTS = {
    "epsilon-outside": optimizer(denominator=lambda s, old: s.sqrt() + 1e-7),
    "epsilon-1e-8": optimizer(denominator=lambda s, old: torch.sqrt(s + 1e-8)),
    "epsilon-outside+epsilon-1e-8": optimizer(denominator=lambda s, old: s.sqrt() + 1e-8),
    "another-epsilon (1e-10)": optimizer(denominator=lambda s, old: torch.sqrt(1e-10 + s)),
    "another-epsilon (1e-9)": optimizer(denominator=lambda s, old: torch.sqrt(s + 1e-9)),
    "another-epsilon (1e-6)": optimizer(denominator=lambda s, old: (s + 1e-6) ** 0.5),
    "another-epsilon (1e-5)": optimizer(denominator=lambda s, old: torch.sqrt(s + 1e-5)),
}


class SharedScalar(Sgd):
    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr)
        self.beta, self.s = beta, 0

    def step(self):
        for p in self.parameters:
            self.s = self.beta * self.s + (1 - self.beta) * p.grad**2
            p -= self.lr * p.grad / (self.s + 1e-7) ** 0.5


class RootStored(Textbook):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.squares[i] = torch.sqrt(self.beta * self.squares[i] + (1 - self.beta) * p.grad**2 + epsilon)
            p -= self.lr * p.grad / self.squares[i]


class BiasCorrected(Textbook):
    t = 0

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.squares[i] = self.beta * self.squares[i] + (1 - self.beta) * p.grad**2
            p -= self.lr * p.grad / torch.sqrt(self.squares[i] / (1 - self.beta**self.t) + epsilon)


class StartsAtOne(Textbook):
    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr, beta)
        self.squares = [torch.ones_like(p) for p in self.parameters]


class ScalesGradients(Textbook):
    def step(self):
        for s, p in zip(self.squares, self.parameters, strict=True):
            s.mul_(self.beta).add_((1 - self.beta) * p.grad**2)
            p.grad.mul_(self.lr).div_(torch.sqrt(s + epsilon))
            p -= p.grad


MUTANTS = {
    "ascent": optimizer(sign=1.0),
    "learning-rate-ignored": optimizer(rate=1.0),
    "squares-summed": optimizer(square=lambda s, g, b: s + g**2),
    "no-one-minus-beta": optimizer(square=lambda s, g, b: b * s + g**2),
    "beta-on-wrong-term": optimizer(square=lambda s, g, b: (1 - b) * s + b * g**2),
    "absolute-instead-of-square": optimizer(square=lambda s, g, b: b * s + (1 - b) * g.abs()),
    "gradient-not-squared": optimizer(square=lambda s, g, b: b * s + (1 - b) * g),
    "square-of-the-average": optimizer(
        square=lambda s, g, b: b * s + (1 - b) * g, denominator=lambda s, old: torch.sqrt(s**2 + 1e-7)
    ),
    "no-root": optimizer(denominator=lambda s, old: s + 1e-7),
    "root-stored": (RootStored,),
    "stale-squares": optimizer(denominator=lambda s, old: torch.sqrt(old + 1e-7)),
    "squares-not-kept": optimizer(square=lambda s, g, b: (1 - b) * g**2),
    "scalar-second-moment": optimizer(square=lambda s, g, b: b * s + (1 - b) * (g**2).mean()),
    "no-epsilon": optimizer(denominator=lambda s, old: torch.sqrt(s)),
    "bias-corrected": (BiasCorrected,),
    "starts-at-one": (StartsAtOne,),
    "shared-state": (SharedScalar,),
    "gradient-changed": (ScalesGradients,),
    "other-defaults": optimizer(default_beta=0.99),
    "squares-summed (epsilon outside)": optimizer(
        square=lambda s, g, b: s + g**2, denominator=lambda s, old: s.sqrt() + 1e-8
    ),
    "ascent+squares-summed": optimizer(square=lambda s, g, b: s + g**2, sign=1.0),
    "squares-not-kept+no-root": optimizer(square=lambda s, g, b: (1 - b) * g**2, denominator=lambda s, old: s + 1e-7),
}


class RootOfTheGradient(Textbook):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.squares[i] = self.beta * self.squares[i] + (1 - self.beta) * p.grad**2
            p -= self.lr * torch.sqrt(p.grad) / (self.squares[i] + epsilon)


class UsesMu(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)


WRONG = {
    "root of the gradient": (RootOfTheGradient,),
    "another name for beta": (UsesMu,),
    "stub": (lambda: None,),
    "nothing happens": (Sgd,),
}
