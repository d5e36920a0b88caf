"""Small changes of a piece of code, one at a time: the slips that people make, as text that can be run."""

from course_utils.changes.brackets import bracket_changes
from course_utils.changes.change import Change
from course_utils.changes.expressions import expression_changes
from course_utils.changes.flow import flow_changes
from course_utils.changes.statements import statement_changes
from course_utils.changes.text import Text

__all__ = [
    "Change",
    "Text",
    "bracket_changes",
    "expression_changes",
    "flow_changes",
    "small_changes",
    "statement_changes",
]


def small_changes(source: str, names: tuple[str, ...] = ()) -> tuple[Change, ...]:
    """Return the small changes of a text, each one different from the text and from the others.

    Args:
        source: Python code.
        names: Functions and classes in it that are changed; all of it if empty.
    """
    text = Text(source, names)
    found: dict[str, Change] = {}
    for kind in (expression_changes, statement_changes, flow_changes, bracket_changes):
        for change in kind(text):
            found.setdefault(change.applied(source), change)
    return tuple(change for changed, change in found.items() if changed != source)
