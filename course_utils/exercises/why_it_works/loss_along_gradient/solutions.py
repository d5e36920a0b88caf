"""Solutions and mutants of `loss_along_gradient`, as students write them."""

import copy

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy


def textbook(net, X, y, step_lengths):
    work = copy.deepcopy(net)
    parameters = list(work.parameters())
    gradient = torch.autograd.grad(cross_entropy(work(X), y), parameters)
    norm = torch.sqrt(sum((g**2).sum() for g in gradient))
    start = [p.detach().clone() for p in parameters]
    losses = []
    with torch.no_grad():
        for length in step_lengths:
            for p, s, g in zip(parameters, start, gradient, strict=True):
                p.copy_(s - length * g / norm)
            losses.append(cross_entropy(work(X), y).item())
    return min(losses), max(losses)


def functional(net, X, y, step_lengths):
    names = dict(net.named_parameters())

    def loss(values):
        state = {**values, **{k: b.clone() for k, b in net.named_buffers()}}
        return cross_entropy(functional_call(net, state, (X,)), y)

    g = torch.func.grad(loss)({k: v.detach() for k, v in names.items()})
    flat = torch.cat([v.flatten() for v in g.values()])
    found = torch.stack([loss({k: v - s * g[k] / flat.norm() for k, v in names.items()}) for s in step_lengths])
    return found.min().item(), found.max().item()


def put_back(net, X, y, step_lengths):
    state = copy.deepcopy(net.state_dict())
    g = nn.utils.parameters_to_vector(torch.autograd.grad(cross_entropy(net(X), y), list(net.parameters())))
    start = nn.utils.parameters_to_vector(net.parameters()).detach()
    low, high = float("inf"), -float("inf")
    for s in step_lengths:
        nn.utils.vector_to_parameters(start - s * g / torch.linalg.vector_norm(g), net.parameters())
        with torch.no_grad():
            loss = cross_entropy(net(X), y).item()
        low, high = min(low, loss), max(high, loss)
    net.load_state_dict(state)
    return [low, high]


def added_back(net, X, y, step_lengths):
    """There and back along the gradient; the running statistics are saved, the parameters are not."""
    buffers = [b.clone() for b in net.buffers()]
    g = torch.autograd.grad(cross_entropy(net(X), y), list(net.parameters()))
    size = torch.sqrt(sum((d**2).sum() for d in g))
    losses = []
    with torch.no_grad():
        for s in step_lengths:
            for p, d in zip(net.parameters(), g, strict=True):
                p -= s * d / size
            losses.append(cross_entropy(net(X), y).item())
            for p, d in zip(net.parameters(), g, strict=True):
                p += s * d / size
        for b, kept in zip(net.buffers(), buffers, strict=True):
            b.copy_(kept)
    return min(losses), max(losses)


def by_backward(net, X, y, step_lengths):
    work = copy.deepcopy(net)
    state = copy.deepcopy(net.state_dict())
    cross_entropy(net(X), y).backward()
    net.load_state_dict(state)
    for p, q in zip(work.parameters(), net.parameters(), strict=True):
        p.grad = q.grad.clone()
    return textbook(work, X, y, step_lengths)


def written(
    unit=lambda gs: [g / torch.sqrt(sum((h**2).sum() for h in gs)) for g in gs],
    sign=-1,
    loss=cross_entropy,
    places=list,
    finish=lambda losses: (min(losses), max(losses)),
    relative=False,
    accumulate=False,
    copied=True,
    restored=True,
    mode=None,
    leave=None,
    number=float,
):
    """Make a solution with one habit changed."""

    def loss_range_along_gradient(net, X, y, step_lengths):
        work = copy.deepcopy(net) if copied else net
        if mode is not None:
            work.train(mode)
        parameters = list(work.parameters())
        begin = loss(work(X), y)
        direction = unit(torch.autograd.grad(begin, parameters))
        start = [p.detach().clone() for p in parameters]
        losses = []
        for length in places(step_lengths):
            with torch.no_grad():
                for p, s, d in zip(parameters, start, direction, strict=True):
                    p.copy_((p if accumulate else s) + sign * length * d)
            losses.append(number(loss(work(X), y)) - (float(begin) if relative else 0.0))
        if restored:
            with torch.no_grad():
                for p, s in zip(parameters, start, strict=True):
                    p.copy_(s)
        if leave is not None:
            net.train(leave)
        return finish(losses)

    return loss_range_along_gradient


CORRECT = {
    "textbook": (textbook,),
    "torch.func": (functional,),
    "put back": (put_back,),
    "habits": (written(),),
}
VARIANTS = {
    "multiples-of-the-gradient": (written(unit=lambda gs: gs),),
    "evaluation-mode": (written(mode=False),),
    "gradients-left": (by_backward,),
    "carries-a-graph": (written(number=lambda v: v),),
}
MUTANTS = {
    "uphill": (written(sign=1),),
    "uphill (multiples)": (written(sign=1, unit=lambda gs: gs),),
    "steps-add-up": (written(accumulate=True),),
    "start-included": (written(places=lambda s: [0.0, *s]),),
    "direction-per-tensor": (written(unit=lambda gs: [g / g.norm() for g in gs]),),
    "sign-of-the-gradient": (written(unit=lambda gs: [g.sign() for g in gs]),),
    "summed-loss": (written(loss=lambda z, y: cross_entropy(z, y, reduction="sum")),),
    "exchanged": (written(finish=lambda v: (max(v), min(v))),),
    "change-of-the-loss": (written(relative=True),),
    "width-of-the-range": (written(finish=lambda v: (min(v), max(v) - min(v))),),
    "first-and-last": (written(finish=lambda v: (v[0], v[-1])),),
    "last-length-only": (written(finish=lambda v: (v[-1], v[-1])),),
    "never-moved": (written(unit=lambda gs: [0 * g for g in gs]),),
    "uphill+exchanged": (written(sign=1, finish=lambda v: (max(v), min(v))),),
    "statistics-disturbed": (written(copied=False),),
    "parameters-moved": (added_back,),
    "parameters-and-statistics-moved": (written(copied=False, restored=False),),
    "mode-changed": (written(leave=False),),
}
WRONG = {
    "forgotten return": (lambda *args: None,),
    "all losses": (lambda net, X, y, step_lengths: [1.0 for _ in step_lengths] + [0.0, 0.0, 0.0],),
}
