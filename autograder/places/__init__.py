"""Marking where a course lives: each place hands over a folder and reads back a file in a format of its own.

What the places have in common is done once: the notebook is looked for, and `autograder one` grades it in a process of
its own. A place adds the words of its format. `autograder package` writes what a place needs of the course.
"""
