"""Messages about shapes, and about several values where one is needed."""

from __future__ import annotations

from course_utils.checks.meanings.meaning import Meaning

__all__ = ["SHAPES"]

ONE_NUMBER = (
    "A single number is asked of several values: item(), float(), int() and the functions of `math` take one number "
    "only, those of numpy and torch work entry by entry."
)
ONE_TRUTH = (
    "A comparison of arrays has one answer per entry, but `if`, `and`, `or`, `not` and the built-in max() and min() "
    "need a single one."
)
PRODUCT_SHAPES = (
    "In a matrix product the columns of the first matrix must be as many as the rows of the second: look at the order "
    "of the two, and at transposes."
)
ENTRYWISE_SHAPES = (
    "Entry by entry, two shapes fit if, counted from the last axis, their sizes are equal or one of them is 1: print "
    "both shapes."
)
NEEDS_MATRIX = "A matrix is expected where a vector was given: look at the order of the arguments."
SINGULAR = "The matrix has no inverse: two of its rows depend on each other."
SAME_SIZE = "All tensors that are put together must have the same shape, save for the axis along which they are joined."
KEEPS_NUMBER = "A new shape must have room for exactly as many entries as there are."

SHAPES = (
    Meaning(ValueError, r"truth value of an array", ONE_TRUTH),
    Meaning(RuntimeError, r"Boolean value of Tensor", ONE_TRUTH),
    Meaning(ValueError, r"only one element tensors can be converted", ONE_NUMBER),
    Meaning(TypeError, r"only (0-dimensional|length-1) arrays can be converted|doesn't define __round__", ONE_NUMBER),
    Meaning(RuntimeError, r"cannot be converted to Scalar", ONE_NUMBER),
    Meaning(
        ValueError,
        r"setting an array element with a sequence|inhomogeneous",
        "An entry of an array takes a single number; here it gets several.",
    ),
    # Shapes
    Meaning(
        RuntimeError,
        r"shapes cannot be multiplied|size mismatch|inconsistent tensor size|batch[12]? must",
        PRODUCT_SHAPES,
    ),
    Meaning(ValueError, r"mismatch in its core dimension|not aligned", PRODUCT_SHAPES),
    Meaning(RuntimeError, r"must match the (existing )?size|match the broadcast shape", ENTRYWISE_SHAPES),
    Meaning(
        ValueError,
        r"could not be broadcast|could not broadcast|match the broadcast shape|shape mismatch",
        ENTRYWISE_SHAPES,
    ),
    Meaning(RuntimeError, r"at least 2 dimensions|batches of square matrices", NEEDS_MATRIX),
    Meaning(ValueError, r"at least two-dimensional|must be square", NEEDS_MATRIX),
    Meaning(RuntimeError, r"singular", SINGULAR),
    Meaning(ValueError, r"Singular matrix", SINGULAR),
    Meaning(RuntimeError, r"same number of dimensions: got|to be equal size|Sizes of tensors must match", SAME_SIZE),
    Meaning(ValueError, r"all (the )?input array", SAME_SIZE),
    Meaning(
        RuntimeError,
        r"zero-dimensional tensor .* cannot be concatenated",
        "Single numbers have no axis along which they could be joined; they can be stacked.",
    ),
    Meaning(RuntimeError, r"non-empty", "The list of tensors is empty: look at what is put into it."),
    Meaning(RuntimeError, r"invalid for input of size", KEEPS_NUMBER),
    Meaning(ValueError, r"cannot reshape array", KEEPS_NUMBER),
    Meaning(
        RuntimeError,
        r"view size is not compatible",
        "view() needs entries that lie one behind the other in memory, which a transpose changes; reshape() accepts "
        "any order.",
    ),
)
