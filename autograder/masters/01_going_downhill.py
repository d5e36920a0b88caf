# %% [markdown]
# # Workbook 1: Going downhill
#
# *Functions, gradients and step sizes: how a descent method uses them, and how to check that it works.*
#
# After this workbook you can
#
# - compute a gradient by hand, by finite differences and by autograd, and use each to check the others;
# - write gradient descent, predict from the curvature which step sizes converge, and recognise the others by their
#   curves;
# - shrink the step size without freezing the walk;
# - say how much better the gradient is than a random direction, and how much more the Hessian costs;
# - read a noisy result, and a claim about an objective, with suspicion.
#
# **What you should know before.** Functions and loops in Python, arrays in numpy; derivatives, partial derivatives and
# the chain rule; vectors, matrices and their product; mean and variance. Half a page below reminds you of eigenvalues
# and of the Hessian. Nothing about neural networks is needed.
#
# **Time.** Allow about 5 hours (a minute for 200 words, half a minute for a given cell, 12 minutes for a point). All
# cells together run in about a minute, and with `FULL` in little more.
#
# **Map.** Section 1.1 is about noise, section 1.2 about objectives. Sections 1.3 and 1.4 compute gradients.
# Sections 1.5 to 1.7 walk downhill and choose the step size; the half-way point is the end of 1.5. Sections 1.8 and 1.9
# compare the gradient with methods that know less (random directions) and more (Newton's method). In section 1.10 you
# read curves.
#
# **Stars.** Each exercise shows its difficulty: ★☆☆ follows from a formula in the text, ★★☆ takes some thought about
# details, ★★★ takes an idea.
#
# Three kinds of knobs come up in the whole course, and it helps to keep them apart. The **problem** is given by data
# and objective (what counts as good). The **model** has weights, which training changes, and a size, which it does not.
# The **optimizer** has its settings, such as the step size. If you change two kinds at once, you learn about neither.
#
# **Letters.** The same ones all the way through:
#
# | letter | meaning | in code |
# |---|---|---|
# | $f$ | the function to be minimised | `f` |
# | $x, y$ | its two variables; a bold $\mathbf x$ holds all variables | `x`, `y` |
# | $\nabla f$ | gradient: all partial derivatives of $f$ | `gradient` |
# | $H$ | Hessian: all second derivatives of $f$ | `hessian` |
# | $\lambda$ | an eigenvalue of $H$, the curvature along its eigenvector; $L$ is the largest | `eigenvalues` |
# | $\eta$ | step size; networks call it learning rate | `step_size`, `lr` |
# | $t$ | number of a step, from 0 | `t` |
#
# **A reminder: Hessian and eigenvalues.** The Hessian of a function of two variables holds its second derivatives,
#
# $$H = \begin{pmatrix} \partial^2 f / \partial x^2 & \partial^2 f / \partial x \partial y \\
#   \partial^2 f / \partial x \partial y & \partial^2 f / \partial y^2 \end{pmatrix} .$$
#
# Along a direction $\mathbf u$ of length 1 the function bends with the second derivative $\mathbf u^\top H \mathbf u$,
# its **curvature** in that direction. $H$ is symmetric, so there are directions, at right angles to each other, which
# $H$ only stretches: $H \mathbf u = \lambda \mathbf u$. These are its **eigenvectors**, and the numbers $\lambda$ are
# its **eigenvalues**. The largest and the smallest eigenvalue are the largest and the smallest curvature of all
# directions. For example, $f = x^2 + xy + y^2$ has $H = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$. It stretches
# $(1, 1)$ by 3 and $(1, -1)$ by 1, so the bowl is steep along the one diagonal and three times as flat along the other.
# If all eigenvalues are positive where the slope is zero, the point is a minimum; if one is negative, $f$ falls along
# its eigenvector, and the point is a saddle or a maximum. `np.linalg.eigvalsh(H)` returns the eigenvalues in rising
# order.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
import torch

from course_utils.checks import check
from course_utils.data import digits_500
from course_utils.models import MLP
from course_utils.optimizers import zero_grad
from course_utils.plotting import describe, look_of, plot_newton_step, plot_secants, use_style
from course_utils.plotting.surfaces import plot_basins, plot_contours, plot_learning_curve, plot_path
from course_utils.seeding import set_device, set_seed
from course_utils.training.long_runs import long_runs
from course_utils.widgets import step_size_demo

FULL = False  # True: the experiments take the full data sets and longer runs, where they can
use_style()

# %% [markdown]
# ## 1.0 Setup, seeds, devices, how the checks talk
#
# **Where to run this.** Any laptop will do: everything in the course fits a CPU, and all data that the exercises need
# comes with the package. Two other places work the same way: Colab, once the package is installed there, and a remote
# server with Jupyter (start it there, open it through an SSH tunnel). Try the laptop first; a GPU changes nothing
# before workbook 3. The notebook `00_start_here` checks whether everything is in place. Full data sets are downloaded
# into your cache folder if there is a network, or read from the folder that the variable `COURSE_DATA` names;
# otherwise the embedded sample is used, and the loader says so.
#
# **Prefer to watch first?** Two lectures of Neuromatch Academy go with this workbook: the
# [introduction](https://youtu.be/zm9oekdkJbQ) and [minimising an objective](https://youtu.be/aSJTRdjRvvw). Later ones
# of the same series are named where they belong. Nothing in the course depends on them.

# %% experiment="device"
DEVICE = set_device()

# %% [markdown]
# **Seeds.** A computer's random numbers are a fixed sequence, and a seed says where it starts. The same seed gives the
# same numbers, so a run can be repeated exactly; it does not make the run typical. `set_seed` seeds Python, numpy and
# torch together and returns the seed, so that even a run without a chosen seed can be repeated.
#
# **Predict:** which of these three lines will be equal?

# %% experiment="seeds"
for seed in (2021, 2021, 2022):
    set_seed(seed)
    print(seed, np.random.rand(2).round(4), torch.rand(2))

# %% [markdown]
# **Checks.** The cell below each exercise calls `check("<exercise>", <your function>)`. It tries your function on
# recorded inputs and prints a verdict; grading does the same with other inputs. Call it as often as you like: only the
# version that you hand in is marked.
#
# | it prints | meaning |
# |---|---|
# | `[ok]` | right |
# | `[ok, another convention]` | right in a form that is also in use: full marks, and a comment |
# | `[not yet]` | a number of yours, the expected one, and, if your mistake is a known one, its name |
# | `[error]` | your code raised an exception |
# | `[to do]` | still a stub |
#
# This is what it says to a function that somebody forgot to finish:

# %% experiment="a_check"
check("autograd_gradient", lambda f, x: print("working hard"))
# %% [markdown]
# Each exercise declares its convention in the text above it; [one page](../../docs/conventions.md) lists all of them,
# with the other forms that are accepted.
#
# **Predictions.** Before each experiment you are asked what will come out. Write your prediction down: you learn most
# from a result that differs from what you wrote.
#
# **Further reading.** [PyTorch on reproducibility](https://pytorch.org/docs/stable/notes/randomness.html): what a seed
# fixes and what it does not.
#
# ## 1.1 Warm-up: a walk that goes down on average
#
# Training follows noisy gradients: most steps lower the loss, some raise it. Here is the smallest model of that. Start
# at 0. Each step is $X_i = -10$ with probability 0.75 and $X_i = +20$ with probability 0.25, and the steps are drawn
# independently. After $n$ steps the loss has changed by $S_n = X_1 + \dots + X_n$.

# %% experiment="one_walk"
rng = np.random.default_rng(0)
steps = np.where(rng.random(100) < 0.75, -10.0, 20.0)
loss_trace = np.concatenate([[0.0], steps.cumsum()])

figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
ax.plot(loss_trace)
ax.axhline(0, color="0.7", linewidth=0.8)
ax.set(title="One simulated optimizer", xlabel="step", ylabel="loss since the start")
plt.show()

# %% [markdown]
# Another seed gives another walk. What can be said of all of them? The **expectation** of a sum is the sum of the
# expectations, whether the steps depend on each other or not:
#
# $$\mathbb E[S_n] = n\,\mathbb E[X], \qquad \mathbb E[X] = p\,a + (1-p)\,b$$
#
# where $p$ is the probability of the good step $a$, and $b$ is the bad one. The **variance** of one step is the mean
# square minus the squared mean,
#
# $$\operatorname{Var}[X] = p\,a^2 + (1-p)\,b^2 - \mathbb E[X]^2 .$$
#
# For the sum, write out the square of $\sum_i (X_i - \mathbb E[X])$: it holds the $n$ variances and the products of
# every two different steps. The mean of such a product is a covariance, and *because the steps are independent* it is
# zero. So only the variances remain:
#
# $$\operatorname{Var}[S_n] = n \operatorname{Var}[X] .$$
#
# **By hand, once.** A coin gives $+3$ or $+1$, each with probability one half. The mean of a step is 2 and its variance
# $\tfrac12 \cdot 9 + \tfrac12 \cdot 1 - 2^2 = 1$. Four independent steps have the mean 8 and the variance 4, a standard
# deviation of 2.
#
# ### Exercise `walk_moments`
#
# *★☆☆, about 10 minutes*
#
# Return mean and variance of the walk after `num_steps` steps, as two numbers. They follow from the formulas; do not
# simulate. **Predict** the variance for 100 steps of the walk above before you check.


# %% exercise="walk_moments"
def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    """Return mean and variance of a sum of independent two-valued steps.

    Args:
        num_steps: Number of steps.
        p_good: Probability of a good step.
        good: Change of the loss in a good step.
        bad: Change of the loss in a bad step.

    Returns:
        Mean and variance of the change of the loss after all steps.
    """
    ### BEGIN SOLUTION
    step_mean = p_good * good + (1 - p_good) * bad
    step_variance = p_good * good**2 + (1 - p_good) * bad**2 - step_mean**2
    return num_steps * step_mean, num_steps * step_variance
    ### END SOLUTION


# %% check="walk_moments"
check("walk_moments", walk_moments)

# %% [markdown] hint="walk_moments"
# Begin with a single step. It has two outcomes; their probabilities are `p_good` and the rest to 1. Mean and
# variance of the whole walk follow from those of one step.
#
# ---
#
# The variance of a step is the mean of the squares minus the square of the mean. Because the steps are independent,
# variances add up: $n$ steps have $n$ times the variance of one, not $n^2$ times.
#
# ---
#
# A small case: a fair coin with $+1$ and $-1$. One step has the mean $0$ and the variance $\tfrac12 \cdot 1 +
# \tfrac12 \cdot 1 - 0^2 = 1$; four steps have the mean $0$ and the variance $4$. With $+3$ and $+1$ the mean of a
# step is $2$ and its variance $\tfrac12 \cdot 9 + \tfrac12 \cdot 1 - 4 = 1$: moving both outcomes moves the mean
# alone.

# %% [markdown]
# **Predict:** of 2,000 walks of 100 steps, how many end *above* where they started? And if one coin decided all 100
# steps of a walk at once, would the mean change? The variance?

# %% experiment="two_thousand_walks"
rng = np.random.default_rng(0)
draws = {"a coin for every step": rng.random((2000, 100)), "one coin for the whole walk": rng.random((2000, 1))}
mean, variance = walk_moments(100)

figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
for panel, (name, draw) in zip(panels, draws.items()):
    ends = (np.where(draw < 0.75, -10.0, 20.0) * np.ones(100)).sum(axis=1)
    panel.hist(ends, bins=np.arange(-1015, 2045, 30), color="C0", alpha=0.6)  # the totals lie 30 apart
    panel.axvline(0, ymax=0.85, color="0.5", linewidth=0.8)
    panel.set(title=f"2,000 walks, {name}", xlabel="loss since the start, after 100 steps", ylabel="walks")
    error = ends.std() / 2000**0.5
    print(
        f"{name}: mean {ends.mean():.0f} ± {error:.0f}, variance {ends.var():,.0f}, {np.mean(ends > 0):.1%} end above 0"
    )

loss = np.linspace(mean - 450, mean + 450, 200)
normal = np.exp(-((loss - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
panels[0].plot(loss, 2000 * 30 * normal, "--", color="C1", label=f"normal, mean {mean:.0f}, variance {variance:,.0f}")
panels[0].set(xlim=(mean - 500, mean + 700), ylim=(0, 250))  # room for the legend
panels[0].legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The mean is $-250$ and the variance 16,875, a standard deviation of 130. So 0 lies 1.9 standard deviations above the
# mean, and a walk ends above the start with a probability of 2.8 %, although every step is a good one "on average".
# (Among 2,000 walks the share may well be 2 % or 3.5 %.) After 400 steps the mean is four times as far away and the
# standard deviation only twice as large: **drift grows with $n$, noise with $\sqrt n$.** That is why a noisy optimizer
# gets somewhere, and why one run of it proves little.
#
# With one coin for all steps the mean is the same, but the variance is $n^2 \operatorname{Var}[X]$ = 1,687,500, a
# hundred times larger: the covariances are not zero any more.
# </details>
#
# **Bug hunt.** A solution sheet derives the variance in one line and reaches the right number:
#
# $$\mathbb E[S^2] - \mathbb E[S]^2 = 100 \cdot (0.75 \cdot 100 + 0.25 \cdot 400) - (-2.5)^2 = 16{,}875$$
#
# Find two faults before you open the answer.
#
# <details><summary>Answer</summary>
#
# The line as printed gives 17,493.75: the bracket has to close after the square, $100\,(175 - 6.25)$. And even then the
# first equals sign has no reason: $\mathbb E[S^2]$ is not $100\,\mathbb E[X^2]$; for this walk it is $16{,}875 +
# 250^2$. The missing step is "the draws are independent, so the variances add". Without independence the line is false,
# as the right panel shows.
# </details>
#
# **The story.** Robbins and Monro (1951) were the first to prove that a walk on noisy measurements arrives: the steps
# have to shrink, but their sum must not be finite. Section 1.7 shows what happens if it is.
#
# **Further reading.** H. Robbins and S. Monro,
# [A stochastic approximation method](https://doi.org/10.1214/aoms/1177729586), 1951.
#
# ## 1.2 What are we minimising?
#
# A method that goes downhill does exactly what the objective says, which is not always what was meant. In Java a
# palaeontologist paid his helpers for every piece of skull that they found; so they broke the large pieces. In 1897 the
# lower house of Indiana voted for a bill that implied a wrong value of $\pi$: a majority can pass a bill, but it cannot
# make a theorem true. A network behaves in the same way: if 1 % of the cases in a set are cancer and the network is
# rewarded for the share of right answers, it can answer "healthy" every time and be right in 99 % of the cases.
#
# Even where the aim is right, training often minimises something else. Let $m$ be the **margin** of an example: how far
# its score lies on the right side. We want to count mistakes, the **0-1 loss**: 1 if $m < 0$, otherwise 0. Its gradient
# is zero almost everywhere, so it gives no direction. Training minimises a **surrogate** instead: a function that has
# slopes, and that is small only if the 0-1 loss is small. With logarithms to base 2 the logistic loss $\log_2(1 +
# e^{-m})$ even lies above it everywhere. **Cross-entropy** is the same surrogate for many classes: if the model gives
# the right class the probability $p$, the loss of the example is $-\ln p$. With the natural logarithm its unit is the
# **nat**. A model that spreads its belief evenly over ten classes has $p = 0.1$ and a loss of $\ln 10 = 2.303$ nats;
# one that is sure and right has a loss of 0. Workbook 3 derives the formula and writes it so that it does not overflow.
#
# **Predict:** on the right, a ball rolls downhill from $-2$, $0.3$ and $2$ on each curve. Where does it end?

# %% experiment="objectives"
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
margin = np.linspace(-3, 3, 601)
left.plot(margin, margin < 0, "-", color="C6", label="0-1 loss")
left.plot(margin, np.log2(1 + np.exp(-margin)), "C0--", label="logistic loss, base 2")
left.plot(margin, np.maximum(0, 1 - margin), "C1-.", label="hinge loss")
left.set(title="A count and two surrogates", xlabel="margin $m$", ylabel="loss of one example", ylim=(-0.1, 4))

curves = {"$x^2 + 2x + 1$": [1, 2, 1], "$x^4 + x^3 - 2x^2 - 2x$": [1, 1, -2, -2, 0]}
x = np.linspace(-2.1, 2.1, 400)
for (name, coefficients), colour, style in zip(curves.items(), ("C2", "C3"), ("-", "--")):
    curve, slope = np.poly1d(coefficients), np.poly1d(coefficients).deriv()
    right.plot(x, curve(x), color=colour, linestyle=style, label=name)
    for ball in (-2.0, 0.3, 2.0):
        for _ in range(2000):
            ball -= 0.01 * slope(ball)
        right.plot(ball, curve(ball), "o", color=colour)
right.set(title="One valley or two (dots: where the balls stop)", xlabel="$x$", ylabel="value", ylim=(-3, 6))
for panel in (left, right):
    panel.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The first curve is **strictly convex**: its second derivative is positive everywhere, it has one minimum, and every
# start ends there. The second one has two minima, at $-1.232$ and $0.922$, with a hill at $-0.440$ between them; the
# start decides, and the ball that stops at $0.922$ and the one that stops at $-1.232$ cannot know which of the two
# valleys is deeper.
#
# The cross-entropy of a *linear* model is convex in its weights; with a hidden layer it is not. So do **not**
# expect a guarantee: no method of this course is certain to find the best network, and some runs do not even settle.
# Optimization offers a good chance to reach a low loss, and tools to see whether it was reached.
# </details>
#
# **Further reading.** S. Boyd and L. Vandenberghe,
# [Convex Optimization](https://web.stanford.edu/~boyd/cvxbook/), 2004, chapter 3; P. Bartlett, M. Jordan and J.
# McAuliffe, [Convexity, classification, and risk bounds](https://doi.org/10.1198/016214505000000907), 2006, on
# surrogates.
#
# ### Question `objectives`
#
# A platform wants to "help people learn" and trains its recommender to maximise the minutes that they spend on it.
#
# 1. Give two ways in which the minutes can rise while people learn less.
# 2. Propose a better objective, and one way in which *it* could backfire.
# 3. Why does nobody minimise the number of wrong answers itself by gradient descent? What is minimised instead? And how
#    must the two be related, so that this makes sense?

# %% [markdown] question="objectives"
# 1. Minutes rise when explanations are made longer, when videos start by themselves, when easy material that people
#    know already is preferred, when people cannot find the end of a lesson.
# 2. Score on a test some weeks later, compared with a test before. It backfires if the tests can be learned by heart,
#    if only people who would learn anyway are kept, or if the subject is narrowed to what the test asks.
# 3. The number of wrong answers is piecewise constant in the weights: its gradient is zero wherever it exists, so no
#    step follows from it. A surrogate such as cross-entropy is minimised. It needs slopes where answers are wrong, and
#    it must bound the count or at least fall only if the count does in the end, so that a small surrogate means few
#    mistakes. The converse does not hold: the surrogate may still fall when no further answer becomes right.
#
# **Marking guide**
#
# - 0.5 for 1 and 2: two different ways that raise the number without the aim (0.25), an objective that is closer to
#   the aim, with an honest weakness (0.25).
# - 0.5 for 3: zero gradient almost everywhere (0.25), a named surrogate and its relation to the count (0.25).
# - "Accuracy is not differentiable" alone earns a quarter: it is differentiable nearly everywhere, with derivative
#   zero.

# %% [markdown]
# ## 1.3 Gradients by hand and by finite differences
#
# The rest of this workbook walks on one landscape:
#
# $$f(x, y) = x^2 + y^2 + x\,(y + 2) + \cos 3x$$
#
# Differentiate with respect to one variable and treat the other one as a constant. For $x$: $x^2$ gives $2x$, $x(y+2)$
# gives $y + 2$, and by the chain rule $\cos 3x$ gives $-3 \sin 3x$. For $y$: $2y$ and $x$ remain.
#
# $$\frac{\partial f}{\partial x} = 2x - 3 \sin 3x + y + 2, \qquad \frac{\partial f}{\partial y} = x + 2y$$
#
# Both are given. The exercises use them by these names.


# %%
def f(x, y):
    """Return the height of the landscape, for numbers or arrays."""
    return x**2 + y**2 + x * (y + 2) + np.cos(3 * x)


def grad_x_f(x, y):
    """Return the partial derivative of f with respect to x."""
    return 2 * x - 3 * np.sin(3 * x) + y + 2


def grad_y_f(x, y):
    """Return the partial derivative of f with respect to y."""
    return x + 2 * y


# %% [markdown]
# Derivations go wrong, so check them against the definition: move one variable a little and see what $f$ does. Moving
# to both sides is far better than moving to one. Taylor's formula for one variable $x$ and a small step $h$ says
#
# $$f(x \pm h) = f(x) \pm h f'(x) + \tfrac{h^2}{2} f''(x) \pm \tfrac{h^3}{6} f'''(x) + \dots$$
#
# In the difference of the two, everything of even order cancels. This is the **central difference**, with an error
# that falls as $h^2$; the one-sided difference keeps the $f''$ term and falls only as $h$:
#
# $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}$$
#
# For a function of many variables, do this for one entry at a time and leave all others as they are. In a picture, a
# difference is the slope of a line through two points of the curve. **Predict:** which of the two lines is nearly
# parallel to the tangent?

# %% experiment="secants"
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
plot_secants(np.poly1d([1, 0, 0, 0]), x=1.0, h=0.5, ax=ax)
ax.set(title="$x^3$ at $x = 1$, with a large $h = 0.5$", ylabel="value")
plt.show()

# %% [markdown]
# To compare two gradients $\mathbf a$ and $\mathbf b$, an absolute difference says nothing: $10^{-4}$ is a disaster if
# the entries are $10^{-5}$ and nothing if they are $10^3$. Use the largest **relative error** of any entry,
#
# $$\max_i \frac{|a_i - b_i|}{\max(10^{-8},\ |a_i| + |b_i|)} ,$$
#
# where the floor keeps two zeros from giving 0/0.
#
# **By hand, once.** Take $g(x) = x^2$ at $x = 3$ with $h = 0.1$. The central difference is $(3.1^2 - 2.9^2) / 0.2 =
# (9.61 - 8.41) / 0.2 = 6$, which is the derivative exactly, because a parabola has no third derivative. The one-sided
# difference is $(9.61 - 9) / 0.1 = 6.1$: too large by $h\, g''/2 = 0.1$. The relative error between 6.1 and 6 is $0.1 /
# 12.1 = 0.008$.
#
# ### Exercise `finite_differences`
#
# *★★☆, about 25 minutes*
#
# Write both. `f` takes an array of the shape of `x` and returns a number. `x` may have any shape, and must be the same
# after the call as before.


# %% exercise="finite_differences"
def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of f at x by central differences.

    Args:
        f: Takes an array of the shape of x, returns a number.
        x: Where, float64, any shape; left unchanged.
        h: How far each entry is moved to either side.

    Returns:
        Array of the shape of x.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% exercise="finite_differences" part="error"
def rel_error(x, y):
    """Return the largest relative error between two arrays of the same shape."""
    ### BEGIN SOLUTION
    size = np.maximum(1e-8, np.abs(x) + np.abs(y))
    return np.max(np.abs(x - y) / size)
    ### END SOLUTION


# %% check="finite_differences"
check("finite_differences", numerical_gradient, rel_error)

# %% [markdown] hint="finite_differences"
# Which entries of `x` may differ between the two calls of `f`? Only one at a time. And what does `x` hold after your
# function has returned? If you move an entry of `x` itself, a wrong rounding or an early exit leaves a trace; a copy
# does not.
#
# ---
#
# The central difference compares one step up with one step down, so the distance between the two points is $2h$. To
# visit every entry of an array of any shape, look for a function of numpy that lists all its indices. In `rel_error`,
# take the largest value over all entries last.
#
# ---
#
# A small case: $f(x_1, x_2) = x_1^2 x_2$ at $(1, 3)$ with $h = 0.1$. For the first entry $f(1.1, 3) = 3.63$ and
# $f(0.9, 3) = 2.43$, so the difference is $1.2$ and the estimate $1.2 / 0.2 = 6$. For the second, $f(1, 3.1) - f(1,
# 2.9) = 0.2$, which gives $1$. The relative error between $(6, 1)$ and $(6, 3)$ is $\max(0,\ 2/4) = 0.5$.

# %% [markdown]
# Now check the two derivatives above. **Predict** the order of magnitude of the relative error for $h = 10^{-5}$.

# %% experiment="check_by_hand"
rng = np.random.default_rng(0)
for point in rng.uniform(-4, 4, size=(4, 2)):
    by_hand = np.array([grad_x_f(*point), grad_y_f(*point)])
    numerical = numerical_gradient(lambda z: f(z[0], z[1]), point)
    print(f"at {point.round(2)}: by hand {by_hand.round(4)}, relative error {rel_error(by_hand, numerical):.1e}")

# %% [markdown]
# **How small should $h$ be?** Smaller $h$ makes Taylor's error smaller, but $f$ is only known to about 16 digits. A
# rounding error $\epsilon |f|$ with $\epsilon \approx 10^{-16}$ is divided by $h$, so it grows. **Predict:** where is
# the best $h$ for each of the two differences, and which slopes will the lines have?

# %% experiment="choice_of_h"
x0, h = 0.7, np.logspace(-13, 0, 160)
exact = grad_x_f(x0, 1.0)
forward = np.abs((f(x0 + h, 1.0) - f(x0, 1.0)) / h - exact)
central = np.abs((f(x0 + h, 1.0) - f(x0 - h, 1.0)) / (2 * h) - exact)

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.loglog(h, forward, "C1.", markersize=3, label="forward difference")
ax.loglog(h, central, "C0.", markersize=3, label="central difference")
ax.loglog(h, 1e-16 * f(x0, 1.0) / h, ":", color="C6", label=r"rounding, $10^{-16} |f| / h$")
ax.axvline(1e-5, color="0.6", linewidth=0.8)
ax.set(title="Error of the derivative at x = 0.7", xlabel="$h$", ylabel="absolute error", ylim=(1e-14, 10))
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# On the right the lines have slopes 1 and 2, on the left both follow the rounding line with slope $-1$. The best $h$
# balances the two: about $\epsilon^{1/2} \approx 10^{-8}$ for the forward and $\epsilon^{1/3} \approx 5 \cdot 10^{-6}$
# for the central difference, whose best error is a thousand times smaller. Hence the default $10^{-5}$.
#
# **Is my relative error good enough?** In float64, $10^{-7}$ or less means right; above $10^{-4}$ something is usually
# wrong; between, look for a kink (ReLU, absolute value) within $h$ of the point. In float32, $\epsilon \approx 6 \cdot
# 10^{-8}$, so the best $h$ is near $\epsilon^{1/3} \approx 4 \cdot 10^{-3}$, and the relative error of this function is
# then about $10^{-5}$. With the default $h = 10^{-5}$ float32 gives only one or two digits: check gradients in float64.
#
# A relative error of about 1 in a single entry whose true value is 0 comes from rounding errors that are larger than
# the floor of $10^{-8}$. It is not a mistake.
#
# Rounding also shows in plain lists of numbers: `np.arange(0.1, 0.5, 0.1)` holds 0.30000000000000004. Print with a
# format (`f"{lr:.1f}"`), and never test floats with `==`.
# </details>
#
# **Further reading.** [CS231n on gradient checks](https://cs231n.github.io/neural-networks-3/#gradcheck); N. Higham,
# [Accuracy and Stability of Numerical Algorithms](https://doi.org/10.1137/1.9780898718027), 2002.
#
# ## 1.4 Autograd in ten lines
#
# Finite differences need two evaluations of $f$ per entry: for a network with a million weights, two million. Reverse
# mode **automatic differentiation** gets all entries for the price of a few evaluations, exactly up to rounding.
# PyTorch does it by keeping a graph of what was computed. The rules fit in ten lines.

# %% experiment="autograd"
x = torch.tensor(5.0)
w = torch.tensor(2.0, requires_grad=True)  # a leaf: from here on, torch writes down what is computed with it
b = torch.tensor(1.0, requires_grad=True)
print("before the first backward():  w.grad is None:", w.grad is None)

y = x * w + b
y.backward()  # fills in .grad of every leaf
print("y = xw + b:           dy/dw =", w.grad.item(), "  dy/db =", b.grad.item())
print("x does not require gradients: x.grad is None:", x.grad is None)

y = torch.exp(torch.sin(x * w) + b)
y.backward()  # adds to what .grad holds
print(f"exp(sin(xw) + b) too: {w.grad:.4f} {b.grad:.4f}   (5 and 1 are still in it)")

w.grad, b.grad = None, None  # reset
for times in ("once from a clean start:", "a second time, no reset: "):
    torch.exp(torch.sin(x * w) + b).backward()
    print(f"{times}  {w.grad:.4f} {b.grad:.4f}")

# %% [markdown]
# The derivatives of the second function are $-6.6191$ and $1.5777$; the second pass of the loop shows twice as much,
# $-13.2382$ and $3.1554$. **Gradients accumulate**: `backward()` adds to `.grad`. That is useful for sums over batches,
# and the most common bug of hand-written training loops. `x` was made without `requires_grad=True`, so torch keeps no
# gradient for it: its `.grad` is `None`, which is not the same as zero.
#
# A product of the wrong kind and a shape that does not fit are the next traps. **Predict** the three results and the
# two shapes, and which of the last two sums raises an error:

# %% experiment="products_and_shapes"
a, c = torch.tensor([1, 2]), torch.tensor([3, 4])
print("a * c =", a * c, "  a @ c =", a @ c)  # entry by entry, and the inner product
print("a @ M =", a @ torch.tensor([[5, 6, 7], [5, 6, 7]]))
print("a[:, None] * c has shape", tuple((a[:, None] * c).shape))

targets, predictions = torch.randn(100), torch.randn(100, 1)  # a network's output often keeps an axis of length 1
print("(100,) - (100, 1) has shape", tuple((targets - predictions).shape))
for left, right in (((2, 3), (3,)), ((2, 3), (2,))):
    try:
        print(left, "+", right, "has shape", tuple((torch.zeros(left) + torch.zeros(right)).shape))
    except RuntimeError as error:
        print(left, "+", right, "raises:", error)

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# `a * c` is `[3, 8]` and `a @ c` is 11; `a @ M` is `[15, 18, 21]`. An axis of length 1 is stretched to fit: `[:, None]`
# makes one on purpose, and all pairs are formed, shape `(2, 2)`. In the last line the same rule makes `(100, 100)`: a
# mean over it compares every target with every prediction. No error is raised and the loss even falls, towards
# predicting the mean. Look at shapes before you subtract.
#
# Shapes are compared from the *last* axis backwards. `(2, 3)` and `(3,)` fit, and the vector is added to each row. `(2,
# 3)` and `(2,)` do not fit, because 3 is neither 2 nor 1; `[:, None]` would make `(2, 1)` of the vector, which fits.
# </details>
#
# ### Exercise `autograd_gradient`
#
# *★★☆, about 15 minutes*
#
# Return the gradient of `f` at `x` by autograd. `x` may be tracked or not, and may already hold a `.grad`. Nothing may
# accumulate from call to call, and `x`, with its `grad` and `requires_grad`, stays as it was.


# %% exercise="autograd_gradient"
def autograd_gradient(f, x):
    """Return the gradient of f at x by automatic differentiation.

    Args:
        f: Takes a tensor of the shape of x, returns a tensor with one number.
        x: Where, any shape; left as it was.

    Returns:
        Tensor of the shape of x.
    """
    ### BEGIN SOLUTION
    leaf = x.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(f(leaf), leaf)
    return gradient
    ### END SOLUTION


# %% check="autograd_gradient"
check("autograd_gradient", autograd_gradient)

# %% [markdown] hint="autograd_gradient"
# Three things may be in your way: `x` may not be tracked, `x` may be the result of other operations, and `x.grad` may
# already hold something. What would a tensor with the same numbers look like that has none of this history?
#
# ---
#
# `backward()` adds to `.grad` of *every* leaf that the result depends on. torch also has a function that returns the
# gradient with respect to chosen tensors and writes into no `.grad`. It returns a tuple, even for a single tensor.
#
# ---
#
# A small case: $f(x) = x_1^2 + 3 x_2$ has the gradient $(2 x_1, 3)$, so at $(5, 1)$ it is $(10, 3)$. Call your
# function twice at the same point: the second result must be $(10, 3)$ again and not $(20, 6)$, and `x.requires_grad`
# must be what it was.

# %% [markdown]
# You now have several ways to the same gradient, so you can compare them. Here are two of them on a function of a 20 by
# 30 matrix. The cell also counts how often each of them evaluates the function.

# %% experiment="two_ways"
calls = {"finite differences": 0, "autograd": 0}
weights = np.random.default_rng(0).normal(size=(20, 30))


def bumpy(x, cos, counter):
    """Return a number that depends on every entry and on all of them together."""
    calls[counter] += 1
    return (cos(x) * x).sum() + (x.sum() ** 2) / 10


numerical = numerical_gradient(lambda x: bumpy(x, np.cos, "finite differences"), weights)
exact = autograd_gradient(lambda x: bumpy(x, torch.cos, "autograd"), torch.tensor(weights))
print(f"relative error {rel_error(numerical, exact.numpy()):.1e}; evaluations of the function: {calls}")

# %% [markdown]
# **The story.** Linnainmaa described reverse mode in his master's thesis in 1970, to follow rounding errors. Rumelhart,
# Hinton and Williams made it known in 1986 as backpropagation, the way to train networks with hidden layers.
#
# **Further reading.** A. Baydin and others,
# [Automatic differentiation in machine learning: a survey](https://arxiv.org/abs/1502.05767), 2018;
# [autograd mechanics](https://pytorch.org/docs/stable/notes/autograd.html) in the documentation of PyTorch;
# [broadcasting](https://numpy.org/doc/stable/user/basics.broadcasting.html) in that of numpy.
#
# ## 1.5 Gradient descent
#
# The gradient points in the direction in which $f$ rises fastest, and its length says how fast. **Gradient descent**
# walks the other way. One step, for both variables from the same point $(x_t, y_t)$:
#
# $$x_{t+1} = x_t - \eta\, \frac{\partial f}{\partial x}(x_t, y_t), \qquad
#   y_{t+1} = y_t - \eta\, \frac{\partial f}{\partial y}(x_t, y_t)$$
#
# First look at the landscape. **Predict:** where will a walk from $(3, 2)$ go?

# %% experiment="landscape"
figure, ax = plt.subplots(figsize=(6.4, 5), layout="constrained")
plot_contours(f, (-5, 5), (-5, 5), ax=ax)
ax.plot(3, 2, "o", color="C1", markersize=8)
ax.annotate("start", (3, 2), (3.2, 2.3), color="C1")
ax.set(title="$f(x, y)$: the paler, the lower; bands are finer where it is low", xlabel="$x$", ylabel="$y$")
plt.show()

# %% [markdown]
# **By hand, once.** At $(3, 2)$ the slopes are $2 \cdot 3 - 3 \sin 9 + 2 + 2 = 8.764$ and $3 + 2 \cdot 2 = 7$. A step
# with $\eta = 0.1$ leads to $(3 - 0.876,\ 2 - 0.7) = (2.124,\ 1.3)$.
#
# ### Exercise `gradient_descent`
#
# *★☆☆, about 15 minutes*
#
# Make `steps` steps with `grad_x_f` and `grad_y_f`. Return the last point, its value, and all points on the way: the
# histories have `steps + 1` entries, the start included.


# %% exercise="gradient_descent"
def optimize_f(x, y, step_size, steps):
    """Walk downhill on f with a constant step size.

    Args:
        x: First coordinate of the start.
        y: Second coordinate of the start.
        step_size: Step size.
        steps: Number of steps.

    Returns:
        x, y and the value of f after the last step, and the lists of all x and of all y, the start included.
    """
    ### BEGIN SOLUTION
    x_hist, y_hist = [x], [y]
    for _ in range(steps):
        slope_x, slope_y = grad_x_f(x, y), grad_y_f(x, y)
        x, y = x - step_size * slope_x, y - step_size * slope_y
        x_hist.append(x)
        y_hist.append(y)
    return x, y, f(x, y), x_hist, y_hist
    ### END SOLUTION


# %% check="gradient_descent"
check("gradient_descent", optimize_f)

# %% [markdown] hint="gradient_descent"
# How many points does a walk with `steps` steps visit? The start is one of them. And at which point are the two
# slopes of a step taken?
#
# ---
#
# Both coordinates move at once: $(x, y) \leftarrow (x, y) - \eta\,\big(\partial_x f(x, y),\ \partial_y f(x, y)\big)$,
# with both slopes at the *old* point. If $x$ is replaced first, the slope of $y$ sees a point that the walk never
# visited.
#
# ---
#
# A small case with another function, $g(x, y) = xy$, from $(1, 2)$ with $\eta = 0.1$: the slopes are $2$ and $1$, so
# the next point is $(0.8, 1.9)$. If you compute the slope of $y$ after $x$ has moved, you get $2 - 0.1 \cdot 0.8 =
# 1.92$ instead.

# %% [markdown]
# Any such function has to pass three tests on any landscape: the point moves, a small step lowers $f$, and the step is
# not enormous. **Predict** what ten steps of size 0.1 from $(3, 2)$ reach, and what a hundred more would add.

# %% experiment="first_walk"
x, y, value, x_hist, y_hist = optimize_f(3.0, 2.0, step_size=0.1, steps=1)
print(f"one step: x moved by {x - 3:.3f}, f went from {f(3, 2):.3f} to {value:.3f}")

x, y, value, x_hist, y_hist = optimize_f(3.0, 2.0, step_size=0.1, steps=10)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
plot_contours(f, (-5, 5), (-5, 5), ax=left)
plot_path(x_hist, y_hist, ax=left)
left.set(title="Ten steps of size 0.1", xlabel="$x$", ylabel="$y$")
plot_learning_curve(f(np.array(x_hist), np.array(y_hist)), ax=right)
right.set_title(f"Value: {value:.4f} after 10 steps")

for steps in (10, 30, 100):
    x, y, value, *_ = optimize_f(3.0, 2.0, step_size=0.1, steps=steps)
    curvatures = np.linalg.eigvalsh([[2 - 9 * np.cos(3 * x), 1], [1, 2]])
    slope = np.hypot(grad_x_f(x, y), grad_y_f(x, y))
    print(f"{steps:3d} steps: ({x:.4f}, {y:.4f}), f = {value:.4f}, slope {slope:.1e}, curvatures {curvatures.round(2)}")
plt.show()

# %% [markdown]
# **What happens there?** Write two sentences for somebody who has seen only the left picture.

# %% [markdown]
# **Your answer** (not marked). Double-click here.
#
# *...*

# %% [markdown]
# <details><summary>After your prediction and your answer</summary>
#
# The walk runs into the valley and stops at $(0.606, -0.303)$ with $f = 1.2427$. One is tempted to say that it is
# "stuck in a flat region". Look at the last line: the slope is zero, but the **curvatures**, the eigenvalues of the
# Hessian, are 1.61 and 4.59. Both are clearly positive, so this is a proper bowl: a **local minimum**. A flat region
# would show a small slope *and* small curvatures, and more steps would still help; here a thousand more change nothing.
# </details>
#
# **The story.** Cauchy proposed the method in 1847, in three pages, to solve the equations of the orbits of planets.
#
# **Further reading.** C. Lemaréchal,
# [Cauchy and the gradient method](https://www.math.uni-bielefeld.de/documenta/vol-ismp/40_lemarechal-claude.pdf), 2012.
#
# **Half-way point.** If you take a break, take it here. So far: three ways to a gradient, and a walk that uses it.
#
# ## 1.6 The step size
#
# The step size is yours to choose. The goal is $f \le -1.5$ from the same start. Change the two numbers in the next
# cell and run it again until you reach it. Write down what you tried: the table after it is then easier to predict.

# %% experiment="my_step_size"
my_step_size, my_steps = 0.05, 20  # change these
x, y, value, *_ = optimize_f(3.0, 2.0, my_step_size, my_steps)
print(f"step size {my_step_size}, {my_steps} steps: f = {value:.4f} at ({x:.4f}, {y:.4f})")

# %% [markdown]
# Now eight runs side by side, with step sizes from 0.1 to 0.4 and with 10 and 30 steps. **Predict:** which of them gets
# lowest?

# %% experiment="step_size_table"
print("f after     " + "".join(f"  step size {lr:.1f}" for lr in (0.1, 0.2, 0.3, 0.4)))
for steps in (10, 30):
    values = [optimize_f(3.0, 2.0, lr, steps)[2] for lr in (0.1, 0.2, 0.3, 0.4)]
    print(f"{steps} steps    " + "".join(f"{value:15.4f}" for value in values))

figure, panels = plt.subplots(2, 2, figsize=(9, 7.6), sharex=True, sharey=True, layout="constrained")
for panel, lr in zip(panels.flat, (0.02, 0.1, 0.2, 0.4)):
    _, _, value, x_hist, y_hist = optimize_f(3.0, 2.0, lr, steps=30)
    plot_contours(f, (-5, 5), (-5, 5), ax=panel)
    plot_path(x_hist, y_hist, ax=panel)
    panel.set(title=f"step size {lr}: f = {value:.3f} after 30 steps", xlim=(-5, 5), ylim=(-5, 5))
figure.supxlabel("$x$")
figure.supylabel("$y$")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Step size 0.2 wins with $-1.837$: it leaps over the small valley.
# </details>
#
# Is the best of these values the minimum of $f$? Before you trust a table, work out the effect of a step size.
#
# Near a minimum $\mathbf x^*$ a smooth function is a bowl. Along one eigenvector of the Hessian, with curvature
# $\lambda$ and distance $e_t$ from the minimum, the slope is $\lambda e_t$, so a step gives
#
# $$e_{t+1} = e_t - \eta \lambda e_t = (1 - \eta \lambda)\, e_t .$$
#
# Each step multiplies the distance by the same number. With $0 < \eta\lambda < 1$ it shrinks without changing sides.
# With $1 < \eta\lambda < 2$ it shrinks while jumping from side to side. With $\eta\lambda = 2$ it jumps for ever, and
# beyond that it grows. The walk settles only if the distance shrinks along *every* eigenvector, and the steepest one
# decides:
#
# $$0 < \eta < \frac{2}{L}, \qquad L = \lambda_{\max}$$
#
# **By hand, once.** A bowl has the curvatures 1 and 4, so $2/L = 0.5$. With $\eta = 0.4$ the distances are multiplied
# by $1 - 0.4 = 0.6$ and $1 - 1.6 = -0.6$ in each step, and both shrink. With $\eta = 0.6$ the factors are $0.4$ and
# $-1.4$: the walk comes closer along the first direction and runs away along the second.
#
# **Predict** the four pictures below in words before you run the cell.

# %% experiment="one_dimension"
figure, panels = plt.subplots(2, 2, figsize=(9, 6), sharex=True, sharey=True, layout="constrained")
bowl = np.linspace(-4.4, 4.4, 100)
for panel, product in zip(panels.flat, (0.2, 1.0, 1.8, 2.1)):
    distance = 2.0 * (1 - product) ** np.arange(9)
    panel.plot(bowl, bowl**2 / 2, color="0.7")
    panel.plot(distance, distance**2 / 2, ".-", color="C1", linewidth=1, markersize=8)
    panel.set(title=rf"$\eta\lambda = {product}$", xlim=(-4.4, 4.4), ylim=(-0.3, 8))
figure.supxlabel("distance $e$")
figure.supylabel(r"$\lambda e^2 / 2$, with $\lambda = 1$")
plt.show()

# %% [markdown]
# ### Exercise `step_size_limit`
#
# *★☆☆, about 10 minutes*
#
# Return the largest step size for which gradient descent near a minimum does not move away, from the Hessian there: a
# symmetric array with positive eigenvalues.


# %% exercise="step_size_limit"
def largest_stable_step(hessian):
    """Return the limit of stability of gradient descent at a minimum.

    Args:
        hessian: Second derivatives at the minimum, numpy float64, shape (n, n), symmetric, positive definite.

    Returns:
        The step size above which the distance to the minimum grows.
    """
    ### BEGIN SOLUTION
    largest = np.linalg.eigvalsh(hessian)[-1]
    return 2 / largest
    ### END SOLUTION


# %% check="step_size_limit"
check("step_size_limit", largest_stable_step)

# %% [markdown] hint="step_size_limit"
# Near a minimum the function is a bowl. Along each of its main axes the distance to the minimum is multiplied by the
# same factor in every step. Which axis becomes unstable first when the step size grows?
#
# ---
#
# Along an axis with curvature $\lambda$ the factor is $1 - \eta\lambda$. The distance does not grow as long as $|1 -
# \eta\lambda| \le 1$. The curvatures along the main axes are the eigenvalues of the Hessian, not the entries of its
# diagonal.
#
# ---
#
# A small case: the Hessian $\begin{pmatrix}2&1\\1&2\end{pmatrix}$ has the eigenvalues $1$ and $3$. With $\eta = 0.8$
# the factors are $0.2$ and $-1.4$: along the second axis the walk diverges, although $\eta$ is below $2 / 2$, which
# the diagonal would suggest.

# %% [markdown]
# Now the landscape. Its Hessian follows from differentiating the gradient once more:
#
# $$H(x, y) = \begin{pmatrix} 2 - 9 \cos 3x & 1 \\ 1 & 2 \end{pmatrix}$$
#
# The slope vanishes at five points: three minima, and two saddles between them (one curvature is negative).

# %% experiment="limits"
for x in (-2.853720, -1.088162, 0.605946):
    hessian = np.array([[2 - 9 * np.cos(3 * x), 1.0], [1.0, 2.0]])
    curvatures = np.linalg.eigvalsh(hessian).round(2)
    limit = largest_stable_step(hessian)
    print(f"minimum ({x:.5f}, {-x / 2:.5f}): f = {f(x, -x / 2):.5f}, curvatures {curvatures}, limit {limit:.4f}")

print("\nthe run with step size 0.2, last points:")
_, _, _, x_hist, y_hist = optimize_f(3.0, 2.0, 0.2, steps=200)
for x, y in zip(x_hist[-4:], y_hist[-4:]):
    print(f"  ({x:.5f}, {y:.5f}), f = {f(x, y):.5f}")

# %% [markdown]
# The **global minimum** is $-2.28071$ at $(-1.08816, 0.54408)$, and its limit is 0.1811. The run with 0.2 came to that
# valley and could not settle: its last points alternate between two places, neither of which is a minimum. This is a
# **2-cycle**. The wider valleys allow larger steps, up to 0.436: with a large step size a walk can only come to rest in
# a wide valley.
#
# How does the walk end for *every* step size? Below, walks start near the global minimum, run for 400 steps, and
# the $x$ of their last 60 points are drawn. **Predict** what you will see left of 0.1811, just right of it, and at 0.6.

# %% experiment="what_it_ends_in"
step_sizes = np.linspace(0.02, 0.7, 1400)
x, y = np.full_like(step_sizes, -1.2), np.full_like(step_sizes, 0.5)
visited = []
with np.errstate(over="ignore", invalid="ignore"):
    for t in range(400):
        x, y = x - step_sizes * grad_x_f(x, y), y - step_sizes * grad_y_f(x, y)
        if t >= 340:
            visited.append(x)

figure, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
ax.plot(step_sizes, np.transpose(visited), ".", color="C0", markersize=0.8)
for limit, name in (
    (0.1811, "2/L, global minimum"),
    (0.2496, "left minimum"),
    (0.4360, "right minimum"),
    (2 / 3, "far away"),
):
    ax.axvline(limit, color="C1", linewidth=1, linestyle="--")
    ax.text(limit, 5.15, name, rotation=25, fontsize="small", color="C1")
ax.set(xlabel=r"step size $\eta$", ylabel="$x$ in the last 60 of 400 steps", ylim=(-5, 5))
describe(figure, "For small step sizes all walks end at one x. From 0.18 on they end at two, then at four, then in a "
                 "cloud with a gap near 0.33; from 0.37 on the cloud is wider, and beyond 2/3 nothing is left.")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Left of the limit there is one point, the minimum. To the right of it there are two, then four, then eight, and from
# about 0.30 a cloud: one line of arithmetic behaves chaotically. Between about 0.324 and 0.332 the cloud gives way to a
# cycle of three points, from about 0.334 to 0.358 to one of six, and then the cloud spills over into the left valley.
# Beyond 0.436 no minimum is stable any more and the walk wanders for ever, but it does not run away: far out the cosine
# hardly matters, the function is the bowl $x^2 + y^2 + xy$ with curvatures 1 and 3, and its limit is $2/3$. Beyond that
# the walk **diverges**: the distance grows by a constant factor per step until the numbers overflow.
#
# So a step size that is too large can show in three ways: as a cycle at a wrong value, as a wandering cloud, or as
# divergence. Only divergence is easy to notice. A step size that is too small shows in one way: the curve still falls
# when the budget ends.
# </details>
#
# Try it. The demo shows path, curve and a verdict for any start and step size; the preset *2-cycle* is the run above.
# Find a start from which step size 0.1 reaches the global minimum, and one from which no step size below 0.1811 does.

# %% experiment="demo_step_size"
step_size_demo(lr=0.2, steps=60).show()

# %% [markdown]
# ### Question `step_size_limit`, the part marked by hand
#
# A report on this landscape says: "We tried step sizes 0.1, 0.2, 0.3 and 0.4 from $(3, 2)$. 0.2 is best: it oscillates
# a little but reaches the global optimum, $f = -1.837$." Judge it, in five to eight sentences. What did the run reach,
# and how can one see that from the run alone? Which step size would you use next and what will it reach, and why
# does *smaller is safer* not settle the matter either?

# %% [markdown] question="step_size_limit"
# The run did not reach a minimum at all: it jumps for ever between two points around the global minimum, with $f =
# -1.837$ and $-1.899$. One sees it from the run alone: after 200 steps the point still moves by more than half a unit
# per step, every second point is the same, and the gradient there is far from zero. The reason is the curvature: at the
# global minimum $L = 11.04$, so the limit is $2/11.04 = 0.181 < 0.2$, and along the steepest direction each step
# multiplies the distance by $1 - 0.2 \cdot 11.04 = -1.21$; the cosine, which is not a parabola, keeps the jump from
# growing. A step size below 0.181, say 0.17, converges to $-2.2807$ once the walk is in that valley (slowly, from side
# to side, with $1 - 0.17 \cdot 11.04 = -0.88$; 0.15 is faster). But from $(3, 2)$ a step of 0.1 ends in the local
# minimum 1.2427: small steps follow the nearest valley down, and only the larger ones leap over it. So the start
# matters as well as the step size; a large step size at first and a smaller one later (section 1.7) does both.
#
# **Marking guide**
#
# - 0.5 for the 2-cycle (or "alternates between two points, neither a minimum") with evidence from the run, and the
#   trade between leaping and settling.
# - 0.5 for the limit $2/L$ with the number 0.18.
# - Half a point at most if $-1.837$ is called a minimum of any kind. Saying only "it oscillates" or "too large" earns
#   nothing.

# %% [markdown]
# **Further reading.** S. Strogatz, *Nonlinear Dynamics and Chaos*, chapter 10, on cycles that double; G. Goh,
# [Why momentum really works](https://distill.pub/2017/momentum/), 2017, whose first part is about the step size; J.
# Cohen and others, [Gradient descent on neural networks typically occurs at the edge of
# stability](https://arxiv.org/abs/2103.00065), 2021.
#
# ## 1.7 Shrinking steps
#
# Large steps explore, small steps settle. A **decay** gives both: with a factor $d$ between 0 and 1, step $t = 0, 1,
# 2, \dots$ uses
#
# $$\eta_t = \eta_0\, d^{\,t} .$$
#
# There is a price: all steps together are at most $\eta_0 (1 + d + d^2 + \dots) = \eta_0 / (1 - d)$. With $d = 0.5$ the
# whole walk is worth two first steps, however long one waits. Too strong a decay freezes the walk on the slope, and the
# curve looks *exactly* like convergence.
#
# **By hand, once.** With $\eta_0 = 0.4$ and $d = 0.5$ the first four step sizes are 0.4, 0.2, 0.1 and 0.05. They add up
# to 0.75, and however many steps follow, the sum stays below $0.4/(1 - 0.5) = 0.8$.
#
# ### Exercise `step_size_decay`
#
# *★★☆, about 25 minutes*
#
# 1. Write `optimize_f` again, now with decay. With `decay=1.0` it must give the same results as before.
# 2. Find settings and return them from `decay_settings`: step size, number of steps (at most 100) and decay, with which
#    the walk from $(3, 2)$ ends at $f < -2$. The decay has to be the reason: without it, the same step size must not
#    settle below $-2$ in as many steps. The check walks with another function, so the second part counts even if the
#    first is not right yet. Search by hand or with a loop, in a new cell.


# %% exercise="step_size_decay"
def optimize_f(x, y, step_size, steps, decay=1.0):
    """Walk downhill on f; step t = 0, 1, ... uses the step size times decay to the power t.

    Args:
        x: First coordinate of the start.
        y: Second coordinate of the start.
        step_size: Step size of step 0.
        steps: Number of steps.
        decay: Factor from one step to the next.

    Returns:
        x, y and the value of f after the last step, and the lists of all x and of all y, the start included.
    """
    ### BEGIN SOLUTION
    x_hist, y_hist = [x], [y]
    for t in range(steps):
        now = step_size * decay**t
        slope_x, slope_y = grad_x_f(x, y), grad_y_f(x, y)
        x, y = x - now * slope_x, y - now * slope_y
        x_hist.append(x)
        y_hist.append(y)
    return x, y, f(x, y), x_hist, y_hist
    ### END SOLUTION


# %% exercise="step_size_decay" part="settings"
def decay_settings():
    """Return step_size, steps (at most 100) and decay with which the walk from (3, 2) ends below -2."""
    ### BEGIN SOLUTION
    return 0.22, 40, 0.95
    ### END SOLUTION


# %% check="step_size_decay"
check("step_size_decay", optimize_f, decay_settings)

# %% [markdown] hint="step_size_decay"
# Write down the step sizes of the first three steps for $\eta_0 = 1$ and $d = 0.5$: $1$, $0.5$, $0.25$. Compare them
# with what your loop uses. Is the first step shortened already, or is a shortened step shortened again by a power?
#
# ---
#
# Step $t$ counts from 0 and uses $\eta_0 d^{\,t}$. There are two ways to get there: keep a step size and multiply it
# by $d$ once per step, *or* take a power of $d$ from the original one. Doing both shrinks the steps far too fast.
#
# ---
#
# For the settings: the walk can travel about $\eta_0 / (1 - d)$ times a typical slope in all. With $d = 0.5$ this is
# two first steps; with $d = 0.95$ it is twenty. First find a large step that reaches the right valley, then a decay
# that is slow enough to come to rest there. Plot the path and not only the last value.

# %% [markdown]
# **A test that cannot see.** A published version of this exercise was tested like this: with $d = 0.1$ and two steps,
# the second step must be shorter than a fifth of the first. A solution that passed had this line in its loop over
# `step`:
#
# `step_size = step_size * decay ** step`
#
# **Think:** which step size does it use in step 0, 1, 2, 3? How many steps does a test need to see the difference?

# %% experiment="compounding"
compounded, rates = 1.0, []
for t in range(6):
    compounded *= 0.9**t
    rates.append(compounded)
print("step            " + "".join(f"{t:8d}" for t in range(6)))
print("meant:  0.9**t  " + "".join(f"{0.9**t:8.4f}" for t in range(6)))
print("compounding     " + "".join(f"{rate:8.4f}" for rate in rates))

_, _, _, x_hist, y_hist = optimize_f(3.0, 2.0, step_size=0.2, steps=2, decay=0.1)
moves = np.hypot(np.diff(x_hist), np.diff(y_hist))
print(f"\nthe test of two steps, on your function: second / first = {moves[1] / moves[0]:.3f} < 0.2")

# %% [markdown]
# <details><summary>After you have thought</summary>
#
# The already decayed step size is decayed again, so the exponents add up: $0, 1, 3, 6, 10, \dots$, that is $d^{\,t
# (t+1)/2}$. Steps 0 and 1 are the same, bit for bit; the third step is the first that differs. So a test of a loop
# needs enough rounds for the mistake to appear; three or four varied ones are a good habit.
# </details>
#
# The next figure shows all settings at once; find yours before you run it. **Predict** where in the plane of step size
# and decay the good settings lie: in one corner, in a band, or scattered?

# %% experiment="tune_decay"
step_size, steps, decay = decay_settings()
print(f"your settings: f = {optimize_f(3.0, 2.0, step_size, steps, decay)[2]:.4f}")
coarse = itertools.product(np.arange(1, 10) / 10, range(10, 100, 10), np.arange(1, 10) / 10)
with np.errstate(over="ignore", invalid="ignore"):
    reached = [optimize_f(3.0, 2.0, lr, steps, decay)[2] < -2 for lr, steps, decay in coarse]
print(f"{sum(reached)} of {len(reached)} settings of a 9 x 9 x 9 grid reach f < -2")

lrs, decays = np.linspace(0.02, 1.0, 320 if FULL else 80), np.linspace(0.3, 1.0, 281 if FULL else 71)
with np.errstate(over="ignore", invalid="ignore"):
    rows = long_runs(decays, minutes=0.15, full=FULL)
    ends = [[optimize_f(3.0, 2.0, lr, 40, decay)[2] for lr in lrs] for decay in rows]

figure, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
image = ax.pcolormesh(lrs, decays, np.nan_to_num(ends, nan=9), vmin=-2.3, vmax=2.5, cmap="viridis", rasterized=True)
ax.plot(step_size, decay, "*", color="C1", markeredgecolor="white", markersize=16)
ax.axvline(0.1811, color="white", linestyle="--", linewidth=1.2)
ax.set(title="Value after 40 steps from (3, 2)", xlabel=r"first step size $\eta_0$", ylabel="decay $d$ per step")
figure.colorbar(image, label="$f$, cut off at 2.5")
describe(figure, "The lower left corner, with small steps that shrink fast, is high. Most first steps beyond 0.3 end "
                 "low, with patches of other values among them.")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# With decay, first steps far beyond 0.1811 become useful: they leap over the small valley early and settle late. The
# map is still a patchwork, because small differences decide where a leap ends: neighbouring settings land in different
# valleys. (The star marks your step size and decay, at 40 steps.) The coarse grid is that of a published solution. Of
# its 729 settings, 229 reach the goal. With the compounding bug it would be 117: the bug still finds good runs, which
# is why nobody noticed it. Along the lower left edge the walk is frozen on the slope.
#
# A result from one start on such a map says little about another start. The next question would be: which setting is
# good for *most* starts? Schedules with warmup and cosine follow in workbook 2.
# </details>
#
# **Further reading.** L. Bottou, F. Curtis and J. Nocedal,
# [Optimization methods for large-scale machine learning](https://arxiv.org/abs/1606.04838), 2018, section 4, on which
# decays keep the guarantees of Robbins and Monro.
#
# ## 1.8 Is the gradient special?
#
# Why not try a few random directions and keep the best? From here on $\mathbf x$ holds all $n$ weights of a model, and
# one step of gradient descent on a loss $J$ is
#
# $$\mathbf x \leftarrow \mathbf x - \eta\, \nabla J(\mathbf x) .$$
#
# In PyTorch the weights are a list of tensors, and the course gives `zero_grad(params)`, which empties their `.grad`.
# Random search needs no gradient: it adds noise to every weight. There are two helpers: one is given, and you write the
# other.


# %%
def random_update(params, noise_scale=0.1, normalized=False):
    """Add noise to every weight, in place; with `normalized`, each tensor moves by exactly noise_scale."""
    for parameter in params:
        noise = torch.randn_like(parameter)
        if normalized:
            noise /= noise.norm()
        parameter.data += noise_scale * noise


# %% [markdown]
# **Equal lengths.** For a fair comparison every candidate step must have the same length, and the length is that of the
# *whole* step: with the parts $\mathbf d_1, \mathbf d_2, \dots$ of a direction, one per tensor,
#
# $$\|\mathbf d\| = \sqrt{\|\mathbf d_1\|^2 + \|\mathbf d_2\|^2 + \dots}\,, \qquad
#   \text{step} = s\, \frac{\mathbf d}{\|\mathbf d\|} ,$$
#
# where $s$ is the step length. (With `normalized`, the helper above scales each tensor by itself. Is the whole step
# then of length `noise_scale`?)
#
# **By hand, once.** A direction has two parts, $\mathbf d_1 = (2, 1)$ and $\mathbf d_2 = (2)$. Its length is $\sqrt{5 +
# 4} = 3$. The step of length $s = 0.6$ is $0.2$ times the direction: $(0.4, 0.2)$ and $(0.4)$.
#
# ### Exercise `random_directions`
#
# *★★★, about 40 minutes*
#
# `gradient_update(loss, params, lr)` makes one step: it clears old gradients, computes new ones, and moves the
# parameters in place.
#
# `compare_directions(loss_fn, params, step_length, num_directions, generator)` tries steps and takes none of them:
# after the call `params` hold the same numbers as before. `loss_fn(params)` gives the loss for a list of tensors, and
# you may call it with the parameters or with moved copies of them. Every step starts at `params` and has the length
# `step_length`, measured over all tensors together. The function returns two things:
#
# 1. the change of the loss, after minus before, for the step *against* the gradient, as a number;
# 2. the changes for `num_directions` random steps, as a tensor of shape `(num_directions,)`. Draw each direction from a
#    normal distribution with mean zero, by `torch.randn(..., generator=generator)`.


# %% exercise="random_directions"
def gradient_update(loss, params, lr=1e-3):
    """Make one step of gradient descent, in place.

    Args:
        loss: Tensor with one number that was computed from params.
        params: List of tensors.
        lr: Learning rate.
    """
    ### BEGIN SOLUTION
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        for parameter in params:
            parameter -= lr * parameter.grad
    ### END SOLUTION


# %% exercise="random_directions" part="compare"
def compare_directions(loss_fn, params, step_length, num_directions, generator):
    """Compare the gradient with random directions at equal step length.

    Returns:
        The change of the loss along the gradient, and a tensor of the changes in the random directions.
    """
    ### BEGIN SOLUTION
    before = loss_fn(params)
    gradient = torch.autograd.grad(before, params)

    def scaled(direction):
        length = torch.cat([part.flatten() for part in direction]).norm()
        return [step_length * part / length for part in direction]

    def change(step):
        moved = [p.detach() + part for p, part in zip(params, step)]
        return (loss_fn(moved) - before).item()

    downhill = change(scaled([-part for part in gradient]))
    random = [[torch.randn(p.shape, generator=generator) for p in params] for _ in range(num_directions)]
    changes = [change(scaled(direction)) for direction in random]
    return downhill, torch.tensor(changes)
    ### END SOLUTION


# %% check="random_directions"
check("random_directions", gradient_update, compare_directions)

# %% [markdown] hint="random_directions"
# `gradient_update` has three duties, in this order: forget old gradients, compute new ones, move the parameters. For
# `compare_directions`, ask of every candidate: does it start at the same place, and is it exactly `step_length` long,
# measured over all tensors together?
#
# ---
#
# The length of a direction with several parts is $\sqrt{\|\mathbf d_1\|^2 + \|\mathbf d_2\|^2 + \dots}$. Divide *all*
# parts by this one number. A random direction needs entries of both signs, so draw from a distribution around zero. A
# change of the loss is after minus before.
#
# ---
#
# A small case: the parts $(3)$ and $(4)$ have the common length $5$. For a step of length $1$ they become $(0.6)$ and
# $(0.8)$. If each part is scaled by itself, the result is $(1)$ and $(1)$, and the step has the length $\sqrt 2$.

# %% [markdown]
# The model: 500 images of digits, each 784 numbers, and a linear map to ten class scores; $J$ is the cross-entropy in
# nats. One step first. **Predict:** the loss starts near $\ln 10 = 2.3$. About how much will a step of size 0.1 take
# off?


# %%
def linear_loss(images, labels):
    """Return the loss of the linear model, mean cross-entropy in nats, as a function of [weight, bias]."""
    return lambda params: torch.nn.functional.cross_entropy(images @ params[0].T + params[1], labels)


# %% experiment="one_step"
loss_fn = linear_loss(*digits_500())
set_seed(2021)
model = MLP(in_dim=784, out_dim=10)
params = list(model.parameters())
for name, parameter in model.named_parameters():
    print(f"{name}: shape {tuple(parameter.shape)}, {parameter.numel():,} numbers")

print(f"loss before: {loss_fn(params):.4f} nats")
gradient_update(loss_fn(params), params, lr=0.1)
print(f"loss after:  {loss_fn(params):.4f} nats")
print("bias after: ", *(f"{value:.4f}" for value in params[1].tolist()))

# %% [markdown]
# With the full MNIST files the bias after this step is $-0.0292,\ -0.0018,\ 0.0115,\ -0.0370,\ 0.0054,\ 0.0155,\
# 0.0317,\ 0.0246,\ 0.0198,\ -0.0061$, as in the tutorial that this step comes from. The embedded sample has other
# images, so there the numbers are only similar.
#
# Now the comparison, first as that tutorial makes it: noise of scale 0.01 on each of the 7,850 weights against a
# gradient step with learning rate 0.01, from a fresh model and from one that is partially trained (200 steps of Adam,
# an optimizer of workbook 2). Then with equal lengths.
#
# **Predict** the share of random steps that lower the loss, in all four cases. Then run it.


# %%
def linear_model(loss_fn, seed, adam_steps=0):
    """Return weight and bias of a linear model, after some steps of Adam with learning rate 7e-4."""
    set_seed(seed)
    params = list(MLP(in_dim=784, out_dim=10).parameters())
    adam = torch.optim.Adam(params, lr=7e-4)
    for _ in range(adam_steps):
        adam.zero_grad()
        loss_fn(params).backward()
        adam.step()
    return params


def slope_length(loss_fn, params):
    """Return the length of the gradient over all parameters together."""
    return torch.cat([part.flatten() for part in torch.autograd.grad(loss_fn(params), params)]).norm().item()


# %% experiment="directions"
loss_fn = linear_loss(*digits_500())
count = 1000 if FULL else 100
figure, panels = plt.subplots(2, 2, figsize=(9, 6.8), layout="constrained")
print("seed, model       length   lower   best random step   gradient step")
for seed, adam_steps in long_runs(itertools.product((0, 1, 2), (0, 200)), minutes=0.15, full=FULL):
    params = linear_model(loss_fn, seed, adam_steps)
    short = 0.01 * slope_length(loss_fn, params)
    downhill, _ = compare_directions(loss_fn, params, short, 1, torch.Generator())
    for panel, length in zip(panels[1 if adam_steps else 0], (0.01 * 7850**0.5, short)):
        _, changes = compare_directions(loss_fn, params, length, count, torch.Generator().manual_seed(seed))
        name = "trained" if adam_steps else "fresh"
        lower = (changes < 0).float().mean()
        print(f"{seed}, {name:8} {length:12.4f} {lower:7.0%} {changes.min():18.6f} {downhill:15.6f}")
        style = {"color": f"C{seed}", "linestyle": ("-", "--", ":")[seed], "linewidth": 1.6}
        panel.hist(changes.numpy(), bins=25, histtype="step", label=f"seed {seed}, random steps", **style)
        panel.plot(downhill, 0, marker="os^"[seed], clip_on=False, color=f"C{seed}", markersize=9, zorder=3,
                   linestyle="none", label=f"seed {seed}, gradient step")
for row, name in zip(panels, ("Fresh", "Trained")):
    for panel, title in zip(row, ("noise 0.01 on each weight", "equal lengths")):
        panel.axvline(0, color="C6", linewidth=0.8)
        panel.set(title=f"{name} model, {title}", xlabel="change of the loss (nats)", ylabel="random steps")
        panel.locator_params(axis="x", nbins=5)
figure.legend(*panels[0, 1].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# In the first comparison about 20 % of the random steps lower the loss of a fresh model, and none that of a trained
# one. The natural conclusion, "random directions hardly ever help", is an artefact: noise of scale 0.01 on 7,850
# weights has length $0.01 \sqrt{7850} = 0.886$, the gradient step has 0.04 (and 0.001 when trained). The random steps
# leap across the valley.
#
# With `FULL` (1,000 directions, the full MNIST files) 18 to 21 % help at a fresh model, none at a trained one, and 48
# to 51 % with equal lengths. With equal lengths **half of all directions go down**, trained or not: for a short step
# $\mathbf s$ the change is $\nabla J \cdot \mathbf s$, and $-\mathbf s$ is as likely as $\mathbf s$. But how far down?
# The cosine between a random direction and a fixed one has mean 0 and standard deviation $1/\sqrt n$, here
# $1/\sqrt{7850} = 0.011$. So a typical random step gains about 1 % of the gain of the gradient step, and the best of a
# hundred, some 2.5 standard deviations out, about 3 %. This is the value of the gradient: it costs as much as two or
# three evaluations of the loss, and replaces thousands of them.
#
# (About the helper above: with `normalized`, each of the two tensors moves by `noise_scale`, so the whole step is
# $\sqrt 2$ times as long.)
# </details>
#
# **Think:** when would you search at random nevertheless?
#
# <details><summary>After you have thought</summary>
#
# When there is no gradient (the 0-1 loss, a simulator, a hyperparameter), when $n$ is small (then $1/\sqrt n$ is no
# disaster), or when the loss is so rough that its slope at a point says nothing about the next step. And noise *added*
# to gradient steps can carry a walk out of a small valley, which descent alone never leaves.
# </details>
#
# **Further reading.** J. Spall, [An overview of the simultaneous perturbation
# method](https://www.jhuapl.edu/SPSA/PDF-SPSA/Spall_An_Overview.PDF), 1998: a gradient from two evaluations along one
# random direction; T. Salimans and others, [Evolution strategies as a scalable alternative to reinforcement
# learning](https://arxiv.org/abs/1703.03864), 2017, where random directions are used because there is no gradient.
#
# ## 1.9 Newton as a yardstick
#
# The gradient is **local**: it gives the slope at this point and says nothing about how far the slope continues. The
# step size is our guess at that distance. More information makes a better guess: with the Hessian, replace $f$ around
# $\mathbf x$ by the parabola that has the same slope $\mathbf g = \nabla f(\mathbf x)$ and the same curvatures,
#
# $$f(\mathbf x + \mathbf s) \approx f(\mathbf x) + \mathbf g^\top \mathbf s + \tfrac12 \mathbf s^\top H \mathbf s ,$$
#
# and jump to where the parabola has slope zero. Differentiate with respect to $\mathbf s$: $\mathbf g + H \mathbf s =
# 0$. This is **Newton's method**:
#
# $$H\, \mathbf s = -\mathbf g, \qquad \mathbf x \leftarrow \mathbf x + \mathbf s .$$
#
# Along an eigenvector with curvature $\lambda$ this is a step size of $1/\lambda$ (section 1.6), a different one for
# each direction. There is no learning rate to tune. (One sometimes reads that Newton's method takes smaller gradient
# steps. That is wrong.)
#
# **By hand, once.** For $f(x) = x^4$ at $x = 2$ the slope is $4 x^3 = 32$ and the curvature $12 x^2 = 48$. The step is
# $-32/48 = -2/3$ and leads to $4/3$. For a parabola such as $3x^2$ at $x = 2$ the slope is 12 and the curvature 6, so
# the step $-2$ leads to the minimum at once.
#
# The next figure shows this step, and one from a place where the curvature is negative. **Predict** for the second one:
# uphill or downhill?

# %% experiment="newton_in_a_picture"
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
plot_newton_step(np.poly1d([1, 0, 0, 0, 0]), 2.0, (-0.5, 2.5), y_range=(-5, 25), ax=left)
plot_newton_step(np.poly1d([1, 0, -2, 0, 0]), 0.4, (-1.6, 1.6), y_range=(-1.4, 1), ax=right)
left.set(title="$x^4$ from $x = 2$", ylabel="value")
right.set(title="$x^4 - 2x^2$ from $x = 0.4$")
figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
describe(figure, "A Newton step goes to where the parabola with the same slope and curvature is level: nearly to the "
                 "minimum of the curve on the left, and up towards a maximum on the right.")
plt.show()

# %% [markdown]
# On the right the parabola opens downwards, so its level point is its top: the step goes *uphill*, away from both
# minima.
#
# ### Exercise `newton_step`
#
# *★★☆, about 15 minutes*
#
# Make one full step; the derivatives come from autograd, and `x` stays as it was.


# %% exercise="newton_step"
def newton_step(f, x):
    """Return the point after one full Newton step.

    Args:
        f: Takes a tensor of shape (n,), returns a tensor with one number.
        x: Where, float64, shape (n,); left as it was.

    Returns:
        Tensor of shape (n,).
    """
    ### BEGIN SOLUTION
    point = x.detach()
    slope = autograd_gradient(f, point)
    curvature = torch.autograd.functional.hessian(f, point)
    return point - torch.linalg.solve(curvature, slope)
    ### END SOLUTION


# %% check="newton_step"
check("newton_step", newton_step)


# %%
def run_newton(func, init_list=(0.0, 0.0), max_iter=200):
    """Return the points of a Newton walk, shape (steps + 1, n); it ends when a step is shorter than 1e-12."""
    points = [torch.tensor(init_list, dtype=torch.float64)]
    while len(points) <= max_iter and (len(points) == 1 or (points[-1] - points[-2]).norm() > 1e-12):
        points.append(newton_step(func, points[-1]))
    return torch.stack(points)


def f_torch(z):
    """Return the landscape's height for a tensor (2,)."""
    return z[0] ** 2 + z[1] ** 2 + z[0] * (z[1] + 2) + torch.cos(3 * z[0])


# %% [markdown]
# From $(-1.4, 1)$, in the valley of the global minimum. **Predict:** how many Newton steps until twelve digits are
# right, and how many gradient steps of the best of the tried sizes?

# %% experiment="newton_race"
x_best, y_best = -1.0881624098395095, 0.5440812049197548
figure, ax = plt.subplots(figsize=(8, 4.4), layout="constrained")
for lr, marker in zip((0.05, 0.1, 0.15, 0.175), "os^D"):
    _, _, _, x_hist, y_hist = optimize_f(-1.4, 1.0, lr, steps=80)
    distance = np.hypot(np.array(x_hist) - x_best, np.array(y_hist) - y_best)
    ax.semilogy(distance, marker=marker, markevery=8, markersize=5, label=f"gradient descent, step size {lr}")
path = run_newton(f_torch, (-1.4, 1.0)).numpy()
arrived = np.hypot(*(path - [x_best, y_best]).T)
ax.semilogy(arrived, "-X", color=look_of("Newton").colour, linewidth=2.4, markersize=8, label="Newton")
ax.annotate("Newton", (3, arrived[3]), (6, arrived[3]), color=look_of("Newton").colour, va="center")
ax.set(xlabel="step", ylabel="distance from the minimum", ylim=(1e-16, 3), title="From (-1.4, 1)")
ax.legend(loc="lower left", bbox_to_anchor=(0.1, 0))
print("Newton:", *(f"({x:.6f}, {y:.6f})" for x, y in path[:6]), sep="\n  ")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Gradient descent multiplies the distance by a constant: straight lines on this scale, with the slope that
# $|1 - \eta\lambda|$ of the worst eigenvector gives. Newton **squares** it near the minimum: the number of right
# digits doubles with each step, and after a handful nothing is left to do.
# </details>
#
# Now from everywhere. Every point of the map below is a start, and its colour says where the walk was after 100 steps.
# **Predict:** Newton looks for slope zero. What else has slope zero? And does it find a zero from every start?


# %%
def descend(x, y):
    """Make one gradient step of size 0.1 from many points at once."""
    return x - 0.1 * grad_x_f(x, y), y - 0.1 * grad_y_f(x, y)


def newton_on_f(x, y):
    """Make one Newton step on the landscape from many points at once; H has two rows, so Cramer's rule will do."""
    slope_x, slope_y, curvature = grad_x_f(x, y), grad_y_f(x, y), 2 - 9 * np.cos(3 * x)
    determinant = 2 * curvature - 1
    return x - (2 * slope_x - slope_y) / determinant, y - (curvature * slope_y - slope_x) / determinant


# %% experiment="basins"
names = ["left minimum", "saddle", "global minimum", "saddle", "right minimum", "nowhere"]
slope_is_zero = np.array([-2.85372, -2.25382, -1.08816, 0.32624, 0.60595])
side = np.linspace(-5, 5, 1500 if FULL else 300)
grid_x, grid_y = np.meshgrid(side, side)

figure, panels = plt.subplots(1, 2, figsize=(9, 4.8), sharey=True, layout="constrained")
for panel, (name, step) in zip(panels, {"Gradient descent, step size 0.1": descend, "Newton": newton_on_f}.items()):
    x, y = grid_x, grid_y
    for _ in long_runs(range(100), minutes=0.3, full=FULL):
        x, y = step(x, y)
    settled = np.hypot(grad_x_f(x, y), grad_y_f(x, y)) < 1e-3
    ends = np.where(settled, np.abs(x[..., None] - slope_is_zero).argmin(axis=-1), 5)
    plot_basins(grid_x, grid_y, ends, names, ax=panel)
    panel.set(title=name, xlabel="$x$ of the start")
    print(f"{name}: " + ", ".join(f"{np.mean(ends == k):.1%} {names[k]}" for k in range(6)))
panels[0].set_ylabel("$y$ of the start")
figure.legend(handles=panels[0].get_legend().legend_handles, loc="outside lower center", ncols=5)
for panel in panels:
    panel.get_legend().remove()
describe(figure, "Where a walk from each place ends. For gradient descent the plane falls into three large regions, "
                 "one per minimum; for Newton into many upright stripes, among them the two saddles and nowhere.")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Saddles and maxima have slope zero too. The step that solves $H\mathbf s = -\mathbf g$ goes *up* along every
# direction of negative curvature, so a quarter of all starts ends at a saddle. Where a curvature is near zero the step
# is enormous and may land anywhere: hence the narrow stripes. (They are upright because $f$ is a parabola in $y$, and
# for a parabola one Newton step is exact: the $y$ of the start is forgotten at once.) Gradient descent is repelled by
# saddles and keeps to its valley.
#
# 29 % of the walks have arrived **nowhere** (29.6 % of the 2,250,000 starts with `FULL`). Most of these walks go
# round for ever, between $x = 4.26$ and $5.33$ or through four points near $x = -7$: there the slope comes closer to
# zero and turns back before it, and Newton hunts for a zero that does not exist. The others still leap, some of them
# millions of units away.
#
# **Full steps are safe only close to a minimum.** The usual repairs: check that $f$ fell and halve the step if not; use
# absolute curvatures; or limit the step's length to where the parabola has proved right (a trust region). `run_newton`
# does none of this: it ends after 200 steps and does not report whether it has arrived.
# </details>
#
# **The price.** For $n$ weights $H$ has $n^2$ entries, and solving $H \mathbf s = -\mathbf g$ takes about $n^3/3$
# multiplications. **Predict** both numbers for the linear model above, with its 7,850 weights.

# %% experiment="price"
print("weights          Hessian, float32     multiplications of one step")
for name, n in (("landscape", 2), ("linear model", 7_850), ("MLP 784-100-10", 79_510), ("ResNet-50", 25_600_000)):
    print(f"{n:>10,}  {n * n * 4 / 1e9:16,.3g} GB {n**3 / 3:20.1e}   {name}")

# %% [markdown]
# So networks are trained with less information: products of $H$ with a vector, which cost about two gradients each; a
# rough diagonal in the place of $H$, as in RMSProp and Adam; or a memory of past steps, as in momentum. Workbook 2
# builds these methods. Newton's method remains the yardstick: it shows how fast one could be if curvature cost nothing.
#
# **Think:** which other information about the loss could a method use, beyond its slope and its curvature at the
# present point?
#
# <details><summary>After you have thought</summary>
#
# Slopes at earlier points (momentum averages them, quasi-Newton methods build curvature from their differences); the
# loss itself, to accept or refuse a step (line search); how much the gradient varies from batch to batch, to know when
# it is only noise; and the size of past gradients for each weight.
# </details>
#
# **The story.** Newton solved a cubic equation in this way in 1669, and Raphson published a simpler form in 1690;
# Simpson used it in 1740 to find where a slope is zero. Marquardt added damping in 1963, so that a step from far away
# does not leap.
#
# **Further reading.** J. Nocedal and S. Wright, [Numerical Optimization](https://doi.org/10.1007/978-0-387-40065-5),
# 2006, chapters 3 and 4; B. Pearlmutter, [Fast exact multiplication by the
# Hessian](https://doi.org/10.1162/neco.1994.6.1.147), 1994.
#
# ## 1.10 Check-out
#
# Four runs of gradient descent on $f(u, v) = \tfrac12 (u^2 + 10 v^2)$ from $(5, 1)$, of which only one has a decay.
#
# ### Question `read_the_plots`
#
# Give each of the runs A to D its story, with the evidence in the picture:
# *too small*, *close below the limit*, *above the limit*, *decays too fast*. Then estimate the step size of the run
# above the limit from the growth of its curve, and say what you would do next for each run.

# %% experiment="four_runs"
runs = {"A": (0.19, 1.0), "B": (0.01, 1.0), "C": (0.19, 0.7), "D": (0.21, 1.0)}
figure, panels = plt.subplots(2, 4, figsize=(9, 5), layout="constrained")
for (name, (lr, decay)), above, below in zip(runs.items(), *panels):
    u, v = [5.0], [1.0]
    for t in range(30):
        u.append((1 - lr * decay**t) * u[-1])
        v.append((1 - 10 * lr * decay**t) * v[-1])
    above.plot(u, v, ".-", linewidth=1)
    above.set(title=f"Run {name}", xlabel="$u$", xlim=(-0.5, 5.5))
    below.semilogy((np.square(u) + 10 * np.square(v)) / 2)
    below.set(xlabel="step", ylim=(1e-3, 1e4))
panels[0, 0].set_ylabel("$v$")
panels[1, 0].set_ylabel("$f$")
plt.show()

# %% [markdown] question="read_the_plots"
# **A: close below the limit.** $v$ jumps from side to side and shrinks slowly, $u$ goes down quickly; the curve falls
# steadily. Here $\eta = 0.19$ and $1 - 10\eta = -0.9$. Next: a little smaller, towards $2/(1 + 10) = 0.18$, or a decay
# late in the run.
#
# **B: too small.** No jumps at all; $u$ has hardly moved and the curve still falls as a straight line when the budget
# ends. Next: ten times larger.
#
# **C: decays too fast.** It begins like A, then path and curve stop, on the slope and not at the minimum: $f$ is flat
# at a value that A left behind. All steps together are at most $0.19 / 0.3 = 0.63$, so $u$ keeps about half of its
# value. Next: a decay closer to 1.
#
# **D: above the limit.** $v$ grows from side to side; the curve first falls, while the flat direction improves, then
# rises as a straight line. On it $f$ grows by about 1.21 per step, so the distance by 1.1, $10\eta - 1 = 1.1$,
# $\eta = 0.21$. Next: below 0.2.
#
# **Marking guide**
#
# - 0.25 for A, rightly named *with* evidence from path or curve.
# - 0.25 for B, likewise.
# - 0.25 for C, likewise.
# - 0.25 for D, likewise, with an estimate that follows from the growth of the curve or of $v$ (0.205 to 0.215 is
#   right); if it is missing, D earns nothing.
# - Naming the runs without evidence earns half of the marks at most. (The code of the cell shows the settings: the
#   marks are for the evidence.)

# %% [markdown]
# **What you have now.** You can compute a gradient in three independent ways. You can predict from $\eta$ and $L$ how a
# walk behaves near a minimum. And you know why one run from one start with one seed proves little. The next workbook
# keeps the walk and adds a memory of earlier steps.
#
# **Further reading.** S. Boyd and L. Vandenberghe, [Convex Optimization](https://web.stanford.edu/~boyd/cvxbook/),
# 2004, chapter 9, with the rates of gradient descent and of Newton's method.
