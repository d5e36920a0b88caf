"""`gradient_variance(loss_fn, params, x, y, batch_size, num_draws, generator)`, written by many hands."""

import torch


def flat(loss, params):
    return torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, params)])


def draw(n, size, generator):
    return torch.randint(n, (size,), generator=generator)


def mean_of_squares(loss_fn, params, x, y, batch_size, num_draws, generator):
    full = flat(loss_fn(params, x, y), params)
    total = 0.0
    for _ in range(num_draws):
        rows = torch.randint(len(x), (batch_size,), generator=generator)
        total += ((flat(loss_fn(params, x[rows], y[rows]), params) - full) ** 2).sum().item()
    return total / num_draws


def stacked(loss_fn, params, x, y, batch_size, num_draws, generator):
    weights = torch.ones(len(x))
    batches = [torch.multinomial(weights, batch_size, True, generator=generator) for _ in range(num_draws)]
    grads = torch.stack([flat(loss_fn(params, x[b], y[b]), params) for b in batches])
    return grads.var(dim=0).sum()


def backward(loss_fn, params, x, y, batch_size, num_draws, generator, zero=True, full_first=False):
    def gradient(xb, yb):
        if zero:
            for p in params:
                p.grad = None
        loss_fn(params, xb, yb).backward()
        return [p.grad.clone() for p in params]

    full = gradient(x, y)
    if not full_first and not zero:
        for p in params:
            p.grad = None
    distances = []
    for _ in range(num_draws):
        rows = draw(len(x), batch_size, generator)
        distances.append(sum((g - f).square().sum() for g, f in zip(gradient(x[rows], y[rows]), full, strict=True)))
    return torch.stack(distances).mean()


def from_gradients(reduce, draw=draw, choose=lambda params: params):
    def gradient_variance(loss_fn, params, x, y, batch_size, num_draws, generator):
        chosen = choose(params)
        full = flat(loss_fn(params, x, y), chosen)
        batches = [draw(len(x), batch_size, generator) for _ in range(num_draws)]
        grads = torch.stack([flat(loss_fn(params, x[b], y[b]), chosen) for b in batches])
        return reduce(grads, full, batch_size)

    return gradient_variance


def proper(grads, full, size):
    return (grads - full).square().sum(1).mean()


def unseeded(n, size, generator):
    return torch.randint(n, (size,))


def without(n, size, generator):
    return torch.randperm(n, generator=generator)[:size]


def apart(loss_fn, params, x, y, batch_size, num_draws, generator):
    return mean_of_squares(loss_fn, params, x, y[torch.randperm(len(y))], batch_size, num_draws, generator)


def one_by_one(loss_fn, params, x, y, batch_size, num_draws, generator):
    """Each minibatch gradient as a mean of gradients of single rows."""

    def gradient(rows):
        return torch.stack([flat(loss_fn(params, x[i : i + 1], y[i : i + 1]), params) for i in rows]).mean(0)

    full = flat(loss_fn(params, x, y), params)
    batches = [draw(len(x), batch_size, generator).tolist() for _ in range(num_draws)]
    return sum((gradient(rows) - full).square().sum().item() for rows in batches) / num_draws


def by_the_formula(loss_fn, params, x, y, batch_size, num_draws, generator):
    each = torch.stack([flat(loss_fn(params, x[i : i + 1], y[i : i + 1]), params) for i in range(len(x))])
    return each.var(dim=0, correction=0).sum() / batch_size


def around_the_draws(grads, full, size):
    return (grads - grads.mean(0)).square().sum(1).mean()


def by_division(grads, full, size):
    squares = (grads - grads.mean(0)).square().sum().item()
    return squares / (len(grads) - 1)


def moves_the_weights(loss_fn, params, x, y, *rest):
    value = mean_of_squares(loss_fn, params, x, y, *rest)
    with torch.no_grad():
        params[0] -= 0.01
    return value


CORRECT = {
    "mean of squares": mean_of_squares,
    "backward": backward,
    "stacked": from_gradients(proper),
}
VARIANTS = {
    "sample-variance": stacked,
    "sample-variance (by hand)": from_gradients(by_division),
    "per-example-gradients": one_by_one,
}
MUTANTS = {
    "not-centred": from_gradients(lambda grads, full, size: grads.square().sum(1).mean()),
    "without-replacement": from_gradients(proper, without),
    "mean-over-components": from_gradients(lambda grads, full, size: (grads - full).square().mean()),
    "not-squared": from_gradients(lambda grads, full, size: proper(grads, full, size).sqrt()),
    "not-squared (mean distance)": from_gradients(lambda grads, full, size: (grads - full).norm(dim=1).mean()),
    "variance-of-lengths": from_gradients(lambda grads, full, size: grads.norm(dim=1).var()),
    "first-tensor-only": from_gradients(proper, choose=lambda params: params[:1]),
    "last-tensor-only": from_gradients(proper, choose=lambda params: params[1:]),
    "one-example-at-a-time": from_gradients(proper, lambda n, size, generator: draw(n, 1, generator)),
    "times-batch-size": from_gradients(lambda grads, full, size: size * proper(grads, full, size)),
    "gradients-accumulate": lambda *args: backward(*args, zero=False, full_first=True),
    "variance-of-lengths (biased)": from_gradients(lambda g, full, size: g.norm(dim=1).var(correction=0)),
    "centred-on-the-draws": from_gradients(around_the_draws),
    "centred-on-the-draws+without-replacement": from_gradients(around_the_draws, without),
    "mean-over-components (sample variance)": from_gradients(lambda g, full, size: g.var(dim=0).mean()),
    "formula-instead-of-draws": by_the_formula,
    "inputs-changed": moves_the_weights,
    "generator-not-used": from_gradients(proper, unseeded),
    "without-replacement+mean-over-components": from_gradients(
        lambda g, full, size: (g - full).square().mean(), without
    ),
    "first-tensor-only+generator-not-used": from_gradients(proper, unseeded, lambda params: params[:1]),
}
WRONG = {
    "forgotten return": lambda *args: None,
    "per component": from_gradients(lambda grads, full, size: grads.var(dim=0)),
    "zero": lambda *args: 0.0,
    "targets of others": apart,
    "loss and not gradient": lambda loss_fn, params, x, y, *rest: loss_fn(params, x, y),
    "raises": lambda *args: args[0](),
}
CORRECT, VARIANTS, MUTANTS, WRONG = (
    {name: (f,) for name, f in kind.items()} for kind in (CORRECT, VARIANTS, MUTANTS, WRONG)
)
