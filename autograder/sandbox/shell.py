"""An IPython shell without a terminal: cells in, nbformat outputs out."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from autograder.sandbox.outputs import Recorder, RecordingStream

__all__ = ["RECORDER", "GradingShell", "make_shell", "record_streams"]

RECORDER = Recorder()


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, **__: Any) -> None:
        display_id = (transient or {}).get("display_id")
        RECORDER.display("display_data", data, display_id)

    def clear_output(self, wait: bool = False) -> None:
        RECORDER.clear()


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        RECORDER.display("execute_result", format_dict, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        """Print no line end."""


class GradingShell(InteractiveShell):
    """The shell in which the cells of a submission run."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.raised: list[BaseException] = []  # by the statements of the cell that ran last

    def init_profile_dir(self, profile_dir: Any) -> None:
        """Write no profile."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Take `%matplotlib inline` and the like; there is no event loop to hook into."""

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        """Run a statement of a cell; where it raises, the statements below it are run all the same."""
        if await super().run_code(code_obj, result, async_=async_):  # type: ignore[no-untyped-call]
            self.raised.append(result.error_in_exec)
        return False

    def ask_exit(self) -> None:
        """Take `quit()` and `exit()`, which end a notebook's kernel; here the next cells have to run."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        RECORDER.error(getattr(etype, "__name__", str(etype)), str(evalue), stb)

    def system(self, cmd: str) -> None:
        """Run `!cmd` without a pseudo-terminal; its output goes to the cell."""
        process = subprocess.Popen(
            self.var_expand(cmd, depth=1),  # type: ignore[no-untyped-call]
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None
        while piece := process.stdout.read(1 << 16):
            sys.stdout.write(piece)
        self.user_ns["_exit_code"] = process.wait()


def make_shell() -> GradingShell:
    """Make the shell, with figures shown inline at the end of each cell."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.cache_size = 0
    shell = GradingShell.instance(config=config)
    shell.enable_matplotlib("inline")  # type: ignore[no-untyped-call]
    # The cells above a `%reset` were run for those below it: in a notebook, its names come back one by one.
    for name in ("reset", "reset_selective"):
        shell.register_magic_function(_ignored, "line", name)  # type: ignore[arg-type]
    return shell


def _ignored(line: str) -> None:
    """Do nothing, in the place of a magic."""


def record_streams() -> None:
    """Send stdout and stderr to the recorder from now on."""
    sys.stdout, sys.stderr = RecordingStream(RECORDER, "stdout"), RecordingStream(RECORDER, "stderr")
