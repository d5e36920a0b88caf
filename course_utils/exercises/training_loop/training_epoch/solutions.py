"""`train_epoch(params, x_train, y_train, learning_rate, batch_size)` and `evaluate(params, x, y)` by many hands."""

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


def network(x, params):
    for w, b, h in params:
        x = h(x @ w + b)
    return x.squeeze(-1)


def bce(y, p, eps=1e-7):
    return -(y * (p + eps).log() + (1 - y) * (1 - p + eps).log()).mean()


def accuracy(y, p):
    return ((p > 0.5) == y).double().mean()


def evaluate(params, x, y):
    with torch.no_grad():
        p = network(x, params)
    return bce(y, p).item(), accuracy(y, p).item()


# The helpers of a published assignment: gradients are added, so the caller chooses the sign.
def enable_gradients(params):
    for w, b, _ in params:
        w.requires_grad_()
        b.requires_grad_()


def add_gradients(params, step):
    with torch.no_grad():
        for w, b, _ in params:
            w += step * w.grad
            b += step * b.grad


def clear_gradients(params):
    for w, b, _ in params:
        w.grad = b.grad = None


def epoch(**change):
    """Return the loop; each keyword changes one thing about it."""

    def train_epoch(params, x_train, y_train, learning_rate, batch_size):
        enable_gradients(params)
        sign = change.get("sign", -1)
        n = len(x_train)
        order = change.get("order", torch.randperm)(n)
        labels = y_train[change["labels"](n)] if "labels" in change else y_train[order]
        x, total, right = x_train[order], 0.0, 0.0
        full = n // batch_size
        stops = n if not change.get("drop") else full * batch_size
        count = 0
        for start in range(0, stops, batch_size):
            xb, yb = x[start : start + batch_size], labels[start : start + batch_size]
            if not (change.get("accumulate") or (change.get("once") and start)):
                clear_gradients(params)
            p = network(xb, params)
            loss = bce(yb, p)
            (loss * (len(xb) if change.get("summed") else 1)).backward()
            add_gradients(params, sign * learning_rate)
            weight = 1 if change.get("unweighted") else len(xb)
            total += loss.item() * weight
            right += accuracy(yb, p).item() * weight
            count += weight
        return total / count, right / count

    return train_epoch


def published(params, x_train, y_train, learning_rate, batch_size):
    """Descend only if the learning rate is negative, and leave out the rest that does not fill a batch."""
    enable_gradients(params)
    num_samples = x_train.shape[0]
    indices = torch.randperm(num_samples)
    losses, accuracies = [], []
    for i in range(num_samples // batch_size):
        batch = indices[i * batch_size : (i + 1) * batch_size]
        clear_gradients(params)
        y_hat = network(x_train[batch], params)
        loss = bce(y_train[batch], y_hat)
        loss.backward()
        add_gradients(params, learning_rate)
        losses.append(loss.item())
        accuracies.append(accuracy(y_train[batch], y_hat).item())
    return np.mean(losses), np.mean(accuracies)


def by_optimizer(params, x_train, y_train, learning_rate, batch_size):
    enable_gradients(params)
    optimizer = torch.optim.SGD([t for w, b, _ in params for t in (w, b)], lr=learning_rate)
    loader = DataLoader(TensorDataset(x_train, y_train), batch_size=batch_size, shuffle=True)
    losses, hits = 0.0, 0
    for xb, yb in loader:
        p = network(xb, params)
        loss = functional.binary_cross_entropy(p, yb, reduction="sum")
        optimizer.zero_grad()
        (loss / len(xb)).backward()
        optimizer.step()
        losses += loss.detach()
        hits += (p.round() == yb).sum()
    return losses / len(x_train), hits / len(x_train)


def by_grad(params, x_train, y_train, learning_rate, batch_size):
    """Replace the tensors in the list instead of changing them."""
    enable_gradients(params)
    losses, rights = [], []
    for rows in np.array_split(np.random.permutation(len(x_train)), range(batch_size, len(x_train), batch_size)):
        rows = torch.as_tensor(rows)
        p = network(x_train[rows], params)
        leaves = [t for w, b, _ in params for t in (w, b)]
        grads = torch.autograd.grad(bce(y_train[rows], p), leaves)
        new = [(t - learning_rate * g).detach().requires_grad_() for t, g in zip(leaves, grads, strict=True)]
        params[:] = [(new[2 * i], new[2 * i + 1], h) for i, (_, _, h) in enumerate(params)]
        losses += [functional.binary_cross_entropy(p, y_train[rows], reduction="none").detach()]
        rights += [(p > 0.5) == (y_train[rows] == 1)]
    return torch.cat(losses).mean(), torch.cat(rights).double().mean()


def then_evaluate(params, x_train, y_train, learning_rate, batch_size):
    epoch()(params, x_train, y_train, learning_rate, batch_size)
    return evaluate(params, x_train, y_train)


def no_learning(params, x_train, y_train, learning_rate, batch_size, *, cleared):
    enable_gradients(params)
    order = torch.randperm(len(x_train))
    total = right = 0
    for rows in order.split(batch_size):
        p = network(x_train[rows], params)
        loss = bce(y_train[rows], p)
        clear_gradients(params)
        loss.backward()
        if cleared:
            clear_gradients(params)
        for w, b, _ in params:
            if w.grad is not None:
                w = w - learning_rate * w.grad
                b = b - learning_rate * b.grad
        total, right = total + loss.item() * len(rows), right + accuracy(y_train[rows], p).item() * len(rows)
    return total / len(x_train), right / len(x_train)


def step_first(params, x_train, y_train, learning_rate, batch_size):
    enable_gradients(params)
    optimizer = torch.optim.SGD([t for w, b, _ in params for t in (w, b)], lr=learning_rate)
    total = right = 0
    for rows in torch.randperm(len(x_train)).split(batch_size):
        p = network(x_train[rows], params)
        loss = bce(y_train[rows], p)
        optimizer.step()
        optimizer.zero_grad()
        network_again = bce(y_train[rows], network(x_train[rows], params))
        network_again.backward()
        total += network_again.item() * len(rows)
        right += accuracy(y_train[rows], network(x_train[rows], params)).item() * len(rows)
        del loss, p
    return total / len(x_train), right / len(x_train)


def with_replacement(params, x_train, y_train, learning_rate, batch_size):
    n, total, right, steps = len(x_train), 0.0, 0.0, -(-len(x_train) // batch_size)
    for _ in range(steps):
        rows = torch.randint(n, (batch_size,))
        loss, hits = epoch(order=torch.arange)(params, x_train[rows], y_train[rows], learning_rate, batch_size)
        total, right = total + loss, right + hits
    return total / steps, right / steps


def one_too_many(params, x_train, y_train, learning_rate, batch_size):
    order, total, right = torch.randperm(len(x_train)), 0.0, 0.0
    for i in range(len(order) // batch_size + 1):
        rows = order[i * batch_size : i * batch_size + batch_size]
        loss, hits = one_batch(params, x_train[rows], y_train[rows], learning_rate)
        total, right = total + loss * len(rows), right + hits * len(rows)
    return total / len(order), right / len(order)


def one_batch(params, xb, yb, lr):
    enable_gradients(params)
    clear_gradients(params)
    p = network(xb, params)
    loss = bce(yb, p)
    loss.backward()
    add_gradients(params, -lr)
    return loss.item(), accuracy(yb, p).item()


def seeded_order(n):
    return torch.randperm(n, generator=torch.Generator().manual_seed(3))


def only(choose):
    def train_epoch(params, x, y, lr, batch_size):
        enable_gradients(params)
        trained = choose(params)
        total = right = 0.0
        for rows in torch.randperm(len(x)).split(batch_size):
            p = network(x[rows], params)
            loss = bce(y[rows], p)
            for t, g in zip(trained, torch.autograd.grad(loss, trained), strict=True):
                t.data -= lr * g
            total, right = total + loss.item() * len(rows), right + accuracy(y[rows], p).item() * len(rows)
        return total / len(x), right / len(x)

    return train_epoch


def reported(change):
    def train_epoch(params, x, y, lr, batch_size):
        losses, rights = [], []
        for rows in torch.randperm(len(x)).split(batch_size):
            loss, right = one_batch(params, x[rows], y[rows], lr)
            losses.append(loss)
            rights.append(right)
        sizes = [batch_size] * (len(losses) - 1) + [len(x) - batch_size * (len(losses) - 1)]
        return change(losses, rights, sizes)

    return train_epoch


def moving(losses, rights, sizes):
    smooth = 0
    for loss in losses:
        smooth = 0.99 * smooth + 0.01 * loss
    return smooth, np.average(rights, weights=sizes)


ok = epoch()


def summing_with_the_graph(params, x_train, y_train, learning_rate, batch_size):
    enable_gradients(params)
    total = right = 0
    for rows in torch.randperm(len(x_train)).split(batch_size):
        p = network(x_train[rows], params)
        loss = bce(y_train[rows], p)
        clear_gradients(params)
        loss.backward()
        add_gradients(params, -learning_rate)
        total += loss * len(rows)
        right += accuracy(y_train[rows], p) * len(rows)
    return total / len(x_train), right / len(x_train)


CORRECT = {
    "add_gradients": (ok, evaluate),
    "torch's optimizer and loader": (by_optimizer, lambda params, x, y: evaluate(params, x, y)),
    "new tensors in the list": (by_grad, evaluate),
    "tensors of two numbers": (lambda *args: torch.tensor(ok(*args)), lambda *args: np.array(evaluate(*args))),
    "wrapped": (
        lambda *args: tuple(torch.tensor(v) for v in ok(*args)),
        lambda *args: np.array(evaluate(*args)).tolist(),
    ),
}
VARIANTS = {
    "measured-after-the-epoch": (then_evaluate, evaluate),
}
MUTANTS = {
    "graph-kept": (summing_with_the_graph, evaluate),
    "graph-kept (evaluate)": (ok, lambda params, x, y: (bce(y, network(x, params)), accuracy(y, network(x, params)))),
    "ascent": (epoch(sign=1), evaluate),
    "ascent+last-batch-dropped": (published, evaluate),
    "last-batch-dropped": (epoch(drop=True), evaluate),
    "learning-rate-ignored": (lambda p, x, y, lr, b: ok(p, x, y, 1.0, b), evaluate),
    "gradients-accumulate": (epoch(accumulate=True), evaluate),
    "cleared-once-per-epoch": (epoch(once=True), evaluate),
    "cleared-once-per-epoch+last-batch-dropped": (epoch(once=True, drop=True), evaluate),
    "cleared-before-step": (lambda *args: no_learning(*args, cleared=True), evaluate),
    "new-tensors": (lambda *args: no_learning(*args, cleared=False), evaluate),
    "step-before-backward": (step_first, evaluate),
    "summed-loss": (epoch(summed=True), evaluate),
    "summed-loss+ascent": (epoch(summed=True, sign=1), evaluate),
    "summed-loss+last-batch-dropped": (epoch(summed=True, drop=True), evaluate),
    "unweighted-mean": (epoch(unweighted=True), evaluate),
    "unweighted-mean+ascent": (epoch(unweighted=True, sign=1), evaluate),
    "gradients-accumulate+ascent": (epoch(accumulate=True, sign=1), evaluate),
    "not-shuffled": (epoch(order=torch.arange), evaluate),
    "same-order-every-epoch": (epoch(order=seeded_order), evaluate),
    "pairs-broken": (epoch(labels=torch.randperm), evaluate),
    "pairs-broken+last-batch-dropped": (epoch(labels=torch.randperm, drop=True), evaluate),
    "with-replacement": (with_replacement, evaluate),
    "empty-batch": (one_too_many, evaluate),
    "biases-not-trained": (only(lambda params: [w for w, _, _ in params]), evaluate),
    "last-layer-only": (only(lambda params: params[-1][:2]), evaluate),
    "last-batch-reported": (reported(lambda losses, rights, sizes: (losses[-1], rights[-1])), evaluate),
    "loss-summed-over-batches": (
        reported(lambda losses, rights, sizes: (sum(losses), np.average(rights, weights=sizes))), evaluate,
    ),
    "divided-by-full-batches": (
        reported(lambda losses, rights, sizes: tuple(sum(v) / (sum(sizes) // sizes[0]) for v in (losses, rights))),
        evaluate,
    ),
    "batch-means-over-examples": (
        reported(lambda losses, rights, sizes: (sum(losses) / sum(sizes), sum(rights) / sum(sizes))), evaluate,
    ),
    "moving-average-from-zero": (reported(moving), evaluate),
    "sum-for-mean": (ok, lambda params, x, y: (evaluate(params, x, y)[0] * len(y), evaluate(params, x, y)[1])),
    "accuracy-in-percent (while training)": (lambda *given: np.array(ok(*given)) * (1, 100), evaluate),
    "accuracy-in-percent": (ok, lambda params, x, y: (evaluate(params, x, y)[0], 100 * evaluate(params, x, y)[1])),
    "accuracy-as-count": (ok, lambda params, x, y: (evaluate(params, x, y)[0], len(y) * evaluate(params, x, y)[1])),
    "error-for-accuracy": (ok, lambda params, x, y: (evaluate(params, x, y)[0], 1 - evaluate(params, x, y)[1])),
    "threshold-for-logits": (ok, lambda params, x, y: (evaluate(params, x, y)[0], (y == 1).double().mean())),
    "results-exchanged": (ok, lambda params, x, y: evaluate(params, x, y)[::-1]),
    "all-pairs": (
        ok, lambda params, x, y: (evaluate(params, x, y)[0], accuracy(y, network(x, params)[:, None]).item()),
    ),
}  # fmt: skip
WRONG = {
    "forgotten return": (lambda *args: None, lambda params, x, y: None),
    "loss only": (lambda *args: ok(*args)[0], lambda params, x, y: evaluate(params, x, y)[0]),
    "lists": (lambda *args: ([1.0, 2.0], [0.5]), lambda params, x, y: ([1.0], [1.0])),
    "does nothing": (lambda *args: (0.5, 0.5), lambda params, x, y: (0.5, 0.5)),
    "raises": (lambda *args: args[9], lambda params, x, y: params.loss),
    "other parameters": (lambda params, *args: params.clear() or (1.0, 1.0), lambda params, x, y: (0.0, 0.0)),
}
