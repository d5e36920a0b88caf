"""Masters and answers -> the student's notebooks, the recorded checks, and nbgrader's source notebooks."""
