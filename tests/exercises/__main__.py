"""Print the kill matrix: `python -m tests.exercises [--seed N] [EXERCISE ...]`.

Another seed gives other inputs for the solutions, and other slips. Status 1 if a verdict is not the right one, or if a
statement is false.
"""

import argparse
import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from course_utils.checks.pointing import BUDGET_S, deadline
from course_utils.checks.recorded import load_recorded, load_second
from tests.exercises.matrix import EXERCISES, named, solutions, verdict
from tests.exercises.slips import OUTCOMES, outcomes

KINDS = ("CORRECT", "VARIANTS", "MUTANTS", "WRONG")
# Parts of each exercise that slips have made wrong.
SLIPS = 6
# What is listed below the table.
MISSED = ("another line", "neither", "false")
# Other work on the machine must not shorten a search: only its own seconds count.
deadline.BUSY = 60.0


def is_right(kind, name, found):
    """Tell whether the verdict on one solution is the one that it deserves."""
    if kind == "WRONG":
        return found.score == 0 and found.verdict in {"wrong", "error", "not attempted"}
    expected = {"CORRECT": "correct", "VARIANTS": "variant", "MUTANTS": "misconception"}[kind]
    said = set(found.misconceptions) == named(name) if kind != "CORRECT" else True
    return found.verdict == expected and said


def row(exercise, seed):
    """Judge all solutions; return, by kind, how many there are, and those that were judged wrongly."""
    counts, slips, names = [], [], []
    for kind in KINDS:
        ones = solutions(exercise, kind)
        right = {name: is_right(kind, name, verdict(exercise, one, seed)) for name, one in ones.items()}
        counts.append(f"{sum(right.values())}/{len(right)}" if right else "")
        slips += [name for name, ok in right.items() if not ok]
        names += [name for name in right if kind == "MUTANTS"]
    return counts, names, slips


def generated(exercise):
    """Return how many small changes of the solution are recognised, and how many other ways to answer."""
    parts = load_recorded(exercise)[1].parts
    listed = sum(len(part.variants) + len(part.misconceptions) for part in parts)
    return str(listed), str(sum(len(part.changes) for part in parts))


def lines(exercise, seed):
    """Return what became of slips made in right solutions, how often each, and the longest search."""
    found = outcomes(exercise, SLIPS, BUDGET_S, seed) if load_second(exercise) else []
    counts = Counter(one.kind for one in found)
    longest = max((one.seconds for one in found), default=0.0)
    return counts, longest, [f"{one.kind}: {exercise}, {one.what}" for one in found if one.kind in MISSED]


def totals(counts):
    """Say of all slips how many are named or pointed at, and how often the line is the one that was changed."""
    lines = counts["pointed at"] + counts["another line"]
    known = counts.total() - counts["neither"] - counts["false"]
    return (
        f"{known} of {counts.total()} slips are named, pointed at, quoted with their line, "
        "or found by a value that is used nowhere; "
        f"{counts['pointed at']} of {lines} lines are the changed one; {counts['false']} statements are false"
    )


def main(chosen, seed):
    """Print a row per exercise."""
    heads = ("exercise", "correct", "variants", "mutants named", "no point", "listed", "generated")
    table = Table(*heads, *OUTCOMES, "longest", "named mistakes", title="Kill matrix")
    wrong, missed, all_counts = [], [], Counter()
    for exercise in chosen or EXERCISES:
        counts, names, others = row(exercise, seed)
        found, longest, slips = lines(exercise, seed)
        numbers = [str(found[kind]) for kind in OUTCOMES]
        table.add_row(exercise, *counts, *generated(exercise), *numbers, f"{longest:.1f} s", ", ".join(names))
        wrong += [f"{exercise}: {name}" for name in others]
        missed += slips
        all_counts += found
    Console(width=200).print(table)
    print(totals(all_counts))
    print("\n".join([*missed, *(wrong or ["every solution got the verdict that it deserves"])]))
    return bool(wrong or all_counts["false"])


def arguments():
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.exercises", description="Print the kill matrix.")
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE")
    parser.add_argument("--seed", type=int, default=1, help="for the inputs of the solutions, and for the slips")
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    sys.exit(main(asked.exercises, asked.seed))
