"""Ways to write `accumulated_step`, right and wrong."""

from functools import partial

import numpy as np
import torch


def by_hand(weigh, *, total=np.mean, zero="before", steps="once"):
    """Gather the gradients with torch.autograd.grad, weighted, and hand them over at the end.

    Args:
        weigh: Weights of the batches, from their sizes.
        total: Returned loss, from the losses of all examples.
        zero: "before": old gradients are dropped; "never": they are added to.
        steps: "once", "never" or "each".
    """

    def accumulated_step(model, loss_fn, optimizer, batches):
        params = list(model.parameters())
        sizes = np.array([len(y) for _, y in batches], dtype=float)
        gathered = [torch.zeros_like(p) if zero == "before" else p.grad.clone() for p in params]
        losses = []
        for (x, y), weight in zip(batches, weigh(sizes), strict=True):
            loss = loss_fn(model(x), y)
            for place, found in zip(gathered, torch.autograd.grad(loss, params), strict=True):
                place += weight * found
            losses.append(loss.item())
            if steps == "each":
                hand_over(params, gathered)
                optimizer.step()
        hand_over(params, gathered)
        if steps == "once":
            optimizer.step()
        return total(np.repeat(losses, sizes.astype(int))) if total in (np.mean, np.sum) else total(losses)

    return (accumulated_step,)


def hand_over(params, gradients):
    for p, g in zip(params, gradients, strict=True):
        p.grad = g.clone()


def by_examples(sizes):
    return sizes / sizes.sum()


def example_by_example(model, loss_fn, optimizer, batches):
    """Go backward from the loss of each example, and divide in the end."""
    optimizer.zero_grad(set_to_none=True)
    count, total = 0, 0.0
    for x, y in batches:
        for row in range(len(y)):
            one = loss_fn(model(x[row : row + 1]), y[row : row + 1])
            one.backward()
            total, count = total + one.detach(), count + 1
    for p in model.parameters():
        p.grad /= count
    optimizer.step()
    return total / count


def only_the_last(model, loss_fn, optimizer, batches):
    n, seen = sum(len(x) for x, _ in batches), 0.0
    for x, y in batches:
        model.zero_grad()
        part = len(x) / n * loss_fn(model(x), y)
        part.backward()
        seen += float(part)
    optimizer.step()
    return seen


def zero_at_the_end(model, loss_fn, optimizer, batches):
    n = sum(len(x) for x, _ in batches)
    parts = [len(x) / n * loss_fn(model(x), y) for x, y in batches]
    sum(parts).backward()
    optimizer.step()
    model.zero_grad()
    return float(sum(parts))


def small_batches(model, loss_fn, optimizer, batches):
    seen = []
    for x, y in batches:
        model.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        seen += [loss.item()] * len(x)
    return np.mean(seen)


def first_batch(model, loss_fn, optimizer, batches, *, steps):
    optimizer.zero_grad()
    x, y = batches[0]
    loss = loss_fn(model(x), y) * (len(x) / sum(len(labels) for _, labels in batches))
    loss.backward()
    if steps:
        optimizer.step()
    return float(loss)


def joined(model, loss_fn, optimizer, batches):
    x, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    model.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def in_place(model, loss_fn, optimizer, batches):
    loss = example_by_example(model, loss_fn, optimizer, batches)
    batches.clear()
    return loss


CORRECT = {
    "gradients by hand": by_hand(by_examples),
    "example by example": (example_by_example,),
}
MUTANTS = {
    "mean-of-means": by_hand(lambda sizes: np.full(len(sizes), 1 / len(sizes)), total=lambda losses: np.mean(losses)),
    "sum-of-means (step alone)": by_hand(np.ones_like, total=lambda losses: np.mean(losses)),
    "sum-of-means": by_hand(np.ones_like, total=lambda losses: np.sum(losses)),
    "sum-over-examples": by_hand(lambda sizes: sizes, total=np.sum),
    "sum-over-examples (step alone)": by_hand(lambda sizes: sizes),
    "zeroed-between-batches": (only_the_last,),
    "old-gradient-not-zeroed": by_hand(by_examples, zero="never"),
    "zeroed-afterwards": (zero_at_the_end,),
    "step-per-batch": by_hand(by_examples, steps="each"),
    "step-per-batch (small batches)": (small_batches,),
    "no-step": by_hand(by_examples, steps="never"),
    "returned-in-loop": (partial(first_batch, steps=False),),
    "returned-in-loop (after the step)": (partial(first_batch, steps=True),),
    "loss-not-added-up": by_hand(by_examples, total=lambda losses: 0.0),
    "last-loss-returned": by_hand(by_examples, total=lambda losses: losses[-1]),
    "mean-of-means-returned": by_hand(by_examples, total=lambda losses: np.mean(losses)),
    "sum-returned": by_hand(by_examples, total=lambda losses: np.sum(losses)),
    "sum-over-examples-returned": by_hand(by_examples, total=np.sum),
    "all-at-once": (joined,),
}
WRONG = {
    "nothing returned": (lambda model, loss_fn, optimizer, batches: None,),
    "the batches are emptied": (in_place,),
    "not a number": by_hand(lambda sizes: sizes * np.nan),
}
