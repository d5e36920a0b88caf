"""Ways to write `MuonOptimizer`, right and wrong."""

import torch

from course_utils.exercises.optimizers.momentum.solutions import Sgd
from course_utils.exercises.today.newton_schulz import solutions as schulz

newton_schulz = schulz.textbook


class Textbook(Sgd):
    def __init__(self, parameters, lr=0.02, mu=0.95):
        super().__init__(parameters, lr)
        for p in self.parameters:
            if p.dim() != 2:
                raise ValueError(f"expected matrices, found a tensor of shape {tuple(p.shape)}")
        self.mu, self.buffers = mu, [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for i, p in enumerate(self.parameters):
            self.buffers[i] = self.mu * self.buffers[i] + p.grad
            update = newton_schulz(p.grad + self.mu * self.buffers[i])
            p -= self.lr * max(1, p.size(0) / p.size(1)) ** 0.5 * update


class RefusesInTheStep(Sgd):
    def __init__(self, parameters, lr=0.02, mu=0.95):
        super().__init__(parameters, lr)
        self.mu, self.v = mu, {}

    @torch.no_grad()
    def step(self):
        if not all(len(p.shape) == 2 for p in self.parameters):
            raise ValueError("matrices only")
        for p in self.parameters:
            rows, columns = p.shape
            self.v[p] = p.grad + self.mu * self.v.get(p, 0)
            scale = (rows / columns) ** 0.5 if rows > columns else 1.0
            p.data.add_(newton_schulz(torch.add(p.grad, self.v[p], alpha=self.mu)), alpha=-self.lr * scale)


def muon(
    keep=lambda v, g, mu: mu * v + g,
    ahead=lambda v, old, g, mu: g + mu * v,
    equal=newton_schulz,
    scale=lambda rows, columns, d: max(1.0, rows / columns) ** 0.5,
    gradient=lambda g: g,
    refuse=True,
    sign=1,
    rate=lambda lr: lr,
    mu=0.95,
    says="",
):
    """Build the class from pieces; each mutant replaces one or two."""
    default = mu

    class MuonOptimizer(Sgd):
        __doc__ = says

        def __init__(self, parameters, lr=0.02, mu=default):
            super().__init__(parameters, lr)
            self.mu, self.v = mu, {}
            if refuse and {p.dim() for p in self.parameters} != {2}:
                raise ValueError("this optimizer is for matrices")

        def step(self):
            for p in self.parameters:
                g, old = gradient(p.grad), self.v.get(p, torch.zeros_like(p.data))
                self.v[p] = keep(old, g, self.mu)
                d = ahead(self.v[p], old, g, self.mu)
                d = equal(d) if d.dim() == 2 else d
                size = scale(*p.shape, d) if p.dim() == 2 else 1.0
                p.data = p.data - sign * rate(self.lr) * size * d

    return (MuonOptimizer,)


def average(v, g, mu):
    return torch.lerp(g, v, mu)


class SharedScalar(Textbook):
    v = 0

    def step(self):
        for p in self.parameters:
            self.v = self.mu * self.v + p.grad
            p -= self.lr * max(1, p.size(0) / p.size(1)) ** 0.5 * newton_schulz(p.grad + self.mu * self.v)


def as_adamw(rows, columns, d):
    return 0.2 * max(rows, columns) ** 0.5


WITH_ITS_OWN = """
class MuonOptimizer(Textbook):
    def step(self):
        for index, weight in enumerate(self.parameters):
            self.buffers[index] = self.mu * self.buffers[index] + weight.grad
            even = newton_schulz(weight.grad + self.mu * self.buffers[index])
            weight -= self.lr * max(1, len(weight) / weight[0].numel()) ** 0.5 * even
"""


def upon(name):
    """Return a class in a notebook of its own, with another newton_schulz."""
    space = {"Textbook": Textbook, "newton_schulz": schulz.MUTANTS[name][0], "__name__": __name__}
    exec(WITH_ITS_OWN, space)
    return (space["MuonOptimizer"],)


class NoMatmulWithVectors(Textbook):
    """A vector is not refused: the step fails somewhere inside."""

    def __init__(self, parameters, lr=0.02, mu=0.95):
        Sgd.__init__(self, parameters, lr)
        self.mu, self.buffers = mu, [torch.zeros_like(p) for p in self.parameters]


CORRECT = {
    **{c.__name__: (c,) for c in (Textbook, RefusesInTheStep)},
    # As in torch: 1 - mu times the velocity of the text, and so the same direction.
    "a moving average": muon(keep=average, ahead=lambda v, old, g, mu: torch.lerp(g, v, mu)),
}
VARIANTS = {
    "match-rms-adamw": muon(scale=as_adamw, says="Muon with the scale match_rms_adamw."),
    "match-rms-adamw (a moving average)": muon(
        keep=average, ahead=lambda v, old, g, mu: torch.lerp(g, v, mu), scale=as_adamw, says="match_rms_adamw"
    ),
    "follows-own-newton-schulz (spectral norm)": upon("spectral-norm"),
    "follows-own-newton-schulz (coefficients of the cubic)": upon("coefficients-of-the-cubic"),
}
MUTANTS = {
    "ascent": muon(sign=-1),
    "no-nesterov": muon(ahead=lambda v, old, g, mu: v),
    "gradient-plus-velocity": muon(ahead=lambda v, old, g, mu: g + v),
    "gradient-only": muon(ahead=lambda v, old, g, mu: g),
    "average-in-the-velocity-only": muon(keep=average),
    "not-orthogonalised": muon(equal=lambda d: d),
    "gradient-orthogonalised": muon(gradient=newton_schulz, equal=lambda d: d),
    "gradient-orthogonalised (no look-ahead)": muon(
        gradient=newton_schulz, equal=lambda d: d, ahead=lambda v, old, g, mu: v
    ),
    "entry-by-entry": muon(equal=torch.sign),
    "scale-inverted": muon(scale=lambda rows, columns, d: (columns / min(rows, columns)) ** 0.5),
    "no-scale": muon(scale=lambda rows, columns, d: 1.0),
    "scale-below-one": muon(scale=lambda rows, columns, d: rows**0.5 / columns**0.5),
    "scale-without-root": muon(scale=lambda rows, columns, d: max(1.0, rows / columns)),
    "other-scale-undeclared": muon(scale=as_adamw),
    "scaled-by-the-size-of-the-direction": muon(scale=lambda rows, columns, d: 1 / (d**2).sum() ** 0.5),
    "no-nesterov (the old velocity)": muon(ahead=lambda v, old, g, mu: g + mu * old),
    "gradient-only (nothing is kept)": muon(keep=lambda v, g, mu: g),
    "learning-rate-ignored": muon(rate=lambda lr: 1.0),
    "shared-state": (SharedScalar,),
    "vector-accepted": muon(refuse=False),
    "vector-accepted (the step fails)": (NoMatmulWithVectors,),
    "other-defaults": muon(mu=0.9),
    "no-nesterov+scale-inverted": muon(
        ahead=lambda v, old, g, mu: v, scale=lambda rows, columns, d: max(1.0, columns / rows) ** 0.5
    ),
    "no-nesterov+vector-accepted": muon(ahead=lambda v, old, g, mu: v, refuse=False),
}


def exact(matrix):
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    return u @ vh


WRONG = {
    "exactly orthogonal": muon(equal=exact),
    "three times too far": muon(rate=lambda lr: 3 * lr),
}
