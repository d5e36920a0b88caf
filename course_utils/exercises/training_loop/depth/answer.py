"""What is right and wrong in `depth`: linear layers multiplied out, and noise in proportion to each layer's weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.exercises.training_loop.depth.probe import LINEAR_LAYERS
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

PRODUCT = "product @ weights"
PASSED_ON = "offset @ weights + biases"
FIRST = "product, offset, _ = params[0]"

ABOUT_LINEAR = (
    edit(
        "order-reversed",
        "The matrices are multiplied in the opposite order. The input meets the first layer first: x w1 w2.",
        {PRODUCT: "weights @ product", "offset @ weights": "weights @ offset"},
    ),
    edit(
        "elementwise",
        "The matrices are multiplied entry by entry; layers compose by the matrix product.",
        {PRODUCT: "product * weights"},
    ),
    edit(
        "matrices-added",
        "The matrices are added. Layers that follow each other multiply.",
        {PRODUCT: "product + weights"},
    ),
    edit(
        "biases-added",
        "The biases are added as they are. The bias of the first layer passes through the later layers: it is "
        "multiplied by their matrices.",
        {PASSED_ON: "offset + biases"},
    ),
    edit(
        "last-bias-only",
        "Only the last bias is left; those of the earlier layers pass through the later matrices.",
        {PASSED_ON: "biases"},
    ),
    edit(
        "first-bias-lost",
        "The bias of the first layer is missing from the result.",
        {FIRST: f"{FIRST}\noffset = torch.zeros_like(offset)"},
    ),
    edit(
        "biases-multiplied-once-too-often",
        "Each bias is also multiplied by the matrix of the same layer; it should be added after that product.",
        {PASSED_ON: "(offset + biases) @ weights"},
    ),
    edit(
        "two-layers-only",
        "Only the first two layers are combined; there can be any number.",
        {"params[1:]": "params[1:2]"},
    ),
)

SCALE = "scale = relative_noise * weights.std()"
DRAWN, TYPE = "torch.randn(", "generator=generator, dtype=weights.dtype)"
MOVED = "weights + scale * noise"

ABOUT_NOISE = (
    edit(
        "absolute-noise",
        "The noise is the same whatever the weights are: relative_noise is used as its standard deviation. Next to "
        "small weights that is a new initialisation, not a perturbation.",
        {SCALE: "scale = relative_noise"},
    ),
    edit(
        "variance-for-std",
        "The noise is scaled by the variance of the weights; compare like with like, by their standard deviation.",
        {SCALE: "scale = relative_noise * weights.var()"},
    ),
    edit(
        "root-of-scale",
        "The scale is taken as the variance of the noise; its standard deviation is then the root.",
        {SCALE: "scale = (relative_noise * weights.std()).sqrt()"},
    ),
    edit(
        "one-scale-for-all-layers",
        "All layers get noise of the same size, from the weights of all of them together; each layer has its own.",
        {SCALE: "scale = relative_noise * torch.cat([w.flatten() for w, _, _ in params]).std()"},
    ),
    edit(
        "not-centred",
        "The noise is between 0 and its largest value: it moves all weights upwards. Its mean should be zero.",
        {DRAWN: "torch.rand("},
    ),
    edit(
        "bound-for-std",
        "The scale is the bound of a uniform distribution here; the text asks for normal noise "
        "of that standard deviation.",
        {DRAWN: "2 * torch.rand(", TYPE: f"{TYPE} - 1"},
    ),
    edit(
        "uniform-noise",
        "The noise has the right standard deviation, but it is not normally distributed.",
        {DRAWN: "12**0.5 * (torch.rand(", TYPE: f"{TYPE} - 0.5)"},
        share=0.75,
    ),
    edit(
        "relative-to-each-weight",
        "Each weight is multiplied by a random factor: large weights move far, small ones hardly. The noise should be "
        "independent of the single weight.",
        {SCALE: "scale = relative_noise * weights"},
    ),
    edit(
        "one-number-per-layer",
        "All weights of a layer are moved by the same number; each weight needs different noise.",
        {"weights.shape, generator": "1, generator"},
    ),
    edit(
        "nothing-added",
        "The weights are those that were given: nothing was added to them.",
        {MOVED: "weights"},
        share=0.0,
    ),
    edit(
        "weights-replaced",
        "The old weights are gone: the result is the noise alone.",
        {MOVED: "scale * noise"},
    ),
    edit(
        "same-noise-in-every-layer",
        "Layers of the same shape get the same noise: the generator starts again for each of them.",
        {SCALE: f"generator.manual_seed(generator.initial_seed())\n{SCALE}"},
        share=0.75,
    ),
    edit(
        "biases-changed",
        "The biases have changed; only the weights get noise.",
        {"biases.clone()": "biases + torch.randn(biases.shape, generator=generator, dtype=biases.dtype)"},
        share=0.75,
    ),
    edit(
        "layers-changed",
        "The layers that were given have changed, so the next start would begin from this one.",
        # However they change: all that is seen is that they do.
        {"return moved": "params[0][0].zero_()\nreturn moved"},
        share=0.75,
    ),
    edit(
        "generator-not-used",
        "The same generator state gives other noise: it does not come from the generator that was given.",
        {"weights.shape, generator=generator": "weights.shape"},
        share=0.75,
    ),
)
COLLAPSE_LABELS = {
    "w": Label("weights of the single layer", axes=("input", "output")),
    "b": Label("biases of the single layer"),
    "w_of_one": Label("weights, if there is one layer only", axes=("input", "output")),
    "b_of_one": Label("biases, if there is one layer only"),
    "layers_left_alone": Label("layers left as they were", statement=True),
}
PERTURB_LABELS = {
    "noise_std": Label("standard deviation of the noise over that of the weights", "layer", link="in"),
    "centred": Label("mean of the noise is zero", statement=True),
    "bell_shaped": Label("normally distributed", statement=True),
    "independent": Label("independent of the weight", statement=True),
    "entries_differ": Label("no two weights of a layer share a number", statement=True),
    "weights_move": Label("the weights have changed", statement=True),
    "layers_differ": Label("no two layers share their noise", statement=True),
    "biases_kept": Label("biases as they were", statement=True),
    "layers_left_alone": Label("given layers left as they were", statement=True),
    "repeatable": Label("the same generator state gives the same noise", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw square linear layers, so that any order multiplies, and the seed of large ones that differ in scale."""
    inputs: dict[str, Any] = {"relative_noise": np.array(rng.uniform(0.25, 0.4)), "seed": np.array(rng.integers(2**31))}
    for i in range(LINEAR_LAYERS):
        inputs |= {f"linear_w{i}": rng.normal(size=(4, 4)), f"linear_b{i}": rng.uniform(0.5, 1.5, 4)}
    return inputs


ANSWER = Answer(
    "depth",
    generate,
    (
        solution_part(
            "depth",
            "collapse",
            ABOUT_LINEAR,
            labels=COLLAPSE_LABELS,
            reread="section 3.8, the product of two linear layers",
            words={"biases": "new bias", "_": "activation"},
        ),
        solution_part(
            "depth",
            "perturb",
            ABOUT_NOISE,
            labels=PERTURB_LABELS,
            reread="section 3.8, how large small noise is",
            # Standard deviations of 22,500 draws are off by half a percent; mistakes by far more.
            rtol=0.03,
            words={
                "moved": "list of layers",
                "weights.std": "weights.std",
                "relative_noise": "size relative to the weights",
            },
        ),
    ),
)
