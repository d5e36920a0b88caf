"""Solutions of a class that resemble each other more than the task explains: places to look at, never a verdict."""
