"""What goes wrong with the axes of images, (N, C, H, W), in batch normalization: over which values, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograder.catalogue.answer import AnswerPart
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.solution import load_solution
from autograder.catalogue.ways import solution_part
from autograder.kits.batch_sequences import SEQUENCE_LABELS
from autograder.kits.normalization_mistakes import BESIDES, EXTRA_LABELS, WORDS, normalization_mistakes
from course_utils.checks.labels import IMAGES, TABLE, Label
from course_utils.exercises.normalization.batchnorm_forward.answer import MISTAKES as BATCHNORM_MISTAKES

__all__ = ["images_part"]

EXERCISE, PART, EARLIER = "spatial_norms", "spatial_batchnorm_forward", "batchnorm_forward"
# Of the solution.
FOLDED, BACK = "x.transpose(0, 2, 3, 1).reshape(-1, C)", "out.reshape(N, H, W, C).transpose(0, 3, 1, 2)"
CALL = "out, cache = batchnorm_forward(rows, gamma, beta, bn_param)"
# Of that of batchnorm_forward.
STATISTICS = "mean, var = x.mean(axis=0), x.var(axis=0)"
START = "np.zeros(x.shape[1], dtype=x.dtype)"
STARTS = (f'"running_mean", {START}', f'"running_var", {START}')
NEW_VAR = "momentum * running_var + (1 - momentum) * var"
X_HAT = "x_hat = (x - mean) / np.sqrt(var + eps)"
# In whatever axes.
UNBIASED = {NEW_VAR: f"{NEW_VAR} / (1 - np.size(var) / x.size)"}
# Not looked for here: they are about matrices, or about the call.
NOT_CARRIED = {"divides-by-features", "gamma-per-row", "no-epsilon-in-test", "shapes-do-not-fit", "input-changed"}
OF_MATRICES = {"wrong-axis", "whole-array"}


def _image_label(label: Label) -> Label:
    """Return the label of what batch normalization gives for images where it gave it for a table."""
    return replace(label, axes=IMAGES if label.axes == TABLE else IMAGES[1:2])


def _on_images(statistics: str, start: str) -> dict[str, str]:
    """Return the changes by which nothing is folded, and `batchnorm_forward` itself averages over axes of images."""
    images = CALL.replace("gamma, beta", "gamma[:, None, None], beta[:, None, None]")
    running = {text: text.replace(START, start) for text in STARTS}
    return {FOLDED: "x", CALL: images, BACK: "out", STATISTICS: statistics, **running}


def _along(name: str, says: str, *axes: int, own: bool = False) -> Iterator[Edit]:
    """Return a mistake in the axes.

    With `own` running statistics keep the shape of these, besides that of the channels, and may then refuse a batch
    of another size.
    """
    statistics = f"mean, var = x.mean(axis={axes}, keepdims=True), x.var(axis={axes}, keepdims=True)"
    yield edit(name, says, _on_images(statistics, "np.zeros((1, x.shape[1], 1, 1))"), pairs=False)
    if own:
        changes = _on_images(statistics, f"np.zeros_like(x.mean(axis={axes}, keepdims=True))")
        yield edit(name, says, changes, pairs=False)
        refusing = f'if len(x) == 1:\n    raise ValueError("statistics of two images")\n{statistics}'
        yield edit(name, says, {**changes, STATISTICS: refusing}, pairs=False)


WITHOUT_TRANSPOSE = "x.reshape(-1, C)"
MISTAKES = (
    *_along(
        "statistics-per-pixel",
        "The statistics are taken over the channels of each pixel; they should be taken per channel, over all examples "
        "and pixels.",
        1,
        own=True,
    ),
    *_along(
        "whole-array",
        "One mean and one variance are taken over the whole array, for all channels.",
        *(0, 1, 2, 3),
        own=True,
    ),
    *_along(
        "per-image-and-channel",
        "Each image is normalised separately (instance normalization); the statistics of a channel come from the "
        "whole batch.",
        *(2, 3),
        own=True,
    ),
    *_along(
        "per-image",
        "The statistics are taken over each image with all its channels, as layer normalization does; they belong to "
        "the channels.",
        *(1, 2, 3),
        own=True,
    ),
    *_along(
        "over-examples-only",
        "The statistics are taken over the examples alone, one for every pixel; a channel has one mean and one "
        "variance for all its pixels.",
        0,
    ),
    *_along(
        "one-pixel-axis-forgotten",
        "The statistics leave out one of the two pixel axes, so that every column has its own.",
        *(0, 2),
    ),
    *_along(
        "one-pixel-axis-forgotten",
        "The statistics leave out one of the two pixel axes, so that every row has its own.",
        *(0, 3),
    ),
    edit(
        "divides-by-examples",
        "The sums over examples and pixels are divided by the number of examples alone.",
        _on_images(
            "mean = x.sum(axis=(0, 2, 3), keepdims=True) / len(x)\n"
            "var = ((x - mean) ** 2).sum(axis=(0, 2, 3), keepdims=True) / len(x)",
            "np.zeros((1, x.shape[1], 1, 1))",
        ),
        pairs=False,
    ),
    edit(
        "reshape-without-transpose",
        "The array is reshaped to one column per channel without moving the channel axis to the end first, so a column "
        "holds values of all channels.",
        {FOLDED: WITHOUT_TRANSPOSE, BACK: "out.reshape(x.shape)"},
        pairs=False,
    ),
    edit(
        "reshape-without-transpose",
        "On the way in the array is reshaped without moving the channel axis to the end first.",
        {FOLDED: WITHOUT_TRANSPOSE},
        pairs=False,
    ),
    edit(
        "not-transposed-back",
        "The result is reshaped to (N, C, H, W) while its channel axis is still the last one: the values are right but "
        "in other places.",
        {BACK: "out.reshape(x.shape)"},
        pairs=False,
    ),
    edit(
        "rows-and-columns-mixed-up",
        "The pixels come back in another order than they went in: rows and columns of the image are mixed up.",
        {FOLDED: FOLDED.replace("2, 3", "3, 2")},
        pairs=False,
    ),
    *(replace(one, pairs=False) for one in BATCHNORM_MISTAKES if one.id not in NOT_CARRIED | OF_MATRICES),
    *normalization_mistakes(EXERCISE, {"input-changed": {CALL: f"{CALL}\nx -= 1"}}),
)
CONVENTIONS = (
    *normalization_mistakes(EXERCISE, {"unbiased-running-variance": UNBIASED}),
    accepted(
        "running-variance-starts-at-one",
        "The running variance starts at 1, as in torch; the text starts it at 0. Both are in use, and the difference "
        "dies out like momentum**t.",
        {'"running_var", np.zeros(': '"running_var", np.ones('},
        pairs=False,
    ),
    *normalization_mistakes(EXERCISE, {"computes-in-float64": {X_HAT: f"{X_HAT}.astype(np.float64)"}}),
)


def images_part() -> AnswerPart:
    """Make the answer to the part about batch normalization."""
    return solution_part(
        EXERCISE,
        PART,
        MISTAKES,
        conventions=CONVENTIONS,
        not_in_mistakes=("float32_kept",),
        besides=BESIDES,
        changing=(PART,),
        built_on=load_solution(EARLIER).source,
        labels={
            **{
                f"image{name[6:]}": _image_label(said) for name, said in SEQUENCE_LABELS.items() if name[:6] == "square"
            },
            "one_out": Label("output for one image in test mode", axes=IMAGES),
            **EXTRA_LABELS,
            "fits": Label("takes a batch of another size", statement=True),
        },
        reread="section 4.5, the axes of batch normalization for images",
        words={**WORDS, "rows": "rows of pixels", "out": "output"},
        follows=(
            "follows-own-batchnorm",
            "Your function uses batchnorm_forward as it should. The values follow from your version of it; a "
            "mistake there is counted in its exercise.",
        ),
    )
