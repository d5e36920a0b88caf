"""Whatever a student's code does, looking for a line does it no more often than the check, and leaves no trace."""

import builtins
import itertools
import resource
import signal
import threading
import time

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from course_utils import check
from course_utils.checks.pointing import find_change
from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.candidates import stages
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.interrupts import interrupts_wait
from course_utils.checks.pointing.memory import memory_limited
from course_utils.checks.pointing.student_code import StudentCode
from course_utils.kits.probe import Part
from tests.checks.pointing.typed import changes_found, run_cell, wrong_parts

# `walk_moments` with a wrong sign in line 4, and a place for what else it does.
MOMENTS = """
def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    {extra}
    mean = p_good * good + (1 - p_good) * bad
    variance = p_good * good**2 + (1 - p_good) * bad**2 + mean**2
    return num_steps * mean, num_steps * variance
"""
WRONG = "variance = p_good * good**2 + (1 - p_good) * bad**2 + mean**2"


def moments(extra="pass", before=""):
    return run_cell(before + MOMENTS.format(extra=extra))


def found_in(space):
    (found,) = changes_found("walk_moments", space)
    return found


def test_the_case_itself_is_found():
    assert found_in(moments()).quote == WRONG


def test_what_it_prints_is_not_printed_again(capsys):
    space = moments("print('hello')")
    (wrong,) = wrong_parts("walk_moments", space)
    capsys.readouterr()
    assert find_change("walk_moments", *wrong, 60).quote == WRONG
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "effect",
    [
        "open(PATH, 'a').write('x')",
        "os.mkdir(PATH)",
        "os.fork() or os._exit(0)",
        "os.environ.update(A_NAME='x')",
        "subprocess.run(['true'])",
        "socket.create_connection(('localhost', 9), timeout=1)",
        "threading.Thread(target=print).start()",
        "input()",
        "time.sleep(0.001)",
    ],
)
def test_what_it_does_outside_is_not_done_again(effect, tmp_path, monkeypatch):
    """In the check the effect is switched off here; if the search let it happen, it would be seen."""
    monkeypatch.setattr(builtins, "input", lambda *_: pytest.fail("asked"))
    path, threads = tmp_path / "trace", threading.active_count()
    space = {"PATH": str(path), "quiet": True}
    run_cell(f"import os, socket, subprocess, threading, time\n{MOMENTS.format(extra=f'quiet or {effect}')}", space)
    ((part, arguments, seen),) = wrong_parts("walk_moments", space)
    space["quiet"] = False
    monkeypatch.undo()
    assert find_change("walk_moments", part, arguments, seen, 60) is None
    assert not path.exists()
    assert threading.active_count() == threads


def test_a_list_that_it_fills_is_as_long_as_after_the_check():
    space = {"seen": []}
    run_cell(MOMENTS.format(extra="seen.append(num_steps)"), space)
    (wrong,) = wrong_parts("walk_moments", space)
    before = list(space["seen"])
    assert find_change("walk_moments", *wrong, 60).quote == WRONG
    assert space["seen"] == before


@pytest.mark.parametrize(
    ("extra", "before"),
    [
        ("global count; count += 1", "count = 0"),
        ("state.value += 1", "class State:\n    value = 0\nstate = State()"),
    ],
)
def test_what_cannot_be_put_back_is_left_alone(extra, before):
    space = moments(extra, before)
    (wrong,) = wrong_parts("walk_moments", space)
    kept = space.get("count"), getattr(space.get("state"), "value", None)
    assert find_change("walk_moments", *wrong, 60) is None
    assert kept == (space.get("count"), getattr(space.get("state"), "value", None))


def test_functions_random_numbers_and_defaults_are_as_before():
    space = moments("np.random.rand(); torch.rand(1)", "import numpy as np, torch\n")
    (wrong,) = wrong_parts("walk_moments", space)
    function = space["walk_moments"]
    before = function.__code__, function.__defaults__, np.random.get_state()[2], torch.get_rng_state().tolist()
    assert find_change("walk_moments", *wrong, 60) is not None
    after = function.__code__, function.__defaults__, np.random.get_state()[2], torch.get_rng_state().tolist()
    assert before[0] is after[0]
    assert before[1:] == after[1:]


@pytest.mark.parametrize(
    "extra",
    [
        "i = 0\n    while i < 3:\n        i += 1",
        "i = 3\n    while i != 0:\n        i = i - 1",
        "\n    def down(n):\n        return n if n <= 0 else down(n - 1)\n    down(5)",
    ],
)
def test_a_change_that_makes_a_loop_endless_is_stopped(extra):
    assert found_in(moments(extra)).quote == WRONG


def test_no_loop_is_left_empty():
    source = "def f(items):\n    while items:\n        items.pop()\n    x = 1\n    return x\n"
    found = itertools.chain.from_iterable(stages(source, range(1, 6)))
    lines = [spot.line for spot in found if spot.change.kind == "statement-missing"]
    assert lines == [4]


def test_no_list_is_added_to_itself():
    source = "def f(items):\n    found = []\n    for one in items:\n        found.append(one)\n    return found\n"
    changes = itertools.chain.from_iterable(stages(source, range(1, 6)))
    assert "found" not in {spot.change.new for spot in changes if spot.line == 4}


def test_an_endless_loop_and_an_endless_recursion_end():
    space = run_cell("def loop():\n    while True: x = 1\ndef deeper():\n    return deeper()\n")
    for name in ("loop", "deeper"):
        code = StudentCode([space[name]])
        trial = code.run(Part(name, (name,), lambda f, _: f()), {}, Bounds(Deadline(0.2), 10_000))
        assert trial.outputs is None


@pytest.mark.parametrize(
    ("extra", "known"),
    [
        ("try:\n        pass\n    except:\n        pass", False),
        ("try:\n        pass\n    except (ValueError, BaseException):\n        pass", False),
        ("while True:\n        try:\n            pass\n        finally:\n            break", False),
        ("try:\n        pass\n    except Exception:\n        pass", True),
    ],
)
def test_code_that_takes_every_exception_is_left_alone(extra, known):
    assert (found_in(moments(extra)) is not None) == known


def test_code_that_takes_more_and_more_memory_ends():
    space = run_cell("def grow():\n    kept = [0]\n    while True:\n        kept = kept + kept\n")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with memory_limited():
        trial = StudentCode([space["grow"]]).run(Part("grow", ("grow",), lambda f, _: f()), {}, Bounds(Deadline(60)))
    assert trial.outputs is None
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_part_that_takes_long_is_left_alone():
    space = moments("[sum(range(1000)) for _ in range(20_000)]")
    assert changes_found("walk_moments", space) == [None]


def test_a_decorator_of_the_student_is_looked_through():
    decorator = (
        "import functools\ndef loud(f):\n    @functools.wraps(f)\n    def call(*a, **k):\n        return f(*a, **k)\n"
    )
    space = run_cell(decorator + "    return call\n\n@loud" + MOMENTS.format(extra="pass"))
    assert found_in(space).quote == WRONG


def test_a_lambda_is_code_like_any_other():
    space = run_cell("""
        half = lambda p, a, b: p * a + (1 - p) * b
        walk_moments = lambda n, p_good=0.75, good=-10.0, bad=20.0: (
            n * half(p_good, good, bad),
            n * (half(p_good, good**2, bad**2) + half(p_good, good, bad) ** 2),
        )
    """)
    found = changes_found("walk_moments", space)[0]
    assert found is None or found.line == 2


def test_of_several_cells_the_one_that_was_run_last_counts():
    space = moments()
    run_cell(MOMENTS.format(extra="again = True"), space)
    found = found_in(space)
    assert (found.quote, found.cell) == (WRONG, space["walk_moments"].__code__.co_filename)


@pytest.mark.parametrize(("magic", "line"), [("%xmode Plain", 5), ("%time x = 1", 5), ("%%capture", None)])
def test_magics_in_a_cell_do_no_harm(magic, line):
    """What a line magic becomes is Python; of a cell whose first line is for the notebook, Python sees other text."""
    shell = InteractiveShell()
    shell.run_cell(f"{magic}\n{MOMENTS.format(extra='pass').strip()}").raise_error()
    found = found_in(shell.user_ns)
    assert found is None or found.quote == WRONG
    assert line is None or (found is not None and found.line == line)


def test_a_cell_that_python_does_not_know_has_no_line():
    space = {}
    exec(MOMENTS.format(extra="pass"), space)
    assert changes_found("walk_moments", space) == [None]


def test_another_function_by_the_name_of_check_changes_nothing(capsys):
    space = run_cell("def check(*_):\n    return 1 / 0\n" + MOMENTS.format(extra="pass"))
    check("walk_moments", space["walk_moments"])
    assert "Look at line 7" in capsys.readouterr().out


def test_objects_that_raise_when_they_are_looked_at_have_no_line():
    class Odd:
        def __getattribute__(self, name):
            raise RuntimeError(name)

    (part, _, seen), *_ = wrong_parts("walk_moments", moments())
    assert find_change("walk_moments", part, [Odd()], seen, 60) is None


def test_an_interrupt_waits_for_the_end_of_the_search():
    done = []

    def search():
        with interrupts_wait():
            signal.raise_signal(signal.SIGINT)
            done.append(True)

    with pytest.raises(KeyboardInterrupt):
        search()
    assert done


def test_other_threads_can_look_for_a_line():
    space, found = moments(), []
    (wrong,) = wrong_parts("walk_moments", space)
    thread = threading.Thread(target=lambda: found.append(find_change("walk_moments", *wrong, 60)))
    thread.start()
    thread.join()
    assert found[0].quote == WRONG


def test_a_search_ends_with_its_time():
    deadline = Deadline(0.0)
    time.sleep(0.01)
    assert deadline.is_over()
    assert deadline.left() == 0.0
