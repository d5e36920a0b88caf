"""Ways to write `AdamOptimizer`, right and wrong."""

import torch

from course_utils.exercises.optimizers.momentum.solutions import Sgd

epsilon = 1e-7


class Textbook(Sgd):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.t = beta1, beta2, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * p.grad
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * p.grad**2
            m_hat = self.m[i] / (1 - self.beta1**self.t)
            v_hat = self.v[i] / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / torch.sqrt(v_hat + epsilon)


class InPlace(Textbook):
    @torch.no_grad()
    def step(self):
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            m.lerp_(p.grad, 1 - self.beta1)
            v.mul_(self.beta2).addcmul_(p.grad, p.grad, value=1 - self.beta2)
            denominator = (v / (1 - self.beta2**self.t)).add_(epsilon).sqrt_()
            p.addcdiv_(m, denominator, value=-self.lr / (1 - self.beta1**self.t))


class ProductsOfBetas(Textbook):
    """Keeps beta^t as a running product."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr, beta1, beta2)
        self.product1 = self.product2 = 1.0

    def step(self):
        self.product1 *= self.beta1
        self.product2 *= self.beta2
        for i, p in enumerate(self.parameters):
            self.m[i] += (1 - self.beta1) * (p.grad - self.m[i])
            self.v[i] += (1 - self.beta2) * (p.grad**2 - self.v[i])
            scale = (1 - self.product2) ** 0.5
            root = torch.sqrt(self.v[i] + epsilon * (1 - self.product2))
            p.data -= self.lr * scale / (1 - self.product1) * self.m[i] / root


class Keyed(Sgd):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr)
        self.betas, self.state = (beta1, beta2), {}

    def step(self):
        b1, b2 = self.betas
        for p in self.parameters:
            t, m, v = self.state.get(p, (0, 0.0, 0.0))
            t, m, v = t + 1, b1 * m + (1 - b1) * p.grad, b2 * v + (1 - b2) * p.grad.square()
            self.state[p] = t, m, v
            p.data = p.data - self.lr * (m / (1 - b1**t)) / (v / (1 - b2**t) + 1e-7) ** 0.5


class CountsAfterwards(Textbook):
    """The counter starts at 1 and is raised at the end of the step."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr, beta1, beta2)
        self.t = 0

    def step(self):
        super().step()
        self.steps = self.t + 1


class SinglePrecision(Textbook):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr, beta1, beta2)
        self.m = [m.to(torch.float32) for m in self.m]
        self.v = [v.to(torch.float32) for v in self.v]

    def step(self):
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            g = p.grad.to(torch.float32)
            m.lerp_(g, 1 - self.beta1)
            v.lerp_(g**2, 1 - self.beta2)
            p -= self.lr * (m / (1 - self.beta1**self.t)) / torch.sqrt(v / (1 - self.beta2**self.t) + epsilon)


CORRECT = {c.__name__: (c,) for c in (Textbook, InPlace, ProductsOfBetas, Keyed, CountsAfterwards, SinglePrecision)}


def adam(
    first=lambda m, g, b: b * m + (1 - b) * g,
    second=lambda v, g, m, b: b * v + (1 - b) * g**2,
    correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v / (1 - b2**t)),
    denominator=lambda v, raw, b2, t: (v + 1e-7) ** 0.5,
    t=lambda step, index, count: step,
    sign=-1.0,
    rate=None,
    betas=(0.9, 0.99),
    swap=False,
):
    """Build the class from pieces of the update; each mutant replaces one or two."""

    class AdamOptimizer(Sgd):
        def __init__(self, parameters, lr=0.01, beta1=betas[0], beta2=betas[1]):
            super().__init__(parameters, lr)
            self.betas = (beta2, beta1) if swap else (beta1, beta2)
            self.steps = 0
            self.m = [torch.zeros_like(p) for p in self.parameters]
            self.v = [torch.zeros_like(p) for p in self.parameters]

        def step(self):
            b1, b2 = self.betas
            self.steps += 1
            for i, p in enumerate(self.parameters):
                k = t(self.steps, i, len(self.parameters))
                self.m[i] = first(self.m[i], p.grad, b1)
                self.v[i] = second(self.v[i], p.grad, self.m[i], b2)
                m, v = correct(self.m[i], self.v[i], b1, b2, k)
                change = m / denominator(v, self.v[i], b2, k)
                p += sign * (self.lr if rate is None else rate) * change

    return (AdamOptimizer,)


def outside(eps):
    return lambda v, raw, b2, t: v.sqrt() + eps


def on_uncorrected(eps):
    return lambda v, raw, b2, t: (raw.sqrt() + eps) / (1 - b2**t) ** 0.5


def inside_uncorrected(eps):
    return lambda v, raw, b2, t: ((raw + eps) / (1 - b2**t)) ** 0.5


VARIANTS = {
    "epsilon-outside": adam(denominator=outside(1e-7)),
    "epsilon-outside+epsilon-1e-8": adam(denominator=outside(1e-8)),
    "epsilon-1e-8": adam(denominator=lambda v, raw, b2, t: (v + 1e-8) ** 0.5),
    "another-epsilon (1e-10)": adam(denominator=lambda v, raw, b2, t: (v + 1e-10) ** 0.5),
    "another-epsilon (1e-5)": adam(denominator=lambda v, raw, b2, t: torch.sqrt(v + 1e-5)),
    "epsilon-on-uncorrected-v": adam(denominator=on_uncorrected(1e-7)),
    "epsilon-on-uncorrected-v+epsilon-1e-8": adam(denominator=on_uncorrected(1e-8)),
    "epsilon-inside-uncorrected-v": adam(denominator=inside_uncorrected(1e-7)),
    "epsilon-inside-uncorrected-v+epsilon-1e-8": adam(denominator=inside_uncorrected(1e-8)),
}


class PublishedWithoutCorrection(Sgd):
    """The uncorrected moments of a published solution; right at its first step with its own defaults."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        self.parameters = list(parameters)
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.momenta = [torch.zeros_like(p) for p in self.parameters]
        self.scales = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for p, m, s in zip(self.parameters, self.momenta, self.scales, strict=True):
            m *= self.beta1
            m += (1 - self.beta1) * p.grad
            s *= self.beta2
            s += (1 - self.beta2) * p.grad * p.grad
            p -= self.lr * m / torch.sqrt(s + epsilon)


class StoredBack(Textbook):
    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.m[i] = (self.beta1 * self.m[i] + (1 - self.beta1) * p.grad) / (1 - self.beta1**self.t)
            self.v[i] = (self.beta2 * self.v[i] + (1 - self.beta2) * p.grad**2) / (1 - self.beta2**self.t)
            p -= self.lr * self.m[i] / torch.sqrt(self.v[i] + epsilon)


class OneCounterForAll(Textbook):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.t += 1
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * p.grad
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * p.grad**2
            m_hat, v_hat = self.m[i] / (1 - self.beta1**self.t), self.v[i] / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / torch.sqrt(v_hat + epsilon)


class OneMomentForAll(Textbook):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr, beta1, beta2)
        self.m = [self.m[0]] * len(self.m)
        self.v = [self.v[0]] * len(self.v)

    step = InPlace.step


class GradientInPlaceOfMoment(Textbook):
    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * p.grad**2
            p -= self.lr * p.grad / torch.sqrt(self.v[i] / (1 - self.beta2**self.t) + epsilon)


class ClearsGradients(Textbook):
    def step(self):
        super().step()
        for p in self.parameters:
            p.grad = None


def uncorrected(m, v, b1, b2, t):
    return m, v


def zeros(m):
    return torch.zeros_like(m)


class FixedBetas(Textbook):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr, 0.9, 0.999)


class D2lConstants(FixedBetas):
    """As in Dive into Deep Learning, with the constants written into the step."""

    def step(self):
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            m[:] = 0.9 * m + (1 - 0.9) * p.grad
            v[:] = 0.999 * v + (1 - 0.999) * torch.square(p.grad)
            p.data -= self.lr * m / (1 - 0.9**self.t) / (torch.sqrt(v / (1 - 0.999**self.t)) + 1e-6)


MUTANTS = {
    "no-bias-correction (epsilon outside, 1e-6)": adam(correct=uncorrected, denominator=outside(1e-6)),
    "ascent (epsilon outside, 1e-10)": adam(denominator=outside(1e-10), sign=1.0),
    "betas-fixed": (FixedBetas,),
    "betas-fixed (epsilon as well)": (D2lConstants,),
    "no-bias-correction": (PublishedWithoutCorrection,),
    "no-bias-correction (epsilon outside)": adam(correct=uncorrected, denominator=outside(1e-8)),
    "only-first-moment-corrected": adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v)),
    "only-second-moment-corrected": adam(correct=lambda m, v, b1, b2, t: (m, v / (1 - b2**t))),
    "correction-without-root": adam(denominator=lambda v, raw, b2, t: (raw.sqrt() + 1e-8) / (1 - b2**t)),
    "correction-multiplied": adam(correct=lambda m, v, b1, b2, t: (m * (1 - b1**t), v * (1 - b2**t))),
    "product-for-power": adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1 * t), v / (1 - b2 * t))),
    "only-first-moment-corrected+t-per-parameter": adam(
        correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v), t=lambda step, i, n: (step - 1) * n + i + 1
    ),
    "only-second-moment-corrected+t-per-parameter": adam(
        correct=lambda m, v, b1, b2, t: (m, v / (1 - b2**t)), t=lambda step, i, n: (step - 1) * n + i + 1
    ),
    "exponent-too-small": adam(t=lambda step, i, n: torch.tensor(step - 1)),
    "exponent-too-large": adam(t=lambda step, i, n: step + 1),
    "t-frozen": adam(t=lambda step, i, n: 1),
    "t-per-parameter": (OneCounterForAll,),
    "corrected-stored-back": (StoredBack,),
    "correction-betas-swapped": adam(correct=lambda m, v, b1, b2, t: (m / (1 - b2**t), v / (1 - b1**t))),
    "ascent": adam(sign=1.0),
    "learning-rate-ignored": adam(rate=1.0),
    "betas-swapped": adam(swap=True),
    "beta1-on-wrong-term": adam(first=lambda m, g, b: (1 - b) * m + b * g),
    "beta2-on-wrong-term": adam(second=lambda v, g, m, b: (1 - b) * v + b * g**2),
    "no-one-minus-beta1": adam(first=lambda m, g, b: b * m + g),
    "no-one-minus-beta2": adam(second=lambda v, g, m, b: b * v + g**2),
    "squares-summed": adam(second=lambda v, g, m, b: v + g**2),
    "second-moment-from-m": adam(second=lambda v, g, m, b: b * v + (1 - b) * m**2),
    "absolute-instead-of-square": adam(second=lambda v, g, m, b: b * v + (1 - b) * g.abs()),
    "gradient-not-squared": adam(second=lambda v, g, m, b: b * v + (1 - b) * g),
    "scalar-second-moment": adam(second=lambda v, g, m, b: b * v + (1 - b) * (g**2).mean()),
    "no-root": adam(denominator=lambda v, raw, b2, t: v + 1e-7),
    "first-moment-unused": (GradientInPlaceOfMoment,),
    "moments-not-kept": adam(
        first=lambda m, g, b: b * zeros(m) + (1 - b) * g,
        second=lambda v, g, m, b: b * zeros(v) + (1 - b) * g**2,
    ),
    "shared-state": (OneMomentForAll,),
    "no-epsilon": adam(denominator=lambda v, raw, b2, t: v.sqrt()),
    "gradient-changed": (ClearsGradients,),
    "other-defaults": adam(betas=(0.9, 0.999)),
    "t-frozen (epsilon outside)": adam(t=lambda step, i, n: 1, denominator=outside(1e-7)),
    "ascent+no-bias-correction": adam(correct=uncorrected, sign=1.0),
    "no-bias-correction+other-defaults": adam(correct=uncorrected, betas=(0.9, 0.999)),
    "beta1-on-wrong-term+beta2-on-wrong-term": adam(
        first=lambda m, g, b: (1 - b) * m + b * g, second=lambda v, g, m, b: (1 - b) * v + b * g**2
    ),
}


class NoCounter(Textbook):
    def step(self):
        for p in self.parameters:
            p -= self.lr * p.grad / (1 - self.beta1**self.k)


class PythonNumbers(Textbook):
    """Divides by 1 - beta^0, which Python refuses."""

    def step(self):
        for p in self.parameters:
            p -= self.lr * p.grad / (1 / (1 - self.beta1**self.t))


WRONG = {
    "no counter": (NoCounter,),
    "divides by zero": (PythonNumbers,),
    "one beta": (lambda parameters, lr=0.01, beta=0.9: Textbook(parameters, lr, beta),),
    "sgd": (Sgd,),
}
