"""Print the kill matrix: `python -m tests.exercises [EXERCISE ...]`; status 1 if a verdict is not the right one."""

import sys

from rich.console import Console
from rich.table import Table

from course_utils.checks.pointing import BUDGET_S
from course_utils.checks.recorded import load_recorded, load_second
from tests.exercises.matrix import EXERCISES, named, pointing, solutions, verdict

KINDS = ("CORRECT", "VARIANTS", "MUTANTS", "WRONG")
SEED = 1
# Slips of each solution, and what may become of them.
SLIPS = 10
OUTCOMES = ("pointed at", "another line", "named", "neither")


def is_right(kind, name, found):
    """Tell whether the verdict on one solution is the one that it deserves."""
    if kind == "WRONG":
        return found.score == 0 and found.verdict in {"wrong", "error", "not attempted"}
    expected = {"CORRECT": "correct", "VARIANTS": "variant", "MUTANTS": "misconception"}[kind]
    said = set(found.misconceptions) == named(name) if kind != "CORRECT" else True
    return found.verdict == expected and said


def row(exercise):
    """Judge all solutions of an exercise; return, by kind, how many there are, and those that were judged wrongly."""
    counts, slips, names = [], [], []
    for kind in KINDS:
        ones = solutions(exercise, kind)
        right = {name: is_right(kind, name, verdict(exercise, one, SEED)) for name, one in ones.items()}
        counts.append(f"{sum(right.values())}/{len(right)}" if right else "")
        slips += [name for name, ok in right.items() if not ok]
        names += [name for name in right if kind == "MUTANTS"]
    return counts, names, slips


def generated(exercise):
    """Return how many small changes of the solution are recognised, and how many other ways to answer."""
    parts = load_recorded(exercise)[1].parts
    listed = sum(len(part.variants) + len(part.misconceptions) for part in parts)
    return str(listed), str(sum(len(part.changes) for part in parts))


def lines(exercise):
    """Return, of slips made in the solution, how many are pointed at, only named, neither; and the longest search."""
    found = pointing(exercise, SLIPS, BUDGET_S) if load_second(exercise) else []
    counts = [str(sum(kind == wanted for kind, _ in found)) for wanted in OUTCOMES]
    return [*counts, f"{max((seconds for _, seconds in found), default=0.0):.1f} s"]


def main(chosen):
    """Print a row per exercise."""
    heads = ("exercise", "correct", "variants", "mutants named", "no point", "listed", "generated")
    table = Table(*heads, *OUTCOMES, "longest", "named mistakes", title="Kill matrix")
    slips = []
    for exercise in chosen or EXERCISES:
        counts, names, wrong = row(exercise)
        found = lines(exercise)
        table.add_row(exercise, *counts, *generated(exercise), *found, ", ".join(names))
        slips += [f"{exercise}: {name}" for name in wrong]
        slips += [f"{exercise}: another line is pointed at"] if found[OUTCOMES.index("another line")] != "0" else []
    Console(width=200).print(table)
    print("\n".join(slips) or "every solution got the verdict that it deserves")
    return bool(slips)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
