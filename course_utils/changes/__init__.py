"""Small changes of a piece of code, one at a time: the slips that people make, as text that can be run."""

from collections.abc import Collection
from itertools import chain

from course_utils.changes.brackets import bracket_changes
from course_utils.changes.change import Change
from course_utils.changes.compounds import compounds
from course_utils.changes.expressions import expression_changes
from course_utils.changes.flow import flow_changes
from course_utils.changes.futile import futile_statement
from course_utils.changes.idle import IdleValues
from course_utils.changes.lost import LOST, LOST_ALIKE, lost_statements
from course_utils.changes.repairs import repairs
from course_utils.changes.statements import statement_changes
from course_utils.changes.text import Text
from course_utils.changes.unread import Fact, Unread, unread_attributes, unread_values

__all__ = [
    "LOST",
    "LOST_ALIKE",
    "Change",
    "Fact",
    "IdleValues",
    "Text",
    "Unread",
    "bracket_changes",
    "compounds",
    "expression_changes",
    "flow_changes",
    "futile_statement",
    "lost_statements",
    "repairs",
    "small_changes",
    "statement_changes",
    "unread_attributes",
    "unread_values",
]


def small_changes(
    source: str, names: tuple[str, ...] = (), *, under_conditions: bool = True, lines: Collection[int] | None = None
) -> tuple[Change, ...]:
    """Return the small changes of a text, each one different from the text and from the others.

    Args:
        source: Python code.
        names: Functions and classes in it that are changed; all of it if empty.
        under_conditions: Whether changes are wanted that are made under a condition only.
        lines: Where the statements begin that are changed; None for all of them.
    """
    whole = Text(source, names)
    text = whole if lines is None else whole.within(lines)
    found: dict[str, Change] = {}
    kinds = (statement_changes(text), flow_changes(text), bracket_changes(text))
    for change in chain(expression_changes(text, under_conditions=under_conditions), *kinds):
        found.setdefault(change.applied(source), change)
    return tuple(change for changed, change in found.items() if changed != source)
