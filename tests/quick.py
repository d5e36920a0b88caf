"""`make quick`: the tests that a change touches, the nearest first, for at most a minute.

A test is near when its file imports a changed module directly; tests about an exercise are near to its folder. The rest
follows by the number of imports in between. What a minute has no room for is counted at the end; how long tests take is
in `tests/seconds.json`.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.balance import SHORT_S, Seconds, recorded
from tests.project.imports import import_graph

ROOT = Path(__file__).parents[1]
PACKAGES = ("autograder", "benchmarks", "course_utils", "tests")
EXERCISES = ("course_utils", "exercises")
BEGIN = time.monotonic()
SECONDS = 50  # from the beginning, collecting included; the last test may take some more
FAR = 1000
SHORT = Seconds(SHORT_S, SHORT_S)


def changed_files():
    """Return what differs from the last commit, or, where nothing does, what the last commit changed."""
    found = _git("diff", "--name-only", "HEAD") + _git("ls-files", "--others", "--exclude-standard")
    return [Path(name) for name in found or _git("diff", "--name-only", "HEAD~1", "HEAD")]


def _git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def module_of(path):
    """Return the dotted name of a module, or of the package in which a file lies that is none."""
    parts = path.with_suffix("").parts if path.suffix == ".py" else path.parent.parts
    return ".".join(parts).removesuffix(".__init__")


def known(name, graph):
    """Return a module or package of the graph: this one, or the nearest that holds it; empty where there is none."""
    while name and name not in graph:
        name = name.rpartition(".")[0]
    return name


def exercise_of(path):
    """Return the id of the exercise in whose folder a file lies; empty where it lies in none."""
    return path.parts[3] if path.parts[:2] == EXERCISES and len(path.parts) > 4 else ""


def distances(graph, starts):
    """Return, for each module that needs one of `starts`, how many imports lie in between."""
    importers = {name: {other for other, imported in graph.items() if name in imported} for name in graph}
    found, edge = {}, set(starts) & graph.keys()
    while edge:
        found.update(dict.fromkeys(edge, max(found.values(), default=-1) + 1))
        edge = {importer for name in edge for importer in importers[name]} - found.keys()
    return found


def worth_collecting(files, near, seconds, budget_s):
    """Return the nearest files of tests that fill a time; importing the others would take from it.

    Args:
        files: Paths of tests from the root.
        near: Imports between the change and a module, by name.
        seconds: `Seconds` by module.
        budget_s: The time.
    """
    chosen, total = [], 0.0
    for path in sorted(files, key=lambda path: near[module_of(path)]):
        if total < budget_s:
            chosen.append(path)
        total += seconds.get(module_of(path), SHORT).total
    return chosen


class Nearest:
    """Runs the tests that a change touches, the nearest first, until the time is over.

    Args:
        distances: Imports between the change and a module of tests, by name.
        exercises: Ids of the exercises that were changed.
        end: When to start no more, on the monotonic clock.
        seconds: `Seconds` by module.
    """

    def __init__(self, distances, exercises, end, seconds):
        self.distances, self.exercises, self.end, self.seconds = distances, exercises, end, seconds
        self.left = 0

    def pytest_collection_modifyitems(self, config, items):
        near = {item: self._distance(item) for item in items}
        chosen = [item for item in items if near[item] < FAR]
        config.hook.pytest_deselected(items=[item for item in items if near[item] >= FAR])
        items[:] = sorted(chosen, key=near.__getitem__)

    def pytest_runtest_protocol(self, item):
        longest = self.seconds.get(item.module.__name__, SHORT).longest
        if time.monotonic() + longest > self.end:
            self.left += 1
            return True  # counted, not run
        return None

    def pytest_terminal_summary(self, terminalreporter):
        if self.left:
            terminalreporter.write_line(f"{self.left} more tests are concerned; `make test` runs them.")

    def _distance(self, item):
        if any(f"[{exercise}-" in item.name or f"[{exercise}]" in item.name for exercise in self.exercises):
            return 0
        about_exercises = item.module.__name__.startswith("tests.exercises") and self.exercises
        return FAR if about_exercises else self.distances.get(item.module.__name__, FAR)


def main():
    """Run the tests; return the exit status."""
    changed = changed_files()
    print("changed:", *changed[:10], *(["and more"] if len(changed) > 10 else []))
    graph = import_graph(*(ROOT / package for package in PACKAGES))
    near = distances(graph, (known(module_of(path), graph) for path in changed))
    exercises = {exercise_of(path) for path in changed} - {""}
    tests = [path.relative_to(ROOT) for path in sorted(ROOT.glob("tests/**/test_*.py"))]
    files = [path for path in tests if module_of(path) in near]
    seconds = recorded()
    chosen = worth_collecting(files, near, seconds, SECONDS)
    where = [*map(str, chosen), *(["tests/exercises"] if exercises else [])]
    if not where:
        print("No test needs what was changed; `make test` runs all of them.")
        return 0
    plugin = Nearest(near, exercises, BEGIN + SECONDS, seconds)
    status = pytest.main(["-q", "-m", "not slow and not browser", *where], plugins=[plugin])
    if len(chosen) < len(files):
        print(f"{len(files) - len(chosen)} more files of tests are further away.")
    return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else status


if __name__ == "__main__":
    sys.exit(main())
