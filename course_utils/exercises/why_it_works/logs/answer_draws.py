"""What is right and wrong in the draws of one pass of minibatch descent: which rows it takes, and in which mode.

Whether some image is drawn twice is often a matter of chance, so that mistakes are written with draws of both kinds.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.catalogue.edit import Edit, accepted, edit
from course_utils.checks.labels import Label
from course_utils.exercises.why_it_works.logs.answer_pass import ROWS, UPDATES, in_parts

__all__ = ["DRAW_CONVENTIONS", "DRAW_LABELS", "DRAW_MISTAKES"]

WHOLE_BATCHES = "[: len(X) // batch_size]"
ONE_UPDATE = {UPDATES: "for _ in range(1):"}
NONE_TWICE = "rows = torch.randperm(len(X))[:batch_size]"
ONE_TWICE = "rows = torch.randperm(len(X))[: batch_size - 1].repeat(2)[:batch_size]"
SEEDED = "generator=torch.Generator().manual_seed(len(losses)))"


def _not_shuffled(changes: Mapping[str, str]) -> Edit:
    return edit("not-shuffled", "The images are taken in the order of the data set.", changes)


def _same_draws(changes: Mapping[str, str]) -> Edit:
    return edit("same-draws-every-pass", "Every pass takes the same images.", changes)


DRAW_MISTAKES = (
    edit("single-update", "There is only one batch.", {**ONE_UPDATE, ROWS: ONE_TWICE}),
    edit("single-update", "There is only one batch.", {**ONE_UPDATE, ROWS: NONE_TWICE}),
    _not_shuffled(
        {
            UPDATES: UPDATES.replace("for _", "for i"),
            ROWS: "rows = torch.arange(i * batch_size, (i + 1) * batch_size) % len(X)",
        }
    ),
    _not_shuffled(in_parts("torch.arange(len(X))", WHOLE_BATCHES)),
    _not_shuffled(in_parts("torch.arange(len(X))")),
    _same_draws({ROWS: ROWS.replace("(batch_size,))", f"(batch_size,), {SEEDED}")}),
    _same_draws(in_parts(f"torch.randperm(len(X), {SEEDED}", WHOLE_BATCHES)),
    _same_draws(in_parts(f"torch.randperm(len(X), {SEEDED}")),
    edit(
        "trains-in-evaluation-mode",
        "The net is in evaluation mode while it is trained, so its batch normalization does not see the batch.",
        {"parameters, losses =": "net.eval()\nparameters, losses ="},
    ),
)
PERMUTED = "Accepted: a pass over a permutation, which uses every image once. The text draws with replacement."
DRAW_CONVENTIONS = (
    accepted("permutation", PERMUTED, in_parts("torch.randperm(len(X))", WHOLE_BATCHES)),
    accepted("permutation", PERMUTED, in_parts("torch.randperm(len(X))")),
    accepted(
        "carries-a-graph",
        "Accepted, but the loss still carries a graph.",
        {"losses.append(loss.item())": "losses.append(loss)"},
    ),
)
DRAW_LABELS = {
    "batches_of_the_size": Label("batches of batch_size images", statement=True),
    "several_batches": Label("more than one batch", statement=True),
    "other_rows_next_time": Label("other images in the next pass", statement=True),
    "random_order": Label("images in random order", statement=True),
    "in_training_mode": Label("training mode while training", statement=True),
    # Last, since accepted conventions turn these, too: whoever has made a mistake is shown that.
    "last_batch": Label("images in the last batch"),
    "some_row_twice": Label("some image is drawn twice, as with replacement", statement=True),
    "plain_number": Label("a number without a graph", statement=True),
}
