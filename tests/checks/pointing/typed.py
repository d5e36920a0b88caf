"""Code as a notebook has it: typed in a cell that Python knows by the name under which it was compiled."""

import itertools
import linecache
import textwrap

from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.pointing import find_change
from course_utils.checks.recorded import load_recorded
from course_utils.kits.probe import load_probe

NUMBER = itertools.count(1)
# Far more than a check has, so that a busy machine finds the same.
PATIENCE_S = 60


def run_cell(source, space=None):
    """Run a cell and return the names that there are afterwards."""
    source, name = textwrap.dedent(source).strip("\n") + "\n", f"<cell {next(NUMBER)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space = {"__name__": "__main__"} if space is None else space
    exec(compile(source, name, "exec"), space)
    return space


def wrong_parts(exercise, space):
    """Return the parts of an exercise that are wrong on the recorded inputs: part, arguments, and what was seen."""
    probe, (inputs, key) = load_probe(exercise), load_recorded(exercise)
    objects = {name: space.get(name) for name in probe.objects}
    observation = observe(probe, list(objects.values()), inputs)
    found = judge(observation, key)
    verdicts = [one.verdict for one in found.parts or (found,)]
    parts = zip(probe.parts, observation.parts, verdicts, strict=True)
    return [(part, [objects[name] for name in part.uses], seen) for part, seen, said in parts if said == "wrong"]


def changes_found(exercise, space, budget_s=PATIENCE_S):
    """Return what is found for each part that is wrong."""
    return [find_change(exercise, *wrong, budget_s) for wrong in wrong_parts(exercise, space)]
