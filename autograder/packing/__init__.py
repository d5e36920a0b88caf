"""Packages for the places where a course lives: what grading one workbook needs, and how the place starts it."""

from autograder.packing.places import PLACES, Order, Place, pack
from autograder.packing.write import write_package

__all__ = ["PLACES", "Order", "Place", "pack", "write_package"]
