"""The answer to `depth`: linear layers multiplied out, and noise in proportion to each layer's weights."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.programs import perform
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.training_loop.depth.probe import LINEAR_LAYERS, NOISY_LAYERS, PROBE
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

LINEAR: Rule = {
    "times": lambda s: np.matmul,
    "layers": lambda s: s.params,
    "w": lambda s: reduce(s.times, [w for w, _ in s.layers]),
    "first": lambda s: s.layers[0][1],
    "added": lambda s: lambda b, layer: s.times(b, layer[0]) + layer[1],
    "b": lambda s: reduce(s.added, s.layers[1:], s.first),
    "layers_left_alone": lambda s: 1.0,
}
ABOUT_LINEAR = (
    Mistake(
        "order-reversed",
        "The matrices are multiplied in the opposite order. The input meets the first layer first: x w1 w2.",
        {"times": lambda s: lambda a, b: np.matmul(b, a)},
    ),
    Mistake(
        "elementwise",
        "The matrices are multiplied entry by entry; layers compose by the matrix product.",
        {"w": lambda s: reduce(np.multiply, [w for w, _ in s.layers])},
    ),
    Mistake(
        "matrices-added",
        "The matrices are added. Layers that follow each other multiply.",
        {"w": lambda s: sum(w for w, _ in s.layers)},
    ),
    Mistake(
        "biases-added",
        "The biases are added as they are. What the first layer adds passes through the later ones: it is multiplied "
        "by their matrices.",
        {"b": lambda s: sum(b for _, b in s.layers)},
    ),
    Mistake(
        "last-bias-only",
        "Only the last bias is left; those of the earlier layers pass through the later matrices.",
        {"b": lambda s: s.layers[-1][1]},
    ),
    Mistake(
        "first-bias-lost",
        "The bias of the first layer is missing from the result.",
        {"first": lambda s: np.zeros_like(s.layers[0][1])},
    ),
    Mistake(
        "biases-multiplied-once-too-often",
        "Each bias is multiplied by the matrix of its own layer as well; it is added after that product.",
        {"added": lambda s: lambda b, layer: (b + layer[1]) @ layer[0], "first": lambda s: s.layers[0][1]},
    ),
    Mistake(
        "two-layers-only",
        "Only the first two layers are combined; there can be any number.",
        {"layers": lambda s: s.params[:2]},
    ),
)

NOISE: Rule = {
    "scale": lambda s: s.relative_noise * s.std,
    "kind": lambda s: 1.0,
    "noise_std": lambda s: s.scale * s.kind / s.std,
    "centred": lambda s: 1.0,
    "bell_shaped": lambda s: 1.0,
    "independent": lambda s: 1.0,
    "layers_differ": lambda s: 1.0,
    "entries_differ": lambda s: 1.0,
    "weights_move": lambda s: 1.0,
    "biases_kept": lambda s: 1.0,
    "layers_left_alone": lambda s: 1.0,
    "repeatable": lambda s: 1.0,
}
ABOUT_NOISE = (
    Mistake(
        "absolute-noise",
        "The noise is the same whatever the weights are: relative_noise is used as its standard deviation. Next to "
        "small weights that is a new initialisation, not a perturbation.",
        {"scale": lambda s: s.relative_noise + 0 * s.std},
    ),
    Mistake(
        "variance-for-std",
        "The noise is scaled by the variance of the weights; compare like with like, by their standard deviation.",
        {"scale": lambda s: s.relative_noise * s.std**2},
    ),
    Mistake(
        "root-of-scale",
        "The scale is taken as the variance of the noise; its standard deviation is then the root.",
        {"scale": lambda s: np.sqrt(s.relative_noise * s.std)},
    ),
    Mistake(
        "one-scale-for-all-layers",
        "All layers get noise of the same size, from the weights of all of them together; each layer has its own.",
        {"scale": lambda s: s.relative_noise * s.std_of_all + 0 * s.std},
    ),
    Mistake(
        "not-centred",
        "The noise is between 0 and its largest value: it moves all weights upwards. Its mean should be zero.",
        {"kind": lambda s: 1 / np.sqrt(12), "centred": lambda s: 0.0, "bell_shaped": lambda s: 0.0},
    ),
    Mistake(
        "bound-for-std",
        "The scale is the bound of a uniform distribution here; the text asks for normal noise "
        "of that standard deviation.",
        {"kind": lambda s: 1 / np.sqrt(3), "bell_shaped": lambda s: 0.0},
    ),
    Mistake(
        "uniform-noise",
        "The noise has the right standard deviation, but it is not normally distributed.",
        {"bell_shaped": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "relative-to-each-weight",
        "Each weight is multiplied by a random factor: large weights move far, small ones hardly. The noise should be "
        "independent of the single weight.",
        {"bell_shaped": lambda s: 0.0, "independent": lambda s: 0.0},
    ),
    Mistake(
        "one-number-per-layer",
        "All weights of a layer are moved by the same number; each needs noise of its own.",
        {"noise_std": lambda s: 0 * s.std, "entries_differ": lambda s: 0.0},
    ),
    Mistake(
        "nothing-added",
        "The weights are those that were given: nothing was added to them.",
        {"noise_std": lambda s: 0 * s.std, "entries_differ": lambda s: 0.0, "weights_move": lambda s: 0.0},
        share=0.0,
    ),
    Mistake(
        "weights-replaced",
        "The old weights are gone: the result is the noise alone.",
        {"noise_std": lambda s: np.sqrt(1 + (s.scale * s.kind / s.std) ** 2), "independent": lambda s: 0.0},
    ),
    Mistake(
        "same-noise-in-every-layer",
        "Layers of the same shape get the same noise: the generator starts again for each of them.",
        {"layers_differ": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "biases-changed",
        "The biases have changed; only the weights get noise.",
        {"biases_kept": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "layers-changed",
        "The layers that were given have changed, so the next start would begin from this one.",
        {"layers_left_alone": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "generator-not-used",
        "The same generator state gives other noise: it does not come from the generator that was given.",
        {"repeatable": lambda s: 0.0},
        share=0.75,
    ),
)
COLLAPSE_LABELS = {
    "w": "weights of the single layer",
    "b": "biases of the single layer",
    "w_of_one": "weights, if there is one layer only",
    "b_of_one": "biases, if there is one layer only",
    "layers_left_alone": "layers left as they were (1 = yes)",
}
PERTURB_LABELS = {
    "noise_std": "standard deviation of the noise over that of the weights, layer {step}",
    "centred": "mean of the noise is zero (1 = yes)",
    "bell_shaped": "normally distributed (1 = yes)",
    "independent": "independent of the weight (1 = yes)",
    "entries_differ": "each weight has noise of its own (1 = yes)",
    "weights_move": "the weights have changed (1 = yes)",
    "layers_differ": "each layer has noise of its own (1 = yes)",
    "biases_kept": "biases as they were (1 = yes)",
    "layers_left_alone": "given layers left as they were (1 = yes)",
    "repeatable": "the same generator state gives the same noise (1 = yes)",
}


def _simulate_collapse(program: Rule) -> Simulate:
    def arrays(inputs: Inputs) -> Outputs:
        layers = [(inputs[f"linear_w{i}"], inputs[f"linear_b{i}"]) for i in range(LINEAR_LAYERS)]
        three, one = (perform(program, params=given) for given in (layers, layers[:1]))
        seen: dict[str, Any] = {"w": three.w, "b": three.b, "w_of_one": one.w, "b_of_one": one.b}
        return {name: np.array(v) for name, v in (seen | {"layers_left_alone": three.layers_left_alone}).items()}

    return arrays


def _simulate_perturb(program: Rule) -> Simulate:
    def arrays(inputs: Inputs) -> Outputs:
        weights = [inputs[f"noisy_w{i}"] for i in range(NOISY_LAYERS)]
        everything = np.concatenate([w.ravel() for w in weights])
        given = {"std": np.array([w.std() for w in weights]), "std_of_all": everything.std()}
        s = perform(program, relative_noise=float(inputs["relative_noise"]), **given)
        return {name: np.array(getattr(s, name)) for name in PERTURB_LABELS}

    return arrays


def generate(rng: np.random.Generator) -> Inputs:
    """Draw square linear layers, so that any order multiplies, and large ones whose weights differ in scale."""
    inputs: dict[str, Any] = {"relative_noise": np.array(rng.uniform(0.25, 0.4)), "seed": np.array(rng.integers(2**31))}
    for i in range(LINEAR_LAYERS):
        inputs |= {f"linear_w{i}": rng.normal(size=(4, 4)), f"linear_b{i}": rng.uniform(0.5, 1.5, 4)}
    for i, (shape, std) in enumerate((((120, 250), 3.0), ((150, 150), 0.05), ((150, 150), 0.5))):
        w = rng.normal(size=shape)
        inputs |= {f"noisy_w{i}": std * (w - w.mean()), f"noisy_b{i}": rng.normal(size=shape[1])}
    return inputs


ANSWER = Answer(
    "depth",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_simulate_collapse(LINEAR),
            misconceptions=alternatives(LINEAR, ABOUT_LINEAR, _simulate_collapse),
            labels=COLLAPSE_LABELS,
            reread="section 3.8, the product of two linear layers",
        ),
        AnswerPart(
            name=PROBE.parts[1].name,
            reference=_simulate_perturb(NOISE),
            misconceptions=alternatives(NOISE, ABOUT_NOISE, _simulate_perturb),
            labels=PERTURB_LABELS,
            reread="section 3.8, how large small noise is",
            # Standard deviations of 22,500 draws are off by half a percent; mistakes by far more.
            rtol=0.03,
        ),
    ),
)
