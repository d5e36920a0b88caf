"""What is right and wrong in `logs`: measuring in evaluation mode without a trace, and one pass of descent."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.told_apart import told_apart
from autograder.kits.watched_inputs import AFTERWARDS_LABELS, fresh_nets, fresh_rows
from course_utils.checks.labels import Label
from course_utils.exercises.why_it_works.logs.answer_draws import DRAW_CONVENTIONS, DRAW_LABELS, DRAW_MISTAKES
from course_utils.exercises.why_it_works.logs.answer_pass import PASS_CONVENTIONS, PASS_MISTAKES
from course_utils.exercises.why_it_works.logs.probe import LOGS as LOG_NAMES
from course_utils.exercises.why_it_works.logs.probe import PROBE
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

LOSS, HITS = "cross_entropy(net(X), y)", "(net(X).argmax(dim=1) == y)"
EVALUATED = "(mode := net.training, net.eval()(X), net.train(mode))[1]"


def _switched(what: str, new: str, *places: str) -> Edit:
    return edit(
        "switched-to-evaluation",
        "The function puts the net into evaluation mode; the text asks for a measurement in the mode that the "
        "net has. A "
        f"net in training is then {what}.",
        {place: place.replace("net(X)", new) for place in places},
    )


MEASURE_MISTAKES = (
    edit(
        "sum-for-mean",
        "The loss is the sum over the examples; the text asks for their mean.",
        {LOSS: 'cross_entropy(net(X), y, reduction="sum")'},
    ),
    edit(
        "softmax-before-cross-entropy",
        "cross_entropy takes logits and applies the softmax itself; here it gets probabilities, so the softmax is "
        "applied twice.",
        {LOSS: "cross_entropy(net(X).softmax(dim=1), y)"},
    ),
    edit(
        "accuracy-in-percent",
        "The accuracy is in percent; the text asks for a fraction between 0 and 1.",
        {f"float({HITS}": f"100 * float({HITS}"},
        share=0.75,
    ),
    edit(
        "accuracy-as-count",
        "This is the number of right answers; the text asks for their share.",
        {f"{HITS}.float().mean()": f"{HITS}.sum()"},
        share=0.75,
    ),
    edit("error-for-accuracy", "This is the share of wrong answers.", {HITS: HITS.replace("==", "!=")}),
    edit(
        "argmax-over-examples",
        "The largest logit is looked for among the examples and not among the classes.",
        {HITS: "((logits := net(X)).argmax(dim=0) == y[: logits.shape[1]])"},
    ),
    edit(
        "all-pairs",
        "Every answer is compared with every label, through broadcasting.",
        {HITS: HITS.replace(" ==", "[:, None] ==")},
    ),
    edit(
        "switched-to-training",
        "The function puts the net into training mode, so that it measures with the statistics of the batch, and "
        "changes the running ones.",
        {place: place.replace("net(X)", "net.train()(X)") for place in (LOSS, HITS)},
    ),
    # In both functions or in one of them, and put back or not.
    *(
        _switched(what, new, *places)
        for places in ((LOSS, HITS), (LOSS,), (HITS,))
        for what, new in (
            ("measured, and left, in another mode than it was", "net.eval()(X)"),
            ("measured in another mode than it is", EVALUATED),
        )
    ),
)

ENTER, LEAVE, RETURNED = "net.eval()", "net.train(was_training)", "return (*train, *test)"
TRAIN_LOSS, TEST_LOSS = "compute_objective(net, X_train, y_train)", "compute_objective(net, X_test, y_test)"
TRAIN_ACCURACY, TEST_ACCURACY = "compute_accuracy(net, X_train, y_train)", "compute_accuracy(net, X_test, y_test)"


def _never_evaluated(new: str, pairs: bool) -> Edit:
    return edit(
        "measured-in-training-mode",
        "The net stays in training mode while it is measured: batch normalization uses the statistics of the measured "
        "images, and its running statistics change, so that looking at the test set changes the model.",
        {ENTER: new},
        pairs=pairs,
    )


LOG_MISTAKES = (
    _never_evaluated("pass", True),
    _never_evaluated("net.train()", False),
    edit(
        "left-in-evaluation-mode",
        "The net stays in evaluation mode, so from here on it is trained with the running statistics.",
        {LEAVE: "pass"},
    ),
    edit(
        "always-back-to-training",
        "The net is put into training mode although it may have been in evaluation mode before; remember its mode "
        "before you switch.",
        {LEAVE: "net.train()"},
        share=0.75,
    ),
    edit(
        "accuracies-in-percent",
        "The accuracies are in percent; the text asks for fractions.",
        {TRAIN_ACCURACY: f"100 * {TRAIN_ACCURACY}", TEST_ACCURACY: f"100 * {TEST_ACCURACY}"},
        share=0.75,
    ),
    edit(
        "test-is-train",
        "The test entries are those of the training images.",
        {TEST_LOSS: TRAIN_LOSS, TEST_ACCURACY: TRAIN_ACCURACY},
    ),
    edit(
        "sets-exchanged",
        "Training and test entries are exchanged.",
        {RETURNED: "return (*test, *train)"},
        share=0.75,
    ),
    edit(
        "losses-first",
        "The order of the results is wrong: both losses come first, then both accuracies.",
        {RETURNED: "return train[0], test[0], train[1], test[1]"},
        share=0.75,
    ),
    edit(
        "accuracy-first",
        "Loss and accuracy are exchanged.",
        {RETURNED: "return (*train[::-1], *test[::-1])"},
        share=0.75,
    ),
)
LOG_CONVENTIONS = (
    accepted(
        "carries-a-graph",
        "Accepted, but the losses carry a graph: a list of them keeps every pass in memory.",
        {"with torch.no_grad():": "if True:", f"float({TRAIN_LOSS})": TRAIN_LOSS, f"float({TEST_LOSS})": TEST_LOSS},
    ),
)

KEPT = {name: AFTERWARDS_LABELS[name] for name in ("parameters_kept", "statistics_kept", "modes_kept")}
WORDS = {"X": "images", "y": "labels", "was_training": "old mode", "train": "training entries", "test": "test entries"}
MEASURES = solution_part(
    "logs",
    PROBE.parts[0].name,
    MEASURE_MISTAKES,
    labels={
        "objective": Label("loss"),
        "accuracy": Label("accuracy"),
        "objective_in_training": Label("loss of a net in training mode"),
        "accuracy_in_training": Label("accuracy of a net in training mode"),
        "training_mode_kept": Label("a net in training mode stays in it", statement=True),
        **KEPT,
    },
    reread="section 5.1, the two measures",
    words=WORDS,
)
LOGS = solution_part(
    "logs",
    "compute_logs",
    LOG_MISTAKES,
    conventions=LOG_CONVENTIONS,
    labels={
        "logs": Label(f"entry of ({', '.join(LOG_NAMES)})", "number", "with"),
        "plain_numbers": Label("numbers without a graph", statement=True),
        "evaluation_mode_kept": Label("a net in evaluation mode stays in it", statement=True),
        **KEPT,
    },
    reread="section 5.1, the mode is put back",
    words=WORDS,
    follows=(
        "follows-own-measures",
        "Your function uses compute_objective and compute_accuracy as it should. The values follow from your "
        "versions of them; a mistake there is counted above.",
    ),
)
STEPS = solution_part(
    "logs",
    "the steps of a pass",
    PASS_MISTAKES,
    conventions=PASS_CONVENTIONS,
    labels={"weights": Label("parameters", "pass"), "loss": Label("loss", "pass", "returned by")},
    reread="section 5.1, one pass",
    words=WORDS,
    follows=(
        "follows-own-objective",
        "Your function uses compute_objective as it should. The values follow from your version of it; a mistake "
        "there is counted above.",
    ),
)
DRAWS = solution_part(
    "logs",
    "the draws of a pass",
    DRAW_MISTAKES,
    conventions=DRAW_CONVENTIONS,
    with_changes=False,
    labels=DRAW_LABELS,
    reread="section 5.1, one pass",
)


def generate(rng: np.random.Generator) -> Inputs:
    """Draw the nets, two sets of rows, and counts of rows that make 2.5 and more, or less, batches.

    Until no two mistakes about measures agree: accuracies of a few images are easily the same.
    """
    while True:
        inputs = {
            **fresh_nets(rng),
            **fresh_rows(rng, "row", 1, side=2),
            **fresh_rows(rng, "rows", 14),
            **fresh_rows(rng, "test", 9),
            "batch_size": np.array(4),
            "counts": np.array([9, 15]),  # 2.25 and 3.75 batches
            "step": np.array(rng.uniform(0.1, 0.2)),
        }
        if all(
            told_apart(part, part.misconceptions[: len(mistakes)], inputs)
            for part, mistakes in ((MEASURES, MEASURE_MISTAKES), (LOGS, LOG_MISTAKES))
        ):
            return inputs


ANSWER = Answer("logs", generate, (MEASURES, LOGS, STEPS, DRAWS))
