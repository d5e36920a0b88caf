"""The warm process and the walls around student code. `run_submission` lies in `autograder.sandbox.run`.

This file imports nothing: the warm process imports this package, and must hold nothing of value.
"""
