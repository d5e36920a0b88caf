"""Messages of Python itself: names, calls, containers, numbers."""

from __future__ import annotations

from course_utils.checks.meanings.meaning import Meaning

__all__ = ["PYTHON"]

NO_VALUE = "One of the values is None: the result of a function without `return`, or a gradient before backward()."
POWER = "In Python `^` is the exclusive or of two bit patterns; a power is written with two stars."
NOT_CALLED = "A function is used here instead of its result: the brackets that call it are missing."
MAX_AND_INDICES = "Along an axis, max and min of a tensor return two things: the values and their indices."
LIST_ARITHMETIC = "A list is not an array: arithmetic with one number for all entries needs an array or a tensor."
WHOLE_INDEX = "A whole number is needed here. A division with one stroke gives a float even where it comes out even."
ONE_VALUE = "There is a single number where several values are expected."
LAST_INDEX = "Places are counted from 0, so the last one of n entries is n - 1."
FEWER_AXES = "There are fewer axes here than the line assumes: print the shape."
ONCE_ONLY = "A generator can be walked through once, and has neither length nor places; a list has both."

PYTHON = (
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
    Meaning(
        SyntaxError,
        r"invalid (non-printable )?character",
        "It came along with copied text and only looks like a sign of Python, or like a space: type it anew.",
    ),
    Meaning(TabError, "", "Some lines are indented by tabs and others by spaces: indent all by four spaces a level."),
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
        "The expression before the brackets is a value ({kind}), not a function: an attribute that is read without "
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
        "The value before the dot belongs to numpy: `{name}` is misspelt, or only torch's tensors have it.",
    ),
    Meaning(
        AttributeError,
        r"'Tensor' object has no attribute '(?P<name>\w+)'",
        "The value before the dot is a tensor: `{name}` is misspelt, or only numpy's arrays have it.",
    ),
    Meaning(
        AttributeError,
        r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
        "{module} has no `{name}`: it is misspelt, or belongs to another package.",
    ),
    Meaning(
        AttributeError,
        r"before Module\.__init__\(\) call|has no attribute '_(modules|parameters|buffers|(back|for)ward_hooks)'",
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
        "A list has one index; only arrays and tensors take several at once, one per axis.",
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
    Meaning(
        KeyError, "", "The dictionary has no entry of this name: the name is misspelt, or nothing was stored under it."
    ),
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
)
