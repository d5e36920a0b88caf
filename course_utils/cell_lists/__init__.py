"""Which graded cells each workbook has. Generated; never edit."""
