"""Students' ways to write `walk_moments`."""

import numpy as np


def textbook(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mu = p_good * good + (1 - p_good) * bad
    var = p_good * (good - mu) ** 2 + (1 - p_good) * (bad - mu) ** 2
    return num_steps * mu, num_steps * var


def bernoulli(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    # Number of good steps is binomial.
    mean_good = num_steps * p_good
    var_good = num_steps * p_good * (1 - p_good)
    return mean_good * good + (num_steps - mean_good) * bad, (good - bad) ** 2 * var_good


def by_convolution(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    k = np.arange(num_steps + 1)
    probabilities = np.array([1.0])
    for _ in range(num_steps):
        probabilities = np.convolve(probabilities, [1 - p_good, p_good])
    totals = k * good + (num_steps - k) * bad
    mean = (probabilities * totals).sum()
    return [np.float64(mean), (probabilities * (totals - mean) ** 2).sum()]


def make(mean="n*m", variance="n*(q-m*m)", p="p_good", values="good, bad"):
    def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
        names = {"p_good": p_good, "good": good, "bad": bad, "n": num_steps, "np": np}
        prob = eval(p, names)
        a, b = eval(values, names)
        names |= {"m": prob * a + (1 - prob) * b, "q": prob * a * a + (1 - prob) * b * b}
        return eval(mean, names), eval(variance, names)

    return walk_moments


def hard_coded(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    return num_steps * (0.75 * -10 + 0.25 * 20), num_steps * (0.75 * 100 + 0.25 * 400 - 6.25)


def for_hundred(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    return textbook(100, p_good, good, bad)


def equal_weights(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mu = (good + bad) / 2
    return num_steps * mu, num_steps * (p_good * good**2 + (1 - p_good) * bad**2 - mu**2)


def simulated(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    walks = np.where(np.random.default_rng(0).random((500, num_steps)) < p_good, good, bad).sum(axis=1)
    return walks.mean(), walks.var()


def forgot_return(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    textbook(num_steps, p_good, good, bad)


def stub(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    raise NotImplementedError


CORRECT = {
    "textbook": (textbook,),
    "binomial": (bernoulli,),
    "convolution, as a list": (by_convolution,),
    "as an array": (lambda *args: np.array(textbook(*args)),),
    "as a generator": (lambda *args: (value for value in bernoulli(*args)),),
}

MUTANTS = {
    "probabilities-swapped": (make(p="1 - p_good"),),
    "arguments-ignored": (hard_coded,),
    "number-of-steps-ignored": (for_hundred,),
    "mean-of-one-step": (make(mean="m"),),
    "mean-unweighted": (equal_weights,),
    "variance-of-one-step": (make(variance="q - m*m"),),
    "steps-not-independent": (make(variance="n**2 * (q - m**2)"),),
    "mean-not-subtracted": (make(variance="n*q"),),
    "mean-subtracted-once": (make(variance="n*q - m**2"),),
    "mean-of-walk-subtracted": (make(variance="n*q - (n*m)**2"),),
    "standard-deviation": (make(variance="np.sqrt(n*(q-m*m))"),),
    "sample-variance": (make(variance="(n-1)*(q-m*m)"),),
    "mean-of-one-step+variance-of-one-step": (make(mean="m", variance="q - m*m"),),
    "probabilities-swapped+standard-deviation": (make(p="1 - p_good", variance="(n*(q-m*m))**0.5"),),
}

WRONG = {
    "simulated": (simulated,),
    "forgot return": (forgot_return,),
    "stub": (stub,),
    "one number": (lambda num_steps, p_good=0.75, good=-10.0, bad=20.0: num_steps * 2.5,),
    "three values": (lambda num_steps, p_good=0.75, good=-10.0, bad=20.0: (1, 2, 3),),
    "arrays": (lambda num_steps, p_good=0.75, good=-10.0, bad=20.0: (np.zeros(3), np.zeros(3)),),
    "text": (lambda num_steps, p_good=0.75, good=-10.0, bad=20.0: ("mean", "variance"),),
    "nan": (lambda num_steps, p_good=0.75, good=-10.0, bad=20.0: (float("nan"), 1.0),),
    "too few parameters": (lambda num_steps: (0.0, 0.0),),
    "a number for a function": (3.0,),
}
