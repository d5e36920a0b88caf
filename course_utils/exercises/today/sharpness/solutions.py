"""Ways to write `hessian_vector_product` and `sharpness`, right and wrong."""

import torch
from torch.autograd import grad


def flat(tensors):
    return torch.cat([t.reshape(-1) for t in tensors])


def shaped(vector, params):
    pieces = vector.split([p.numel() for p in params])
    return [piece.view_as(p) for piece, p in zip(pieces, params, strict=True)]


def product(loss_fn, params, vectors):
    g = grad(loss_fn(), params, create_graph=True)
    return grad(flat(g) @ flat(vectors), params)


def by_grad_outputs(loss_fn, params, vectors):
    """The vector goes in as the outer derivative."""
    g = grad(loss_fn(), params, create_graph=True)
    return list(grad(g, params, grad_outputs=list(vectors)))


def rows_of_the_hessian(loss_fn, params):
    entries = flat(grad(loss_fn(), params, create_graph=True))
    return torch.stack([flat(grad(entry, params, retain_graph=True)) for entry in entries])


def by_the_whole_hessian(loss_fn, params, vectors):
    return shaped(rows_of_the_hessian(loss_fn, params) @ flat(vectors), params)


def power(multiply=product):
    def sharpness(loss_fn, params, iterations=20, generator=None):
        v = flat([torch.randn(p.shape, generator=generator) for p in params])
        v = v / v.norm()
        for _ in range(iterations):
            v = flat(multiply(loss_fn, params, shaped(v, params)))
            v = v / v.norm()
        return (v @ flat(multiply(loss_fn, params, shaped(v, params)))).item()

    return sharpness


def drawn_at_once(loss_fn, params, iterations=20, generator=None):
    v = torch.randn(sum(p.numel() for p in params), generator=generator)
    H = rows_of_the_hessian(loss_fn, params)
    for _ in range(iterations):
        v = H @ v / (H @ v).norm()
    return v @ H @ v


def quotient_with_lengths(loss_fn, params, iterations=20, generator=None):
    """Divided by the largest entry on the way, and by the squared length at the end."""
    vs = [torch.empty(p.shape).normal_(generator=generator) for p in params]
    for _ in range(iterations):
        vs = product(loss_fn, params, vs)
        most = max(float(v.abs().max()) for v in vs)
        vs = [v / most for v in vs]
    Hv = product(loss_fn, params, vs)
    return sum((a * b).sum() for a, b in zip(vs, Hv, strict=True)) / sum((a * a).sum() for a in vs)


CORRECT = {
    "textbook": (product, power()),
    "the vector as outer derivative": (by_grad_outputs, power(by_grad_outputs)),
    "the whole Hessian": (by_the_whole_hessian, drawn_at_once),
    "a quotient of two sums": (product, quotient_with_lengths),
}


def saving(loss_fn, params, iterations=20, generator=None):
    v = flat([torch.randn(p.shape, generator=generator) for p in params])
    v = v / v.norm()
    for _ in range(iterations):
        Hv = flat(product(loss_fn, params, shaped(v, params)))
        value = v @ Hv
        v = Hv / Hv.norm()
    return value.item()


def rows_summed(loss_fn, params, vectors):
    g = grad(loss_fn(), params, create_graph=True)
    return grad(flat(g).sum(), params)


def block_by_block(loss_fn, params, vectors):
    found = []
    for p, v in zip(params, vectors, strict=True):
        (g,) = grad(loss_fn(), [p], create_graph=True)
        found += grad((g * v).sum(), [p])
    return found


def multiplied(loss_fn, params, vectors):
    return [g * v for g, v in zip(grad(loss_fn(), params), vectors, strict=True)]


def only_gradient(loss_fn, params, vectors):
    return grad(loss_fn(), params)


def half_its_square(loss_fn, params, vectors):
    g = flat(grad(loss_fn(), params, create_graph=True))
    return [2 * h for h in grad(g @ g / 2, params)]


def twice(loss_fn, params, vectors):
    return product(loss_fn, params, product(loss_fn, params, vectors))


def by_backward(loss_fn, params, vectors):
    g = grad(loss_fn(), params, create_graph=True)
    for p in params:
        p.grad = None
    (flat(g) @ flat(vectors)).backward()
    return [p.grad for p in params]


def moving(loss_fn, params, vectors):
    found = product(loss_fn, params, vectors)
    with torch.no_grad():
        for p, v in zip(params, vectors, strict=True):
            p += 1e-3 * v
    return found


def without_graph(loss_fn, params, vectors):
    g = grad(loss_fn(), params, retain_graph=True)
    return grad(flat(g) @ flat(vectors), params)


def iteration(
    unit=lambda vs: [v / flat(vs).norm() for v in vs],
    quotient=lambda vs, Hv: flat(vs) @ flat(Hv),
    start=lambda shape, g: torch.randn(shape, generator=g),
    count=lambda n: n,
    multiply=product,
):
    """Build the function from pieces; each mutant replaces one or two."""

    def sharpness(loss_fn, params, iterations=20, generator=None):
        vs = [start(p.shape, generator) for p in params]
        for _ in range(count(iterations)):
            vs = unit(multiply(loss_fn, params, vs))
        return quotient(vs, multiply(loss_fn, params, vs))

    return (product, sharpness)


def each_its_own(vs):
    return [v / v.norm() for v in vs]


def carried(multiply):
    return (multiply, iteration(multiply=multiply)[1])


VARIANTS = {
    "one-product-fewer": (product, saving),
}
MUTANTS = {
    "vector-ignored+upon-vector-ignored": carried(rows_summed),
    "blocks-only": (block_by_block, power()),
    "gradient-times-vector": (multiplied, power()),
    "gradient-itself": (only_gradient, power()),
    "gradient-as-vector": (half_its_square, power()),
    "hessian-times-itself": (twice, power()),
    "gradients-touched": (by_backward, power()),
    "parameters-moved": (moving, power()),
    "length-per-tensor": iteration(unit=each_its_own),
    "length-per-tensor (divided by the squared length)": iteration(
        unit=each_its_own, quotient=lambda vs, Hv: flat(vs) @ flat(Hv) / (flat(vs) @ flat(vs))
    ),
    "sum-of-lengths": iteration(unit=lambda vs: [v / sum(u.norm() for u in vs) for v in vs]),
    "length-not-quotient": iteration(quotient=lambda vs, Hv: flat(Hv).norm()),
    "size-only": iteration(quotient=lambda vs, Hv: (flat(vs) @ flat(Hv)).abs()),
    "not-normalised": iteration(unit=lambda vs: vs),
    "squared-length": iteration(unit=lambda vs: [v / (flat(vs) @ flat(vs)) for v in vs]),
    "largest-entry": iteration(unit=lambda vs: [v / flat(vs).abs().max() for v in vs]),
    "quotient-per-tensor": iteration(
        quotient=lambda vs, Hv: max((v * h).sum() / v.norm() ** 2 for v, h in zip(vs, Hv, strict=True))
    ),
    "iterations-ignored": iteration(count=lambda n: 20),
    "generator-ignored": iteration(start=lambda shape, g: torch.randn(*shape)),
    "uniform-start": iteration(start=lambda shape, g: torch.rand(shape, generator=g)),
    "start-of-ones": iteration(start=lambda shape, g: torch.ones(shape)),
    "length-per-tensor+generator-ignored": iteration(unit=each_its_own, start=lambda shape, g: torch.randn(shape)),
}
WRONG = {
    "no graph": carried(without_graph),
    "constants": (
        lambda loss_fn, params, vectors: [torch.ones_like(p) for p in params],
        lambda loss_fn, params, iterations=20, generator=None: 1.0,
    ),
    "forgotten returns": (
        lambda loss_fn, params, vectors: None,
        lambda loss_fn, params, iterations=20, generator=None: None,
    ),
    "one tensor, and a list": (
        lambda loss_fn, params, vectors: flat(product(loss_fn, params, vectors)),
        lambda loss_fn, params, iterations=20, generator=None: [*params],
    ),
}
