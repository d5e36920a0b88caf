"""What the messages of Python, numpy and torch usually mean, for someone who meets them first."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["MEANINGS", "Meaning", "meaning_of"]


@dataclass(frozen=True)
class Meaning:
    """What an exception means.

    Args:
        error: Its type; subclasses are meant too.
        pattern: A regular expression that is found in its message.
        says: A sentence for the student; `{name}` stands for what the group `name` of the pattern matched.
    """

    error: type[Exception]
    pattern: str
    says: str

    def of(self, error: BaseException, text: str) -> str:
        """Return the sentence for an exception whose message begins with `text`; empty if another one is meant."""
        found = re.search(self.pattern, text) if isinstance(error, self.error) else None
        return self.says.format_map(found.groupdict()) if found else ""


NO_VALUE = "One of the values is None: the result of a function without `return`, or a gradient before backward()."
POWER = "In Python `^` is the exclusive or of two bit patterns; a power is written with two stars."
NOT_CALLED = "A function is used here instead of its result: the brackets that call it are missing."
MAX_AND_INDICES = "Along an axis, max and min of a tensor return two things: the values and their indices."
LIST_ARITHMETIC = "A list is no array: arithmetic with one number for all entries needs an array or a tensor."
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
ONE_DTYPE = (
    "Tensors of float32 and float64 meet. torch makes float32 unless it is told otherwise; a new tensor can take over "
    "the dtype of one that is given."
)
WHOLE_NUMBERS = "This needs numbers with a fraction, but the tensor holds whole numbers."
WHOLE_TARGET = "The array holds whole numbers and cannot take in fractions: it was made from whole numbers."
WHOLE_INDEX = "A whole number is needed here. A division with one stroke gives a float even where it comes out even."
ONE_VALUE = "There is a single number where several values are expected."
LAST_INDEX = "Places are counted from 0, so the last one of n entries is n - 1."
FEWER_AXES = "There are fewer axes here than the line assumes: print the shape."
NEEDS_MATRIX = "A matrix is expected where a vector was given: look at the order of the arguments."
SINGULAR = "The matrix has no inverse: two of its rows depend on each other."
OVERWRITTEN = (
    "A value that backward() still needs was overwritten: by an operation whose name ends with an underscore, by an "
    "assignment such as `+=`, or by one to a part of the tensor."
)
CPU_ONLY = "The check and the grading compute on the CPU: nothing has to be moved to a GPU."
ONCE_ONLY = "A generator can be walked through once, and has neither length nor places; a list has both."
SAME_SIZE = "All tensors that are put together must have the same shape, save for the axis along which they are joined."
KEEPS_NUMBER = "A new shape must have room for exactly as many entries as there are."

MEANINGS = (
    # Python: names, values, calls
    Meaning(
        RecursionError,
        "",
        "A function calls itself without end. Inside a function its own name means the new function, not an earlier "
        "one of the same name.",
    ),
    Meaning(
        UnboundLocalError,
        r"variable '(?P<name>\w+)'",
        "Somewhere the function assigns to `{name}`, which makes `{name}` a local name in all of it: in this line it "
        "has no value yet.",
    ),
    Meaning(TypeError, r"for \^|bitwise_xor", POWER),
    Meaning(NotImplementedError, r"bitwise_xor", POWER),
    Meaning(TypeError, r"NoneType", NO_VALUE),
    Meaning(AttributeError, r"'NoneType' object has no attribute", NO_VALUE),
    Meaning(TypeError, r"return_types\.(max|min)", MAX_AND_INDICES),
    Meaning(AttributeError, r"return_types\.(max|min)", MAX_AND_INDICES),
    Meaning(TypeError, r"for .+'(builtin_function_or_method|function|method)'", NOT_CALLED),
    Meaning(TypeError, r"'(builtin_function_or_method|function|method)' object is not", NOT_CALLED),
    Meaning(AttributeError, r"'(builtin_function_or_method|function|method)' object has no attribute", NOT_CALLED),
    Meaning(
        TypeError, r"can't multiply sequence by non-int|for .+'(list|tuple)'|can only concatenate list", LIST_ARITHMETIC
    ),
    Meaning(
        TypeError,
        r"'(?P<kind>[\w.]+)' object is not callable",
        "What comes before the brackets is a value ({kind}), not a function: an attribute that is read without "
        "brackets, a product whose sign is missing, or the name of a function to which a value was assigned.",
    ),
    Meaning(
        TypeError,
        r"\w+\.\w+\(\) takes 0 positional arguments but 1 was given",
        "A method gets the object itself as its first argument: `self` is missing in its definition.",
    ),
    Meaning(
        TypeError,
        r"missing 1 required positional argument: 'self'",
        "The method is called on the class; it belongs to an object of the class.",
    ),
    Meaning(
        TypeError,
        r"takes .+ positional arguments? but \d+ (was|were) given",
        "The call passes more values than the definition has parameters; in a call of a method, the object counts too.",
    ),
    Meaning(
        TypeError,
        r"missing \d+ required (positional|keyword-only) argument",
        "The call passes fewer values than the definition needs: compare the two.",
    ),
    Meaning(
        TypeError,
        r"unexpected keyword argument '(?P<name>\w+)'",
        "The definition has no parameter `{name}`: compare its heading with the call.",
    ),
    Meaning(
        TypeError,
        r"got multiple values for argument '(?P<name>\w+)'",
        "`{name}` is passed twice: by its place and by its name.",
    ),
    Meaning(
        AttributeError,
        r"'(?P<kind>list|tuple|dict|int|float|str|bool|range)' object has no attribute '(?P<name>\w+)'",
        "The value before the dot is a plain Python {kind}, neither an array nor a tensor.",
    ),
    Meaning(
        AttributeError,
        r"'numpy\.\w+' object has no attribute '(?P<name>\w+)'",
        "The value before the dot belongs to numpy, and only torch's tensors have `{name}`, or it is misspelt.",
    ),
    Meaning(
        AttributeError,
        r"'Tensor' object has no attribute '(?P<name>\w+)'",
        "The value before the dot is a tensor, and only numpy's arrays have `{name}`, or it is misspelt.",
    ),
    Meaning(
        AttributeError,
        r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
        "{module} has no `{name}`: it is misspelt, or belongs to another package.",
    ),
    Meaning(
        AttributeError,
        r"before Module\.__init__\(\) call",
        "A torch module has to set itself up before anything is stored in it: the call of Module's own __init__ is "
        "missing, or comes too late.",
    ),
    Meaning(AttributeError, r"has no setter|can't set attribute", "This attribute can be read only."),
    # Python: containers and numbers
    Meaning(TypeError, r"generator", ONCE_ONLY),
    Meaning(StopIteration, "", "An iterator has been walked through to its end, and that is possible once only."),
    Meaning(
        TypeError,
        r"list indices must be integers or slices, not tuple",
        "A list has one index; several at once, one per axis, have only arrays and tensors.",
    ),
    Meaning(
        TypeError, r"must be integers or slices|cannot be interpreted as an integer|sequence of integers", WHOLE_INDEX
    ),
    Meaning(TypeError, r"must be tuple of ints, not float", WHOLE_INDEX),
    Meaning(IndexError, r"are valid indices|used as indices must be", "Places are given by whole numbers."),
    Meaning(
        TypeError,
        r"'(int|float|numpy\.float\d+)' object is not (iterable|subscriptable)|'(int|float)' has no len|0-d tensor",
        ONE_VALUE,
    ),
    Meaning(
        IndexError,
        r"0-dim tensor|array is 0-dimensional",
        ONE_VALUE,
    ),
    Meaning(TypeError, r"does not support item assignment", "This value cannot be changed in place; a list can."),
    Meaning(IndexError, r"out of range \(expected|too many indices|out of bounds for array of dimension", FEWER_AXES),
    Meaning(IndexError, r"out of (range|bounds)", LAST_INDEX),
    Meaning(KeyError, "", "The dictionary has no entry of this name: it is spelt otherwise, or was not stored."),
    Meaning(
        ValueError,
        r"values to unpack",
        "The right side holds another number of values than there are names on the left.",
    ),
    Meaning(
        ZeroDivisionError,
        "",
        "The divisor is 0: look at its value in the first round, where a counter or a power may be 0 or 1.",
    ),
    Meaning(
        OverflowError,
        r"range error|too large",
        "The result is too large for a float: the exponential of a large number?",
    ),
    Meaning(
        ValueError,
        r"math domain error|expected a (nonnegative|positive) input",
        "This function is not defined for the number: a root or logarithm of a negative one?",
    ),
    Meaning(TypeError, r"'str'|concatenate str", "A piece of text is used as a number."),
    Meaning(ValueError, r"could not convert string", "A piece of text is used as a number."),
    Meaning(
        ModuleNotFoundError, "", "This package is not part of the course's environment; the exercise does not need it."
    ),
    # One value for several
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
        "view() needs entries that lie one behind the other in memory, and a transpose does not leave them so; "
        "reshape() takes any.",
    ),
    # dtypes and kinds of arrays
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
        "An array of numpy and a tensor meet: one of the two has to become what the other one is.",
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
    Meaning(RuntimeError, r"NVIDIA|CUDA|Expected all tensors to be on the same device", CPU_ONLY),
    Meaning(AssertionError, r"CUDA", CPU_ONLY),
    # autograd
    Meaning(
        RuntimeError,
        r"leaf Variable that requires grad is being used in an in-place",
        "Parameters are changed outside of autograd: under torch.no_grad(), or through .data.",
    ),
    Meaning(
        RuntimeError,
        r"backward through the graph a second time",
        "backward() frees the graph that it walks through. Either it is called twice on one loss, or the loss contains "
        "something that was computed before an earlier backward().",
    ),
    Meaning(
        RuntimeError,
        r"does not require grad",
        "Nothing that is tracked leads to this value: the parameters are not tracked, or it was computed under "
        "no_grad(), from detached tensors, or became a plain number on the way.",
    ),
    Meaning(
        RuntimeError,
        r"grad can be implicitly created only for scalar outputs",
        "backward() starts from a single number; this value has several entries.",
    ),
    Meaning(
        RuntimeError,
        r"you can only change requires_grad flags of leaf variables",
        "The tensor was computed from one that is tracked (clone() is tracked, too), so it is no leaf; only a leaf "
        "can be switched.",
    ),
    Meaning(RuntimeError, r"modified by an inplace operation", OVERWRITTEN),
    Meaning(
        RuntimeError,
        r"appears to not have been used in the graph",
        "The value was not computed from this tensor, but perhaps from a copy of it.",
    ),
    Meaning(
        RuntimeError,
        r"support the deepcopy protocol",
        "A tensor that carries a graph cannot be copied in this way: it has to be detached first.",
    ),
)


def meaning_of(error: BaseException, text: str) -> str:
    """Return what `error`, whose message begins with the line `text`, usually means; empty if that is not known."""
    return next((said for meaning in MEANINGS if (said := meaning.of(error, text))), "")
