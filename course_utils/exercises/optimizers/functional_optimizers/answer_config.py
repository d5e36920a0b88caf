"""Mistakes and conventions that all three functions share: what they do with the config, with w and with dw."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import Ignored
from course_utils.checks.types import Besides

__all__ = [
    "BESIDES",
    "EPSILON_INSIDE",
    "EPSILON_MISTAKES",
    "IGNORED",
    "OTHER_EPSILONS",
    "W_IN_PLACE",
    "config_mistakes",
]

FILLED_IN = "config = {**defaults, **(config or {})}"
MISSING = "a missing key means the default value, and missing state is zero, one key at a time."

W_IN_PLACE = accepted(
    "w-in-place",
    "Your function moves w itself, as the classes do; that of the text leaves w as it was and returns a new array.",
    {"next_w = w ": "w[...] = w ", "return next_w": "return w"},
    pairs=False,
)

# Moving w costs nothing by itself, and nothing beside a mistake.
BESIDES = (
    Besides(
        "w_left_alone",
        "input-changed",
        "Your function also moves w itself, as the classes do; that of the text leaves w as it was.",
    ),
    Besides("dw_left_alone", "input-changed", "dw itself has been changed, too; the caller may still need it.", 0.75),
)


def config_mistakes(state: Sequence[str]) -> tuple[Edit, ...]:
    """Return the mistakes with a config in which keys are missing, and with dw.

    Args:
        state: The keys of the config that are not settings.
    """
    with_defaults = f"{{key: value for key, value in defaults.items() if key not in {tuple(state)}}}"
    with_state = f"{{**{{key: defaults[key] for key in {tuple(state)}}}, **(config or defaults)}}"
    return (
        edit(
            "input-changed",
            "next_w is right, but dw itself has been changed; the caller still has it, and may need it.",
            {"return next_w": 'dw *= config["learning_rate"]\nreturn next_w'},
            share=0.75,
            pairs=False,
        ),
        edit(
            "missing-keys-not-filled-in",
            f"With a config in which the state is missing an error is raised; {MISSING}",
            {FILLED_IN: "config = config or defaults"},
            share=0.75,
        ),
        edit(
            "missing-keys-not-filled-in",
            f"With a config in which some of the settings are missing an error is raised; {MISSING}",
            {FILLED_IN: f"config = {with_state}"},
            share=0.75,
        ),
        edit(
            "defaults-win",
            "The default values replace the settings of a config that is given; a setting that is given should win.",
            {FILLED_IN: f"config = {{**defaults, **(config or {{}}), **{with_defaults}}}"},
        ),
        edit(
            "given-settings-lost",
            f"A config in which keys are missing is replaced by the defaults, what it holds is lost; {MISSING}",
            {FILLED_IN: "config = config if config and config.keys() >= defaults.keys() else defaults"},
            share=0.75,
        ),
    )


def _other_epsilon(value: str, pairs: bool = False) -> Edit:
    return accepted(
        "another-epsilon",
        f"The default value of epsilon is {value}, that of the text 1e-8; both are in use.",
        {'"epsilon": 1e-8': f'"epsilon": {value}'},
        pairs=pairs,
    )


# The classes of the workbook have 1e-7.
OTHER_EPSILONS = (_other_epsilon("1e-7", pairs=True), *map(_other_epsilon, ("1e-5", "1e-6", "1e-9", "1e-10")))
EPSILON_INSIDE = "epsilon is inside the root here; the text of this exercise puts it outside."
EPSILON_MISTAKES = tuple(
    edit(
        "epsilon-ignored",
        "The epsilon of the config has no effect: it is missing, or a constant is used instead.",
        {'config["epsilon"]': constant},
        pairs=False,
    )
    for constant in ("1e-8", "1e-7", "0.0")
)

IGNORED = (
    Ignored(
        "other-defaults",
        "With a given config everything is right; without one, the default values are not those of the text.",
        "The default values are not those of the text, either.",
        ("next_w_default", "next_w_one_setting"),
        share=0.75,
    ),
)
