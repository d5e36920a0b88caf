"""Small changes of a piece of code, one at a time: the slips that people make, as text that can be run."""

from itertools import chain

from course_utils.changes.brackets import bracket_changes
from course_utils.changes.change import Change
from course_utils.changes.compounds import compounds
from course_utils.changes.expressions import expression_changes
from course_utils.changes.flow import flow_changes
from course_utils.changes.idle import IdleValues
from course_utils.changes.repairs import repairs
from course_utils.changes.statements import statement_changes
from course_utils.changes.text import Text
from course_utils.changes.unread import Unread, unread_values

__all__ = [
    "Change",
    "IdleValues",
    "Text",
    "Unread",
    "bracket_changes",
    "compounds",
    "expression_changes",
    "flow_changes",
    "repairs",
    "small_changes",
    "statement_changes",
    "unread_values",
]


def small_changes(source: str, names: tuple[str, ...] = (), *, under_conditions: bool = True) -> tuple[Change, ...]:
    """Return the small changes of a text, each one different from the text and from the others.

    Args:
        source: Python code.
        names: Functions and classes in it that are changed; all of it if empty.
        under_conditions: Whether changes are wanted that are made under a condition only.
    """
    text = Text(source, names)
    found: dict[str, Change] = {}
    kinds = (statement_changes(text), flow_changes(text), bracket_changes(text))
    for change in chain(expression_changes(text, under_conditions=under_conditions), *kinds):
        found.setdefault(change.applied(source), change)
    return tuple(change for changed, change in found.items() if changed != source)
