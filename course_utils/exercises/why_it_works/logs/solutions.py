"""Solutions and mutants of `logs`, as students write them."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


def compute_objective(net, X, y):
    return functional.cross_entropy(net(X), y)


def compute_accuracy(net, X, y):
    with torch.no_grad():
        return (net(X).argmax(dim=1) == y).float().mean().item()


def compute_logs(net, X_train, y_train, X_test, y_test):
    training = net.training
    net.eval()
    with torch.no_grad():
        result = [
            measure(net, X, y)
            for X, y in ((X_train, y_train), (X_test, y_test))
            for measure in (lambda *a: compute_objective(*a).item(), compute_accuracy)
        ]
    net.train(training)
    return tuple(result)


def minibatch_sgd_one_pass(net, X, y, learning_rate, batch_size):
    net.train()
    parameters, total = list(net.parameters()), 0.0
    count = round(len(X) / batch_size)
    for _ in range(count):
        rows = torch.randint(len(X), (batch_size,))
        loss = compute_objective(net, X[rows], y[rows])
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= learning_rate * gradient
        total += loss.item()
    return total / count


def objective_by_hand(net, X, y):
    logits = net(X)
    return -(logits - logits.logsumexp(1, keepdim=True)).gather(1, y[:, None]).mean()


def accuracy_by_hand(net, X, y):
    return float(np.mean(net(X).detach().numpy().argmax(1) == y.numpy()))


def logs_with_try(net, X_train, y_train, X_test, y_test):
    modes = [(module, module.training) for module in net.modules()]
    try:
        net.train(mode=False)
        with torch.inference_mode():
            z, t = net(X_train), net(X_test)
            return (
                functional.nll_loss(z.log_softmax(1), y_train), (z.max(1).indices == y_train).sum() / len(y_train),
                functional.nll_loss(t.log_softmax(1), y_test), (t.max(1).indices == y_test).sum() / len(y_test),
            )  # fmt: skip
    finally:
        for module, mode in modes:
            module.training = mode


def by_optimizer(net, X, y, learning_rate, batch_size):
    optimizer = torch.optim.SGD(net.parameters(), lr=learning_rate)
    losses = []
    for _ in range(round(X.shape[0] / batch_size)):
        rows = np.random.choice(X.shape[0], batch_size)
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(net(X[rows]), y[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses).mean()


def over_a_loader(net, X, y, learning_rate, batch_size):
    optimizer = torch.optim.SGD(net.parameters(), lr=learning_rate)
    losses = []
    for x, labels in DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True):
        loss = functional.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.mean(losses)


def homework_pass(net, X, y, learning_rate, batch_size):
    """The published loop, with its moving average of the loss."""
    average_loss = 0.0
    for _ in range(int(np.round(X.shape[0] / batch_size))):
        index = torch.tensor(np.random.choice(X.shape[0], batch_size))
        loss = compute_objective(net, X[index], y[index])
        gradients = torch.autograd.grad(loss, net.parameters())
        with torch.no_grad():
            for w, g in zip(net.parameters(), gradients, strict=True):
                w -= learning_rate * g
        average_loss = 0.99 * average_loss + 0.01 * loss.item()
    return average_loss


def one_pass(
    count=lambda n, b: round(n / b), sign=-1, rate=None, rows=None, reduction="mean", accumulate=False,
    finish=lambda losses: sum(losses) / len(losses), weights_only=False, mode=None,
):  # fmt: skip
    """Make a pass with one habit changed."""

    def minibatch_sgd_one_pass(net, X, y, learning_rate, batch_size):
        if mode is not None:
            net.train(mode)
        parameters = [p for p in net.parameters() if p.dim() > 1 or not weights_only]
        losses = []
        net.zero_grad()
        for i in range(count(len(X), batch_size)):
            chosen = torch.randint(len(X), (batch_size,)) if rows is None else rows(i, len(X), batch_size)
            loss = functional.cross_entropy(net(X[chosen]), y[chosen], reduction=reduction)
            if not accumulate:
                net.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in parameters:
                    p += sign * (learning_rate if rate is None else rate) * p.grad
            losses.append(loss.item())
        return finish(losses)

    return minibatch_sgd_one_pass


def logs(enter=lambda net: net.eval(), leave=None, percent=1, order=lambda v: v, test=True, graph=False):
    """Make compute_logs with one habit changed."""

    def compute_logs(net, X_train, y_train, X_test, y_test):
        was = net.training
        enter(net)
        sets = ((X_train, y_train), (X_test, y_test) if test else (X_train, y_train))
        values = []
        for X, y in sets:
            loss = functional.cross_entropy(net(X), y)
            values += [loss if graph else loss.item(), percent * (net(X).argmax(1) == y).double().mean().item()]
        (leave or (lambda net: net.train(was)))(net)
        return order(values)

    return compute_logs


def seeded(i, n, b):
    return torch.randint(n, (b,), generator=torch.Generator().manual_seed(i))


def with_(objective=compute_objective, accuracy=compute_accuracy, log=compute_logs, step=minibatch_sgd_one_pass):
    return objective, accuracy, log, step


def hits(net, X, y):
    return (net(X).argmax(1) == y).double()


def in_evaluation(measure):
    def switched(net, X, y):
        was = net.training
        value = measure(net.eval(), X, y)
        net.train(was)
        return value

    return switched


CORRECT = {
    "textbook": with_(),
    "by hand": with_(objective_by_hand, accuracy_by_hand, logs_with_try, by_optimizer),
    "habits": with_(log=logs(), step=one_pass()),
}
VARIANTS = {
    "permutation+permutation": with_(step=over_a_loader),
    "carries-a-graph": with_(log=logs(graph=True)),
}
MUTANTS = {
    "sum-for-mean": with_(objective=lambda net, X, y: functional.cross_entropy(net(X), y, reduction="sum")),
    "softmax-before-cross-entropy": with_(
        objective=lambda net, X, y: functional.cross_entropy(functional.softmax(net(X), 1), y)
    ),
    "accuracy-in-percent": with_(accuracy=lambda net, X, y: 100 * hits(net, X, y).mean()),
    "accuracy-as-count": with_(accuracy=lambda net, X, y: hits(net, X, y).sum()),
    "error-for-accuracy": with_(accuracy=lambda net, X, y: 1 - hits(net, X, y).mean()),
    "argmax-over-examples": with_(accuracy=lambda net, X, y: (net(X).argmax(0) == y[:3]).double().mean()),
    "all-pairs": with_(accuracy=lambda net, X, y: (net(X).argmax(1, keepdim=True) == y).double().mean()),
    "switched-to-training": with_(
        lambda net, X, y: compute_objective(net.train(), X, y), lambda net, X, y: compute_accuracy(net.train(), X, y)
    ),
    "switched-to-evaluation": with_(
        lambda net, X, y: compute_objective(net.eval(), X, y), lambda net, X, y: compute_accuracy(net.eval(), X, y)
    ),
    "switched-to-evaluation (accuracy)": with_(accuracy=lambda net, X, y: compute_accuracy(net.eval(), X, y)),
    "switched-to-evaluation (and back)": with_(in_evaluation(compute_objective), in_evaluation(compute_accuracy)),
    "switched-to-evaluation+accuracy-in-percent": with_(
        accuracy=in_evaluation(lambda net, X, y: 100 * hits(net, X, y).mean())
    ),
    "measured-in-training-mode": with_(log=logs(enter=lambda net: None)),
    "left-in-evaluation-mode": with_(log=logs(leave=lambda net: None)),
    "always-back-to-training": with_(log=logs(leave=lambda net: net.train())),
    "accuracies-in-percent": with_(log=logs(percent=100)),
    "test-is-train": with_(log=logs(test=False)),
    "sets-exchanged": with_(log=logs(order=lambda v: v[2:] + v[:2])),
    "losses-first": with_(log=logs(order=lambda v: (v[0], v[2], v[1], v[3]))),
    "accuracy-first": with_(log=logs(order=lambda v: (v[1], v[0], v[3], v[2]))),
    "accuracy-in-percent+accuracies-in-percent": with_(
        accuracy=lambda net, X, y: 100 * hits(net, X, y).mean(), log=logs(percent=100)
    ),
    "uphill": with_(step=one_pass(sign=1)),
    "learning-rate-ignored": with_(step=one_pass(rate=1.0)),
    "updates-rounded-down": with_(step=one_pass(count=lambda n, b: n // b)),
    "one-update-too-many": with_(step=one_pass(count=lambda n, b: round(n / b) + 1)),
    "single-update+single-update": with_(
        step=one_pass(rows=lambda i, n, b: torch.randint(n, (b,)), count=lambda n, b: 1)
    ),
    "one-update-per-image": with_(step=one_pass(count=lambda n, b: n)),
    "gradients-accumulate": with_(step=one_pass(accumulate=True)),
    "summed-loss": with_(step=one_pass(reduction="sum")),
    "nothing-learned": with_(step=one_pass(rate=0.0)),
    "biases-not-trained": with_(step=one_pass(weights_only=True)),
    "moving-average-from-zero": with_(step=homework_pass),
    "last-loss": with_(step=one_pass(finish=lambda losses: losses[-1])),
    "sum-of-losses": with_(step=one_pass(finish=sum)),
    "uphill+moving-average-from-zero": with_(
        step=one_pass(
            sign=1, finish=lambda losses: sum(0.01 * 0.99 ** (len(losses) - 1 - i) * v for i, v in enumerate(losses))
        )
    ),
    "not-shuffled": with_(step=one_pass(rows=lambda i, n, b: (torch.arange(b) + i * b) % n)),
    "same-draws-every-pass": with_(step=one_pass(rows=seeded)),
    "trains-in-evaluation-mode": with_(step=one_pass(mode=False)),
}
WRONG = {
    "forgotten returns": (lambda *a: None, lambda *a: None, lambda *a: None, lambda *a: None),
    "raise": tuple([lambda *a: a[9]] * 4),
}
