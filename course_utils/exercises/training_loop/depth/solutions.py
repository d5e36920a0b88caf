"""`collapse(params)` and `perturb(params, relative_noise, generator)`, written by many hands."""

import functools

import torch


def by_loop(params):
    w, b = params[0][0], params[0][1]
    for w_next, b_next, _ in params[1:]:
        w, b = w @ w_next, b @ w_next + b_next
    return w, b


def by_probing(params):
    """Send the origin and the unit vectors through."""

    def through(x):
        for w, b, _ in params:
            x = x @ w + b
        return x

    n = params[0][0].shape[0]
    b = through(torch.zeros(1, n, dtype=torch.float64))[0]
    return through(torch.eye(n, dtype=torch.float64)) - b, b


def by_chain(params):
    w = functools.reduce(torch.matmul, [layer[0] for layer in params])
    b = sum(functools.reduce(torch.matmul, [p[0] for p in params[i + 1 :]], layer[1]) for i, layer in enumerate(params))
    return [w, b]


def changed(w_of=None, b_of=None):
    return lambda params: (
        w_of(params) if w_of else by_loop(params)[0],
        b_of(params) if b_of else by_loop(params)[1],
    )


def reversed_order(params):
    w, b = params[0][0], params[0][1]
    for w_next, b_next, _ in params[1:]:
        w, b = w_next @ w, w_next @ b + b_next
    return w, b


def without_first(params):
    b = torch.zeros_like(params[0][1])
    for w, b_next, _ in params[1:]:
        b = b @ w + b_next
    return b


def too_often(params):
    b = params[0][1]
    for w, b_next, _ in params[1:]:
        b = (b + b_next) @ w
    return b


def product(op):
    return lambda params: functools.reduce(op, [w for w, _, _ in params])


def with_noise(noise, bias=lambda b, g: b):
    def perturb(params, relative_noise, generator):
        return [(w + noise(w, relative_noise, generator), bias(b, generator), h) for w, b, h in params]

    return perturb


def normal(w, r, g):
    return r * w.std() * torch.randn(w.shape, generator=g, dtype=w.dtype)


def unit(w, g):
    return torch.randn(w.shape, generator=g, dtype=w.dtype)


def flat(w, g):
    return torch.rand(w.shape, generator=g, dtype=w.dtype)


def by_normal(params, relative_noise, generator):
    new = []
    for w, b, h in params:
        spread = torch.full_like(w, relative_noise * w.square().mean().sqrt().item())
        new.append([w.clone().add_(torch.normal(torch.zeros_like(w), spread, generator=generator)), b.clone(), h])
    return new


def one_scale(params, relative_noise, generator):
    spread = torch.cat([w.flatten() for w, _, _ in params]).std()
    return [(w + relative_noise * spread * unit(w, generator), b, h) for w, b, h in params]


def in_place(params, relative_noise, generator):
    for w, _, _ in params:
        w += normal(w, relative_noise, generator)
    return params


def started_again(params, relative_noise, generator):
    seed = generator.initial_seed()
    return [(w + normal(w, relative_noise, generator.manual_seed(seed)), b, h) for w, b, h in params]


def replaced(params, relative_noise, generator):
    return [(normal(w, relative_noise, generator), b, h) for w, b, h in params]


ok = with_noise(normal)
CORRECT = {
    "loop": (by_loop, ok),
    "probing": (by_probing, by_normal),
    "chain": (by_chain, lambda params, r, g: tuple(ok(params, r, g))),
}
MUTANTS = {
    "order-reversed": (reversed_order, ok),
    "elementwise": (changed(product(torch.mul)), ok),
    "matrices-added": (changed(product(torch.add)), ok),
    "biases-added": (changed(b_of=lambda params: sum(b for _, b, _ in params)), ok),
    "last-bias-only": (changed(b_of=lambda params: params[-1][1]), ok),
    "first-bias-lost": (changed(b_of=without_first), ok),
    "biases-multiplied-once-too-often": (changed(b_of=too_often), ok),
    "two-layers-only": (lambda params: by_loop(params[:2]), ok),
    "elementwise+biases-added": (changed(product(torch.mul), lambda params: sum(b for _, b, _ in params)), ok),
    "absolute-noise": (by_loop, with_noise(lambda w, r, g: r * unit(w, g))),
    "variance-for-std": (by_loop, with_noise(lambda w, r, g: r * w.var() * unit(w, g))),
    "root-of-scale": (by_loop, with_noise(lambda w, r, g: (r * w.std()).sqrt() * unit(w, g))),
    "one-scale-for-all-layers": (by_loop, one_scale),
    "not-centred": (by_loop, with_noise(lambda w, r, g: r * w.std() * flat(w, g))),
    "bound-for-std": (by_loop, with_noise(lambda w, r, g: r * w.std() * (2 * flat(w, g) - 1))),
    "uniform-noise": (by_loop, with_noise(lambda w, r, g: r * w.std() * 12**0.5 * (flat(w, g) - 0.5))),
    "relative-to-each-weight": (by_loop, with_noise(lambda w, r, g: r * w * unit(w, g))),
    "one-number-per-layer": (by_loop, with_noise(lambda w, r, g: r * w.std() * torch.randn(1, generator=g))),
    "nothing-added": (by_loop, lambda params, r, g: params),
    "weights-replaced": (by_loop, replaced),
    "same-noise-in-every-layer": (by_loop, started_again),
    "biases-changed": (by_loop, with_noise(normal, lambda b, g: b + unit(b, g))),
    "layers-changed": (by_loop, in_place),
    "generator-not-used": (by_loop, with_noise(lambda w, r, g: r * w.std() * torch.randn_like(w))),
    "absolute-noise+generator-not-used": (by_loop, with_noise(lambda w, r, g: r * torch.randn_like(w))),
    "absolute-noise+bound-for-std": (by_loop, with_noise(lambda w, r, g: r * (2 * flat(w, g) - 1))),
    "biases-added+absolute-noise": (
        changed(b_of=lambda params: sum(b for _, b, _ in params)), with_noise(lambda w, r, g: r * unit(w, g)),
    ),
}  # fmt: skip
WRONG = {
    "forgotten return": (lambda params: None, lambda params, r, g: None),
    "transposed": (lambda params: (by_loop(params)[0].T, by_loop(params)[1]), lambda params, r, g: params[0]),
    "matrix only": (lambda params: by_loop(params)[0], lambda params, r, g: ok(params[:1], r, g)),
    "zeros": (
        lambda params: (torch.zeros(4, 4), torch.zeros(4)),
        with_noise(lambda w, r, g: 3 * r * w.std() * unit(w, g)),
    ),
    "activations lost": (lambda params: params, lambda params, r, g: [(w, b, None) for w, b, _ in params]),
    "raises": (lambda params: params[7], lambda params, r, g: r.std()),
    "not a number": (
        lambda params: (torch.full((4, 4), float("nan")), torch.zeros(4)), with_noise(lambda w, r, g: w / 0),
    ),
}  # fmt: skip
