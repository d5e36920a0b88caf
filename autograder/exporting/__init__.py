"""From the gradebook to a table that a learning platform takes."""

from autograder.exporting.run import ExportOrder, ExportReport, export_grades

__all__ = ["ExportOrder", "ExportReport", "export_grades"]
