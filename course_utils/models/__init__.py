"""The networks of the course, deep ones made of a student's own layers, and the loss around a network."""

from course_utils.models.fully_connected import MLP, Layer, NeuralNetwork

__all__ = ["MLP", "Layer", "NeuralNetwork"]
