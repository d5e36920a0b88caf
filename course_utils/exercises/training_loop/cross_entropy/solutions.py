"""`cross_entropy(logits, labels)`, written by many hands."""

import torch
from torch.nn import functional


def by_hand(logits, labels):
    z = logits - logits.amax(1, keepdim=True)
    log_sum = z.exp().sum(1).log()
    return (log_sum - z.gather(1, labels[:, None]).squeeze(1)).mean()


def one_hot(logits, labels):
    y = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return -(y * functional.log_softmax(logits, -1)).sum(1).mean()


def row_by_row(logits, labels):
    losses = [torch.logsumexp(row, 0) - row[label] for row, label in zip(logits, labels, strict=True)]
    return sum(losses) / len(losses)


def probabilities(logits, dim=1, stable=True):
    z = logits - logits.amax(1, keepdim=True) if stable else logits
    return z.exp() / z.exp().sum(dim, keepdim=True)


def nll(p, labels):
    return -torch.log(p[range(len(labels)), labels]).mean()


def precedence(logits, labels, eps=1e-8):
    exps = torch.exp(logits - logits.amax(1, keepdim=True))
    return nll(exps / exps.sum(1, keepdim=True) + eps, labels)


def global_maximum(logits, labels):
    z = logits - logits.max()
    return (z.exp().sum(1).log() - z[torch.arange(len(z)), labels]).mean()


def no_maximum(logits, labels):
    return (logits.exp().sum(1).log() - logits[torch.arange(len(logits)), labels]).mean()


CORRECT = {
    "by hand": by_hand,
    "one-hot": one_hot,
    "row by row": row_by_row,
    "torch": functional.cross_entropy,
    "nll": lambda z, y: functional.nll_loss(functional.log_softmax(z, 1), y),
}
MUTANTS = {
    "no-maximum-subtracted": no_maximum,
    "one-maximum-for-all": global_maximum,
    "softmax-over-the-batch": lambda z, y: functional.nll_loss(functional.log_softmax(z, 0), y),
    "softmax-twice": lambda z, y: functional.cross_entropy(functional.softmax(z, 1), y),
    "through-the-probability": precedence,
    "no-maximum-subtracted+through-the-probability": lambda z, y: nll(probabilities(z, stable=False), y),
    "logarithm-missing": lambda z, y: -probabilities(z)[range(len(y)), y].mean(),
    "every-label-for-every-example": lambda z, y: -functional.log_softmax(z, 1)[:, y].mean(),
    "labels-pick-rows": lambda z, y: -torch.stack([functional.log_softmax(z[label], 0) for label in y]).mean(),
    "averaged-over-classes": lambda z, y: -(functional.one_hot(y, 4) * functional.log_softmax(z, 1)).mean(),
    "sum-for-mean": lambda z, y: functional.cross_entropy(z, y, reduction="sum"),
    "sign-flipped": lambda z, y: functional.log_softmax(z, 1).gather(1, y.view(-1, 1)).mean(),
    "base-two": lambda z, y: by_hand(z, y) * torch.log2(torch.tensor(torch.e, dtype=z.dtype)),
    "graph-cut": lambda z, y: float(by_hand(z, y)),
    "sum-for-mean+softmax-twice": lambda z, y: by_hand(torch.softmax(z, 1), y) * len(y),
    "softmax-over-the-batch+through-the-probability": lambda z, y: nll(torch.softmax(z, 0) + 1e-9, y),
    "softmax-over-the-batch+through-the-probability (1e-8)": lambda z, y: nll(torch.softmax(z, 0) + 1e-8, y),
    "softmax-over-the-batch+through-the-probability (nothing added)": lambda z, y: nll(torch.softmax(z, 0), y),
    "sign-flipped+sum-for-mean": lambda z, y: -by_hand(z, y) * len(y),
    "through-the-probability+sum-for-mean": lambda z, y: nll(probabilities(z) + 1e-10, y) * len(y),
}
WRONG = {
    "forgotten return": lambda z, y: None,
    "not reduced": lambda z, y: functional.cross_entropy(z, y, reduction="none"),
    "label smoothing": lambda z, y: functional.cross_entropy(z, y, label_smoothing=0.1),
    "mean squared": lambda z, y: functional.mse_loss(functional.softmax(z, 1), functional.one_hot(y, 4).to(z.dtype)),
    "next label": lambda z, y: by_hand(z, (y + 1) % 4),
    "raises": lambda z, y: z[y, 9].mean(),
}
CORRECT, MUTANTS, WRONG = ({name: (f,) for name, f in kind.items()} for kind in (CORRECT, MUTANTS, WRONG))
