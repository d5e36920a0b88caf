"""What is right and wrong in `convnets`: two stages of convolution, ReLU, pooling (and batch norm), a linear layer."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

FIRST = "nn.Conv2d(1, 16, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2)"
SECOND = "nn.Conv2d(16, 32, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2)"
HEAD = "nn.Flatten(), nn.Linear(32 * 7 * 7, num_classes),"


def _in_both_stages(old: str, new: str) -> dict[str, str]:
    return {stage: stage.replace(old, new) for stage in (FIRST, SECOND)}


NET_MISTAKES = (
    edit(
        "no-padding",
        "The convolutions have no padding, so each one takes four rows and columns off the image: the second stage "
        "ends at 4 by 4, and not at 7 by 7.",
        {**_in_both_stages(", padding=2", ""), HEAD: HEAD.replace("7 * 7", "4 * 4")},
    ),
    edit(
        "kernel-of-three",
        "The kernels have 3 by 3 weights; the table asks for 5 by 5.",
        _in_both_stages("5, padding=2", "3, padding=1"),
    ),
    edit(
        "average-pooling",
        "The pooling takes the mean of four values; the table asks for the largest.",
        _in_both_stages("MaxPool", "AvgPool"),
    ),
    edit(
        "activation-missing",
        "There is no ReLU, so the convolutions, whatever their number, together are little more than one linear map.",
        _in_both_stages("ReLU", "Identity"),
    ),
    edit(
        "softmax-at-the-end",
        "The outputs are probabilities. cross_entropy applies the softmax itself; doing it twice flattens the loss, "
        "which then cannot fall below about 1.46.",
        {HEAD: f"{HEAD} nn.Softmax(dim=1),"},
    ),
    edit(
        "log-softmax-at-the-end",
        "The outputs are log-probabilities. The loss is the same, because the log-softmax of log-probabilities changes "
        "nothing, but the text asks for logits.",
        {HEAD: f"{HEAD} nn.LogSoftmax(dim=1),"},
        share=0.75,
    ),
    edit(
        "activation-at-the-end",
        "A ReLU cuts off the negative logits, and with them the gradient of every class that is judged unlikely.",
        {HEAD: f"{HEAD} nn.ReLU(),"},
    ),
    edit(
        "num-classes-ignored",
        "The network always has ten outputs, whatever num_classes says.",
        {HEAD: HEAD.replace("num_classes", "10")},
        share=0.75,
    ),
)
WITHOUT_BIAS = accepted(
    "convolutions-without-bias",
    "Accepted: the convolutions have no bias. A bias is useless only where the normalization follows at once; here a "
    "ReLU lies between, so it could be of use.",
    _in_both_stages("padding=2", "padding=2, bias=False"),
)
NORMALISED = edit(
    "normalised",
    "This network has batch normalization too, so the comparison of the two has no plain network.",
    {FIRST: f"{FIRST}, nn.BatchNorm2d(16)", SECOND: f"{SECOND}, nn.BatchNorm2d(32)"},
    share=0.0,
)

AFTER_FIRST, AFTER_SECOND = "nn.BatchNorm2d(16)", "nn.BatchNorm2d(32)"


def _norm_before(what: str) -> dict[str, str]:
    return {
        f"{stage}, {norm}": stage.replace(what, f"{norm}, {what}")
        for stage, norm in ((FIRST, AFTER_FIRST), (SECOND, AFTER_SECOND))
    }


NORM_MISTAKES = (
    edit(
        "norm-before-activation",
        "The normalization is between convolution and ReLU, which is a common place for it; here it belongs after "
        "the pooling.",
        _norm_before("nn.ReLU()"),
        share=0.75,
    ),
    edit(
        "norm-before-pooling",
        "The normalization is between ReLU and pooling; here it belongs after the pooling.",
        _norm_before("nn.MaxPool2d(2)"),
        share=0.75,
    ),
    edit(
        "not-normalised",
        "There is no batch normalization: this is ConvNet again.",
        {f", {AFTER_FIRST}": "", f", {AFTER_SECOND}": ""},
        share=0.0,
    ),
    edit("one-stage-normalised", "Only the first stage is normalized.", {f", {AFTER_SECOND}": ""}),
    edit("one-stage-normalised", "Only the second stage is normalized.", {f", {AFTER_FIRST}": ""}),
    edit(
        "gain-and-shift-missing",
        "The normalization has no gain and shift to train, which BatchNorm2d has by default.",
        {AFTER_FIRST: "nn.BatchNorm2d(16, affine=False)", AFTER_SECOND: "nn.BatchNorm2d(32, affine=False)"},
        share=0.75,
    ),
)

STATISTICS = "mean, std = train.mean(dim=0), train.std(dim=0, correction=0)"
SAFE = "std = torch.where(std > 0, std, torch.ones_like(std))"
RETURNED = "return (train - mean) / std, (test - mean) / std"
BY_ITSELF = f"if test is not train:\n    return standardize(train, train)[0], standardize(test, test)[0]\n{RETURNED}"
OWN = (
    "The test images are standardized by their own mean and standard deviation, so the values of an image depend on "
    "the other images of its set. The network was trained on the scale of the training images."
)


def _explodes(new: str) -> Edit:
    return edit(
        "constant-pixels-explode",
        "A pixel that never changes in the training images has standard deviation 0. With a tiny constant in its "
        "place, the first test image in which it does change gets a value of hundreds or more there, which drowns all "
        "others.",
        {SAFE: new},
    )


SCALING_MISTAKES = (
    _explodes("std = std + 1e-6"),
    _explodes("std = std + 1e-3"),
    _explodes("std = (std**2 + 1e-5) ** 0.5"),
    edit(
        "constant-pixels-not-finite",
        "A pixel that never changes in the training images has standard deviation 0: dividing by it gives NaN or "
        "infinity.",
        {SAFE: "pass"},
    ),
    edit("test-by-its-own-statistics", OWN, {RETURNED: BY_ITSELF}),
    edit("test-by-its-own-statistics", OWN, {RETURNED: BY_ITSELF, SAFE: "std = std + 1e-6"}, pairs=False),
    edit(
        "statistics-of-both-sets",
        "The statistics are those of training and test images together; the test images should not be used here.",
        {STATISTICS: f"both = torch.cat([train, test])\n{STATISTICS.replace('train', 'both')}"},
    ),
    edit(
        "one-mean-for-all-pixels",
        "One mean and one standard deviation serve all pixels; the text asks for one of each per pixel.",
        {STATISTICS: "mean, std = train.mean(), train.std(correction=0)"},
    ),
    edit(
        "divides-by-variance",
        "The function divides by the variance; the unit of a pixel goes away only with the standard deviation.",
        {"std > 0, std": "std > 0, std**2"},
    ),
    edit("not-centred", "The mean is not subtracted.", {"(train - mean)": "train", "(test - mean)": "test"}),
    edit(
        "not-scaled",
        "The pixels are centred but not divided by anything.",
        {"(train - mean) / std": "(train - mean)", "(test - mean) / std": "(test - mean)"},
    ),
    edit("test-left-as-it-was", "The test images come back as they were.", {"(test - mean) / std": "test"}),
)
SCALING_CONVENTIONS = (
    accepted(
        "unbiased-standard-deviation",
        "Accepted: the standard deviation is the unbiased one, with n - 1; for thousands of images it is the same.",
        {"correction=0": "correction=1"},
    ),
    accepted(
        "constant-of-a-hundredth",
        "Accepted: a constant of 0.01 is added to every standard deviation. It keeps constant pixels small, and "
        "shrinks all others a little.",
        {SAFE: "std = std + 0.01"},
        pairs=False,
    ),
)


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a seed for networks and images, and pixels of which some are constant in the training images."""
    spread = rng.uniform(0.15, 0.3, size=(1, 3, 3))
    middle = rng.uniform(0.3, 0.7, size=(1, 3, 3))
    train, test = (middle + spread * rng.uniform(-1, 1, size=(count, 1, 3, 3)) for count in (12, 7))
    train[:, 0, 0, 0] = 0.0
    train[:, 0, 2, 1] = 0.25
    test[:, 0, 0, 0] = np.where(np.arange(7) == rng.integers(7), 0.5, 0.0)
    test[:, 0, 2, 1] = 0.25
    return {
        "seed": np.array(rng.integers(2**31)),
        "num_classes": np.array(rng.integers(5, 9)),
        "train": train,
        "test": test,
    }


def _net(name: str, mistakes: tuple[Edit, ...]) -> AnswerPart:
    return solution_part(
        "convnets",
        name,
        mistakes,
        conventions=(WITHOUT_BIAS,),
        labels={
            "classes": Label("number of logits, for the num_classes asked for and by default"),
            "logits": Label("logits in evaluation mode", axes=("image (N)", "class")),
            "logits_in_training": Label("logits in training mode", axes=("image (N)", "class")),
        },
        reread="section 5.0, the table of layers",
    )


ANSWER = Answer(
    "convnets",
    generate,
    (
        _net("ConvNet", (*NET_MISTAKES, NORMALISED)),
        _net("BatchNormConvNet", (*NET_MISTAKES, *NORM_MISTAKES)),
        solution_part(
            "convnets",
            "standardize",
            SCALING_MISTAKES,
            conventions=SCALING_CONVENTIONS,
            labels={
                "train": Label("standardized training pixels", axes=("image (N)", "pixel (D)")),
                "test": Label("standardized test pixels", axes=("image (N)", "pixel (D)")),
                "constant_finite": Label("pixels that are constant in the training images stay finite", statement=True),
                "constant_bounded": Label("these pixels stay below 100 in the test images", statement=True),
                "inputs_left_alone": Label("images left as they were", statement=True),
            },
            reread="section 5.0, pixels that never change",
            # Wide enough for the tiny constants that are added to a standard deviation.
            rtol=1e-3,
            words={"std": "standard deviation", "train": "training images", "test": "test images"},
        ),
    ),
)
