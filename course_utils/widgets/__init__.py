"""Demos: for each a pure simulation, a picture, a verdict in words, and a thin shell of widgets."""
