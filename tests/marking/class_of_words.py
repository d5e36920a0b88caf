"""Answers of a class to two questions as people write them, each with the mark that a person gives it.

Among them are copies, copies with typing errors, the same thought in other words, and pairs that differ by a word or a
number and are worth different marks.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "answers"


def read(name):
    """Return (mark, answer) of every line of a file; a mark alone is an empty answer."""
    lines = (FOLDER / f"{name}.txt").read_text().splitlines()
    return [(float(mark), answer) for mark, _, answer in (line.partition(" ") for line in lines)]


ANSWERS = {name: read(name) for name in ("jumps", "noise")}
MODELS = {
    "jumps": (
        "The run did not reach a minimum: it jumps for ever between two points around the global minimum. The limit is "
        "2/L = 0.18. A large step leaps over the local minimum, a small one settles.",
        "- 0.5 for the 2-cycle with evidence from the run, and the trade between leaping and settling.\n"
        "- 0.5 for the limit $2/L$ with the number 0.18.\n"
        '- Saying only "it oscillates" or "too large" earns nothing.',
    ),
    "noise": (
        "The standard deviation halves, and the variance is a quarter: the gradient of a batch is the mean of "
        "independent terms, so its variance is $\\sigma^2/B$.",
        "- 0.5 for half of the deviation, or a quarter of the variance.\n- 0.5 for the mean of independent terms.",
    ),
}
