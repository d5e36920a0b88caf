"""What is left to do in every cell that is graded, and which of these cells are gone, doubled or broken."""

from __future__ import annotations

import ast
import time
from collections import Counter
from collections.abc import Iterator

from course_utils.handin.checked_source import plain
from course_utils.handin.notebook import Notebook, grade_id, is_unfinished, lost_pictures, source_of
from course_utils.handin.workbooks import cells_of

__all__ = ["CODE", "exercise_of", "left_to_do", "remarks"]

CHECK, BY_HAND = "check-", "explain-"
CODE, ANSWER = "write the code", "write the answer"
# More than an hour may be an evening's break, or work that was never saved.
LONG_AGO_S = 3600


def exercise_of(name: str) -> str:
    """Return the exercise of a graded cell: `conditioning` for `check-conditioning` or `conditioning-heavy_ball`."""
    return name.removeprefix(CHECK).removeprefix(BY_HAND).partition("-")[0]


def left_to_do(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Yield exercise and words for everything that its cells lack; what a part in words lacks begins with its title.

    Of a notebook whose cells have lost their names, nothing can be said.
    """
    if not notebook.named:
        return
    count = Counter(grade_id(cell) for cell in notebook.record["cells"])
    for cell in notebook.record["cells"]:
        if name := grade_id(cell):
            yield from ((exercise_of(name), said) for said in _lacks(name, cell))
    for name in {**cells_of(notebook.name), **count}:
        if name and count[name] != 1:
            what = (
                "is gone: copy it from a fresh notebook"
                if not count[name]
                else f"is there {count[name]} times: delete the others"
            )
            yield exercise_of(name), f"{_cell(name, notebook.name)} {what}"


def remarks(notebook: Notebook, now: float | None = None) -> list[str]:
    """Return what somebody who hands this in would want to know besides the exercises.

    Args:
        notebook: The notebook.
        now: Time in seconds since the epoch; the clock's if None.
    """
    age = (time.time() if now is None else now) - notebook.saved_at
    lines = [f"saved {age / 3600:.1f} hours ago: save it now if you have worked on it since"] * (age > LONG_AGO_S)
    if not notebook.named:
        return [
            *lines,
            "the cells have lost their names, so the list of open exercises cannot be made here; grading recognises "
            "the cells by their content",
        ]
    if lost := lost_pictures(notebook):
        of = f"{lost} cell{'s' * (lost != 1)}"
        lines.append(f"the pictures of {of} are left out: they are too large, or neither PNG nor JPEG")
    for cell in notebook.record["cells"]:
        if cell.get("cell_type") == "code" and not grade_id(cell):
            lines += [f"a cell that you added does not run: {what}" for what in _syntax(source_of(cell))]
    return lines


def _lacks(name: str, cell: dict[str, object]) -> list[str]:
    source = source_of(cell)
    if name.startswith(CHECK):
        return [] if _calls(source, exercise_of(name)) else ["its check cell does not call check any more"]
    if cell.get("cell_type") != "markdown":
        return [CODE] if is_unfinished(cell) else _syntax(source)
    if not is_unfinished(cell):
        return []
    return [_words(name) if name.startswith(BY_HAND) else ANSWER]


def _words(name: str) -> str:
    """Return the title of the part of an exercise that is answered in words."""
    return f"{exercise_of(name)}, answer in words"


def _cell(name: str, workbook: str) -> str:
    if name.startswith(CHECK):
        return "its check cell"
    if name.startswith(BY_HAND):
        return f"{_words(name)}: the cell"
    part = name.partition("-")[2]
    kind = "its solution cell" if cells_of(workbook).get(name) is None else "the cell for the answer"
    return f"{kind} ({part})" if part else kind


def _calls(source: str, exercise: str) -> bool:
    """Tell whether a cell calls `check("<exercise>", ...)`."""
    try:
        calls = [node for node in ast.walk(ast.parse(plain(source))) if isinstance(node, ast.Call) and node.args]
    except (SyntaxError, ValueError):
        return False
    heads = [call.args[0] for call in calls if ast.unparse(call.func).rpartition(".")[2] == "check"]
    return any(isinstance(head, ast.Constant) and head.value == exercise for head in heads)


def _syntax(source: str) -> list[str]:
    """Return what Python says of a cell; lines for IPython are taken as they are."""
    try:
        ast.parse(plain(source))
    except (SyntaxError, ValueError) as error:
        return [f"{error.msg} in line {error.lineno}" if isinstance(error, SyntaxError) else str(error)]
    return []
