"""Ways to write `MomentumOptimizer`, right and wrong."""

import torch


class Sgd:
    """The given base class, as the notebook shows it."""

    def __init__(self, parameters, lr=0.01):
        self.parameters = list(parameters)
        self.lr = lr


class Textbook(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        self.velocities = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for i, parameter in enumerate(self.parameters):
            self.velocities[i] = self.mu * self.velocities[i] + (1 - self.mu) * parameter.grad
            parameter -= self.lr * self.velocities[i]


class InPlace(Textbook):
    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.velocities, strict=True):
            v.mul_(self.mu).add_(p.grad, alpha=1 - self.mu)
            p.sub_(v, alpha=self.lr)


class Lerp(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.weight = 1 - mu
        self.state = [torch.zeros(p.shape) for p in self.parameters]

    def step(self):
        self.state = [torch.lerp(v, p.grad, self.weight) for v, p in zip(self.state, self.parameters, strict=True)]
        for p, v in zip(self.parameters, self.state, strict=True):
            p.data = p.data - self.lr * v


class Keyed(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu, self.v = mu, {}

    def step(self):
        for p in self.parameters:
            self.v[p] = self.mu * self.v.get(p, 0) + (1 - self.mu) * p.grad
            p.data.add_(self.v[p], alpha=-self.lr)


class SinglePrecision(Textbook):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr, mu)
        self.velocities = [torch.zeros(p.shape, dtype=torch.float32) for p in self.parameters]

    def step(self):
        for p, v in zip(self.parameters, self.velocities, strict=True):
            v *= self.mu
            v += (1 - self.mu) * p.grad
            p -= self.lr * v


class RateInsideTheVelocity(Textbook):
    """Another correct form: the velocity holds steps."""

    def step(self):
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.mu * self.velocities[i] - self.lr * (1 - self.mu) * p.grad
            p += self.velocities[i]


CORRECT = {c.__name__: (c,) for c in (Textbook, InPlace, Lerp, Keyed, SinglePrecision, RateInsideTheVelocity)}


def mutant(update, defaults=(0.01, 0.9)):
    """`update(p, v, lr, mu)` returns the new velocity and what is added to the parameter."""

    class MomentumOptimizer(Sgd):
        def __init__(self, parameters, lr=defaults[0], mu=defaults[1]):
            super().__init__(parameters, lr)
            self.mu = mu
            self.velocity = [torch.zeros_like(p) for p in self.parameters]

        def step(self):
            for i, p in enumerate(self.parameters):
                self.velocity[i], change = update(p.grad, self.velocity[i], self.lr, self.mu)
                p += change

    return (MomentumOptimizer,)


def descending(velocity):
    return lambda g, v, lr, mu: (velocity(g, v, lr, mu), -lr * velocity(g, v, lr, mu))


class SharedScalar(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu, self.velocity = mu, 0

    def step(self):
        for p in self.parameters:
            self.velocity = self.mu * self.velocity + (1 - self.mu) * p.grad
            p -= self.lr * self.velocity


class AliasedList(Textbook):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr, mu)
        self.velocities = [torch.zeros_like(self.parameters[0])] * len(self.parameters)

    step = InPlace.step


class Recomputed(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu

    def step(self):
        for p in self.parameters:
            velocity = torch.zeros_like(p)
            velocity = self.mu * velocity + (1 - self.mu) * p.grad
            p -= self.lr * velocity


class ClearsGradients(Textbook):
    def step(self):
        super().step()
        for p in self.parameters:
            p.grad.zero_()


class BiasCorrected(Textbook):
    t = 0

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.mu * self.velocities[i] + (1 - self.mu) * p.grad
            p -= self.lr * (self.velocities[i] / (1 - self.mu**self.t))


class TorchWithDampening(Sgd):
    """torch's own optimizer, whose buffer starts as the first gradient."""

    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.inner = torch.optim.SGD(self.parameters, lr=lr, momentum=mu, dampening=mu)

    def step(self):
        self.inner.step()


MUTANTS = {
    "plain-sgd": mutant(lambda g, v, lr, mu: (v, -lr * g)),
    "bias-corrected": (BiasCorrected,),
    "ascent": mutant(lambda g, v, lr, mu: (mu * v + (1 - mu) * g, lr * (mu * v + (1 - mu) * g))),
    "learning-rate-ignored": mutant(lambda g, v, lr, mu: (mu * v + (1 - mu) * g, -(mu * v + (1 - mu) * g))),
    "no-one-minus-beta": mutant(descending(lambda g, v, lr, mu: mu * v + g)),
    "beta-on-wrong-term": mutant(descending(lambda g, v, lr, mu: (1 - mu) * v + mu * g)),
    "stale-velocity": mutant(lambda g, v, lr, mu: (mu * v + (1 - mu) * g, -lr * v)),
    "velocity-not-kept": (Recomputed,),
    "starts-at-first-gradient": (TorchWithDampening,),
    "learning-rate-twice": mutant(descending(lambda g, v, lr, mu: mu * v + lr * (1 - mu) * g)),
    "sign-mixed": mutant(lambda g, v, lr, mu: (mu * v - lr * g, -(mu * v - lr * g))),
    "shared-state": (SharedScalar,),
    "shared-state (one tensor in a list)": (AliasedList,),
    "sign-mixed (as ascent without 1 - mu)": mutant(lambda g, v, lr, mu: (mu * v + g, lr * (mu * v + g))),
    "gradient-changed": (ClearsGradients,),
    "other-defaults": mutant(descending(lambda g, v, lr, mu: mu * v + (1 - mu) * g), defaults=(0.001, 0.9)),
    "ascent+beta-on-wrong-term": mutant(lambda g, v, lr, mu: ((1 - mu) * v + mu * g, lr * ((1 - mu) * v + mu * g))),
    "stale-velocity+beta-on-wrong-term": mutant(lambda g, v, lr, mu: ((1 - mu) * v + mu * g, -lr * v)),
    "no-one-minus-beta+other-defaults": mutant(descending(lambda g, v, lr, mu: mu * v + g), defaults=(0.1, 0.5)),
}


class Rebinding(Textbook):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.mu * self.velocities[i] + (1 - self.mu) * p.grad
            p = p - self.lr * self.velocities[i]


class WalksTwice(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        self.velocities = [torch.zeros_like(p) for p in parameters]

    step = Textbook.step


class NeverLists(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        self.parameters, self.lr, self.mu, self.v = parameters, lr, mu, {}

    step = Keyed.step


class NoMu(Sgd):
    def step(self):
        for p in self.parameters:
            p -= self.lr * p.grad


class Stub(Sgd):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)

    def step(self):
        raise NotImplementedError


class NoStep(Textbook):
    step = None


class Reshapes(Textbook):
    def step(self):
        for p in self.parameters:
            p.data = p.data.flatten()[:1]


class Raises(Textbook):
    def step(self):
        return self.velocity[0]


class ThreeTimesTooFar(Textbook):
    def step(self):
        self.lr *= 1
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.mu * self.velocities[i] + (1 - self.mu) * p.grad
            p -= 3 * self.lr * self.velocities[i]


class TiresAfterThreeSteps(Textbook):
    def step(self):
        self.count = getattr(self, "count", 0) + 1
        if self.count > 3:
            self.velocities = [torch.zeros_like(p) for p in self.parameters]
        super().step()


class NotANumber(Textbook):
    def step(self):
        for p in self.parameters:
            p *= float("nan")


def momentum_function(parameters, lr=0.01, mu=0.9):
    return Textbook(parameters, lr, mu)


WRONG = {
    "rebinding": (Rebinding,),
    "walks the parameters twice": (WalksTwice,),
    "never makes a list": (NeverLists,),
    "no mu": (NoMu,),
    "stub": (Stub,),
    "no step": (NoStep,),
    "reshapes": (Reshapes,),
    "raises": (Raises,),
    "a constant factor": (ThreeTimesTooFar,),
    "right for three steps": (TiresAfterThreeSteps,),
    "nan": (NotANumber,),
    "a function": (momentum_function,),
    "an object": (Textbook([torch.nn.Parameter(torch.zeros(2))]),),
}
