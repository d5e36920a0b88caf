"""Recorded inputs, expected values and misconception values. Generated; never edit."""
