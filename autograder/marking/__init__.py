"""Marking by question: a page on this machine that shows the answers of a class, the alike ones together."""
