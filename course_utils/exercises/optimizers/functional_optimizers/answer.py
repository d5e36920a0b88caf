"""The answer to `functional_optimizers`: `(w, dw, config=None) -> (next_w, config)` for three rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits import functional_rules as rules
from autograder.kits.library import OPTIMIZERS
from autograder.kits.rules import Mistake, Rule, alternatives, follow, under_variants
from course_utils.exercises.optimizers.functional_optimizers.probe import DEFAULT_STEPS, ONE, SETTINGS, STATES
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

STEPS = 4
SHAPE = (2, 3)
FAILS = "(nan: not a number, or an error)"
BASED = ("next_w", "next_w_default", "next_w_without_state", "next_w_one_setting")
OTHER_DEFAULTS = "With a given config all is right; without one, the default values are not those of the text."


@dataclass(frozen=True)
class _Function:
    """One of the three functions: its rule, and the names that the rule gives to what its config holds."""

    name: str
    rule: Rule
    mistakes: tuple[Mistake, ...]
    variants: tuple[Mistake, ...]
    defaults: Mapping[str, float]
    renamed: Mapping[str, str]  # key of the config -> name of the state in the rule
    kept: Mapping[str, str]  # key of the config -> name of what is kept in the rule

    def simulate(self, changed: Rule) -> Simulate:
        return lambda inputs: self._outputs(changed, inputs)

    def _outputs(self, rule: Rule, inputs: Inputs) -> Outputs:
        keys = (*SETTINGS[self.name], *STATES[self.name])
        given = self._follow(rule, inputs, {key: inputs[f"{self.name}_{key}"] for key in keys}, STEPS, defaults=False)
        states = {
            key: np.stack(
                [np.broadcast_to(entry[self.kept[key]], inputs[f"{self.name}_{key}"].shape) for entry in given]
            )
            for key in STATES[self.name]
        }
        return {
            "next_w": np.stack([entry["w"] for entry in given]),
            **states,
            **self._incomplete(rule, inputs, given[0]),
            "inputs_left_alone": np.array(float(given[0]["inputs_left_alone"])),
        }

    def _incomplete(self, rule: Rule, inputs: Inputs, told: Mapping[str, Any]) -> Outputs:
        """Return what comes of no config, and of configs in which keys are missing."""
        bare = {**self.defaults, **{key: np.float64(0) for key in STATES[self.name]}}
        settings = {key: inputs[f"{self.name}_{key}"] for key in SETTINGS[self.name]}
        held = {"default": {}, "without_state": settings, "one_setting": {ONE: settings[ONE]}}
        outputs: Outputs = {}
        for name, config in held.items():
            config = {} if told.get(name) == rules.REPLACED else config
            entries = self._follow(rule, inputs, {**bare, **config}, DEFAULT_STEPS, defaults=True)
            found = np.stack([entry["w"] for entry in entries])
            outputs[f"next_w_{name}"] = np.full_like(found, np.nan) if told.get(name) == rules.FAILED else found
        return outputs

    def _follow(
        self, rule: Rule, inputs: Inputs, config: Mapping[str, Any], steps: int, defaults: bool
    ) -> list[dict[str, Any]]:
        start = {self.renamed.get(key, key): np.asarray(value, dtype=np.float64)[()] for key, value in config.items()}
        initial = {f"{key}0": value for key, value in start.items()}
        (state,) = follow(
            rule, [inputs["w"]], lambda step, _: [inputs["dw"][step]], steps, {**start, **initial, "defaults": defaults}
        )
        entries: list[dict[str, Any]] = state.states
        return entries


FUNCTIONS = (
    _Function(
        "sgd_momentum",
        rules.MOMENTUM,
        rules.MOMENTUM_MISTAKES,
        (),
        {"learning_rate": 1e-2, "momentum": 0.9},
        renamed={},
        kept={"velocity": "kept_velocity"},
    ),
    _Function(
        "rmsprop",
        rules.RMSPROP,
        rules.RMSPROP_MISTAKES,
        rules.RMSPROP_VARIANTS,
        {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8},
        renamed={"learning_rate": "lr", "decay_rate": "beta", "cache": "kept"},
        kept={"cache": "kept"},
    ),
    _Function(
        "adam",
        rules.ADAM,
        rules.ADAM_MISTAKES,
        rules.ADAM_VARIANTS,
        {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
        renamed={"learning_rate": "lr", "t": "count"},
        kept={"m": "kept_m", "v": "kept_v", "t": "count"},
    ),
)


def _part(function: _Function) -> AnswerPart:
    single = alternatives(function.rule, function.mistakes, function.simulate, pairs=False)

    def other_defaults(*missing: Mistake) -> Alternative:
        formulas = {name: formula for mistake in missing for name, formula in mistake.formulas.items()}
        outputs = function.simulate({**function.rule, **formulas})

        def any_defaults(inputs: Inputs) -> Outputs:
            seen = outputs(inputs)
            return {name: array for name, array in seen.items() if name not in {"next_w_default", "next_w_one_setting"}}

        ids = ("other-defaults", *(mistake.id for mistake in missing))
        return Alternative(ids, (OTHER_DEFAULTS, *(m.says for m in missing)), any_defaults, share=0.75)

    return AnswerPart(
        name=function.name,
        reference=function.simulate(function.rule),
        misconceptions=(
            *single,
            other_defaults(),
            *under_variants(function.rule, function.mistakes, function.variants[:1], function.simulate),
            *under_variants(function.rule, rules.MISSING_KEYS, function.variants[1:], function.simulate),
            *alternatives(function.rule, function.mistakes, function.simulate)[len(single) :],
            other_defaults(rules.MISSING_KEYS[0]),
        ),
        variants=alternatives(function.rule, function.variants, function.simulate, pairs=False),
        labels={
            "next_w": "next_w after step {step}",
            **{key: f"config[{key!r}] after step {{step}}" for key in STATES[function.name]},
            "next_w_default": "next_w after step {step}, from no config",
            "next_w_without_state": f"next_w after step {{step}}, from a config without state {FAILS}",
            "next_w_one_setting": f"next_w after step {{step}}, from a config that holds only {ONE!r} {FAILS}",
            "inputs_left_alone": "w and dw left as they were (1 = yes)",
        },
        reread="section 2.6, the three rules with a config",
        baselines=lambda inputs: dict.fromkeys(BASED, inputs["w"]),
    )


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw gradients with small and zero components, a history that fits them, and a t that is not at its start."""
    scale = np.array([[1e-4, 0.0, 1e-6], [1.0, 1.0, 1.0]])
    signs = rng.choice([-1.0, 1.0], size=(STEPS, *SHAPE))
    numbers = {
        "sgd_momentum": {"learning_rate": rng.uniform(0.04, 0.1), "momentum": rng.uniform(0.65, 0.8)},
        "rmsprop": {
            "learning_rate": rng.uniform(0.04, 0.1),
            "decay_rate": rng.uniform(0.7, 0.85),
            "epsilon": rng.uniform(1e-4, 3e-4),
        },
        "adam": {
            "learning_rate": rng.uniform(0.04, 0.1),
            "beta1": rng.uniform(0.6, 0.75),
            "beta2": rng.uniform(0.94, 0.97),
            "epsilon": rng.uniform(1e-4, 3e-4),
            "t": 5.0,
        },
    }
    return {
        "w": rng.uniform(-0.1, 0.1, size=SHAPE),
        "dw": signs * rng.uniform(0.3, 1.5, size=(STEPS, *SHAPE)) * scale,
        "sgd_momentum_velocity": rng.normal(scale=0.3, size=SHAPE),
        "rmsprop_cache": rng.uniform(0.2, 1.5, size=SHAPE) * scale**2,
        "adam_m": rng.uniform(-0.5, 0.5, size=SHAPE) * scale,
        "adam_v": rng.uniform(0.2, 1.5, size=SHAPE) * scale**2,
        **{f"{name}_{key}": np.array(value) for name, values in numbers.items() for key, value in values.items()},
    }


ANSWER = Answer(
    "functional_optimizers", _generate, tuple(_part(function) for function in FUNCTIONS), by_hand=OPTIMIZERS
)
