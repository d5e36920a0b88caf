"""Small changes of formulas: a sign, a factor, a power, an axis, a name, a constant."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from course_utils.changes.change import Change
from course_utils.changes.targets import target_of
from course_utils.changes.text import Block, Text

__all__ = ["ALIKE", "Piece", "bracketed", "expression_changes", "made", "roots"]

OPPOSITE: dict[type[ast.operator], str] = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">"), ast.LtE: ("<", ">="), ast.Gt: (">=", "<"), ast.GtE: (">", "<="), ast.Eq: ("!=",),
    ast.NotEq: ("==",), ast.Is: ("is not",), ast.IsNot: ("is",), ast.In: ("not in",), ast.NotIn: ("in",),
}  # fmt: skip
# Functions that are mistaken for each other.
ALIKE = {
    "mean": ("sum",), "sum": ("mean",), "max": ("min", "mean"), "min": ("max",), "argmax": ("argmin",), "var": ("std",),
    "std": ("var",), "add_": ("sub_",), "sub_": ("add_",), "mul_": ("div_",), "div_": ("mul_",), "zeros": ("ones",),
    "ones": ("zeros",), "zeros_like": ("ones_like",), "ones_like": ("zeros_like",), "randn": ("rand",),
    "rand": ("randn",), "maximum": ("minimum",), "minimum": ("maximum",), "sin": ("cos",), "cos": ("sin",),
    "eigvalsh": ("eigvals",), "permutation": ("arange",), "randn_like": ("rand_like",), "normal": ("uniform",),
}  # fmt: skip
# Methods without which a chain still makes sense.
DROPPED = (
    "sqrt", "abs", "exp", "log", "square", "detach", "clone", "copy", "mul_", "add_", "sub_", "div_", "mean", "sum",
    "item", "float", "double", "squeeze", "T", "flatten",
)  # fmt: skip
ROOTS = ("sqrt",)
# What is missing without one of these, and what the opposite one does.
IN_PLACE = {"add_": "term-missing", "sub_": "term-missing", "mul_": "factor-missing", "div_": "division-missing"}
IN_PLACE_OPPOSITE = {"add_": "sign", "sub_": "sign", "mul_": "divided", "div_": "multiplied"}


@dataclass(frozen=True)
class Piece:
    """What becomes of one node of a formula."""

    kind: str
    node: ast.AST
    new: str
    term: str = ""
    instead: str = ""


def expression_changes(text: Text, *, under_conditions: bool = True) -> Iterator[Change]:
    """Return the changes of all formulas of a text, and those that are made under one condition only.

    Args:
        text: The text.
        under_conditions: Whether the latter are wanted.
    """
    for block in text.blocks:
        for root in roots(block.node):
            pieces = [piece for node in ast.walk(root) for piece in _pieces(text, node, block)]
            yield from (made(text, block, piece) for piece in pieces)
            for condition in block.conditions if under_conditions else ():
                for piece in pieces:
                    yield from _under(text, block, piece, condition)


def roots(node: ast.stmt) -> Iterator[ast.AST]:
    """Return the formulas of a statement, without those of the statements inside it."""
    if isinstance(node, ast.FunctionDef):
        yield from node.args.defaults
        yield from (default for default in node.args.kw_defaults if default is not None)
        return
    if isinstance(node, ast.ClassDef | ast.Import | ast.ImportFrom | ast.Try):
        return
    for name, value in ast.iter_fields(node):
        if name not in ("body", "orelse", "finalbody", "targets", "target", "op"):
            yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, ast.AST))


def made(text: Text, block: Block, piece: Piece) -> Change:
    """Return the change of a text in which one node of a statement becomes something else."""
    start, end = text.span(piece.node)
    target = target_of(block.node, piece.node)
    return Change(piece.kind, start, end, piece.new, text.line_at(start), target, piece.term, piece.instead)


def _under(text: Text, block: Block, piece: Piece, condition: ast.expr) -> Iterator[Change]:
    """Return a change that is made where a condition holds, and one that is made where it does not."""
    if not isinstance(piece.node, ast.expr) or isinstance(block.node, ast.FunctionDef):
        return
    old, test = text.code(piece.node), text.code(condition)
    for first, second, mode in ((piece.new, old, test), (old, piece.new, f"not ({test})")):
        either = Piece(piece.kind, piece.node, f"({first} if {test} else {second})", piece.term, piece.instead)
        change = made(text, block, either)
        yield Change(**{**vars(change), "mode": mode})


def _pieces(text: Text, node: ast.AST, block: Block) -> Iterator[Piece]:
    match node:
        case ast.BinOp():
            yield from _of_operation(text, node)
        case ast.UnaryOp(op=ast.USub()):
            yield Piece("sign", node, f"({text.code(node.operand)})", text.code(node.operand))
        case ast.UnaryOp(op=ast.Not()):
            yield Piece("condition", node, f"({text.code(node.operand)})", text.code(node.operand))
        case ast.Compare(ops=[op], left=left, comparators=[right]):
            for sign in COMPARISONS.get(type(op), ()):
                yield Piece("condition", node, f"{text.code(left)} {sign} {text.code(right)}", text.code(node))
        case ast.BoolOp(op=op, values=values):
            other = " or " if isinstance(op, ast.And) else " and "
            yield Piece("condition", node, f"({other.join(map(text.code, values))})", text.code(node))
            for value in values:
                yield Piece("condition", node, f"({text.code(value)})", text.code(node))
        case ast.IfExp(body=body, orelse=orelse):
            yield Piece("one-case", node, f"({text.code(body)})", text.code(node.test))
            yield Piece("one-case", node, f"({text.code(orelse)})", text.code(node.test))
            yield Piece(
                "cases-exchanged", node, f"({text.code(orelse)} if {text.code(node.test)} else {text.code(body)})"
            )
        case ast.Call():
            yield from _of_call(text, node)
        case ast.Constant():
            yield from _of_constant(node)
        case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
            yield from _of_name(text, node, block)
        case ast.Tuple(elts=[_, _, *_] as items) if isinstance(block.node, ast.Return) and node is block.node.value:
            swapped = [items[1], items[0], *items[2:]]
            yield Piece("results-exchanged", node, ", ".join(map(text.code, swapped)))


def _of_operation(text: Text, node: ast.BinOp) -> Iterator[Piece]:
    left, right, op = text.code(node.left), text.code(node.right), type(node.op)
    a, b = bracketed(text, node.left), bracketed(text, node.right)
    if op in OPPOSITE:
        kind = {ast.Add: "sign", ast.Sub: "sign", ast.Mult: "divided", ast.Div: "multiplied"}[op]
        yield Piece(kind, node, f"({a} {OPPOSITE[op]} {b})", right)
    if op is ast.Sub and isinstance(node.left, ast.Constant) and node.left.value == 1:
        yield Piece("complement", node, b, right)
        return
    if op in (ast.Add, ast.Sub):
        yield Piece("term-missing", node, a, right)
        yield Piece("term-missing", node, b if op is ast.Add else f"(-{b})", left)
        if op is ast.Sub:
            yield Piece("exchanged", node, f"({b} - {a})", left, right)
    if op is ast.Mult:
        yield Piece("factor-missing", node, a, right)
        yield Piece("factor-missing", node, b, left)
        yield Piece("factor-twice", node, f"({a} * {b} * {b})", right)
        yield Piece("factor-twice", node, f"({a} * {a} * {b})", left)
    if op is ast.Div:
        yield Piece("division-missing", node, a, right)
        yield Piece("factor-missing", node, f"(1 / {b})", left)
        yield Piece("divided-twice", node, f"({a} / {b} / {b})", right)
        yield Piece("exchanged", node, f"({b} / {a})", left, right)
        yield Piece("root-of-divisor", node, f"({a} / {b} ** 0.5)", right)
    if op is ast.Pow:
        yield Piece("power-missing", node, a, left, right)
        yield Piece("product-for-power", node, f"({a} * {b})", left, right)
    if op is ast.MatMult:
        yield Piece("exchanged", node, f"({b} @ {a})", left, right)
        yield Piece("elementwise", node, f"({a} * {b})", left, right)


def bracketed(text: Text, node: ast.expr) -> str:
    """Return the text of a node as an operand, in brackets where it needs them."""
    return (
        f"({text.code(node)})"
        if isinstance(node, ast.BinOp | ast.IfExp | ast.Compare | ast.UnaryOp)
        else text.code(node)
    )


def _of_call(text: Text, node: ast.Call) -> Iterator[Piece]:
    name = _called(node)
    receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
    argument = node.args[0] if node.args else None
    inner = (
        receiver
        if name in DROPPED and isinstance(receiver, ast.Call | ast.BinOp | ast.Name) and not node.args
        else argument
    )
    if name in ROOTS and inner is not None:
        yield Piece("root-missing", node, f"({text.code(inner)})", text.code(inner))
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add):
            head = text.code(node).replace(text.code(inner), text.code(inner.left), 1)
            yield Piece("outside-root", node, f"({head} + {text.code(inner.right)})", text.code(inner.right))
    elif receiver is not None and name in DROPPED and not _is_module(receiver):
        term = text.code(node.args[0]) if node.args else name
        yield Piece(IN_PLACE.get(name, "call-missing"), node, bracketed(text, receiver), term, name)
    elif len(node.args) == 1 and not node.keywords and name in ("abs", "exp", "log", "square"):
        yield Piece("call-missing", node, f"({text.code(node.args[0])})", text.code(node.args[0]), name)
    yield from _of_update(text, node)
    yield from _of_keywords(text, node)
    for other in ALIKE.get(name, ()):
        if text.code(node.func).count(name) == 1:
            term = text.code(node.args[0]) if name in IN_PLACE_OPPOSITE and node.args else name
            changed = text.code(node.func).replace(name, other) + text.code(node)[len(text.code(node.func)) :]
            yield Piece(IN_PLACE_OPPOSITE.get(name, "function"), node, changed, term, other)
    if name == "range" and len(node.args) == 1:
        count = text.code(node.args[0])
        for new in (f"range(1, {count})", f"range({count} - 1)", f"range({count} + 1)", f"range(1, {count} + 1)"):
            yield Piece("count", node, new, count)


def _of_update(text: Text, node: ast.Call) -> Iterator[Piece]:
    """Return what an average in place, `a.mul_(b).add_(c)`, forgets of its old value: all of it, or all but b."""
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Attribute(value=ast.Name() as old, attr="mul_"), args=[factor]) as kept,
                attr="add_",
            ),
            args=[added],
            keywords=[],
        ):
            name = text.code(old)
            yield Piece("term-missing", node, f"{name}.copy_({text.code(added)})", f"{text.code(factor)} * {name}")
            yield Piece("factor-missing", kept, f"{name}.fill_({text.code(factor)})", name)


def _of_keywords(text: Text, node: ast.Call) -> Iterator[Piece]:
    name = _called(node)
    for keyword in node.keywords:
        if keyword.arg in ("axis", "dim"):
            for axis in ("0", "1", "-1", "None"):
                yield Piece("axis", keyword, f"{keyword.arg}={axis}", name)
        elif keyword.arg in ("keepdims", "keepdim"):
            yield Piece("axis-lost", keyword, f"{keyword.arg}=False", name)
        elif keyword.arg in ("correction", "ddof"):
            yield Piece("bias", keyword, f"{keyword.arg}=1", name)
        elif keyword.arg == "unbiased":
            yield Piece("bias", keyword, "unbiased=True", name)
    if name in ("var", "std") and not {k.arg for k in node.keywords} & {"correction", "ddof", "unbiased"}:
        whole = text.code(node)[:-1].rstrip().rstrip(",")
        for option in ("ddof=1", "correction=0"):
            yield Piece("bias", node, f"{whole}{'' if whole.endswith('(') else ', '}{option})", name)


def _of_constant(node: ast.Constant) -> Iterator[Piece]:
    value = node.value
    if isinstance(value, bool):
        yield Piece("flag", node, str(not value), str(value))
    elif isinstance(value, int):
        for other in (value + 1, value - 1):
            yield Piece("constant", node, f"({other})" if other < 0 else str(other), str(value))
    elif isinstance(value, float):
        for changed in (value * 10, value / 10, 2 * value, value / 2, 0.0):
            yield Piece("constant", node, repr(float(f"{changed:.12g}")), str(value))


def _of_name(text: Text, node: ast.Name | ast.Attribute, block: Block) -> Iterator[Piece]:
    own = text.code(node)
    if own in text.complemented:
        yield Piece("complement", node, f"(1 - {own})", own)
    for other in _others(text, node, block):
        if other != own:
            yield Piece("name", node, other, own, other)


def _others(text: Text, node: ast.Name | ast.Attribute, block: Block) -> Iterable[str]:
    """Return names of the same kind: arguments for an argument, attributes of self for one, locals for a local."""
    if block.function is None:
        return ()
    arguments = [one.arg for one in (*block.function.args.args, *block.function.args.kwonlyargs) if one.arg != "self"]
    if isinstance(node, ast.Attribute):
        is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
        return text.attributes if is_own else ()
    if node.id in arguments:
        return arguments
    local = dict.fromkeys(
        one.id for one in ast.walk(block.function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    )
    return [name for name in local if name != "_"] if node.id in local else ()


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "torch", "nn", "math", "functional", "F")
