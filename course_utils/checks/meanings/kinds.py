"""Messages about dtypes, and about tensors, arrays and numbers that are mixed up."""

from __future__ import annotations

from course_utils.checks.meanings.meaning import Meaning

__all__ = ["KINDS"]

ONE_DTYPE = (
    "Tensors of float32 and float64 meet. torch makes float32 unless it is told otherwise; a new tensor can take over "
    "the dtype of one that is given."
)
WHOLE_NUMBERS = "This needs numbers with a fraction, but the tensor holds whole numbers."
WHOLE_TARGET = "The array holds whole numbers and cannot take in fractions: it was made from whole numbers."
CPU_ONLY = "The check and the grading compute on the CPU: nothing has to be moved to a GPU."

KINDS = (
    Meaning(RuntimeError, r"same dtype|expected scalar type|Found dtype (Double|Float)", ONE_DTYPE),
    Meaning(RuntimeError, r"can't be cast to the desired output type", WHOLE_TARGET),
    Meaning(TypeError, r"Cannot cast ufunc", WHOLE_TARGET),
    Meaning(RuntimeError, r"could not infer output dtype", WHOLE_NUMBERS),
    Meaning(NotImplementedError, r"not implemented for '(Long|Int|Short|Char|Byte|Bool)'", WHOLE_NUMBERS),
    Meaning(
        RuntimeError,
        r"[Oo]nly Tensors of floating point",
        "Whole numbers have no gradient: the tensor has to hold floats.",
    ),
    Meaning(
        TypeError,
        r"must be Tensor, not (?P<kind>[\w.]+)",
        "This function of torch takes a tensor, and was given {kind}.",
    ),
    Meaning(
        TypeError, r"must be tuple of Tensors, not Tensor", "This function takes a list of tensors, and was given one."
    ),
    Meaning(TypeError, r"expected np\.ndarray \(got Tensor\)", "This is a tensor already, not an array of numpy."),
    Meaning(
        TypeError,
        r"'numpy\.ndarray' and 'Tensor'",
        "An array of numpy and a tensor meet: convert one of the two to the type of the other.",
    ),
    Meaning(
        TypeError,
        r"invalid combination of arguments",
        "The function takes other kinds of arguments: look at its help.",
    ),
    Meaning(
        RuntimeError,
        r"Can't call numpy\(\) on Tensor that requires grad",
        "A tensor that is tracked was given to numpy, which knows no gradients. Where a gradient has to flow through, "
        "torch's own function is needed; where only the number is wanted, a detached tensor.",
    ),
    Meaning(
        RuntimeError,
        r"NVIDIA|CUDA|Expected all tensors to be on the same device|from the '\w+' backend|support for \w+ devices|"
        r"device type not an accelerator|doesn`t support getNewGenerator|without \w+ backend|Cannot get \w+ generator",
        CPU_ONLY,
    ),
    Meaning(AssertionError, r"not compiled with \w+ enabled", CPU_ONLY),
)
