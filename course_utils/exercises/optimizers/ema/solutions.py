"""Ways to write `ema`, right and wrong."""

import numpy as np
import torch


def plain_loop(values, beta, bias_correction=False):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if bias_correction else average)
    return np.array(averages)


def in_place(values, beta, bias_correction=False):
    out = np.zeros_like(values)
    running = np.zeros(())
    for i in range(len(values)):
        running *= beta
        running += (1 - beta) * values[i]
        out[i] = running
    if bias_correction:
        out /= 1 - beta ** np.arange(1, len(values) + 1)
    return out


def closed_form(values, beta, bias_correction=False):
    n = len(values)
    age = np.arange(n)[:, None] - np.arange(n)[None, :]
    weights = np.where(age >= 0, (1 - beta) * beta ** np.maximum(age, 0).astype(float), 0.0)
    if bias_correction:
        weights = weights / weights.sum(axis=1, keepdims=True)
    return weights @ values


def torch_lerp(values, beta, bias_correction=False):
    average, averages = torch.zeros(()), []
    for t, value in enumerate(torch.tensor(values, dtype=torch.float32), start=1):
        average = torch.lerp(average, value, 1 - beta)
        averages.append(average / (1 - beta**t) if bias_correction else average)
    return torch.stack(averages)


def list_comprehension(values, beta, bias_correction=False):
    m = 0.0
    plain = [m := m + (1 - beta) * (float(x) - m) for x in values]
    return [m / (1 - beta ** (i + 1)) for i, m in enumerate(plain)] if bias_correction else plain


CORRECT = {f.__name__: (f,) for f in (plain_loop, in_place, closed_form, torch_lerp, list_comprehension)}


def mutant(start=0.0, keep=None, take=None, divisor=None, out=None):
    """An EMA whose pieces can be replaced: the start, both weights, the divisor, what is returned."""

    def ema(values, beta, bias_correction=False):
        average, averages = start, []
        for t, value in enumerate(values, start=1):
            before = average
            average = (keep or (lambda b: b))(beta) * average + (take or (lambda b: 1 - b))(beta) * value
            by = divisor(beta, t, bias_correction) if divisor else (1 - beta**t if bias_correction else 1)
            averages.append((out or (lambda old, new: new))(before, average) / np.float64(by))
        return np.array(averages)

    return ema


def starts_at_first(values, beta, bias_correction=False):
    average, averages = values[0], []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if bias_correction else average)
    return averages


def cumulative_mean(values, beta, bias_correction=False):
    means = np.cumsum(values) / np.arange(1, len(values) + 1)
    return means / (1 - beta ** np.arange(1, len(values) + 1)) if bias_correction else means


def stored_back(values, beta, bias_correction=False):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        if bias_correction:
            average = average / (1 - beta**t)
        averages.append(average)
    return averages


def overwrites_its_input(values, beta, bias_correction=False):
    result = plain_loop(values, beta, bias_correction)
    values[:] = result
    return values.copy()


def first_as_it_is(values, beta, bias_correction=False):
    averages = [values[0]]
    for value in values[1:]:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    powers = beta ** np.arange(2, len(values) + 1)
    return np.array(averages) / np.append(1.0, 1 - powers) if bias_correction else np.array(averages)


def corrected_at_the_end(values, beta, bias_correction=False):
    return plain_loop(values, beta) / (1 - beta ** len(values) if bias_correction else 1)


MUTANTS = {
    "no-one-minus-beta": (mutant(take=lambda b: 1.0),),
    "beta-on-wrong-term": (mutant(keep=lambda b: 1 - b, take=lambda b: b),),
    "starts-at-first-value": (starts_at_first,),
    "starts-at-first-value (which is left as it is)": (first_as_it_is,),
    "last-correction-for-all": (corrected_at_the_end,),
    "average-not-kept": (mutant(keep=lambda b: 0.0),),
    "plain-mean": (cumulative_mean,),
    "shifted-by-one": (mutant(out=lambda old, new: old),),
    "no-bias-correction": (mutant(divisor=lambda b, t, flag: 1.0),),
    "always-corrected": (mutant(divisor=lambda b, t, flag: 1 - b**t),),
    "flag-inverted": (mutant(divisor=lambda b, t, flag: 1.0 if flag else 1 - b**t),),
    "correction-multiplied": (mutant(divisor=lambda b, t, flag: 1 / (1 - b**t) if flag else 1.0),),
    "product-for-power": (mutant(divisor=lambda b, t, flag: 1 - b * t if flag else 1.0),),
    "exponent-too-small": (mutant(divisor=lambda b, t, flag: 1 - b ** (t - 1) if flag else 1.0),),
    "exponent-too-large": (mutant(divisor=lambda b, t, flag: 1 - b ** (t + 1) if flag else 1.0),),
    "t-frozen": (mutant(divisor=lambda b, t, flag: 1 - b if flag else 1.0),),
    "corrected-stored-back": (stored_back,),
    "input-changed": (overwrites_its_input,),
    "no-one-minus-beta+no-bias-correction": (mutant(take=lambda b: 1.0, divisor=lambda b, t, flag: 1.0),),
    "starts-at-first-value+no-bias-correction": (lambda v, b, bias_correction=False: starts_at_first(v, b),),
}


class Averager:
    def __init__(self, values, beta, bias_correction=False):
        self.values = values


def stub(values, beta, bias_correction=False):
    raise NotImplementedError


WRONG = {
    "forgotten return": (lambda values, beta, bias_correction=False: None,),
    "only the last value": (lambda *args, **kwargs: plain_loop(*args, **kwargs)[-1],),
    "starting value included": (lambda *args, **kwargs: np.append(0.0, plain_loop(*args, **kwargs)),),
    "no flag": (lambda values, beta: plain_loop(values, beta),),
    "all nan": (lambda values, beta, bias_correction=False: np.full(len(values), np.nan),),
    "a generator": (lambda values, beta, bias_correction=False: (v for v in values),),
    "text": (lambda values, beta, bias_correction=False: "done",),
    "an exception": (lambda values, beta, bias_correction=False: 1 / 0,),
    "leaves the interpreter": (lambda values, beta, bias_correction=False: exit(),),
    "a class": (Averager,),
    "a number": (3.0,),
    "stub": (stub,),
    "the values themselves": (lambda values, beta, bias_correction=False: values,),
    "ragged list": (lambda values, beta, bias_correction=False: [[1.0], [1.0, 2.0]],),
}
