"""What is right and wrong in `newton_schulz`: X = M / (|M| + 1e-7), then X <- a X + (b A + c A^2) X with A = X X^T."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import Ignored, solution_part
from autograder.kits.function import ARGUMENTS_CHANGED
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER", "MISTAKES"]

COEFFICIENTS = "3.4445, -4.7750, 2.0315"
LENGTH = "matrix.norm() + 1e-7"
START = f"x = matrix / ({LENGTH})"
GRAM = "gram = x @ x.T"
CUBES = "(b * gram + c * gram @ gram) @ x"
NEXT = f"x = a * x + {CUBES}"
RETURNED = "return x.T if is_tall else x"

MISTAKES = (
    edit(
        "not-normalised",
        "The matrix is not divided by its norm. Singular values above 1.2 grow without limit.",
        {START: "x = matrix"},
    ),
    edit(
        "spectral-norm",
        "The matrix is divided by its largest singular value. The text divides by the Frobenius norm, which needs no "
        "singular values.",
        {LENGTH: "matrix.svd()[1].max() + 1e-7"},
    ),
    edit(
        "largest-entry",
        "The matrix is divided by its largest entry, which leaves singular values above 1.",
        {LENGTH: "matrix.abs().max() + 1e-7"},
    ),
    edit(
        "rows-normalised",
        "Every row is divided by its own norm, so the singular vectors change; the matrix has one norm.",
        {LENGTH: "matrix.norm(dim=1, keepdim=True) + 1e-7"},
    ),
    edit(
        "columns-normalised",
        "Every column is divided by its own norm, so the singular vectors change; the matrix has one norm.",
        {LENGTH: "matrix.norm(dim=0, keepdim=True) + 1e-7"},
    ),
    edit(
        "squared-norm",
        "The matrix is divided by the sum of its squared entries, without the root.",
        {LENGTH: "matrix.square().sum() + 1e-7"},
    ),
    edit(
        "no-epsilon",
        "A matrix of zeros becomes NaN: the divisor can be zero.",
        {LENGTH: "matrix.norm()"},
    ),
    edit(
        "coefficients-of-the-cubic",
        "These are the coefficients 3/2 and -1/2 of the cubic, with which the singular values converge to 1, but "
        "slowly where they are small.",
        {COEFFICIENTS: "1.5, -0.5, 0.0"},
    ),
    edit(
        "converging-coefficients",
        "These are the coefficients 15/8, -10/8 and 3/8, with which the singular values converge to 1, but slowly "
        "where they are small.",
        {COEFFICIENTS: "1.875, -1.25, 0.375"},
    ),
    edit(
        "norm-in-every-step",
        "The matrix is divided by its norm in every step; the text divides once, at the start.",
        {GRAM: f"x = x / (x.norm() + 1e-7)\n{GRAM}"},
    ),
    edit(
        "wrong-transpose",
        "Rows and columns have changed places in A. For a square matrix nothing complains, but the singular vectors "
        "change.",
        {GRAM: "gram = x.T @ x if x.shape[0] == x.shape[1] else x @ x.T"},
    ),
    edit(
        "squared-entry-by-entry",
        "The entries of A are squared one by one; the formula has the product of A and A.",
        {"gram @ gram": "gram * gram"},
    ),
    edit(
        "fifth-power-missing",
        "The term with A squared is missing: without it the polynomial is no longer near 1 for large singular values.",
        {CUBES: "(b * gram) @ x"},
        pairs=False,
    ),
    edit(
        "gram-not-squared",
        "The coefficient c is multiplied by A; the formula has A squared there, the product of A and A.",
        {"gram @ gram": "gram"},
    ),
    edit(
        "not-transposed-back",
        "The result for a matrix with more rows than columns has the shape of its transpose.",
        {RETURNED: "return x"},
    ),
    edit(
        "transposed-always",
        "The result is transposed even where the matrix was not.",
        {RETURNED: "return x.T"},
    ),
    edit(
        "reshaped",
        "A reshape changes the order of the entries: the result is no transpose.",
        {
            "x = x.T": "x = x.reshape(x.shape[1], x.shape[0])",
            RETURNED: "return x.reshape(matrix.shape)",
        },
    ),
    edit(
        "steps-ignored",
        "There are always five steps, whatever `steps` is given.",
        {"range(steps)": "range(5)"},
        share=0.75,
    ),
    edit(
        "starts-anew",
        "Each step starts from the first matrix again, so that several steps do no more than one.",
        {
            NEXT: f"first = matrix / ({LENGTH})\nfirst = first.T if is_tall else first\n"
            "x = a * first + (b * first @ first.T + c * first @ first.T @ first @ first.T) @ first"
        },
    ),
)
LABELS = {
    "wide_value": Label("result for a matrix with more columns than rows"),
    "tall_value": Label("result for a matrix with more rows than columns"),
    "square_value": Label("result for a square matrix"),
    "zero_value": Label("result for a matrix of zeros"),
    "usual_value": Label("result for a square matrix", then="with the default number of steps"),
    "arguments_left_alone": Label("the matrix left as it was", statement=True),
}


# Five steps make of a mistake numbers in which rounding shows; the default is looked at in right solutions only.
USUAL = ("usual_value",)
OTHER_DEFAULT = Ignored(
    "other-defaults",
    "With a given number of steps everything is right; the default is not the five steps of the text.",
    "The default number of steps also differs.",
    USUAL,
    share=0.75,
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw matrices whose norms are not near 1; with two steps, which no mistake makes explode beyond rounding."""
    shapes = {"wide": (2, 4), "tall": (5, 3), "square": (3, 3), "usual": (4, 4)}
    drawn = {f"{case}_matrix": rng.uniform(0.6, 1.2) * rng.normal(size=shape) for case, shape in shapes.items()}
    return {**drawn, "zero_matrix": np.zeros((2, 3)), "steps": np.array(2)}


ANSWER = Answer(
    "newton_schulz",
    _generate,
    (
        solution_part(
            "newton_schulz",
            "newton_schulz",
            MISTAKES,
            ignored=(ARGUMENTS_CHANGED, OTHER_DEFAULT),
            not_in_mistakes=USUAL,
            labels=LABELS,
            reread="section 6.3, the steps of Newton-Schulz",
            words={
                "x": "matrix X",
                "gram": "matrix A",
                "a": "coefficient a",
                "b": "coefficient b",
                "c": "coefficient c",
            },
        ),
    ),
    by_hand=("torch.optim.*", "torch.linalg.svd", "torch.svd"),
)
