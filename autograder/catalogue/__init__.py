"""What the judge knows of an exercise: its solution, edits of it that are mistakes or conventions, small changes."""
