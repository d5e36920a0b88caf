"""Code that can get at nothing but what it names: where that is no library's solution, no run has to be watched.

Watching takes about half of the time of a run, and finds what a source hides. Most sources cannot hide anything: they
read names and attributes that are known here, and none of them gives access to others by their text.
"""

from __future__ import annotations

import ast
import builtins
import sys
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property, lru_cache
from importlib import import_module
from symtable import Symbol, SymbolTable, symtable
from types import ModuleType
from typing import Any

from autograder.grade.library_names import LibraryNames, aliases_in, naming_nodes

__all__ = ["KNOWN", "Source", "Used", "could_use", "names_of", "source_of"]

# Python's own functions, without those that find something by its text.
BUILTINS = """
abs all any bool callable dict divmod enumerate filter float hasattr int isinstance issubclass iter len list map max
min next pow print property range repr reversed round set slice sorted staticmethod str sum super tuple zip
ArithmeticError AssertionError AttributeError Exception IndexError KeyError NotImplementedError RuntimeError
FloatingPointError StopIteration TypeError ValueError ZeroDivisionError NotImplemented Ellipsis __name__ False True None
"""
# What libraries, and objects of the course, have by these names takes no text as the name of something else.
NAMES = """
__init__ __call__ __name__ forward step zero_grad parameters named_parameters state_dict train eval training grad
requires_grad requires_grad_ register_buffer register_parameter Module Parameter ParameterList ModuleList Sequential
Linear Identity Flatten ReLU Conv2d MaxPool2d AvgPool2d Dropout Sigmoid Tanh Softmax LogSoftmax BCELoss MSELoss
BatchNorm1d BatchNorm2d LayerNorm GroupNorm RMSNorm CrossEntropyLoss NLLLoss BCEWithLogitsLoss Tensor Generator optim
SGD Adam AdamW RMSprop Adagrad lr_scheduler autograd backward linalg nn functional torch numpy math np random
matplotlib pyplot utils clip_grad_norm_ clip_grad_value_ no_grad enable_grad inference_mode set_grad_enabled
is_grad_enabled manual_seed default_rng seed tensor as_tensor from_numpy array asarray zeros ones full empty eye
arange linspace logspace zeros_like ones_like full_like empty_like rand randn randint randperm rand_like randn_like
normal uniform integers standard_normal permutation choice shuffle multinomial bernoulli float16 bfloat16 float32
float64 int32 int64 long double half float int bool to type astype dtype device cpu item tolist numpy detach clone
copy copy_ data contiguous shape size ndim dim numel T mT real imag flat reshape view view_as flatten ravel squeeze
unsqueeze expand expand_as repeat tile transpose permute swapaxes moveaxis newaxis cat concatenate stack hstack vstack
split chunk array_split roll flip gather scatter scatter_ index_select take take_along_axis sort argsort topk unique
cumsum cumprod diff diag diagonal trace outer dot matmul mm bmm mv addmm baddbmm einsum tensordot kron inner solve
lstsq inv inverse pinv det cond norm vector_norm matrix_norm eigvalsh eigvals eigh eig svd svdvals qr cholesky sum
mean var std std_mean var_mean prod max min amax amin maximum minimum argmax argmin median quantile average
count_nonzero nonzero any all isnan isinf isfinite isclose allclose array_equal equal where clamp clamp_ clamp_min
clamp_max clip abs absolute sign sgn sqrt sqrt_ rsqrt square pow pow_ power exp exp_ expm1 log log_ log1p log2 log10
logaddexp logsumexp sin cos tan tanh atan arctan sigmoid relu leaky_relu softplus softmax log_softmax logsigmoid expit
special heaviside reciprocal round floor ceil fmod remainder pi e inf nan eps finfo iinfo smallest_normal tiny add
add_ sub sub_ subtract mul mul_ multiply div div_ divide true_divide neg neg_ addcmul addcmul_ addcdiv addcdiv_ lerp
lerp_ zero_ fill_ fill normal_ uniform_ kaiming_normal_ kaiming_uniform_ xavier_normal_ xavier_uniform_ init one_hot
nll_loss cross_entropy mse_loss binary_cross_entropy binary_cross_entropy_with_logits linear conv2d max_pool2d
avg_pool2d dropout batch_norm layer_norm group_norm rms_norm normalize append extend insert pop remove clear get items
keys values setdefault update copy index count join format startswith endswith lower upper strip split replace
SGDOptimizer Layer NeuralNetwork course_utils optimizers models checks check progress hint zero_grad set_seed seeding
plot scatter hist show title xlabel ylabel legend grid subplots set_title set_xlabel set_ylabel set_xscale set_yscale
semilogy loglog figure axhline axvline imshow colorbar tight_layout savefig close yscale xscale ylim xlim t lr betas
momentum weight bias weight_decay mu gamma beta input output in_features out_features running_mean running_var loss
losses state m v step_size learning_rate test_accuracy valid_accuracy train_accuracy hessian ndindex ndenumerate tril
triu deepcopy buffers num_features in_channels out_channels kernel_size attention hidden PlainNet FeedForward
SelfAttention numpy_networks plain_net scale history
"""
KNOWN = frozenset(NAMES.split())
HARMLESS = frozenset(BUILTINS.split())
# What a cell can read before it binds the same name itself.
THERE = (frozenset((*dir(builtins), "__builtins__", "display", "exit", "get_ipython", "In", "Out", "quit"))) - HARMLESS
MODULES = frozenset(("math", "numpy", "torch", "torch.nn", "torch.nn.functional", "torch.optim", "matplotlib.pyplot"))
# The kinds of nodes in which something is named.
NAMING = (ast.Name, ast.Attribute, ast.Import, ast.ImportFrom, ast.Assign, ast.FunctionDef, ast.MatchClass)
# Where names of operations begin, which no source has to spell.
OPERATIONS = "aten"


@dataclass(frozen=True)
class Used:
    """What code reads.

    Args:
        names: Names of variables, its own included.
        library: Attributes, and the pieces of the names of what is imported.
    """

    names: frozenset[str]
    library: frozenset[str]


def could_use(used: Used | None, by_hand: Sequence[str]) -> bool:
    """Say whether code that uses these names could use what an exercise asks to write by hand.

    Args:
        used: What `names_of` returned.
        by_hand: Patterns of dotted names, as in `Answer.by_hand`.
    """
    return used is None or any(_is_within_reach(pattern, used) for pattern in by_hand)


def _is_within_reach(pattern: str, used: Used) -> bool:
    pieces = [piece for piece in pattern.split(".") if piece not in ("", "*", OPERATIONS)]
    names = used.library if "." in pattern.strip(".") else used.library | used.names
    return all(_is_among(piece, names) for piece in pieces)


@lru_cache(maxsize=4096)
def _is_among(piece: str, names: frozenset[str]) -> bool:
    return any(fnmatchcase(name, piece) for name in names)


@dataclass(frozen=True)
class Source:
    """A cell that was parsed.

    Args:
        tree: What it says.
        bound: The names that it binds for other cells, what it imports left out.
        used: The names that it reads of other cells, or of Python.
    """

    tree: ast.Module
    bound: frozenset[str]
    used: frozenset[str]

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The nodes of the tree that name something; those of a released cell serve every submission."""
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, NAMING))

    @cached_property
    def naming(self) -> tuple[ast.AST, ...]:
        """The imports and assignments of the tree."""
        return naming_nodes(self.nodes)


def source_of(text: str) -> Source | None:
    """Return a cell, parsed; None where it is no Python."""
    try:
        tree, table = ast.parse(text), symtable(text, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    top = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() and not symbol.is_imported()}
    return Source(tree, frozenset(top | {name for name, how in _globals(table) if how.is_assigned()}), _used(table))


def _used(table: SymbolTable) -> frozenset[str]:
    top = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    return frozenset(top | {name for name, how in _globals(table) if how.is_referenced()})


def _globals(table: SymbolTable) -> Iterator[tuple[str, Symbol]]:
    """Yield the names of inner scopes that are, or before they are bound may be, those of the cell."""
    for inner in table.get_children():
        may_be = inner.get_type() == "class"
        yield from ((symbol.get_name(), symbol) for symbol in inner.get_symbols() if may_be or symbol.is_global())
        yield from _globals(inner)


def names_of(own: Sequence[Source], given: Sequence[Source]) -> Used | None:
    """Return what a student's code reads; None where it may get at other things, too.

    Given cells are read with it where it uses what they define.

    Args:
        own: The cells of the student.
        given: Those that run and are as they were released.
    """
    used = _used_of_given(own, given)
    imported = aliases_in(node for one in given for node in one.naming)
    bound = {name for one in (*own, *used) for name in one.bound} | _imported(own)
    known = {name for name, dotted in imported.aliases.items() if all(piece in KNOWN for piece in dotted.split("."))}
    read = {name for one in (*own, *used) for name in one.used}
    # A name that somebody else gives as well may be read before the student binds it.
    strange = (read - bound - HARMLESS - known) | read & (THERE | imported.aliases.keys() - known)
    if strange or not _is_plain([node for one in own for node in one.nodes]):
        return None
    return _names([node for one in (*own, *used) for node in one.nodes], imported)


def _used_of_given(own: Sequence[Source], given: Sequence[Source]) -> list[Source]:
    """Return the given cells that define what a student's use, directly or by others."""
    todo, left, found = list(own), list(given), list[Source]()
    while todo:
        used = todo.pop().used
        more = [one for one in left if one.bound & used]
        left = [one for one in left if one not in more]
        todo += more
        found += more
    return found


def _imported(own: Sequence[Source]) -> set[str]:
    imports = (node for one in own for node in one.naming if isinstance(node, ast.Import | ast.ImportFrom))
    return {one.asname or one.name.partition(".")[0] for node in imports for one in node.names}


def _names(nodes: Sequence[ast.AST], imported: LibraryNames) -> Used:
    """Return what is read; a name may stand for several things that are imported."""
    names, library = set[str](), {"torch", "nn", "functional", "numpy"}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            library.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
            library.update(imported.aliases.get(node.id, "").split("."))
        elif isinstance(node, ast.ImportFrom | ast.Import):
            dotted = (getattr(node, "module", None) or "", *(one.name for one in node.names))
            library.update(piece for name in dotted for piece in name.split("."))
    return Used(frozenset(names), frozenset(library))


def _is_plain(nodes: Sequence[ast.AST]) -> bool:
    stored = (node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    defined = (node.name for node in nodes if isinstance(node, ast.FunctionDef))
    # What a student calls so is the student's, unless a library or Python has something by this name as well.
    own = {name for name in (*stored, *defined) if not name.startswith("__")} - _of_others()
    return all(_is_harmless(node, KNOWN | own) for node in nodes)


def _is_harmless(node: ast.AST, attributes: frozenset[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in attributes
    if isinstance(node, ast.Import):
        return all(one.name in MODULES for one in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and node.module in MODULES and all(one.name in KNOWN for one in node.names)
    return not isinstance(node, ast.MatchClass)  # it reads attributes whose names are texts


@cache
def _of_others() -> frozenset[str]:
    """Return what libraries have where known names lead, and the objects of Python that lead to all others.

    Of what draws there are the modules that it imports: nothing else of it finds things by their text.
    """
    python = [value for value in vars(types).values() if isinstance(value, type)]
    computing = (name for name in (*MODULES, "course_utils") if not name.startswith("matplotlib"))
    todo: list[Any] = [*map(import_module, computing), *python, type, object, Exception]
    found, seen = set(sys.stdlib_module_names), set[int]()
    while todo:
        home = todo.pop()
        if id(home) not in seen:
            seen.add(id(home))
            names = frozenset(dir(home))
            found |= names
            inner = (getattr(home, name, None) for name in names & KNOWN)
            todo += [one for one in inner if isinstance(one, ModuleType | type)]
    return frozenset(found)
