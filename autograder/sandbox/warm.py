"""What the warm process imports, once, so that a submission does not have to. No answers: a test holds that."""

from __future__ import annotations

import gc
from importlib import import_module
from pkgutil import walk_packages

from autograder.sandbox.colab import offer_colab
from autograder.sandbox.library_calls import prepare_to_watch
from autograder.sandbox.no_compiler import leave_compiler_out
from autograder.sandbox.no_gpu import refuse_gpu
from autograder.sandbox.no_sympy import leave_sympy_out
from autograder.sandbox.reset import reset_state
from autograder.sandbox.shell import RECORDER, GradingShell, make_shell, record_streams
from course_utils.checks.pointing import import_late_parts

__all__ = ["warm_up"]

MODULES = (
    "torch", "torch.nn.functional", "torch.utils.data", "numpy", "matplotlib.pyplot", "IPython.display",
    "fastprogress.fastprogress", "ipywidgets", "tqdm.auto", "tqdm.notebook",
)  # fmt: skip

# The first figure, traceback, pass and optimizer build caches that every fork then shares.
CELLS = (
    "import torch, matplotlib.pyplot as plt\nplt.plot([0, 1], label='x'); plt.legend(); plt.title('$x^2$');",
    "torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0); torch.ones(2) @ torch.ones(2)",
    "from course_utils.training.digits_race import train_on_digits\n"
    "for make in (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adam):\n"
    "    train_on_digits(make, (0,), steps=10, lr=0.01)",
    "1 / 0",
    "del torch, plt, train_on_digits, make",
)


def warm_up() -> GradingShell:
    """Import everything and return a shell that has run a few cells and holds nothing."""
    for name in MODULES:
        import_module(name)
    course = import_module("course_utils")
    for module in walk_packages(course.__path__, f"{course.__name__}."):
        import_module(module.name)
    import_module("autograder.sandbox.inner")  # what the forks need
    prepare_to_watch()
    leave_sympy_out()
    import_late_parts()  # half a second in every submission with an error whose line is looked for
    offer_colab()
    refuse_gpu()
    leave_compiler_out()
    shell = make_shell()
    record_streams()
    RECORDER.start(1 << 20)
    for source in CELLS:
        shell.run_cell(source)  # type: ignore[no-untyped-call]
    RECORDER.start(0)
    shell.reset(new_session=False)  # type: ignore[no-untyped-call]
    reset_state("")
    gc.collect()
    gc.freeze()  # a collection in a fork would otherwise copy every page that holds an object
    gc.enable()
    return shell
