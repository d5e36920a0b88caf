"""What is right and wrong in `sharpness`: products of the Hessian and a vector, and its largest eigenvalue by them.

The product is the gradient of g.v (Pearlmutter 1994); the eigenvalue is v.Hv after power iteration.
"""

from __future__ import annotations

import numpy as np
import torch

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import Ignored, solution_part
from course_utils.checks.labels import Label
from course_utils.exercises.today.sharpness.probe import FEW, LOSSES, Loss
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER", "hessian"]

SLOPE = "slope = sum((gradient * vector).sum() for gradient, vector in zip(gradients, vectors))"
TERM = "(gradient * vector).sum()"
PRODUCT = "return list(torch.autograd.grad(slope, params))"

# Of each wrong product: its name, what is said of it, and the change that makes it.
PRODUCTS = (
    (
        "vector-ignored",
        "The vector is not used: the result holds the sums of the rows of the Hessian.",
        {TERM: "gradient.sum()"},
    ),
    (
        "blocks-only",
        "Each tensor is treated by itself. The derivatives of one tensor's gradient with respect to another tensor are "
        "missing.",
        {
            SLOPE: "pairs = [(g * v).sum() for g, v in zip(gradients, vectors)]",
            PRODUCT: "return [torch.autograd.grad(s, [p], retain_graph=True)[0] for s, p in zip(pairs, params)]",
        },
    ),
    (
        "gradient-times-vector",
        "The gradient is multiplied by the vector, entry by entry; nothing is differentiated a second time.",
        {PRODUCT: "return [gradient * vector for gradient, vector in zip(gradients, vectors)]"},
    ),
    (
        "gradient-itself",
        "This is the gradient; nothing is differentiated a second time.",
        {PRODUCT: "return list(gradients)"},
    ),
    (
        "gradient-as-vector",
        "The gradient is multiplied by itself, so the Hessian meets the gradient in place of the vector.",
        {TERM: "gradient.square().sum()"},
    ),
    (
        "hessian-times-itself",
        "The product is multiplied by the Hessian once more.",
        {
            SLOPE: "def once(these):\n"
            "    total = sum((gradient * vector).sum() for gradient, vector in zip(gradients, these))\n"
            "    return torch.autograd.grad(total, params, retain_graph=True)",
            PRODUCT: "return list(once(once(vectors)))",
        },
    ),
)
TOUCHED = "The gradients that were in `.grad` are no longer there: measuring should leave them as they are."
MOVED = "The parameters are not what they were: measuring should leave them as they are."
MANNERS = (
    Ignored("gradients-touched", TOUCHED, "Besides, what was in `.grad` has changed.", ("gradients_left_alone",), 0.75),
    Ignored("parameters-moved", MOVED, "Besides, the parameters have been moved.", ("params_left_alone",)),
)

DRAWN = "torch.randn(parameter.shape, generator=generator)"
LENGTH = "length = torch.sqrt(sum(product.square().sum() for product in products))"
DIVIDED = "[product / length for product in products]"
QUOTIENT = "float(sum((vector * product).sum() for vector, product in zip(vectors, products)))"
SIGN_LOST = (
    "This is the length of the last product, which is the eigenvalue without its sign. A Hessian can have a negative "
    "eigenvalue that is the largest in size."
)
ON_ITS_OWN = (
    "Each tensor is divided by its own length. All tensors together are one vector with one length; otherwise the "
    "result is not an eigenvalue."
)

MISTAKES = (
    edit("length-per-tensor", ON_ITS_OWN, {DIVIDED: "[product / product.norm() for product in products]"}),
    edit(
        "length-per-tensor",
        ON_ITS_OWN,
        {
            DIVIDED: "[product / product.norm() for product in products]",
            QUOTIENT: f"{QUOTIENT} / float(sum((vector * vector).sum() for vector in vectors))",
        },
        pairs=False,
    ),
    edit(
        "sum-of-lengths",
        "The lengths of the single tensors are added up; the length of the whole vector is the root of the sum of "
        "their squares.",
        {LENGTH: "length = sum(product.norm() for product in products)"},
    ),
    edit("length-not-quotient", SIGN_LOST, {QUOTIENT: "float(sum((product**2).sum() for product in products) ** 0.5)"}),
    edit(
        "size-only",
        "The sign of the eigenvalue is lost. A Hessian can have a negative eigenvalue that is the largest in size.",
        {QUOTIENT: f"abs({QUOTIENT})"},
    ),
    edit(
        "not-normalised",
        "The vector is never divided by its length, so the numbers grow or vanish with every product.",
        {DIVIDED: "products"},
    ),
    edit(
        "squared-length",
        "The product is divided by its squared length, so the vector does not get the length 1.",
        {LENGTH: LENGTH.replace("torch.sqrt(", "(")},
    ),
    edit(
        "largest-entry",
        "The product is divided by its largest entry, so the vector does not get the length 1.",
        {LENGTH: "length = max(product.abs().max() for product in products)"},
    ),
    edit(
        "quotient-per-tensor",
        "There is one quotient per tensor, and the largest one is returned; the whole vector has one.",
        {QUOTIENT: "float(max((v * p).sum() / (v * v).sum() for v, p in zip(vectors, products)))"},
    ),
    edit(
        "iterations-ignored",
        "There are always 20 iterations, whatever `iterations` is given.",
        {"range(iterations)": "range(20)"},
        share=0.75,
    ),
    edit(
        "generator-ignored",
        "The first vector is not drawn from the generator that is given, so the result cannot be repeated.",
        {DRAWN: "torch.randn(parameter.shape)"},
        share=0.75,
    ),
    edit(
        "uniform-start",
        "The first vector is drawn uniformly between 0 and 1; the text draws from a normal distribution.",
        {DRAWN: "torch.rand(parameter.shape, generator=generator)"},
        share=0.75,
    ),
    edit(
        "start-of-ones",
        "The first vector is not random: all of its entries are 1. It may have no part along the eigenvector.",
        {DRAWN: "torch.ones(parameter.shape)"},
    ),
)
ONE_FEWER = accepted(
    "one-product-fewer",
    "The quotient is taken before the last product becomes the next vector, which saves one product; the text takes "
    "one product more.",
    {"range(iterations)": "range(iterations - 1)"},
)


def _carried() -> tuple[Edit, ...]:
    """Return what is accepted in the iteration because it comes from the product."""
    says = "The iteration is right, but the products that your hessian_vector_product returns are not."
    ways = (accepted(f"upon-{name}", says, changes, pairs=False) for name, _, changes in PRODUCTS)
    return tuple(way for way in ways if way.id not in ("upon-gradient-itself", "upon-gradient-as-vector"))


LABELS = {
    "first_product": Label("product, all tensors one after the other"),
    "second_product": Label("product", then="for a loss of the other sign"),
    "first_value": Label("sharpness"),
    "second_value": Label("sharpness", then="where the eigenvalue is negative"),
    **{f"after_{count}": Label(f"sharpness after {count} iterations") for count in FEW},
    "default_value": Label("sharpness", then="with the default values"),
    "params_left_alone": Label("parameters left as they were", statement=True),
    "gradients_left_alone": Label("gradients left as they were", statement=True),
}
WORDS = {"slope": "number that is differentiated", "loss_fn": "loss", "params": "parameters"}


def hessian(inputs: Inputs) -> torch.Tensor:
    """Return the Hessian of the first loss, shape (12, 12)."""
    loss = Loss(inputs, LOSSES["first"])
    gradients = torch.autograd.grad(loss(), loss.params, create_graph=True)
    entries = torch.cat([gradient.flatten() for gradient in gradients])
    rows = [torch.autograd.grad(entry, loss.params, retain_graph=True) for entry in entries]
    return torch.stack([torch.cat([piece.flatten() for piece in row]) for row in rows])


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw a network until the largest eigenvalue is well apart from the others, so that power iteration finds it."""
    shapes = {"weight": (3, 2), "bias": (3,), "output": (1, 3)}
    while True:
        inputs = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        inputs |= {f"vector_{name}": rng.normal(size=shape) for name, shape in shapes.items()}
        inputs |= {"x": rng.normal(size=(6, 2)), "y": 2 * rng.normal(size=6), "seed": np.array(rng.integers(2**31))}
        values = np.sort(np.abs(np.linalg.eigvalsh(hessian(inputs).numpy())))
        if values[-1] > 0.5 and values[-2] < 0.65 * values[-1]:
            return inputs


ANSWER = Answer(
    "sharpness",
    _generate,
    (
        solution_part(
            "sharpness",
            "hessian_vector_product",
            [edit(name, says, changes, pairs=False) for name, says, changes in PRODUCTS],
            ignored=MANNERS,
            labels=LABELS,
            reread="section 6.1, the gradient of a gradient",
            words=WORDS,
        ),
        solution_part(
            "sharpness",
            "sharpness",
            MISTAKES,
            conventions=(ONE_FEWER, *_carried()),
            ignored=MANNERS,
            changing=("sharpness",),
            labels=LABELS,
            reread="section 6.1, the power iteration",
            words=WORDS,
        ),
    ),
    by_hand=("torch.func.*", "torch.autograd.functional.*", "torch.linalg.eig*"),
)
