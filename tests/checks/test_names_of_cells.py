"""A cell runs under another name in Colab's IPython than in newer ones; what is said of it is the same."""

import linecache
from types import SimpleNamespace

import pytest

from course_utils.checks.open_exercises import pass_over_stub, say_what_is_open
from course_utils.checks.stopped import where_it_was

CELL = """def adam():
    # TODO
    raise NotImplementedError

def wait():
    raise KeyboardInterrupt
"""
NAMES = ("<module>", "<cell line: 1>")


@pytest.fixture
def raised():
    """Run a cell under a name; return what it raised."""

    def run(source, name):
        text, file = f"{CELL}\n{source}\n", "/tmp/ipykernel_7/42.py"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        try:
            exec(compile(text, file, "exec").replace(co_name=name), {})
        except BaseException as error:
            return error.with_traceback(error.__traceback__.tb_next)
        raise AssertionError("the cell raised nothing")

    yield run
    linecache.checkcache("/tmp/ipykernel_7/42.py")


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_that_calls_a_stub_names_it_and_is_passed_over(name, raised, capsys):
    error = raised("adam()", name)
    say_what_is_open(None, type(error), error, error.__traceback__)
    assert capsys.readouterr().out == "[to do] adam is still a stub. Finish it, then run this cell again.\n"
    result = SimpleNamespace(error_in_exec=error)
    pass_over_stub(result)
    assert result.error_in_exec is None


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_that_raises_itself_is_called_this_cell(name, raised, capsys):
    error = raised("raise NotImplementedError", name)
    say_what_is_open(None, type(error), error, error.__traceback__)
    assert capsys.readouterr().out.startswith("[to do] This cell still raises NotImplementedError")


@pytest.mark.parametrize("name", NAMES)
def test_a_stop_in_the_cell_itself_names_no_function(name, raised):
    found = raised("raise KeyboardInterrupt", name)
    assert "line 8 of the cell: `raise KeyboardInterrupt`" in where_it_was(found.__traceback__)
    assert "the cell that defines `wait`" in where_it_was(raised("wait()", name).__traceback__)
