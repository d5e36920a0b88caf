"""Judging a wrong answer that no known mistake gives, against judging a right one, part by part.

The wrong answer is the right one with every number one percent too large, and with statements as they are: what costs
most, because no mistake can be ruled out by what it leaves right. Where there are statements only, all are turned
round. Each side is measured on several inputs, as some have shapes that the recorded ones do not have; of two runs on
the same inputs the better one counts, and of all inputs the worst. Seconds of processor time, the worst parts first;
the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass

import numpy as np
import torch

from autograder.catalogue.answer import Answer, AnswerPart, load_answer
from autograder.course import load_course
from autograder.grade.lazy_key import lazy_key
from course_utils.checks.judge import judge_part
from course_utils.checks.types import PartObservation
from course_utils.kits.probe import Inputs, Outputs

# Too large to be rounding, too small to change the sign or the size of anything.
OFF = 1.01
RUNS = 2


@dataclass(frozen=True)
class Measured:
    """Seconds that a part takes to be judged, key included."""

    exercise: str
    part: str
    right_s: float
    wrong_s: float
    verdict: str

    def __str__(self) -> str:
        return f"{self.wrong_s:7.3f} {self.right_s:7.3f}  {self.exercise}: {self.part} ({self.verdict})"


def wrong(expected: Outputs, statements: set[str]) -> Outputs:
    """Return arrays that no known mistake gives."""
    numbers = {name: array * OFF for name, array in expected.items() if name not in statements}
    if any(array.any() for array in numbers.values()):
        return {**expected, **numbers}
    return {name: 1.0 - array for name, array in expected.items()}


def measure(answer: Answer, part: AnswerPart, seeds: range) -> Measured:
    """Judge a right and a wrong answer to one part, each with a new key."""
    found = [_on_inputs(answer, part, answer.generate(np.random.default_rng(seed))) for seed in seeds]
    right_s, wrong_s, verdicts = zip(*found, strict=True)
    return Measured(answer.exercise, part.name, max(right_s), max(wrong_s), verdicts[-1])


def _on_inputs(answer: Answer, part: AnswerPart, inputs: Inputs) -> tuple[float, float, str]:
    """Return the seconds for a right and for a wrong answer, and what is said of the latter."""
    alone = Answer(answer.exercise, answer.generate, (part,))
    expected = lazy_key(alone, inputs, 1.0).parts[0].expected
    seen = (expected, wrong(expected, {name for name, label in part.labels.items() if label.statement}))
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        for outputs, seconds in zip(seen, found, strict=True):
            start = time.process_time()
            key = lazy_key(alone, inputs, 1.0).parts[0]
            judgement = judge_part(PartObservation(part.name, outputs), key, answer.exercise, 1.0)
            seconds.append(time.process_time() - start)
    return min(found[0]), min(found[1]), judgement.verdict


def main() -> None:
    """Measure, print a table and the line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exercises", nargs="*", help="exercises to look at; all if none is given")
    parser.add_argument("--repeats", type=int, default=3, help="on how many inputs each side is measured")
    options = parser.parse_args()
    torch.set_num_threads(1)
    exercises = options.exercises or [name for name, points in load_course().points.items() if points.auto]
    answers = [load_answer(exercise) for exercise in exercises]
    seeds = range(options.repeats)
    rows = [measure(answer, part, seeds) for answer in answers for part in answer.parts]
    for row in sorted(rows, key=lambda row: -row.wrong_s):
        print(row)
    worst = max(rows, key=lambda row: row.wrong_s)
    total = sum(row.wrong_s for row in rows) / sum(row.right_s for row in rows)
    ratio = worst.wrong_s / worst.right_s
    print(
        json.dumps({"ratio_all": round(total, 1), "ratio_worst": round(ratio, 1), "worst_s": round(worst.wrong_s, 3)})
    )


if __name__ == "__main__":
    main()
