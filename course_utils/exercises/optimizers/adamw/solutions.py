"""Ways to write `AdamWOptimizer`, right and wrong."""

import torch

from course_utils.exercises.optimizers.adam import solutions as plain
from course_utils.exercises.optimizers.momentum.solutions import Sgd

epsilon = 1e-7


class Textbook(Sgd):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.weight_decay, self.t = beta1, beta2, weight_decay, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            p *= 1 - self.lr * self.weight_decay
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * p.grad
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * p.grad**2
            m_hat = self.m[i] / (1 - self.beta1**self.t)
            v_hat = self.v[i] / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / torch.sqrt(v_hat + epsilon)


class Inherits(plain.Textbook):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr, beta1, beta2)
        self.weight_decay = weight_decay

    def step(self):
        for p in self.parameters:
            p.mul_(1 - self.lr * self.weight_decay)
        super().step()


class DecayFromTheOldWeights(Textbook):
    """The decay is subtracted together with the step, from the weights before it."""

    def step(self):
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            m.lerp_(p.grad, 1 - self.beta1)
            v.lerp_(p.grad**2, 1 - self.beta2)
            adaptive = m / (1 - self.beta1**self.t) / (v / (1 - self.beta2**self.t) + epsilon).sqrt()
            p.data -= self.lr * (adaptive + self.weight_decay * p.data)


CORRECT = {c.__name__: (c,) for c in (Textbook, Inherits, DecayFromTheOldWeights)}


class Oracle(Sgd):
    """torch's own optimizer, whose epsilon is 1e-8 and outside."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr)
        self.inner = torch.optim.AdamW(self.parameters, lr=lr, betas=(beta1, beta2), weight_decay=weight_decay)

    def step(self):
        self.inner.step()


def adamw(
    gradient=lambda g, w, wd: g,
    before=lambda w, lr, wd: w * (1 - lr * wd),
    after=lambda w, lr, wd: w,
    corrected=True,
    eps=lambda v: torch.sqrt(v + 1e-7),
    inside=lambda w, wd: 0.0,
    beta2=0.999,
    sign=-1,
):
    """Build the class from pieces; each mutant replaces one or two."""
    default = beta2

    class AdamWOptimizer(Sgd):
        def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=default, weight_decay=0.01):
            super().__init__(parameters, lr)
            self.b1, self.b2, self.wd, self.t, self.state = beta1, beta2, weight_decay, 0, {}

        def step(self):
            self.t += 1
            for p in self.parameters:
                g = gradient(p.grad, p.data, self.wd)
                m, v = self.state.get(p, (0.0, 0.0))
                m, v = self.b1 * m + (1 - self.b1) * g, self.b2 * v + (1 - self.b2) * g**2
                self.state[p] = m, v
                if corrected:
                    m, v = m / (1 - self.b1**self.t), v / (1 - self.b2**self.t)
                change = (m + inside(p.data, self.wd)) / eps(v)
                start = before(p.data, self.lr, self.wd)
                p.data = after(start + sign * self.lr * change, self.lr, self.wd)

    return (AdamWOptimizer,)


class PublishedDecayLast(Textbook):
    """The step size takes both corrections, epsilon goes to the raw root, and the weights decay last."""

    eps = 1e-7

    def step(self):
        self.t += 1
        size = self.lr * (1 - self.beta2**self.t) ** 0.5 / (1 - self.beta1**self.t)
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            m.mul_(self.beta1).add_(p.grad, alpha=1 - self.beta1)
            v.mul_(self.beta2).addcmul_(p.grad, p.grad, value=1 - self.beta2)
            p.data.addcdiv_(m, v.sqrt().add_(self.eps), value=-size)
            p.data.add_(p.data, alpha=-self.lr * self.weight_decay)


class PublishedDecayLastWithItsEpsilon(PublishedDecayLast):
    eps = 1e-8


class PublishedDecayFirst(PublishedDecayLast):
    def step(self):
        rate, wd = self.lr, self.weight_decay
        for p in self.parameters:
            p.mul_(1 - rate * wd)
        self.weight_decay = 0.0
        super().step()
        self.weight_decay = wd


VARIANTS = {
    "efficient-form-decay-after-step": (PublishedDecayLast,),
    "efficient-form-decay-after-step+epsilon-1e-8": (PublishedDecayLastWithItsEpsilon,),
    "epsilon-on-uncorrected-v": (PublishedDecayFirst,),
    "another-epsilon (1e-6)": adamw(eps=lambda v: torch.sqrt(v + 1e-6)),
    "epsilon-outside+epsilon-1e-8": (Oracle,),
    "epsilon-outside": adamw(eps=lambda v: v.sqrt() + 1e-7),
    "epsilon-1e-8": adamw(eps=lambda v: torch.sqrt(v + 1e-8)),
}


class PublishedWithoutDecay(PublishedDecayFirst):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr, beta1, beta2, 0.0)


class PublishedDecayTwice(PublishedDecayFirst):
    def step(self):
        for p in self.parameters:
            p.data *= 1 - self.lr * self.weight_decay
        super().step()


def untouched(w, lr, wd):
    return w


class WithAnAdamOfItsOwn(Textbook):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr, beta1, beta2, weight_decay)
        self.adam = plain.Textbook(self.parameters, lr)

    def step(self):
        for p in self.parameters:
            p *= 1 - self.shrunk()
        self.adam.step()

    def shrunk(self):
        return self.lr * self.weight_decay


class ShrinksTooMuch(WithAnAdamOfItsOwn):
    def shrunk(self):
        return self.weight_decay


class WithItsOwnDefaults(Textbook):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr, weight_decay=weight_decay)


MUTANTS = {
    "no-decay (epsilon outside, 1e-6)": adamw(before=untouched, eps=lambda v: v.sqrt() + 1e-6),
    "no-decay (epsilon on the uncorrected root)": (PublishedWithoutDecay,),
    "decayed-twice (the published form)": (PublishedDecayTwice,),
    "decayed-twice (before and after the step)": adamw(after=lambda w, lr, wd: w * (1 - lr * wd)),
    "decayed-twice (twice before the step)": adamw(before=lambda w, lr, wd: w * (1 - lr * wd) ** 2),
    "l2-in-gradient": adamw(gradient=lambda g, w, wd: g + wd * w, before=untouched),
    "l2-in-gradient (epsilon outside)": adamw(
        gradient=lambda g, w, wd: g + wd * w, before=untouched, eps=lambda v: v.sqrt() + 1e-8
    ),
    "no-decay": adamw(before=untouched),
    "decay-without-learning-rate": adamw(before=lambda w, lr, wd: w * (1 - wd)),
    "decay-after-step": adamw(before=untouched, after=lambda w, lr, wd: w * (1 - lr * wd)),
    "decay-grows": adamw(before=lambda w, lr, wd: w * (1 + lr * wd)),
    "decay-divided-by-root": adamw(before=untouched, inside=lambda w, wd: wd * w),
    "decayed-twice": adamw(gradient=lambda g, w, wd: g + wd * w),
    "vectors-not-decayed": adamw(before=lambda w, lr, wd: w * (1 - lr * wd) if w.dim() > 1 else w),
    "no-bias-correction": adamw(corrected=False),
    "ascent": adamw(sign=1),
    "other-defaults": adamw(beta2=0.99),
    "betas-not-passed-on": (WithAnAdamOfItsOwn,),
    "betas-not-passed-on (those of AdamW)": (WithItsOwnDefaults,),
    "decay-without-learning-rate+betas-not-passed-on": (ShrinksTooMuch,),
    "l2-in-gradient+no-bias-correction": adamw(gradient=lambda g, w, wd: g + wd * w, before=untouched, corrected=False),
    "decay-without-learning-rate+no-bias-correction": adamw(before=lambda w, lr, wd: w * (1 - wd), corrected=False),
    "no-decay+other-defaults": adamw(before=untouched, beta2=0.99),
}

WRONG = {"adam": plain.CORRECT["Textbook"], "half the decay": adamw(before=lambda w, lr, wd: w * (1 - lr * wd / 2))}
