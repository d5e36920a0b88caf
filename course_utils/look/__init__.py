"""How figures and demos look: the palette as plain data, the style of notebooks, and texts for those who cannot see."""

from course_utils.look.palette import COLOURS, DASHES, INK, MARKERS, METHODS, Look, look_of

__all__ = ["COLOURS", "DASHES", "INK", "MARKERS", "METHODS", "Look", "look_of"]
