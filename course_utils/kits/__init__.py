"""One module per exercise, named by its id, each with a `PROBE`: how the student's object is used."""

from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array, load_probe

__all__ = ["Inputs", "Outputs", "Part", "Probe", "ProbeFailure", "as_array", "load_probe"]
