"""How `ema(values, beta, bias_correction=False)` is exercised."""

from course_utils.kits.calls import call
from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.probe import Inputs, Outputs, Probe, as_array

__all__ = ["PROBE"]

DECLARED = "ema(values, beta, bias_correction=False)"


def _run(function: object, inputs: Inputs) -> Outputs:
    """Average `values` plainly and with the correction; outputs have the shape of `values`."""
    values, beta = inputs["values"], float(inputs["beta"])
    given = values.copy()
    plain = as_array(call(function, DECLARED, given, beta), "the return value of ema", values.shape)
    left_alone = array_equal(given, values)
    given = values.copy()
    corrected = call(function, DECLARED, given, beta, bias_correction=True)
    return {
        "plain": plain,
        "corrected": as_array(corrected, "the return value of ema with bias_correction=True", values.shape),
        "values_left_alone": flag(left_alone and array_equal(given, values)),
    }


PROBE = Probe.single("ema", "ema", _run)
