"""The answer to `schedules`: rates by step, and clipping by one norm over all gradients.

Linear warmup: base_lr (t + 1) / W in the first W steps, t = 0, 1, ... Then, with s = (t - W) / (T - W): step, 1/10 from
s = 1/2 and 1/100 from s = 3/4; exponential, 0.01^s; cosine, (1 + cos pi s) / 2 (Loshchilov and Hutter 2017).
Clipping (Pascanu et al. 2013): all gradients times max_norm / norm where the norm is larger than max_norm.
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits.closed_form import evaluate
from autograder.kits.gradient_clipping import CLIPPING_PART, fresh_gradients
from autograder.kits.library import CLIPPING, COURSE, SCHEDULERS
from autograder.kits.rules import Mistake, Rule, alternatives, under_variants
from course_utils.exercises.optimizers.schedules.probe import KINDS
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

RULE: Rule = {
    "t": lambda s: s.steps,
    "ramp": lambda s: np.clip((s.t + 1) / s.warmup, 0, 1) if s.warmup else 1.0,
    "part": lambda s: np.clip((s.t - s.warmup) / (s.total - s.warmup), 0, 1),
    "step": lambda s: 0.1 ** (1.0 * (s.part >= 0.5) + (s.part >= 0.75)),
    "exponential": lambda s: 0.01**s.part,
    "cosine": lambda s: 0.5 + 0.5 * np.cos(np.pi * s.part),
    "base": lambda s: s.base_lr,
    "refuses": lambda s: 1.0,
}

MISTAKES = (
    Mistake(
        "warmup-missing",
        "There is no warmup: the first steps already have the full learning rate.",
        {"ramp": lambda s: 1.0},
    ),
    Mistake(
        "warmup-ignored",
        "warmup_steps changes nothing: neither is there a ramp, nor does the schedule begin later.",
        {"ramp": lambda s: 1.0, "part": lambda s: s.t / s.total},
    ),
    Mistake(
        "warmup-not-subtracted",
        "The schedule runs from step 0, behind the warmup: after it the rate does not begin at the base rate.",
        {"part": lambda s: s.t / s.total},
    ),
    Mistake(
        "warmup-not-subtracted",
        "The schedule is counted from step 0, warmup included: after it the rate does not begin at the base rate.",
        {"part": lambda s: np.where(s.t < s.warmup, 0.0, s.t / s.total)},
    ),
    Mistake(
        "total-not-shortened",
        "The schedule begins after the warmup but is stretched over all steps, so it never comes to its end.",
        {"part": lambda s: np.clip((s.t - s.warmup) / s.total, 0, 1)},
    ),
    Mistake(
        "counts-from-one",
        "The schedule is one step ahead: the first step is step 0.",
        {"t": lambda s: s.steps + 1},
    ),
    Mistake(
        "base-rate-ignored",
        "The result does not depend on base_lr.",
        {"base": lambda s: 1.0},
    ),
    Mistake(
        "one-drop",
        "There is one drop, at the middle; a second one follows after three quarters.",
        {"step": lambda s: 0.1 ** (1.0 * (s.part >= 0.5))},
    ),
    Mistake(
        "drop-one-step-late",
        "A drop comes one step late: from the middle on (and from three quarters on), that step included.",
        {"step": lambda s: 0.1 ** (1.0 * (s.part > 0.5) + (s.part > 0.75))},
        share=0.75,
    ),
    Mistake(
        "exponential-to-a-tenth",
        "The exponential schedule ends at a tenth of the base rate instead of a hundredth.",
        {"exponential": lambda s: 0.1**s.part},
    ),
    Mistake(
        "exponential-per-step",
        "The factor 0.01 is applied at every step; it is what all steps together amount to.",
        {"exponential": lambda s: 0.01 ** (s.part * (s.total - s.warmup))},
    ),
    Mistake(
        "exponential-base-e",
        "The exponential schedule has base e: it ends at 0.37 of the base rate.",
        {"exponential": lambda s: np.exp(-s.part)},
    ),
    Mistake(
        "straight-line",
        "The exponential schedule is a straight line: it should fall by the same factor in every step.",
        {"exponential": lambda s: 1 - 0.99 * s.part},
    ),
    Mistake(
        "cosine-not-lifted",
        "The cosine itself is taken, which goes down to -1: it has to be lifted and halved.",
        {"cosine": lambda s: np.cos(np.pi * s.part)},
    ),
    Mistake(
        "cosine-full-period",
        "The cosine runs through a whole period: the rate rises again in the second half.",
        {"cosine": lambda s: 0.5 + 0.5 * np.cos(2 * np.pi * s.part)},
    ),
    Mistake(
        "cosine-quarter-period",
        "This is a quarter of a period: it falls fastest at the end, where the schedule of the text is flat.",
        {"cosine": lambda s: np.cos(np.pi / 2 * s.part)},
    ),
    Mistake(
        "cosine-without-pi",
        "The cosine runs to 1 instead of pi: the rate ends at 0.77 of the base rate.",
        {"cosine": lambda s: 0.5 + 0.5 * np.cos(s.part)},
    ),
    Mistake(
        "unknown-kind-accepted",
        "An unknown kind of schedule does not raise a ValueError: a slip of the pen would go unnoticed.",
        {"refuses": lambda s: 0.0},
        share=0.75,
    ),
)

VARIANTS = (
    Mistake(
        "warmup-from-zero",
        "Your warmup starts at rate 0, as in several libraries; the first step then moves nothing.",
        {"ramp": lambda s: np.clip(s.t / s.warmup, 0, 1) if s.warmup else 1.0},
        share=1.0,
    ),
    Mistake(
        "warmup-ends-one-later",
        "Your warmup comes to the base rate one step later than the one in the text.",
        {"ramp": lambda s: np.clip((s.t + 1) / (s.warmup + 1), 0, 1)},
        share=1.0,
    ),
    Mistake(
        "ends-at-the-last-step",
        "Your schedule comes to its end at the last step; that of the text would come to it one step after.",
        {"part": lambda s: np.clip((s.t - s.warmup) / (s.total - 1 - s.warmup), 0, 1)},
        share=1.0,
    ),
)


def _simulate(rule: Rule) -> Simulate:
    def outputs(inputs: Inputs) -> Outputs:
        rates: Outputs = {}
        for name, warmup in (("plain", 0), ("warm", int(inputs["warmup"]))):
            total = int(inputs[f"total_{name}"])
            given = {"steps": np.arange(total), "total": total, "warmup": warmup, "base_lr": inputs["base_lr"]}
            state = evaluate(rule, given)
            rates |= {f"{name}_{kind}": state.base * state.ramp * getattr(state, kind) for kind in KINDS}
        return {**rates, "refuses": np.array(state.refuses)}

    return outputs


def _labels() -> dict[str, str]:
    words = {"plain": "without warmup", "warm": "with warmup"}
    rates = {f"{name}_{kind}": f'schedule "{kind}" {said}' for kind in KINDS for name, said in words.items()}
    return {**rates, "refuses": "a ValueError for an unknown kind (1 = yes)"}


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw numbers of steps in which the drops fall on whole steps."""
    warmup = rng.integers(3, 7)
    return {
        "base_lr": np.array(rng.uniform(0.2, 0.8)),
        "total_plain": np.array(4.0 * rng.integers(4, 7)),
        "total_warm": np.array(4.0 * rng.integers(4, 7) + warmup),
        "warmup": np.array(float(warmup)),
        **fresh_gradients(rng),
    }


def _alternatives() -> tuple[Alternative, ...]:
    single = alternatives(RULE, MISTAKES, _simulate, pairs=False)
    both = alternatives(RULE, MISTAKES, _simulate)[len(single) :]
    return (*single, *under_variants(RULE, MISTAKES, VARIANTS, _simulate), *both)


ANSWER = Answer(
    "schedules",
    _generate,
    (
        AnswerPart(
            name="learning_rate",
            reference=_simulate(RULE),
            misconceptions=_alternatives(),
            variants=alternatives(RULE, VARIANTS, _simulate),
            labels=_labels(),
            reread="section 2.7, warmup and the three schedules",
        ),
        CLIPPING_PART,
    ),
    by_hand=(*SCHEDULERS, *CLIPPING, *COURSE),
)
