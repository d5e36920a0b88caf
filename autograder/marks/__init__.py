"""Marks given by hand: kept in the gradebook beside nbgrader's own tables, with rubric, comments, who, when and why."""
