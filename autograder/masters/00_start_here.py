# %% [markdown]
# # Start here
#
# *Is everything in place, and how do the checks talk? Five minutes, no marks.*
#
# Five workbooks follow, numbered in the order in which they build on each other, and a sixth one for those who want to
# see what came after. Each is one notebook; you work from its top to its bottom, fill in the cells with `# TODO`, and
# run the check below each of them.
#
# Run the cells one after the other: click into a cell, press **Shift + Enter**. The closed cell above installs the
# course on Colab, and does nothing elsewhere. If the next one answers `No module named 'course_utils'`, this notebook
# runs in another Python than the one in which the course was installed: choose the right kernel (in JupyterLab at the
# top right), or install the course into this one. On Colab, run the closed cell again: a machine that was given back
# overnight comes back empty.

# %%
import course_utils

# %% [markdown]
# ## 1. The environment, line by line
#
# `[ok]` is fine. `[fix: ...]` says what to do: a command is meant for a terminal, or for a separate cell with `%`
# before it, as in `%pip install ...`. Afterwards restart the kernel (menu *Kernel*) and run the cell again. Begin at
# the top: the first line may be the reason for the others.
#
# The line *data* loads images: from the folder that the variable `COURSE_DATA` names, from your cache, by a download,
# or, if there is no network, from a sample in the package. Each of them will do for every exercise.

# %% experiment="environment"
course_utils.check_environment();

# %% [markdown]
# **Demos.** Below you should see pictures and sliders; move the one called *Learning rate*, and the path changes. If
# there is only a line of text, the extension for widgets is missing: `pip install ipywidgets`, then reload the page.
# Everything in the course can be done without the demos.

# %% experiment="widgets"
course_utils.step_size_demo().show()

# %% [markdown]
# ## 2. How the checks talk
#
# Below each exercise there is a line `check("<exercise>", <your function>)`. It runs your function on recorded inputs
# and answers in the first line with a verdict, and with the marks that these inputs would give.
#
# | verdict | what it means | what to do |
# |---|---|---|
# | `[ok]` | right | continue |
# | `[ok, another convention]` | right, in a form that is also in use | read the comment; full marks |
# | `[not yet]` | values that differ | compare the two numbers; a known mistake is named |
# | `[error]` | your code raised an exception | the line is quoted |
# | `[to do]` | still a stub | write it |
#
# Here it speaks to five unfinished solutions of one exercise of workbook 1, a function that takes an array and returns
# a number. **Predict** the verdict of each before you run the cell.


# %% experiment="five_answers"
def stub(hessian):
    """Still to be written."""
    raise NotImplementedError


answers = {
    "a stub": stub,
    "a forgotten return": lambda hessian: None,
    "an index that does not exist": lambda hessian: hessian[7],
    "a guess": lambda hessian: 1.0,
    "a known mistake": lambda hessian: 2 / hessian.trace(),
}
for name, answer in answers.items():
    print(f"--- {name}")
    course_utils.check("step_size_limit", answer)
    print()

# %% [markdown]
# Three things to know about checks:
#
# - **A check costs nothing.** Call it as often as you like. Grading runs the same check with other inputs, so a
#   function that only returns the recorded numbers fails there, and one that follows the formula passes.
# - **A named mistake earns part of the marks**, and several functions in one exercise are marked one by one.
# - **A message shows numbers and the equation to read again, never the code.** If it says that the difference *is not
#   one of the known mistakes*, put a small case through your function by hand.
#
# Many methods have more than one form. The text of an exercise says which one it asks for; [one
# page](../../docs/conventions.md) lists them all.
#
# ## 3. Habits that save time
#
# - **Run from the top.** A notebook remembers what was run, in the order in which it was run. When something is
#   strange, *Restart Kernel and Run All Cells*.
# - **Predict, then run.** Where the text says **Predict**, write your guess down first. *After your prediction* opens
#   with a click.
# - **Stuck?** Long exercises have hints, folded below the check. `course_utils.hint("adam")` shows the next one.
# - **Questions marked by hand** have a separate text cell: double-click, write a few sentences, Shift + Enter.
# - **Leave the check cells as they are**, and the names of the functions. You may add cells anywhere.
# - **Save before you hand in** (Ctrl + S): the saved file is graded. The last cell of each workbook lists your points
#   and what is left, and writes the file to hand in. `course_utils.progress()` does the first at any time.
#
# Ready? Open `01_going_downhill`.
