"""After grading again: a mark whose answer is word for word the same needs no second look."""

from __future__ import annotations

from pathlib import Path

from autograder.marks.answers import answers_of
from autograder.marks.tables import gradebook_in, has_tables, reading, writing

__all__ = ["keep_marks"]

ASKING = """
SELECT grade.id AS grade, marking_mark.assignment, marking_mark.question, marking_mark.student, marking_mark.answer
FROM marking_mark
JOIN assignment ON assignment.name = marking_mark.assignment
JOIN submitted_assignment ON submitted_assignment.assignment_id = assignment.id
    AND submitted_assignment.student_id = marking_mark.student
JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
JOIN grade ON grade.notebook_id = submitted_notebook.id
JOIN base_cell ON base_cell.id = grade.cell_id AND base_cell.name = marking_mark.question
WHERE grade.needs_manual_grade AND grade.manual_score = marking_mark.points
ORDER BY marking_mark.student, marking_mark.assignment
"""


def keep_marks(grading: Path) -> int:
    """Let marks stand that grading asks to look at again though their answers are the same.

    Args:
        grading: The output folder of a grading run.

    Returns:
        How many.

    Raises:
        GradingError: The gradebook cannot be written.
    """
    path = gradebook_in(grading)
    with reading(path) as database:
        asking = database.execute(ASKING).fetchall() if has_tables(database) else []
    read: dict[tuple[str, str], dict[str, str]] = {}
    same = []
    for row in asking:
        whose = (row["student"], row["assignment"])
        if whose not in read:
            read[whose] = {name: one.name for name, one in answers_of(grading, *whose).items()}
        if read[whose].get(row["question"]) == row["answer"]:
            same.append((row["grade"],))
    if same:
        with writing(path) as database:
            database.executemany("UPDATE grade SET needs_manual_grade = 0 WHERE id = ?", same)
    return len(same)
