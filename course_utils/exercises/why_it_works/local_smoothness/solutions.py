"""Solutions and mutants of `local_smoothness`, as students write them."""

import copy

import torch
from torch import nn
from torch.func import functional_call, grad
from torch.nn.functional import cross_entropy


def gradient(net, x, y):
    return torch.autograd.grad(cross_entropy(net(x), y), list(net.parameters()))


def textbook(net, X, y, learning_rate, batch_size):
    here, there = copy.deepcopy(net), copy.deepcopy(net)
    rows = torch.randint(len(X), (batch_size,))
    step = [-learning_rate * g for g in gradient(copy.deepcopy(net), X[rows], y[rows])]
    with torch.no_grad():
        for parameter, u in zip(there.parameters(), step, strict=True):
            parameter += u
    change = [b - a for a, b in zip(gradient(here, X, y), gradient(there, X, y), strict=True)]
    return float(torch.cat([c.flatten() for c in change]).norm() / torch.cat([u.flatten() for u in step]).norm())


def functional(net, X, y, learning_rate, batch_size):
    parameters = {name: value.detach() for name, value in net.named_parameters()}

    def loss(values, x, labels):
        buffers = {name: value.clone() for name, value in net.named_buffers()}
        return cross_entropy(functional_call(net, (values, buffers), (x,)), labels)

    rows = torch.randperm(len(X))[:batch_size]
    g = grad(loss)(parameters, X[rows], y[rows])
    moved = {name: value - learning_rate * g[name] for name, value in parameters.items()}
    before, after = grad(loss)(parameters, X, y), grad(loss)(moved, X, y)
    up = sum(((after[name] - before[name]) ** 2).sum() for name in g)
    down = sum(((learning_rate * g[name]) ** 2).sum() for name in g)
    return (up / down).sqrt()


def saved_and_put_back(net, X, y, learning_rate, batch_size):
    """Move the net itself, through its state dict; the gradient of the whole set in chunks would change BN."""
    state = {name: value.clone() for name, value in net.state_dict().items()}
    rows = torch.multinomial(torch.ones(len(X)), batch_size, replacement=True)
    u = [-learning_rate * g for g in gradient(net, X[rows], y[rows])]
    before = gradient(net, X, y)
    vector = nn.utils.parameters_to_vector(net.parameters()).detach() + nn.utils.parameters_to_vector(u)
    nn.utils.vector_to_parameters(vector, net.parameters())
    after = gradient(net, X, y)
    net.load_state_dict(state)
    difference = nn.utils.parameters_to_vector(after) - nn.utils.parameters_to_vector(before)
    return (difference.norm() / nn.utils.parameters_to_vector(u).norm()).item()


def by_backward(net, X, y, learning_rate, batch_size):
    """Leave gradients in the net, through backward on the net itself."""
    state = copy.deepcopy(net.state_dict())
    rows = torch.randint(0, X.shape[0], (batch_size,))
    net.zero_grad()
    cross_entropy(net(X[rows]), y[rows]).backward()
    u = [-learning_rate * p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    cross_entropy(net(X), y).backward()
    other = copy.deepcopy(net)
    other.zero_grad()
    with torch.no_grad():
        for p, d in zip(other.parameters(), u, strict=True):
            p.add_(d)
    cross_entropy(other(X), y).backward()
    top = sum(((a.grad - b.grad) ** 2).sum() for a, b in zip(net.parameters(), other.parameters(), strict=True))
    net.load_state_dict(state)
    return (top / sum((d**2).sum() for d in u)).sqrt().item()


def homework(net, X, y, learning_rate, batch_size):
    """The published solution: a root of unsquared norms, on the net itself."""
    g = gradient(net, X, y)
    rows = torch.randint(X.shape[0], (batch_size,))
    u = [-learning_rate * d for d in gradient(net, X[rows], y[rows])]
    moved = copy.deepcopy(net)
    with torch.no_grad():
        for p, d in zip(moved.parameters(), u, strict=True):
            p += d
    top = sum(torch.norm(a - b) for a, b in zip(gradient(moved, X, y), g, strict=True))
    return (torch.sqrt(top) / torch.sqrt(sum(torch.norm(d) for d in u))).item()


def written(
    combine=lambda vs: torch.sqrt(sum((v**2).sum() for v in vs)),
    finish=lambda top, bottom, lr, g: top / bottom,
    direction=-1,
    rate=None,
    loss=cross_entropy,
    top=None,
    measured=lambda X, y, rows: (X, y),
    drawn=lambda n, b: torch.randint(n, (b,)),
    times=1,
    on_copy=True,
    put_back=True,
    mode=None,
    leave=None,
):
    """Make a solution with one habit changed."""

    def compute_local_smoothness(net, X, y, learning_rate, batch_size):
        def grads(module, x, labels):
            return torch.autograd.grad(loss(module(x), labels), list(module.parameters()))

        work = copy.deepcopy(net) if on_copy else net
        if mode is not None:
            work.train(mode)
        rows = drawn(len(X), batch_size)
        data = measured(X, y, rows)
        g = grads(work, X[rows], y[rows])
        u = [direction * (rate or learning_rate) * times * d for d in g]
        before = grads(work, *data)
        moved = copy.deepcopy(work) if put_back else work
        with torch.no_grad():
            for p, d in zip(moved.parameters(), u, strict=True):
                p += d
        after = grads(moved, *data)
        if leave is not None:
            net.train(leave)
        if top is not None:
            numerator = top(after, before, combine)
        else:
            numerator = combine([b - a for a, b in zip(before, after, strict=True)])
        return finish(numerator, combine(u), learning_rate, combine(g)).detach().item()

    return compute_local_smoothness


def per_tensor(reduce):
    def compute_local_smoothness(net, X, y, learning_rate, batch_size):
        here, there = copy.deepcopy(net), copy.deepcopy(net)
        rows = torch.randint(len(X), (batch_size,))
        u = [-learning_rate * g for g in gradient(copy.deepcopy(net), X[rows], y[rows])]
        with torch.no_grad():
            for p, d in zip(there.parameters(), u, strict=True):
                p += d
        pairs = zip(gradient(here, X, y), gradient(there, X, y), u, strict=True)
        return reduce(torch.stack([(b - a).norm() / d.norm() for a, b, d in pairs])).item()

    return compute_local_smoothness


def loss_change(net, X, y, learning_rate, batch_size):
    here, there = copy.deepcopy(net), copy.deepcopy(net)
    rows = torch.randint(len(X), (batch_size,))
    u = [-learning_rate * g for g in gradient(copy.deepcopy(net), X[rows], y[rows])]
    with torch.no_grad():
        for p, d in zip(there.parameters(), u, strict=True):
            p += d
    # Twice: once for the losses, once as a net of gradients would be asked.
    change = cross_entropy(there(X), y) - cross_entropy(here(X), y)
    return (change.abs() / torch.sqrt(sum((d**2).sum() for d in u))).item()


def mixed(net, X, y, learning_rate, batch_size):
    here, there = copy.deepcopy(net), copy.deepcopy(net)
    rows = torch.randint(len(X), (batch_size,))
    u = [-learning_rate * g for g in gradient(copy.deepcopy(net), X[rows], y[rows])]
    here.eval()
    there.eval()
    with torch.no_grad():
        for p, d in zip(there.parameters(), u, strict=True):
            p += d
    change = [b - a for a, b in zip(gradient(here, X, y), gradient(there, X, y), strict=True)]
    return float(torch.cat([c.flatten() for c in change]).norm() / torch.cat([d.flatten() for d in u]).norm())


def mean_norm(after, before):
    return torch.stack([torch.linalg.vector_norm(b - a) for a, b in zip(before, after, strict=True)]).mean()


def there_and_back(net, X, y, learning_rate, batch_size):
    value = textbook(net, X, y, learning_rate, batch_size)
    with torch.no_grad():
        for p in net.parameters():
            p += learning_rate / 3
            p -= learning_rate / 3
    return value


def with_graph(net, X, y, learning_rate, batch_size):
    work = copy.deepcopy(net)
    value = textbook(net, X, y, learning_rate, batch_size)
    return torch.tensor(value) + 0 * next(work.parameters()).sum()


CORRECT = {
    "textbook": (textbook,),
    "torch.func": (functional,),
    "saved and put back": (saved_and_put_back,),
    "habits": (written(),),
}
VARIANTS = {
    "gradients-left": (by_backward,),
    "evaluation-mode": (written(mode=False),),
    "carries-a-graph": (with_graph,),
}
MUTANTS = {
    "root-of-summed-norms+statistics-disturbed": (homework,),
    "root-of-summed-norms": (written(lambda vs: torch.sqrt(sum(v.norm() for v in vs))),),
    "sum-of-norms": (written(lambda vs: sum(v.norm() for v in vs)),),
    "squared-norms": (written(lambda vs: sum((v**2).sum() for v in vs)),),
    "ratio-per-tensor": (per_tensor(torch.mean),),
    "ratio-per-tensor (sum)": (per_tensor(torch.sum),),
    "ratio-per-tensor (max)": (per_tensor(torch.max),),
    "first-tensor-only": (written(lambda vs: vs[0].norm()),),
    "mean-of-norms": (written(top=lambda after, before, norm: mean_norm(after, before)),),
    "last-tensor-only": (written(lambda vs: vs[-1].norm()),),
    "weights-only": (written(lambda vs: torch.sqrt(sum((v**2).sum() for v in vs if v.dim() > 1))),),
    "largest-entry": (written(lambda vs: torch.stack([v.abs().max() for v in vs]).max()),),
    "sum-of-absolute-values": (written(lambda vs: sum(v.abs().sum() for v in vs)),),
    "not-divided": (written(finish=lambda top, bottom, lr, g: top),),
    "divided-by-learning-rate": (written(finish=lambda top, bottom, lr, g: top / lr),),
    "divided-by-gradient": (written(finish=lambda top, bottom, lr, g: top / g),),
    "divided-by-squared-step": (written(finish=lambda top, bottom, lr, g: top / bottom**2),),
    "upside-down": (written(finish=lambda top, bottom, lr, g: bottom / top),),
    "uphill": (written(direction=1),),
    "learning-rate-ignored": (written(rate=1.0),),
    "difference-of-lengths": (written(top=lambda after, before, norm: (norm(after) - norm(before)).abs()),),
    "difference-of-lengths (signed)": (written(top=lambda after, before, norm: norm(after) - norm(before)),),
    "change-of-the-loss": (loss_change,),
    "summed-loss": (written(loss=lambda z, y: cross_entropy(z, y, reduction="sum")),),
    "minibatch-summed": (written(times=4),),
    "minibatch-mean-twice": (written(times=0.25),),
    "uphill+root-of-summed-norms": (written(lambda vs: torch.sqrt(sum(v.norm() for v in vs)), direction=1),),
    "statistics-disturbed": (written(on_copy=False),),
    "gradient-does-not-move": (written(top=lambda after, before, norm: norm(after) * 0),),
    "parameters-moved": (there_and_back,),
    "parameters-and-statistics-moved": (written(on_copy=False, put_back=False),),
    "mode-changed": (written(leave=False),),
    "mode-changed (measured so)": (written(mode=False, leave=False),),
    "modes-mixed": (mixed,),
    "gradient-of-minibatch": (written(measured=lambda X, y, rows: (X[rows], y[rows])),),
    "gradient-of-minibatch (in evaluation mode)": (
        written(measured=lambda X, y, rows: (X[rows], y[rows]), mode=False),
    ),
    "step-from-whole-set": (written(drawn=lambda n, b: torch.arange(n)),),
    "same-minibatch-every-time": (written(drawn=lambda n, b: torch.arange(b)),),
}
WRONG = {
    "forgotten return": (lambda *args: None,),
    "a constant": (lambda *args: 1.0,),
    "a vector": (lambda net, X, y, lr, b: torch.cat([p.flatten() for p in net.parameters()]),),
}
