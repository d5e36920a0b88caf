# %% [markdown]
# # Workbook 2: Optimizers
#
# *Momentum, RMSProp and Adam: what each of them averages, what that buys, and how to see that it does.*
#
# After this workbook you can
#
# - write the three optimizers from their formulas, so that a training loop can use any of them;
# - say what length a step has, and so why the "same" learning rate means different things to different optimizers;
# - find out whether one optimizer is really better than another, or only luckier.
#
# **How to work.** Every exercise has a cell with a stub and, below it, a cell that checks your solution: it says what
# is wrong and shows one number of each side. Questions marked *by hand* want a few sentences. Before each training
# run you are asked for a prediction: write it down first; a surprise that you did not predict teaches nothing.
#
# **Letters.** The same ones all the way through:
#
# | letter | meaning | in code |
# |---|---|---|
# | $w$ | the weights, all of them or any single one | `parameter` |
# | $g_t$ | gradient of the loss with respect to $w$ in step $t$; the first step is $t = 1$ | `parameter.grad` |
# | $\eta$ | learning rate | `lr` |
# | $\mu, \beta, \alpha$ | how much of the past an average keeps, from 0 to below 1 | `mu`, `beta`, `alpha` |
# | $v, s$ | moving averages that an optimizer keeps for each weight | your choice |
# | $\varepsilon$ | small constant that keeps a division finite | `epsilon` |

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np
import torch

from course_utils.checks import check
from course_utils.data import load_fashion_mnist
from course_utils.models import NeuralNetwork
from course_utils.optimizers import SGDOptimizer, zero_grad
from course_utils.plotting import plot_histories, show_images
from course_utils.seeding import set_seed
from course_utils.training import run_model, run_models

# %% [markdown]
# ## 2.0 A common interface
#
# A training loop should not care which optimizer it was given. So every optimizer of this workbook is a class with
# the interface of the simplest one, stochastic gradient descent (SGD), which moves against the gradient:
#
# $$w \leftarrow w - \eta\, g_t$$
#
# Here it is in full. It is given; the others will inherit from it.

# %%
print(inspect.getsource(SGDOptimizer))

# %% [markdown]
# Three things to copy from it.
#
# 1. `self.parameters` is a list of tensors. Whatever an optimizer remembers, it remembers *for each of them*: a list
#    of states of the same shapes, never one state for all.
# 2. The update is **in place**. `parameter -= ...` changes the tensor that the model uses; `parameter = parameter -
#    ...` makes a new tensor that the model never hears of.
# 3. `@torch.no_grad()` makes the update plain arithmetic, of which autograd keeps no record.
#
# The loop itself is three lines per batch: `zero_grad`, `loss.backward()`, `optimizer.step()`.
#
# The optimizers below divide by a root that may be zero. They all use this constant to avoid it:

# %%
epsilon = 1e-7

# %% [markdown]
# ### The reference run
#
# The task is Fashion-MNIST: grey images of 28 by 28 pixels, ten kinds of clothing. The network is small: two hidden
# layers of 20 units. Every run is made from three seeds, because one run alone says nothing about how much luck is in
# it. You see the first of them live: the loss of every batch, and the loss on the test images after every epoch,
# which the lines call "valid". That is fair as long as nothing is chosen by looking at it.
#
# What an optimizer does, it does per step. The full set makes 235 steps per epoch, with batches of 256 images. If
# this machine has only the 6,000 images that come with the course, the batches are made smaller, so that an epoch has
# as many steps.

# %% experiment="data"
images, test_images = load_fashion_mnist(train=True), load_fashion_mnist(train=False)
batch_size = round(256 * len(images) / 60_000)
results = {}


def train(name, optimizer, learning_rate=0.001, live=True):
    """Train the network from three seeds, ten epochs each, and keep the histories as results[name]."""
    options = {"learning_rate": learning_rate, "batch_size": batch_size, "data": (images, test_images)}
    first = run_model(optimizer, seed=0, progress=live, **options)
    results[name] = [first, *run_models(optimizer, seeds=(1, 2), **options)]


def compare(*names, metric="valid_accuracy"):
    """Draw the named results: the mean over the seeds, and a band from the lowest to the highest."""
    ax = plt.figure(figsize=(7, 3.8), layout="constrained").subplots()
    plot_histories({name: results[name] for name in names if name in results}, metric=metric, ax=ax)


show_images(images);

# %% [markdown]
# **Predict** before you run: an untrained network gives each of the ten classes about the same probability. What is
# its loss, the mean of $-\ln p(\text{right class})$? And its accuracy?

# %% experiment="sgd"
train("SGD", SGDOptimizer)
compare("SGD")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# $-\ln \tfrac{1}{10} = \ln 10 \approx 2.303$, and 10 %. The loss starts there and falls slowly: after 2,350 steps
# this network classifies roughly six images of ten correctly, and the curves still bend downwards. It is not stuck,
# it is slow. How far do the three seeds lie apart? Remember that number: a difference between two *methods* that is
# not clearly larger is no difference.
# </details>

# %% [markdown]
# ## 2.1 The moving average by itself
#
# All three optimizers are built from one small tool, so look at it alone first. The gradient of a minibatch is the
# gradient of the whole set plus noise. An average over the last gradients would be less noisy, but a window has to be
# stored. The **exponential moving average** (EMA) needs one number per value. With values $x_1, x_2, \dots$, the
# average $m_t$ after the $t$-th of them, and $\beta$, the share that the past keeps:
#
# $$m_0 = 0, \qquad m_t = \beta\, m_{t-1} + (1-\beta)\, x_t$$
#
# Written out, $m_t = (1-\beta)\,(x_t + \beta x_{t-1} + \beta^2 x_{t-2} + \dots + \beta^{t-1} x_1)$: old values fade,
# and the average reaches back over roughly $1/(1-\beta)$ of them.
#
# The weights in that sum add up to $1-\beta^t$, not to 1: because it starts at zero, the average is too small at
# first. Where that matters, one divides by what the weights add up to, which is called **bias correction**:
#
# $$\hat m_t = \frac{m_t}{1-\beta^t}$$
#
# **Predict:** all values are 5 and $\beta = 0.9$. What is $m_1$? And $\hat m_1$?

# %% [markdown]
# ### Exercise `ema` (1 point)
#
# Return the averages after each value: $m_1, m_2, \dots$, or $\hat m_1, \hat m_2, \dots$ when `bias_correction` is
# true. The first value has $t = 1$.

# %% exercise="ema"
def ema(values, beta, bias_correction=False):
    """Return the exponential moving average after each value.

    Args:
        values: Array of numbers, shape (steps,).
        beta: Share that the past keeps, from 0 to below 1.
        bias_correction: Whether to divide by what the weights add up to.

    Returns:
        Array of the averages, shape (steps,).
    """
    ### BEGIN SOLUTION
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if bias_correction else average)
    return np.array(averages)
    ### END SOLUTION


# %% check="ema"
check("ema", ema)

# %% [markdown]
# Now watch it work: noisy measurements of a slow wave, and three values of $\beta$. **Predict:** which curve is the
# smoothest? Which one is late? Where does the correction change anything?

# %% experiment="ema_figure"
rng = np.random.default_rng(0)
times = np.arange(150)
signal = 1.5 + np.sin(times / 25)
measured = signal + rng.normal(scale=0.5, size=times.size)

figure, panels = plt.subplots(1, 2, figsize=(11, 3.6), sharey=True, layout="constrained")
for panel, corrected in zip(panels, (False, True)):
    panel.plot(times, measured, ".", color="0.75", label="measured")
    panel.plot(times, signal, "k--", linewidth=1, label="true signal")
    for beta in (0.5, 0.9, 0.98):
        panel.plot(times, ema(measured, beta, bias_correction=corrected), label=rf"$\beta$ = {beta}")
    panel.set(title="with bias correction" if corrected else "without bias correction", xlabel="step")
panels[0].set_ylabel("value")
panels[1].legend(loc="upper right", fontsize="small");

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# $m_1 = 0.5$ and $\hat m_1 = 5$. A larger $\beta$ smooths more, and is later: an average over the last $1/(1-\beta) =
# 50$ values describes the signal some 50 steps ago. The correction mends the start and nothing else; after a few
# times $1/(1-\beta)$ steps the two panels agree.
# </details>
#
# ## 2.2 Momentum
#
# Follow SGD in a ravine, a function that is 100 times more curved in one direction than in the other:
#
# $$f(w) = \tfrac12\left(0.05\, w_1^2 + 5\, w_2^2\right)$$
#
# Across the ravine the gradient is large and changes its sign from step to step; along it, it is small and always
# points the same way. The steep direction forbids a large learning rate, the flat one needs it. Averaging the
# gradients should help: what alternates cancels, what agrees stays.

# %%
def ravine(w1, w2):
    """Return the height of the ravine, for numbers, arrays or tensors."""
    return 0.5 * (0.05 * w1**2 + 5.0 * w2**2)


def walk(optimizer_class, steps=60, **options):
    """Return the points that an optimizer visits in the ravine, shape (steps + 1, 2)."""
    w = torch.tensor([-8.0, 1.5], requires_grad=True)
    optimizer = optimizer_class([w], **options)
    path = [w.detach().clone()]
    for _ in range(steps):
        zero_grad([w])
        ravine(*w).backward()
        with torch.no_grad():
            optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path).numpy()


# %% experiment="sgd_in_the_ravine"
def draw_walks(walks, ax):
    """Draw named paths over the contours of the ravine."""
    w1, w2 = np.meshgrid(np.linspace(-9, 3, 121), np.linspace(-2.4, 2.4, 97))
    ax.contour(w1, w2, ravine(w1, w2), levels=12, colors="0.85")
    for label, path in walks.items():
        ax.plot(*path.T, ".-", label=f"{label}: height {ravine(*path[-1]):.2g} at the end")
    ax.plot(0, 0, "k*", markersize=10)
    ax.set(xlabel="$w_1$ (flat)", ylabel="$w_2$ (steep)", xlim=(-9, 3), ylim=(-2.4, 2.4))
    ax.legend(fontsize="small", loc="lower left")


figure, ax = plt.subplots(figsize=(9, 3.4), layout="constrained")
draw_walks({"SGD, lr 0.37": walk(SGDOptimizer, lr=0.37), "SGD, lr 0.1": walk(SGDOptimizer, lr=0.1)}, ax)

# %% [markdown]
# ### Exercise `momentum` (1 point)
#
# Momentum replaces the gradient by its moving average $v$, the *velocity*, which keeps the share $\mu$ of the past:
#
# $$v \leftarrow \mu\, v + (1-\mu)\, g_t$$
# $$w \leftarrow w - \eta\, v$$
#
# Before the first step $v$ is zero, and there is no bias correction here. Every parameter has a velocity of its own,
# which stays from one step to the next.

# %% exercise="momentum"
class MomentumOptimizer(SGDOptimizer):
    """Descent along the exponential moving average of the gradients."""

    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        # One velocity for each of self.parameters.
        ### BEGIN SOLUTION
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]
        ### END SOLUTION

    @torch.no_grad()
    def step(self):
        """Update the velocities with the gradients, and the parameters, in place, with the velocities."""
        ### BEGIN SOLUTION
        for parameter, velocity in zip(self.parameters, self.velocities):
            velocity.mul_(self.mu).add_((1 - self.mu) * parameter.grad)
            parameter.sub_(self.lr * velocity)
        ### END SOLUTION


# %% check="momentum"
check("momentum", MomentumOptimizer)

# %% [markdown]
# **Predict**, for the ravine and for Fashion-MNIST: you exchange SGD for momentum and leave the learning rate as it
# is. Faster, slower, or the same?

# %% experiment="momentum_in_the_ravine"
figure, panels = plt.subplots(1, 2, figsize=(13, 3.6), layout="constrained")
draw_walks({"SGD, lr 0.1": walk(SGDOptimizer, lr=0.1), "momentum, lr 0.1": walk(MomentumOptimizer, lr=0.1)}, panels[0])
draw_walks({"SGD, lr 0.37": walk(SGDOptimizer, lr=0.37), "momentum, lr 1": walk(MomentumOptimizer, lr=1.0)}, panels[1])

# %% experiment="momentum"
train("momentum", MomentumOptimizer)
compare("SGD", "momentum")

# %% [markdown]
# The bands lie on each other. Before asking why, meet the other way to write momentum.
#
# ### Exercise `momentum_update` (1 point)
#
# The **heavy ball** keeps a fraction $\beta$ of its last movement and adds a step of gradient descent. Here $v$ is a
# movement, not an average: the minus sign and the learning rate are inside.
#
# $$v \leftarrow \beta\, v - \eta\, g_t$$
# $$w \leftarrow w + v$$
#
# This time it is a function that takes one step: `params` is a list of tensors, and `grad_vel` the list of their $v$.
# Change both in place.

# %% exercise="momentum_update"
def momentum_update(loss, params, grad_vel, lr=1e-3, beta=0.8):
    """Take one heavy-ball step; `params` and `grad_vel` are changed in place.

    Args:
        loss: Loss of the current `params`, a tensor with one number.
        params: The tensors to move.
        grad_vel: The movement v of each of them; zeros before the first step.
        lr: Learning rate.
        beta: Fraction of the last movement that is kept.
    """
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        ### BEGIN SOLUTION
        for parameter, movement in zip(params, grad_vel):
            movement.mul_(beta).sub_(lr * parameter.grad)
            parameter.add_(movement)
        ### END SOLUTION


# %% check="momentum_update"
check("momentum_update", momentum_update)

# %% [markdown]
# Two experiments to think about. First, both forms in the ravine: do you see which learning rates make them walk the
# same path? Then Fashion-MNIST again: momentum with ten times the learning rate, and, to be fair, SGD with ten times
# the learning rate.

# %% experiment="two_forms"
def heavy_ball_walk(steps, lr, beta):
    """Return the points that the heavy ball visits in the ravine."""
    w = torch.tensor([-8.0, 1.5], requires_grad=True)
    velocity = [torch.zeros(2)]
    path = [w.detach().clone()]
    for _ in range(steps):
        momentum_update(ravine(*w), [w], velocity, lr=lr, beta=beta)
        path.append(w.detach().clone())
    return torch.stack(path).numpy()


heavy = heavy_ball_walk(steps=60, lr=0.1, beta=0.9)
for lr in (0.01, 0.1, 1.0):
    apart = np.abs(walk(MomentumOptimizer, lr=lr, mu=0.9) - heavy).max()
    print(f"heavy ball with lr 0.1 and EMA momentum with lr {lr:<4}: at most {apart:.1e} apart")

# %% experiment="ten_times"
train("SGD, lr 0.01", SGDOptimizer, learning_rate=0.01, live=False)
train("momentum, lr 0.01", MomentumOptimizer, learning_rate=0.01, live=False)
compare("SGD", "momentum", "SGD, lr 0.01", "momentum, lr 0.01")

# %% [markdown]
# ### Question `momentum_equivalence` (1 point, by hand)
#
# A report says: "SGD reached 61.8 %, momentum 65.3 %, same learning rate, one run each. Momentum helps." Judge it, in
# six to ten sentences, with these steps.
#
# 1. Let the gradient be the same $g$ in every step. How far does each of the three methods (SGD, the moving average,
#    the heavy ball) move per step, after many steps?
# 2. The heavy ball has learning rate $\eta$ and $\beta = \mu$. With which learning rate does the moving average make
#    exactly the same steps? Why?
# 3. What then should one expect from exchanging SGD for the moving average at the same $\eta$, what do your own runs
#    say, and what did the report compare? When does momentum help, in the ravine for instance?

# %% [markdown] question="momentum_equivalence"
# 1. SGD moves $-\eta g$. The weights of the moving average add up to 1 (once $\mu^t$ has died out), so $v \to g$ and
#    it moves $-\eta g$ as well. The heavy ball adds up $-\eta g\,(1 + \beta + \beta^2 + \dots) = -\eta g/(1-\beta)$:
#    with $\beta = 0.9$ ten times as far.
# 2. Unrolled, the movement of the average is $-\eta'(1-\mu)\sum_i \mu^{t-i} g_i$ and that of the heavy ball
#    $-\eta\sum_i \beta^{t-i} g_i$. With $\mu = \beta$ they agree in every step if $\eta' (1-\mu) = \eta$: the moving
#    average needs the learning rate $\eta/(1-\beta)$.
# 3. At the same learning rate the moving average has the same effective step as SGD, so where gradients change little
#    from step to step, the curves must agree; in our runs the two bands coincide. The report compares two single
#    runs, whose difference is within what the seed alone does. What gives the gain in the last figure is the ten
#    times larger step, and SGD gets it too. Momentum helps where plain SGD cannot take the larger step: in the ravine
#    it damps the oscillation across, so that a learning rate which throws SGD out is stable.
#
# **Marking guide**
#
# - 0.4 for the three distances per step, with the sum of the weights as reason.
# - 0.3 for $\eta/(1-\beta)$ with a reason.
# - 0.3 for "no difference is to be expected, the report shows seed noise" with reference to own runs, and one true
#   case where momentum helps. Without seeds or bands mentioned: at most 0.2 of these.

# %% [markdown]
# ## 2.5 RMSProp
#
# One learning rate serves all weights, but their gradients are not of one size. Look at those of the network before
# its first step:

# %% experiment="gradient_sizes"
set_seed(0)
model = NeuralNetwork([784, 20, 20, 10])
logits = model(images.normalised(images.data[:256]))
torch.nn.functional.cross_entropy(logits, images.targets[:256]).backward()

figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
for parameter in model.parameters():
    if parameter.ndim == 2:
        sizes = parameter.grad.abs().flatten()
        share = torch.full_like(sizes, 100 / len(sizes))
        label = f"layer from {parameter.shape[1]} to {parameter.shape[0]}"
        ax.hist(sizes, np.logspace(-6, -1, 41), weights=share, histtype="step", linewidth=1.5, label=label)
ax.set(xscale="log", xlabel="size of a weight's gradient, $|g|$", ylabel="share of the layer's weights (%)")
ax.legend(fontsize="small");

# %% [markdown]
# They spread over several powers of ten, so a learning rate that suits one weight is wrong for most others. RMSProp
# gives each weight its own: it divides the gradient by its recent size, the root of a moving average $s$ of its
# squares. All operations are elementwise, $\beta$ is the share that the average keeps, and $s$ starts at zero:
#
# $$s \leftarrow \beta\, s + (1-\beta)\, g_t^2$$
# $$w \leftarrow w - \eta\, \frac{g_t}{\sqrt{s + \varepsilon}}$$
#
# So $\eta$ has a new meaning. SGD moves a weight by $\eta$ *times its gradient*; RMSProp moves it by about $\eta$,
# whatever the gradient is. Two learning rates of the same value are then no more equal than a metre and a mile.
#
# **Predict:** how long is the very first step, in units of $\eta$, when $\beta = 0.9$ and $g$ is large? And is it
# longer for a weight with a larger gradient?

# %% [markdown]
# ### Exercise `rmsprop` (1 point)
#
# Write RMSProp as a class. $\varepsilon$ is inside the root, and is the constant `epsilon` from section 2.0.

# %% exercise="rmsprop"
class RMSPropOptimizer(SGDOptimizer):
    """Descent with every gradient divided by its recent size."""

    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr)
        self.beta = beta
        # One average of squares for each of self.parameters.
        ### BEGIN SOLUTION
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        ### END SOLUTION

    @torch.no_grad()
    def step(self):
        """Update the averages with the gradients, and the parameters in place."""
        ### BEGIN SOLUTION
        for parameter, square in zip(self.parameters, self.squares):
            square.mul_(self.beta).add_((1 - self.beta) * parameter.grad**2)
            parameter.sub_(self.lr * parameter.grad / torch.sqrt(square + epsilon))
        ### END SOLUTION


# %% check="rmsprop"
check("rmsprop", RMSPropOptimizer)

# %% [markdown]
# How long are its steps really? Give it gradients of every size, each the same for 200 steps. **Predict** the curve:
# step length against size of the gradient, both on logarithmic axes. For SGD it is a straight line.

# %%
def step_lengths(optimizer_class, gradients, steps):
    """Return the lengths of steps under constant gradients, in units of the learning rate, shape (steps, n)."""
    w = torch.zeros(len(gradients), dtype=torch.float64)
    w.grad = torch.tensor(gradients, dtype=torch.float64)
    optimizer = optimizer_class([w], lr=0.001)
    lengths = []
    for _ in range(steps):
        before = w.clone()
        optimizer.step()
        lengths.append((w - before).abs() / 0.001)
    return torch.stack(lengths).numpy()


# %% experiment="step_lengths"
sizes = np.logspace(-7, 1, 200)
lengths = step_lengths(RMSPropOptimizer, sizes, steps=200)

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.loglog(sizes, lengths[0], label="RMSProp, first step")
ax.loglog(sizes, lengths[-1], label="RMSProp, step 200")
ax.loglog(sizes, step_lengths(SGDOptimizer, sizes, steps=1)[0], "k--", linewidth=1, label="SGD")
ax.axvline(epsilon**0.5, color="0.6", linestyle=":", label=r"$\sqrt{\varepsilon}$")
ax.set(xlabel="size of the gradient, $|g|$", ylabel=r"length of the step / $\eta$")
ax.legend(fontsize="small");

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# At the first step $s = (1-\beta)\,g^2$, so the step is $1/\sqrt{1-\beta} \approx 3.2$ times $\eta$, equally for all.
# With time $s$ approaches $g^2$ and the step approaches $\eta$. But the plateau ends at a floor: because
# $\varepsilon$ is *inside* the root, the denominator is never below $\sqrt\varepsilon \approx 3.2\cdot10^{-4}$. Below
# that, RMSProp is SGD with the learning rate $\eta/\sqrt\varepsilon$. Compare with the histogram: the floor lies well
# inside it. Outside the root, the same $\varepsilon$ would put the floor at $10^{-7}$: where a constant stands
# decides for thousands of weights, and libraries differ in it.
# </details>
#
# ### Exercise `rmsprop_update` (1 point)
#
# The same as a function that takes one step, with its own names: `alpha` is the share that the average keeps, and
# `grad_sq` is the list of averages, one per parameter. $\varepsilon$ stays inside the root.
#
# An average of squares cannot be negative. That sounds too obvious to say, yet a published test for this very
# function started it from small numbers of both signs: some roots became NaN, and the printed tensor was too long to
# show them.

# %% exercise="rmsprop_update"
def rmsprop_update(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8):
    """Take one RMSProp step; `params` and `grad_sq` are changed in place.

    Args:
        loss: Loss of the current `params`, a tensor with one number.
        params: The tensors to move.
        grad_sq: The average of squares of each of them; zeros before the first step.
        lr: Learning rate.
        alpha: Share that the average keeps.
        epsilon: Added inside the root.
    """
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        ### BEGIN SOLUTION
        for parameter, square in zip(params, grad_sq):
            square.mul_(alpha).add_((1 - alpha) * parameter.grad.square())
            parameter.sub_(lr * parameter.grad / (square + epsilon).sqrt())
        ### END SOLUTION


# %% check="rmsprop_update"
check("rmsprop_update", rmsprop_update)

# %% [markdown]
# Now the network, at the learning rate of the reference run. **Predict:** where will RMSProp be after the *first*
# epoch? And what will SGD do if its learning rate is raised a hundredfold, to 0.1?

# %% experiment="rmsprop"
train("SGD, lr 0.1", SGDOptimizer, learning_rate=0.1, live=False)
train("RMSProp", RMSPropOptimizer)
compare("SGD", "SGD, lr 0.1", "RMSProp")

# %% [markdown]
# **Think:** how much of the distance between the lowest curve and the RMSProp curve is due to dividing by the size of
# the gradient, and how much to the length of the steps?
#
# <details><summary>After you have thought</summary>
#
# Most of it is the length of the steps. The gradients of this network are small, so SGD with $\eta = 0.001$ moves
# each weight by far less than 0.001, and RMSProp by about 0.001. Give SGD longer steps and it comes close. What
# remains is RMSProp's own: it needed no search for 0.1, because its $\eta$ says directly how far a weight moves.
# Comparing optimizers "at the same learning rate" compares units; the fair comparison gives each one its own search,
# with the same budget.
# </details>
#
# ## 2.6 Adam
#
# Adam takes both averages: that of the gradients, $v$, which tames the noise, and that of their squares, $s$, which
# sets the length. Both start at zero, and here that matters, because one is divided by the root of the other and they
# leave zero at different speeds. So both are corrected as in section 2.1. With $\beta_1$ and $\beta_2$ for the shares
# that they keep, in step $t$:
#
# $$v \leftarrow \beta_1 v + (1-\beta_1)\, g_t, \qquad s \leftarrow \beta_2\, s + (1-\beta_2)\, g_t^2$$
# $$\hat v = \frac{v}{1-\beta_1^t}, \qquad \hat s = \frac{s}{1-\beta_2^t}$$
# $$w \leftarrow w - \eta\, \frac{\hat v}{\sqrt{\hat s + \varepsilon}}$$
#
# The first step has $t = 1$. The hats are used in the step and thrown away: what is kept are $v$, $s$ and $t$.
#
# **Predict:** how long is the first step? What would it be without the two corrections, for $\beta_1 = 0.9$ and
# $\beta_2 = 0.99$? And the second?

# %% [markdown]
# ### Exercise `adam` (2 points)
#
# Write Adam as a class, with $\varepsilon$ = `epsilon` inside the root as above. `step()` counts the steps; the count
# is the same for all parameters.

# %% exercise="adam"
class AdamOptimizer(SGDOptimizer):
    """Descent along the average gradient, divided by its recent size, both corrected for their start at zero."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr)
        self.beta1, self.beta2 = beta1, beta2
        # Two averages for each of self.parameters, and the number of steps taken.
        ### BEGIN SOLUTION
        self.firsts = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.seconds = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps_taken = 0
        ### END SOLUTION

    @torch.no_grad()
    def step(self):
        """Update the averages with the gradients, and the parameters in place."""
        ### BEGIN SOLUTION
        self.steps_taken += 1
        for parameter, first, second in zip(self.parameters, self.firsts, self.seconds):
            first.mul_(self.beta1).add_((1 - self.beta1) * parameter.grad)
            second.mul_(self.beta2).add_((1 - self.beta2) * parameter.grad**2)
            direction = first / (1 - self.beta1**self.steps_taken)
            size = second / (1 - self.beta2**self.steps_taken)
            parameter.sub_(self.lr * direction / torch.sqrt(size + epsilon))
        ### END SOLUTION


# %% check="adam"
check("adam", AdamOptimizer)

# %% [markdown]
# The start of Adam, under a constant gradient. Beside your optimizer: how long its steps would be without the
# corrections, from the formula, for two values of $\beta_2$.

# %% experiment="adams_start"
t = np.arange(1, 101)
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.plot(t, step_lengths(AdamOptimizer, [0.3], steps=100)[:, 0], linewidth=2, label="your Adam")
for beta2 in (0.99, 0.999):
    uncorrected = (1 - 0.9**t) / np.sqrt(1 - beta2**t)
    ax.plot(t, uncorrected, "--", label=rf"without corrections, $\beta_2$ = {beta2}")
    print(f"beta2 = {beta2}:", ", ".join(f"{uncorrected[i - 1]:.2f} at t = {i}" for i in (1, 2, 5, 10, 20, 50, 100)))
ax.set(xlabel="step", ylabel=r"length of the step / $\eta$", ylim=(0, None))
ax.legend(fontsize="small");

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# With the corrections $\hat v = g$ and $\hat s = g^2$ at $t = 1$: the step is $\eta$, whatever the gradient. Without
# them it is $(1-\beta_1)/\sqrt{1-\beta_2}$ times that, which for $0.9$ and $0.99$ is *exactly 1*: anyone who tests
# only the first step sees no fault. The second step is 1.35 times too long, the tenth 2.1 times; with $\beta_2 =
# 0.999$ it starts at 3.2 and rises to 6.5 at the tenth. This is why a check of an optimizer takes several steps, with
# gradients that change.
# </details>
#
# **Predict**, then run: Adam on Fashion-MNIST, same learning rate. Better than RMSProp, worse, or not to be told
# apart?

# %% experiment="adam"
train("Adam", AdamOptimizer)
compare("SGD", "momentum", "RMSProp", "Adam")

# %% experiment="table"
print(f"{'validation accuracy, %':<24} mean  lowest highest   (three seeds, last epoch)")
for name, runs in results.items():
    last = [100 * run.valid_accuracy[-1] for run in runs]
    print(f"{name:<24} {np.mean(last):5.1f}  {min(last):5.1f}   {max(last):5.1f}")

# %% [markdown]
# **Think:** can you tell RMSProp and Adam apart in this table? Would the missing corrections of Adam show in it?
#
# <details><summary>After you have thought</summary>
#
# Where the ranges of two rows overlap, three seeds cannot tell the methods apart; for most pairs of good methods with
# good learning rates that is what one finds. The corrections change the first few times $1/(1-\beta_2) = 100$ steps,
# out of 2,350: in the last epoch nothing is left of them to be seen. A training curve is a poor test of an
# optimizer's *code*; the check above, which looks at single steps, is a good one.
# </details>
#
# ## What to take with you
#
# - Momentum at the same learning rate changes little where gradients change slowly. Averages that sum to 1 leave the
#   step as long as it was; the heavy ball makes it $1/(1-\beta)$ times as long.
# - $\eta$ multiplies the gradient in SGD; in RMSProp and Adam it *is* about the distance that a weight moves. So
#   never compare methods at "the same" learning rate.
# - A constant against division by zero is a choice with consequences: inside the root, it counts as its root.
# - Averages that start at zero are wrong at first. Divide by what the weights add up to.
# - One run per method compares seeds. Three runs and a band are the least that one should believe.
