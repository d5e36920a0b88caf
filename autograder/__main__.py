"""`python -m autograder` is the same as `autograder`."""

from autograder.cli import app

app(prog_name="autograder")
