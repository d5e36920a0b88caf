"""Packages for the places where a course lives: what grading one workbook needs, and how the place starts it."""

from autograder.packing.places import PLACES, Order, PlaceName, pack
from autograder.packing.write import write_package

__all__ = ["PLACES", "Order", "PlaceName", "pack", "write_package"]
