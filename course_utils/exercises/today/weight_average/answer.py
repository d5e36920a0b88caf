"""What is right and wrong in `weight_average`: averages of the parameters from a copy on, buffers as they are."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import Ignored
from autograder.kits.function import single_answer
from course_utils.checks.labels import Label
from course_utils.exercises.today.weight_average.probe import AFTERWARDS
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

START = "parameter.detach().clone() for parameter in model.parameters()"
UPDATED = "average.mul_(self.decay).add_((1 - self.decay) * parameter)"
KEPT = "kept.copy_(buffer)"
WRITTEN = "parameter.copy_(average)"
BUFFER_WRITTEN = "buffer.copy_(kept)"
STATISTICS_AVERAGED = (
    "The running statistics of the normalization are averaged as the parameters are. They are averages already; the "
    "text copies them."
)

MISTAKES = (
    edit(
        "starts-at-zero",
        "The average starts at zero, so the first averages are far too small. It should start as a copy of the "
        "parameters.",
        {START: "torch.zeros_like(parameter) for parameter in model.parameters()"},
    ),
    edit(
        "starts-at-zero",
        "The average starts at zero and is divided by what is missing in the sum of its weights, as in Adam. It should "
        "start as a copy of the parameters, which then counts too.",
        {
            START: "torch.zeros_like(parameter) for parameter in model.parameters()",
            KEPT: f"{KEPT}\nself.updates = getattr(self, 'updates', 0) + 1 / len(self.buffers)",
            WRITTEN: "parameter.copy_(average / (1 - self.decay ** round(self.updates)))",
        },
        pairs=False,
    ),
    edit(
        "starts-at-the-first-update",
        "The average starts at the parameters of the first update; those that the network had before do not count.",
        {
            "for average, parameter in": "first, self.started = not hasattr(self, 'started'), True\n"
            "for average, parameter in",
            UPDATED: "average.mul_(0.0 if first else self.decay).add_((1.0 if first else 1 - self.decay) * parameter)",
        },
        pairs=False,
    ),
    edit(
        "decay-on-the-wrong-term",
        "decay and 1 - decay have changed places: decay weighs the new parameters instead of the average so far.",
        {UPDATED: "average.mul_(1 - self.decay).add_(self.decay * parameter)"},
    ),
    edit(
        "weights-add-up-to-more",
        "The new parameters enter with weight 1, so that the average grows with every update: the two weights have to "
        "add up to 1.",
        {UPDATED: "average.mul_(self.decay).add_(parameter)"},
    ),
    edit(
        "not-faded",
        "The average so far is not multiplied by decay, so that it grows with every update: the two weights have to "
        "add up to 1.",
        {UPDATED: "average.add_((1 - self.decay) * parameter)"},
    ),
    edit(
        "decay-twice",
        "decay also multiplies the new parameters; their weight is 1 - decay.",
        {UPDATED: "average.mul_(self.decay).add_(self.decay * parameter)"},
    ),
    edit(
        "plain-mean",
        "All parameters since the start count alike, whatever decay says. The text asks for a moving average.",
        {
            "for average, parameter in": "self.updates = getattr(self, 'updates', 0) + 1\nfor average, parameter in",
            UPDATED: "average.add_((parameter - average) / (self.updates + 1))",
        },
        pairs=False,
    ),
    edit(
        "no-average",
        "The latest parameters are copied, without a share of the earlier ones.",
        {UPDATED: "average.copy_(parameter)"},
    ),
    edit(
        "parameters-not-cloned",
        "The averages lie in the memory of the network's own parameters: training changes them, and updating them "
        "changes the network.",
        {START: "parameter.detach() for parameter in model.parameters()"},
    ),
    edit(
        "statistics-averaged",
        STATISTICS_AVERAGED,
        {KEPT: "kept.lerp_(buffer, 1 - self.decay) if kept.is_floating_point() else kept.copy_(buffer)"},
    ),
    edit(
        "buffers-of-the-start",
        "The buffers are those that the network had at the start; they should be those of the last update.",
        {KEPT: "pass"},
    ),
    edit(
        "buffers-not-written",
        "Only parameters are written into the other network. Its running statistics stay what they were, and belong to "
        "other weights.",
        {BUFFER_WRITTEN: "pass"},
    ),
    edit(
        "tensors-handed-over",
        "The copy is right at first, but then the other network holds the average's own tensors: training it changes "
        "the average.",
        {WRITTEN: "parameter.data = average"},
    ),
    edit(
        "tensors-handed-over",
        "The copy is right at first, but then the other network holds the average's own tensors, buffers included: "
        "training it changes the average.",
        {WRITTEN: "parameter.data = average", BUFFER_WRITTEN: "buffer.data = kept"},
    ),
)
COUNT = Ignored(
    "integer-averaged",
    "Everything is right except the count of batches, an integer buffer, which is not that of the network: integers "
    "are copied, not averaged.",
    "The count of batches, an integer buffer, is not that of the network: integers are copied, not averaged.",
    ("count",),
    share=0.75,
)
DEFAULT = Ignored(
    "other-default",
    "With a given decay everything is right; the default value is not that of the signature in the text.",
    "The default value also differs.",
    ("default_parameters",),
    share=0.75,
)
REPLACED = Ignored(
    "parameters-replaced",
    "The values are right, but the parameters of the other network were replaced by new ones: an optimizer that was "
    "made for it would keep moving the old ones.",
    "The parameters of the other network were also replaced by new ones.",
    ("copied_in_place",),
    share=0.75,
)
LABELS = {
    "parameters": Label("parameters after copy_to"),
    "statistics": Label("running statistics after copy_to"),
    "count": Label("count of batches after copy_to"),
    "default_parameters": Label("parameters after copy_to, with the default decay"),
    "again_parameters": Label("parameters after a second copy_to"),
    "again_statistics": Label("running statistics after a second copy_to"),
    "model_left_alone": Label("the trained network left as it was", statement=True),
    "copied_in_place": Label("copy_to writes into the parameters of the other network", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw the parameters and buffers of a network at several moments, all of them apart from each other."""
    moments, units, features = AFTERWARDS + 1, 3, 2
    shapes = {"weight": (units, features), "bias": (units,), "gain": (units,), "shift": (units,)}
    drawn = {name: rng.uniform(0.5, 1.5, size=(moments, *shape)) for name, shape in shapes.items()}
    drawn |= {name: rng.uniform(0.2, 2.0, size=(moments, units)) for name in ("running_mean", "running_var")}
    counts = 100.0 * np.arange(1, moments + 1) + rng.integers(1, 50, size=moments)
    return {**drawn, "num_batches_tracked": counts, "decay": np.array(rng.uniform(0.6, 0.85))}


ANSWER: Answer = single_answer(
    "weight_average",
    MISTAKES,
    generate=generate,
    ignored=(COUNT, DEFAULT, REPLACED),
    labels=LABELS,
    reread="section 6.7, what is averaged and what is copied",
    words={"kept": "kept buffer", "averages": "average"},
    by_hand=("torch.optim.swa_utils.*",),
)
