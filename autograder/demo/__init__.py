"""A small class that shows every verdict: the student edition, a dozen submissions to it, and their grades."""
