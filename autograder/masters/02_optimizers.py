# %% [markdown]
# # Workbook 2: Optimizers
#
# *From momentum to AdamW: which averages each method keeps, how they help, and how to measure it.*
#
# **Before you start** you should have done workbook 1 (gradients, step sizes, the limit $2/L$), and know how to take
# a partial derivative and multiply a matrix by a vector. Section 2.3 reminds you of eigenvalues and of the Hessian.
#
# **Time.** Allow about 5 hours (a minute for 200 words, half a minute for a given cell, 12 minutes for a point). All
# runs together take less than three minutes. Section 2.5 is a good place to stop and continue on another day. One to
# three stars say how hard an exercise is: ★☆☆ is a formula to write down, ★★☆ needs a second thought, ★★★ needs paper.
#
# | section | what you build | what you find out | stars |
# |---|---|---|---|
# | 2.0 to 2.1 | a moving average | what a training loop asks of an optimizer | ★☆☆ |
# | 2.2 | momentum, in two forms | why "the same learning rate" is not the same | ★☆☆ |
# | 2.3 | best settings on a quadratic | how the condition number sets the number of steps | ★★★ |
# | 2.4 | Nesterov | what a look ahead changes | ★★☆ |
# | *half-way* | | | |
# | 2.5 | RMSProp | a learning rate for each weight | ★☆☆ |
# | 2.6 | Adam, AdamW, and both as pure functions | what bias correction does | ★★☆ |
# | 2.7 | schedules and clipping | when a large learning rate can be used | ★★☆ |
# | 2.8 to 2.9 | a race | how to compare optimizers fairly | ★★☆ |
#
# After this workbook you can
#
# - write the usual optimizers from their formulas, as classes and as functions, so that a training loop can use them;
# - compute from the curvatures how fast gradient descent and momentum can be, and with which settings;
# - say how long a step is, and so why the "same" learning rate means different things to different optimizers;
# - put a schedule, a warmup and clipping around an optimizer;
# - find out whether one optimizer is really better than another, or only luckier.
#
# **How to work.** Every exercise has a cell with a stub and, below it, a cell that checks your solution: it says what
# is wrong and shows one number of each side. Questions marked *by hand* ask for a few sentences. A cell that says
# **Your answer** is a place for you alone: nobody marks it. Before each training run you are asked for a prediction.
# Write it down first: you learn most from a result that you did not expect.
#
# **Letters.** The same ones all the way through:
#
# | letter | meaning | in code |
# |---|---|---|
# | $w$ | the weights: all of them, or any single one | `parameter` |
# | $g_t$ | gradient of the loss with respect to $w$ in step $t$; the first step is $t = 1$ | `parameter.grad` |
# | $\eta$ | learning rate | `lr` |
# | $\mu, \beta, \alpha$ | how much of the past an average keeps, from 0 to below 1 | `mu`, `beta`, `alpha` |
# | $v, s$ | moving averages of gradients, and of their squares, one of each per weight | your choice |
# | $\lambda$ | a curvature (eigenvalue) in section 2.3; the strength of weight decay in section 2.6 | `weight_decay` |
# | $\kappa$ | condition number: the largest curvature divided by the smallest | |
# | $\varepsilon$ | small constant that keeps a division finite | `epsilon` |

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np
import torch

from course_utils.checks import check
from course_utils.data import digits_500, get_fmnist_data_loaders, load_digits_data, load_fashion_mnist
from course_utils.models import MLP, Layer, NeuralNetwork
from course_utils.optimizers import SGDOptimizer, zero_grad
from course_utils.plotting import describe, look_of, plot_arrows, plot_band, plot_histories, show_images, use_style
from course_utils.plotting.surfaces import plot_relief
from course_utils.seeding import set_seed
from course_utils.training import run_model, run_models
from course_utils.training.digits_race import train_on_digits
from course_utils.training.long_runs import long_runs
from course_utils.training.loop import train_epoch
from course_utils.widgets import adam_start_demo, momentum_demo, race, schedules_demo, slice_descent_demo, training_race
from course_utils.widgets.surfaces import surface

FULL = False  # True: the experiments take the full data sets and longer runs, where they can
use_style()

# %% [markdown]
# `FULL = True` runs the experiments on Fashion-MNIST at the size of the published assignment from which they come: all
# 60,000 images, batches of 256, learning rate 0.001, ten epochs. Each of these experiments then says beforehand how
# long it takes, and shows a bar; all cells together take about three minutes.
#
# ## 2.0 A common interface
#
# Three kinds of settings decide how a training run goes, and it helps to keep them apart. The *problem* comes with
# data and a loss. The *model* has a size, a kind of layer and an initialisation. The *optimizer* has a learning rate,
# a batch size and whatever it averages. This workbook turns the knobs of the third kind and holds the others fixed.
#
# A training loop should not depend on which optimizer it was given. So every optimizer of this workbook is a class
# with the interface of the simplest one, stochastic gradient descent (SGD), which moves against the gradient:
#
# $$w \leftarrow w - \eta\, g_t$$
#
# Here it is in full. It is given; the others will inherit from it.

# %%
print(inspect.getsource(SGDOptimizer))

# %% [markdown]
# Three things to copy from it.
#
# 1. `self.parameters` is a list of tensors. An optimizer with a memory needs one *for each of them*: a list of states
#    of the same shapes, never one state for all.
# 2. The update is **in place**. `parameter -= ...` changes the tensor that the model uses; `parameter = parameter -
#    ...` makes a new tensor, while the model still holds the old one.
# 3. `@torch.no_grad()` makes the update plain arithmetic, of which autograd keeps no record.
#
# The loop itself has three steps per batch, here as everywhere in torch. `zero_grad` clears the gradients of the last
# batch, because `backward` *adds* to what is there. `loss.backward()` fills in the new ones. `optimizer.step()` uses
# them to move the parameters.
#
# The idea is old: Cauchy described descent along the gradient in 1847, and Robbins and Monro showed in 1951 that it
# still arrives when each gradient is only a noisy estimate, if the steps become smaller in the right way.
#
# The optimizers below divide by a root that may be zero. They all use this constant to avoid it:

# %%
epsilon = 1e-7

# %% [markdown]
# An optimizer gets the parameters of a network, a list of tensors of different shapes. Here is the network that the
# reference run below trains. `NeuralNetwork` flattens the images, stacks hidden layers, and ends with a linear layer.
# Two things to notice while you read the code:
#
# - The last layer has **no softmax**. It returns *logits*, any real numbers, and `cross_entropy` takes the logarithm of
#   the softmax itself, in a form that cannot overflow. Applying softmax twice is a common mistake: training still runs,
#   but slowly.
# - `layer_class` is used only where input and output have the same size. The first hidden layer (784 to 20) is
#   therefore always a plain `Layer`. Workbook 4 will exchange the others.

# %% experiment="code_of_the_network"
print(inspect.getsource(Layer))
print(inspect.getsource(NeuralNetwork))

# %% [markdown]
# And these are its parameters:

# %% experiment="parameters"
set_seed(0)
for name, parameter in NeuralNetwork([784, 20, 20, 10]).named_parameters():
    first = ", ".join(f"{value:+.3f}" for value in parameter.flatten()[:3].tolist())
    print(f"{name:<23} shape {tuple(parameter.shape)!s:<10} {parameter.numel():>6,} numbers: {first}, ...")

# %% [markdown]
# ### The reference run
#
# The task is Fashion-MNIST: grey images of 28 by 28 pixels that show ten kinds of clothing. The network is small,
# with two hidden layers of 20 units. Every run is repeated from three seeds, because a single run cannot show how
# much of its result is luck. You see the first run live: the loss of every batch, and after every epoch the loss on
# the test images, which the printed lines call "valid". That is fair as long as nothing is chosen by looking at it.
#
# The loss is the **cross-entropy**: the mean of $-\ln p$ over the images, where $p$ is the probability that the
# network gives to the right class. Its unit is the *nat*, the unit of a natural logarithm.
#
# An optimizer acts once per step. The full set gives 235 steps per epoch, with batches of 256 images. Without `FULL`,
# we train on 6,000 images, and the batches are made smaller, so that an epoch has the same number of steps.
#
# Two functions do the work; read them once. `get_fmnist_data_loaders` brings the images to mean 0
# and standard deviation 1 and cuts them into shuffled batches. `run_model` builds the network, and calls
# `train_epoch` once per epoch:

# %% experiment="code_of_the_loop"
print(inspect.getsource(get_fmnist_data_loaders))
print(inspect.getsource(train_epoch))
code = inspect.getsource(run_model)
print("def run_model(...):\n   ", code[code.index("    refuse(") :].strip())

# %% experiment="data"
images, test_images = load_fashion_mnist(train=True), load_fashion_mnist(train=False)
if not FULL:
    images, test_images = images.subset(torch.arange(6000)), test_images.subset(torch.arange(1000))
batch_size = round(256 * len(images) / 60_000)
results = {}

# %% experiment="train"


def train(name, optimizer, learning_rate=0.001, live=True):
    """Train the network from three seeds, ten epochs each, and keep the histories as results[name]."""
    options = {"learning_rate": learning_rate, "batch_size": batch_size, "data": (images, test_images)}
    if FULL:
        seeds = long_runs((0, 1, 2), minutes=0.25, full=True)
        results[name] = [run_model(optimizer, seed=seed, progress=False, **options) for seed in seeds]
        return
    first = run_model(optimizer, seed=0, progress=live, **options)
    results[name] = [first, *(run_models(optimizer, seeds=(1, 2), **options) if not first.interrupted else ())]


def compare(*names, metric="valid_accuracy"):
    """Draw the named results: the mean over the seeds, and a band from the lowest to the highest."""
    ax = plt.figure(figsize=(7, 3.8), layout="constrained").subplots()
    plot_histories({name: results[name] for name in names if name in results}, metric=metric, ax=ax)


show_images(images)
plt.show()

# %% [markdown]
# **Predict** before you run: an untrained network gives each of the ten classes about the same probability. What is
# its loss? And its accuracy?

# %% experiment="sgd"
train("SGD", SGDOptimizer)
compare("SGD")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# $-\ln \tfrac{1}{10} = \ln 10 \approx 2.303$, and 10 %. The loss starts there and falls slowly: after 2,350 steps
# this network classifies roughly six images of ten correctly, and the loss is still falling. The network is not stuck,
# it is slow. How far apart are the three seeds? Remember that number: two *methods* differ only if their difference is
# clearly larger than this.
# </details>
#
# **Further reading.** [Robbins and Monro (1951)](https://doi.org/10.1214/aoms/1177729586), where stochastic
# approximation begins; [Bottou, Curtis and Nocedal (2018)](https://arxiv.org/abs/1606.04838), a survey of optimization
# for large-scale learning; [the documentation of `torch.optim`](https://docs.pytorch.org/docs/stable/optim.html).

# %% [markdown]
# ## 2.1 The moving average by itself
#
# Momentum, RMSProp and Adam are built from one small tool, so look at it alone first. The gradient of a minibatch is
# the gradient of the whole set plus noise. The mean of the last hundred gradients would be less noisy, but all hundred
# would have to be stored. The **exponential moving average** (EMA) stores a single number. Let $x_1, x_2, \dots$ be the
# values, $m_t$ the average after the $t$-th of them, and $\beta$ the share that the past keeps:
#
# $$m_0 = 0, \qquad m_t = \beta\, m_{t-1} + (1-\beta)\, x_t$$
#
# Written out, $m_t = (1-\beta)\,(x_t + \beta x_{t-1} + \beta^2 x_{t-2} + \dots + \beta^{t-1} x_1)$: old values fade,
# and the average reaches back over roughly $1/(1-\beta)$ of them. The figure shows the weights that it gives to them:

# %% experiment="ema_weights"
figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
age = np.arange(40)
for beta in (0.5, 0.9, 0.98):
    ax.plot(age, (1 - beta) * beta**age, label=rf"$\beta$ = {beta}: reaches back over about {1 / (1 - beta):.0f}")
ax.set(xlabel="age of the value, in steps", ylabel="its weight", yscale="log", ylim=(1e-4, 1))
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# The weights in that sum add up to $1-\beta^t$, not to 1: because it starts at zero, the average is too small at
# first. Where that matters, one divides by the sum of the weights, which is called **bias correction**:
#
# $$\hat m_t = \frac{m_t}{1-\beta^t}$$
#
# **By hand**, with $\beta = 0.5$ and the values 4, 8, 8: $m_1 = 0.5\cdot 0 + 0.5\cdot 4 = 2$, then $m_2 = 0.5\cdot 2 +
# 0.5\cdot 8 = 5$, then $m_3 = 0.5\cdot 5 + 0.5\cdot 8 = 6.5$. Corrected: $2/0.5 = 4$, $5/0.75 = 6.67$ and $6.5/0.875 =
# 7.43$. The first corrected average is the first value itself, as it should be.
#
# **Predict:** all values are 5 and $\beta = 0.9$. What is $m_1$? And $\hat m_1$?

# %% [markdown]
# ### Exercise `ema`
#
# *★☆☆, about 10 minutes*
#
# Return the averages after each value: $m_1, m_2, \dots$, or $\hat m_1, \hat m_2, \dots$ when `bias_correction` is
# true. The first value has $t = 1$.


# %% exercise="ema"
def ema(values, beta, bias_correction=False):
    """Return the exponential moving average after each value.

    Args:
        values: Array of numbers, shape (steps,).
        beta: Share that the past keeps, from 0 to below 1.
        bias_correction: Whether to divide by the sum of the weights.

    Returns:
        Array of the averages, shape (steps,).
    """
    ### BEGIN SOLUTION
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        correction = 1 - beta**t if bias_correction else 1
        averages.append(average / correction)
    return np.array(averages)
    ### END SOLUTION


# %% check="ema"
check("ema", ema)

# %% [markdown]
# Now apply it to noisy measurements of a slow wave, with three values of $\beta$. **Predict:** which curve is the
# smoothest? Which one is late? Where does the correction change anything?

# %% experiment="ema_figure"
rng = np.random.default_rng(0)
times = np.arange(150)
signal = 1.5 + np.sin(times / 25)
measured = signal + rng.normal(scale=0.5, size=times.size)

figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for panel, corrected in zip(panels, (False, True)):
    panel.plot(times, measured, ".", color="C6", alpha=0.5, label="measured")
    panel.plot(times, signal, "--", color="C6", label="true signal")
    for beta in (0.5, 0.9, 0.98):
        panel.plot(times, ema(measured, beta, bias_correction=corrected), label=rf"$\beta$ = {beta}")
    panel.set(title="with bias correction" if corrected else "without bias correction", xlabel="step")
panels[0].set_ylabel("value")
panels[1].legend(loc="upper right", fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# $m_1 = 0.5$ and $\hat m_1 = 5$. A larger $\beta$ smooths more, and is later: an average over the last $1/(1-\beta) =
# 50$ values describes the signal some 50 steps ago. The correction changes only the start; after a few times
# $1/(1-\beta)$ steps the two panels agree.
# </details>
#
# **Further reading.** The moving average came from forecasting sales: [Holt (1957, reprinted
# 2004)](https://doi.org/10.1016/j.ijforecast.2003.09.015). Bias correction is section 3 of
# [Kingma and Ba (2015)](https://arxiv.org/abs/1412.6980).
#
# ## 2.2 Momentum
#
# Follow SGD in a ravine, a function that is 100 times more curved in one direction than in the other:
#
# $$f(w) = \tfrac12\left(0.05\, w_1^2 + 5\, w_2^2\right)$$
#
# Across the ravine the gradient is large and changes its sign from step to step; along it, it is small and always
# points the same way. The steep direction forbids a large learning rate, the flat one needs it. Averaging the
# gradients should help: components that alternate cancel, and components that agree remain.
#
# Boris Polyak proposed this in 1964, with a picture from mechanics: a heavy ball that rolls through a landscape keeps
# part of its speed. Rumelhart, Hinton and Williams brought it to neural networks in 1986, in the same article as
# backpropagation.


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
    ax.contour(w1, w2, ravine(w1, w2), levels=12, colors="C6", linewidths=0.8, alpha=0.5)
    for index, (label, path) in enumerate(walks.items()):
        colour, dash, marker = look_of(label, index)
        style = {"color": colour, "linestyle": dash, "marker": marker, "markersize": 4, "linewidth": 1.3}
        ax.plot(*path.T, **style, label=f"{label}: height {ravine(*path[-1]):.2g} at the end")
    ax.plot(0, 0, "*", color="C6", markersize=13)
    ax.set(xlabel="$w_1$ (flat)", ylabel="$w_2$ (steep)", xlim=(-9, 3), ylim=(-2.4, 2.4))
    ax.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)  # above the contours


figure, panels = plt.subplots(2, 1, figsize=(9, 6), sharex=True, layout="constrained")
for panel, lr in zip(panels, (0.37, 0.1)):
    draw_walks({f"SGD, lr {lr}": walk(SGDOptimizer, lr=lr)}, panel)
panels[0].set_xlabel("")
plt.show()

# %% [markdown]
# ### Exercise `momentum`
#
# *★☆☆, about 10 minutes*
#
# Momentum replaces the gradient by its moving average $v$, the *velocity*, which keeps the share $\mu$ of the past:
#
# $$v \leftarrow \mu\, v + (1-\mu)\, g_t$$
# $$w \leftarrow w - \eta\, v$$
#
# Before the first step $v$ is zero, and there is no bias correction here. Each parameter has its own velocity, which is
# kept from one step to the next.
#
# **By hand**, with $\mu = 0.9$, $\eta = 0.1$, $w = 1$ and the gradients 2, then 2, then $-2$. The velocity becomes
# $0.1\cdot 2 = 0.2$, then $0.9\cdot 0.2 + 0.2 = 0.38$, then $0.9\cdot 0.38 - 0.2 = 0.142$. The weight goes from 1 to
# $1 - 0.02 = 0.98$, to $0.942$, and to $0.9278$: the third step still goes *down*, although its gradient points up.


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
figure, panels = plt.subplots(2, 1, figsize=(9, 6), sharex=True, layout="constrained")
draw_walks({"SGD, lr 0.1": walk(SGDOptimizer, lr=0.1), "momentum, lr 0.1": walk(MomentumOptimizer, lr=0.1)}, panels[0])
draw_walks({"SGD, lr 0.37": walk(SGDOptimizer, lr=0.37), "momentum, lr 1": walk(MomentumOptimizer, lr=1.0)}, panels[1])
panels[0].set_xlabel("")
plt.show()

# %% experiment="momentum"
train("momentum", MomentumOptimizer)
compare("SGD", "momentum")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The bands lie on each other: at the same learning rate, this form of momentum changes almost nothing here.
# </details>
#
# Before we ask why, here is the other way to write momentum.
#
# ### Exercise `momentum_update`
#
# *★☆☆, about 10 minutes*
#
# The **heavy ball** keeps a fraction $\beta$ of its last movement and adds a step of gradient descent. Here $v$ is a
# movement, not an average: the minus sign and the learning rate are inside.
#
# $$v \leftarrow \beta\, v - \eta\, g_t$$
# $$w \leftarrow w + v$$
#
# Textbooks number $v$ differently: some call the movement from $w_t$ to $w_{t+1}$ $v_t$, others $v_{t+1}$. The walk is
# the same.
#
# This time, write a function that takes one step: `params` is a list of tensors, and `grad_vel` the list of their $v$.
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
# Here is the ball. The landscape has a small dent on its slope. Plain descent stops in the dent, because the gradient
# is zero there; the heavy ball arrives with speed and rolls on. **Predict:** what happens if the dent is deeper, or the
# friction larger ($\beta$ smaller)?


# %% experiment="the_ball"
def slope_with_a_dent(w):
    """Return the height of a slope that has a small dent at w = -2 and its minimum near w = 2."""
    return 0.08 * (w - 2) ** 2 - 0.35 * torch.exp(-4 * (w + 2) ** 2)


figure, panels = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
line = torch.linspace(-4.5, 4.5, 300)
for panel, beta in zip(panels, (0.0, 0.9)):
    w, velocity, places = torch.tensor([-4.0], requires_grad=True), [torch.zeros(1)], []
    for _ in range(80):
        places.append(w.item())
        momentum_update(slope_with_a_dent(w).sum(), [w], velocity, lr=0.1, beta=beta)
    panel.plot(line, slope_with_a_dent(line), color="C6")
    shown = torch.tensor(places[::4])
    panel.scatter(shown, slope_with_a_dent(shown) + 0.08, c=range(len(shown)), cmap="viridis", s=60, zorder=3)
    title = "gradient descent" if beta == 0 else rf"heavy ball, $\beta$ = {beta}"
    panel.set(title=f"{title}: at {places[-1]:.2f} after 80 steps", xlabel="$w$")
panels[0].set_ylabel("height")
figure.suptitle("one ball every four steps, from dark to light")
plt.show()

# %% [markdown]
# A known result to compare with: a published tutorial takes one such step with a linear model on 500 digits of MNIST,
# $\eta = 0.1$, $\beta = 0.9$, from a *random* velocity. With the full files your function must print its numbers; with
# the embedded sample, which has other images, similar ones. `digits_500` draws the images, as in workbook 1.


# %%
def linear_model_and_loss():
    """Return weight (10, 784) and bias (10,) of an untrained linear model, and its loss on the 500 digits (nats)."""
    images_500, labels_500 = digits_500()
    set_seed(2021)
    params = list(MLP(in_dim=784, out_dim=10).parameters())
    return params, torch.nn.functional.cross_entropy(images_500 @ params[0].T + params[1], labels_500)


# %% experiment="one_known_step"
params, loss = linear_model_and_loss()
momentum_update(loss, params, [torch.randn_like(parameter) for parameter in params], lr=0.1, beta=0.9)
print("yours:    ", *(f"{value:.4f}" for value in params[1].tolist()))
print("published: 0.4147 -1.0440 0.8720 -1.6201 -0.9632 0.9430 -0.5180 1.3417 0.6574 0.3677")

# %% [markdown]
# Two experiments to think about. First, both forms in the ravine: which learning rates make them walk the
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
# ### Question `momentum_equivalence`
#
# A report says: "SGD reached 61.8 %, momentum 65.3 %, same learning rate, one run each. Momentum helps." Judge it, in
# six to ten sentences, with these steps.
#
# 1. Let the gradient be the same $g$ in every step. How far does each of the three methods (SGD, the moving average,
#    the heavy ball) move in one step, when many steps have been made?
# 2. The heavy ball has learning rate $\eta$ and $\beta = \mu$. With which learning rate does the moving average make
#    exactly the same steps? Why?
# 3. Which change, then, should one expect if SGD is exchanged for the moving average at the same $\eta$? Do your own
#    runs agree? What did the report really compare? And when does momentum help, in the ravine for instance?

# %% [markdown] question="momentum_equivalence"
# 1. SGD moves $-\eta g$. The weights of the moving average add up to 1 (once $\mu^t$ has died out), so $v \to g$ and
#    it moves $-\eta g$ as well. The heavy ball adds up $-\eta g\,(1 + \beta + \beta^2 + \dots) = -\eta g/(1-\beta)$:
#    with $\beta = 0.9$ ten times as far.
# 2. Unrolled, the movement of the average is $-\eta'(1-\mu)\sum_i \mu^{t-i} g_i$ and that of the heavy ball
#    $-\eta\sum_i \beta^{t-i} g_i$. With $\mu = \beta$ they agree in every step if $\eta' (1-\mu) = \eta$: the moving
#    average needs the learning rate $\eta/(1-\beta)$.
# 3. At the same learning rate the moving average has the same effective step as SGD, so where gradients change little
#    from step to step, the curves must agree; in our runs the two bands coincide. The report compares two single runs,
#    whose difference is no larger than that between two seeds. The gain in the last figure comes from the ten times
#    larger step, and SGD gains from it as well. Momentum helps where plain SGD cannot take the larger step: in the
#    ravine it damps the oscillation across, so that a learning rate which throws SGD out is stable.
#
# **Marking guide**
#
# - 0.4 for the three distances per step, with the sum of the weights as reason.
# - 0.3 for $\eta/(1-\beta)$ with a reason.
# - 0.3 for "no difference is to be expected, the report shows seed noise" with reference to own runs, and one true
#   case where momentum helps. Without seeds or bands mentioned: at most 0.2 of these.

# %% [markdown]
# **Further reading.** [Goh (2017), *Why momentum really works*](https://distill.pub/2017/momentum/), with live
# figures; [Sutskever and others (2013)](https://proceedings.mlr.press/v28/sutskever13.html) on momentum and
# initialisation; a [lecture on momentum](https://youtu.be/3ES5O58Y_2M) of Neuromatch Academy.

# %% [markdown]
# ## 2.3 Conditioning
#
# How much faster can momentum be? On a quadratic this can be computed, and the answer is one number.
#
# **A reminder.** The *Hessian* $H$ of a function is the matrix of its second derivatives, $H_{ij} = \partial^2
# f/\partial w_i \partial w_j$. An *eigenvector* of $H$ is a direction that $H$ only stretches, $Hq = \lambda q$, and
# its *eigenvalue* $\lambda$ says by how much. A symmetric $n \times n$ matrix has $n$ eigenvectors at right angles,
# so every vector is a sum of pieces along them. Along an eigenvector, $f$ is a parabola with the second derivative
# $\lambda$: the eigenvalue is the **curvature** in that direction. By hand: $H = \begin{pmatrix}3&1\\1&3
# \end{pmatrix}$ maps $(1, 1)$ to $(4, 4)$ and $(1, -1)$ to $(2, -2)$. So the eigenvalues are 4 and 2, and $f$ is a
# valley that is twice as curved along one diagonal as along the other.
#
# Let
#
# $$f(w) = \tfrac12\, w^\top H w$$
#
# with a symmetric matrix $H$, whose eigenvalues $\lambda_1, \dots, \lambda_n > 0$ are the curvatures along its
# eigenvectors. The gradient is $Hw$, so a step of gradient descent makes $w - \eta H w$. **Along an eigenvector** this
# is only a factor:
#
# $$\text{distance} \;\leftarrow\; (1 - \eta\lambda)\;\text{distance} \qquad \text{gradient descent}$$
#
# The directions do not mix: $n$ problems of one variable are solved at the same time, with the same $\eta$. The size
# of the worst factor is the **rate** of convergence, by which the distance to the minimum shrinks per step in the end.
# Below 1 it converges; the smaller, the faster. The **condition number** $\kappa = \lambda_{\max}/\lambda_{\min}$ says
# how different the problems are. In the ravine, $H$ is diagonal, its eigenvalues are 0.05 and 5, and $\kappa = 100$.
#
# **Predict:** draw $|1 - \eta\lambda|$ against $\eta$, for $\lambda = 0.05$ and for $\lambda = 5$. Where is the larger
# of the two lowest?

# %% experiment="factors"
learning_rates = np.linspace(0, 0.45, 400)
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
factors = {curvature: np.abs(1 - learning_rates * curvature) for curvature in (5.0, 1.0, 0.05)}
for (curvature, factor), style in zip(factors.items(), ("-", ":", "--")):
    ax.plot(learning_rates, factor, style, label=rf"$\lambda$ = {curvature}")
largest = np.maximum(factors[5.0], factors[0.05])
best = largest.argmin()
ax.plot(learning_rates, largest, "-", color="C4", linewidth=7, alpha=0.4, zorder=1, label="the largest: the rate")
ax.plot(learning_rates[best], largest[best], "o", color="C4", markersize=10)
ax.annotate(f"lowest: {largest[best]:.2f}", (learning_rates[best], largest[best]), (0.26, 1.13))
ax.axhline(1, color="C6", linewidth=0.8)
ax.set(xlabel=r"learning rate $\eta$", ylabel=r"size of the factor, $|1 - \eta\lambda|$", ylim=(0, 1.3))
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# The steep direction has its zero early and leaves the stable range at $\eta = 2/5$; by then the flat one has hardly
# moved. Eigenvalues in between (dotted) never matter: the worst is always one of the two extremes.
#
# For the **heavy ball** the factor becomes a matrix, because the state is $(w, v)$. With $v \leftarrow \beta v - \eta
# g$, $w \leftarrow w + v$, two movements in a row give $w_{t+1} - w_t = \beta\,(w_t - w_{t-1}) - \eta\lambda\, w_t$.
# Insert $w_t = r^t$ to get a quadratic equation:
#
# $$r^2 - (1 + \beta - \eta\lambda)\, r + \beta = 0$$
#
# The larger root in size is the rate. The product of the roots is $\beta$. So where they are a complex pair (or equal),
# each has the size $\sqrt\beta$, **whatever the curvature**; where they are real and different, one is larger than
# that. They are complex or equal exactly for
#
# $$(1 - \sqrt\beta)^2 \;\le\; \eta\lambda \;\le\; (1 + \sqrt\beta)^2 .$$

# %% [markdown]
# ### Exercise `conditioning`
#
# *★★★, about 30 minutes*
#
# Write two functions. Each takes an array with all eigenvalues, in any order, and does not change that array.
#
# `gradient_descent_optimum` returns the learning rate with the smallest rate, and that rate. (When are the two
# extreme factors equally bad?)
#
# `heavy_ball_optimum` returns the learning rate and the $\beta$ with the smallest rate, and that rate. (Which $\beta$
# is the smallest that lets all eigenvalues into the range above?) The learning rate is the one of the heavy ball; that
# of the moving average follows from it, as you have seen.
#
# Both rates are factors of the *distance* to the minimum, not of the height above it.


# %% exercise="conditioning"
def gradient_descent_optimum(eigenvalues):
    """Return the fastest learning rate on a quadratic, and its rate: the factor of the distance per step.

    Args:
        eigenvalues: Curvatures, array of positive numbers, shape (n,).
    """
    ### BEGIN SOLUTION
    smallest, largest = np.min(eigenvalues), np.max(eigenvalues)
    lr = 2 / (largest + smallest)
    rate = (largest - smallest) / (largest + smallest)
    return lr, rate
    ### END SOLUTION


# %% exercise="conditioning" part="heavy_ball"
def heavy_ball_optimum(eigenvalues):
    """Return learning rate and beta of the fastest heavy ball on a quadratic, and its rate.

    Args:
        eigenvalues: Curvatures, array of positive numbers, shape (n,).
    """
    ### BEGIN SOLUTION
    flat, steep = np.sqrt(np.min(eigenvalues)), np.sqrt(np.max(eigenvalues))
    rate = (steep - flat) / (steep + flat)
    beta = rate**2
    lr = 4 / (steep + flat) ** 2
    return lr, beta, rate
    ### END SOLUTION


# %% check="conditioning"
check("conditioning", gradient_descent_optimum, heavy_ball_optimum)

# %% [markdown] hint="conditioning"
# Only the smallest and the largest eigenvalue matter. Sketch $|1 - \eta\lambda|$ over $\lambda$ for some $\eta$:
# where on the interval between the two is it largest? What happens at the one end when you improve the other?
#
# ---
#
# For gradient descent, choose $\eta$ so that the factors at the two ends are equally large with opposite signs: $1 -
# \eta\lambda_{\min} = -(1 - \eta\lambda_{\max})$. For the heavy ball, all eigenvalues have to lie in the range in
# which the factor is $\sqrt\beta$; its two ends, set equal to $\lambda_{\min}$ and $\lambda_{\max}$, are two
# equations for $\eta$ and $\beta$. They become simple in $\sqrt{\eta\lambda}$.
#
# ---
#
# A small case: eigenvalues $1$ and $9$. For gradient descent $1 - \eta = 9\eta - 1$ gives $\eta = 0.2$ and the rate
# $0.8$. For the heavy ball the roots of the eigenvalues are $1$ and $3$, and the best rate is $0.5$, with $\beta =
# 0.25$. Do your functions give these numbers for `[9, 1]`, in this order?

# %% [markdown]
# Does the theory hold? Both methods in the ravine, with the settings that your functions choose, beside straight lines
# that fall by your rates. **Predict** how many steps each needs to come a million times closer; $\ln 10^{-6} = -13.8$.

# %% experiment="optimal_walks"
curvatures = np.array([0.05, 5.0])
lr, rate = gradient_descent_optimum(curvatures)
heavy_lr, heavy_beta, heavy_rate = heavy_ball_optimum(curvatures)
print(f"gradient descent: lr {lr:.4f}; a million times closer in {np.log(1e-6) / np.log(rate):.0f} steps")
print(f"heavy ball: lr {heavy_lr:.4f}, beta {heavy_beta:.4f}; in {np.log(1e-6) / np.log(heavy_rate):.0f} steps")

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
paths = {"gradient descent": (walk(SGDOptimizer, 150, lr=lr), rate)}
paths["heavy ball"] = (heavy_ball_walk(150, heavy_lr, heavy_beta), heavy_rate)
for name, (path, factor) in paths.items():
    distance, (colour, _, marker) = np.linalg.norm(path, axis=1), look_of(name)
    ax.semilogy(distance, color=colour, marker=marker, markevery=20, markersize=5, label=name)
    ax.semilogy(distance[0] * factor ** np.arange(151), "--", color=colour, linewidth=1.2, label=f"{factor:.3f}$^t$")
ax.set(xlabel="step $t$", ylabel="distance to the minimum", ylim=(1e-7, 1e3))
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# 691 steps against 69: ten times fewer, and $\sqrt\kappa = 10$. That is the rule: gradient descent needs steps in
# proportion to $\kappa$, the heavy ball to $\sqrt\kappa$. The solid curve of the heavy ball lies above its line, by a
# factor that grows with $t$ and not faster: at the optimum the two roots are equal, and then $t\,r^t$ solves the
# equation, too.
#
# The heavy ball has two costs: in its first ten steps it hardly comes closer, and there is a second number to tune.
# </details>
#
# All pairs at once: the demo below shows path, error along each eigenvector, and the rate map over learning rate and
# momentum with your point on it. Its largest curvature is always 1, so its learning rates are those of a ravine times
# that ravine's largest curvature. The bright ridge that leads up to the best pair is the border between real and
# complex roots. Set the condition number to 1000 and find the best pair *by hand*, first without momentum, then with
# it. Then turn the ravine by 45 degrees: what changes?

# %% experiment="demo_momentum"
momentum_demo(condition=100.0, lr=0.4, beta=0.5).show()

# %% [markdown]
# **Is a real problem ill-conditioned?** A tutorial takes the linear model from above, untrained, and frees two of its
# 7,850 numbers: one weight $u$ of class 0, at a pixel in the middle, and the bias $v$ of class 7. It compares gradient
# descent with momentum from $(2.5,\ 3.7)$ and asks why one of the two parameters is so slow. First find the minimum
# and the curvature there.


# %%
def two_weights():
    """Return the loss of the linear model on 500 digits as a function of (u, v): one weight and one bias (nats)."""
    x, labels = digits_500()
    set_seed(2021)
    weight, bias = (parameter.detach().double() for parameter in MLP(in_dim=784, out_dim=10).parameters())
    scores, pixel = x.double() @ weight.T + bias, x[:, 378].double()
    class_0, class_7 = torch.eye(10, dtype=torch.float64)[[0, 7]]

    def loss(uv):
        moved = (uv[0] - weight[0, 378]) * torch.outer(pixel, class_0) + (uv[1] - bias[7]) * class_7
        return torch.nn.functional.cross_entropy(scores + moved, labels)

    return loss


def newton(loss, start, steps=20):
    """Return the point that Newton's method reaches, and the Hessian there."""
    hessian = torch.autograd.functional.hessian
    point = torch.tensor(start, dtype=torch.float64)
    for _ in range(steps):
        gradient = torch.autograd.functional.jacobian(loss, point)
        point = point - torch.linalg.solve(hessian(loss, point), gradient)
    return point, hessian(loss, point)


# %% experiment="two_weights"
loss_2d = two_weights()
optimum, curvature = newton(loss_2d, [0.0, 0.0])
eigenvalues = torch.linalg.eigvalsh(curvature).numpy()
print(f"minimum {loss_2d(optimum):.4f} nats at u = {optimum[0]:.4f}, v = {optimum[1]:.4f}; Hessian there:")
print(curvature.numpy().round(4))
print(f"condition number {eigenvalues[1] / eigenvalues[0]:.2f}, stable below {2 / eigenvalues[1]:.1f}")
best_lr, best_rate = gradient_descent_optimum(eigenvalues)
print(f"gradient descent: lr {best_lr:.1f}, rate {best_rate:.3f}")
heavy_lr, heavy_beta, heavy_rate = heavy_ball_optimum(eigenvalues)
print(f"heavy ball: lr {heavy_lr:.1f}, beta {heavy_beta:.3f}, rate {heavy_rate:.3f}")


# %% experiment="two_weights_distances"
def walk_on(loss, lr, beta, steps=300):
    """Return the points (u, v) of a heavy ball from (2.5, 3.7), the start included, shape (steps + 1, 2)."""
    w, velocity = torch.tensor([2.5, 3.7], dtype=torch.float64, requires_grad=True), [torch.zeros(2).double()]
    points = [w.detach().clone()]
    for _ in range(steps):
        momentum_update(loss(w), [w], velocity, lr=lr, beta=beta)
        points.append(w.detach().clone())
    return torch.stack(points).numpy()


loss_2d = two_weights()
optimum, _ = newton(loss_2d, [0.0, 0.0])
figure, panels = plt.subplots(1, 3, figsize=(9, 3.6), sharey=True, layout="constrained")
for panel, (lr, beta) in zip(panels, ((0.1, 0.0), (0.1, 0.9), (5.0, 0.6))):
    curves = np.abs(walk_on(loss_2d, lr, beta) - optimum.numpy())
    panel.semilogy(curves[:, 0], label="$u$, the weight")
    panel.semilogy(curves[:, 1], "--", label="$v$, the bias")
    panel.axhline(1e-6, color="0.6", linestyle=":")
    panel.set(title=rf"$\eta$ = {lr}, $\beta$ = {beta}", xlabel="step", ylim=(1e-9, 20))
panels[0].set_ylabel("distance to the optimum")
panels[0].legend(fontsize="small")
plt.show()

# %% [markdown]
# The first two runs again, on the surface itself. **Predict:** near the minimum the contours are ellipses. In which
# direction are they longer, and along which axis has gradient descent still a way to go after 300 steps?

# %%
def heights(loss, u, v):
    """Return a loss of two numbers (nats) at arrays of both."""
    pairs = torch.tensor(np.stack(np.broadcast_arrays(u, v), axis=-1))
    return torch.vmap(loss)(pairs.reshape(-1, 2)).reshape(pairs.shape[:-1]).numpy()


# %% experiment="two_weights_surface"
loss_2d = two_weights()
optimum, _ = newton(loss_2d, [0.0, 0.0])
paths = {name: walk_on(loss_2d, 0.1, beta) for name, beta in (("gradient descent", 0.0), ("momentum", 0.9))}
figure = plt.figure(figsize=(9, 4.4), layout="constrained")
left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2, projection="3d")
u, v = np.meshgrid(np.linspace(-4, 4, 41), np.linspace(-4, 4, 41))
left.contour(u, v, heights(loss_2d, u, v), levels=16, colors="C6", linewidths=0.8, alpha=0.6)
for name, path in paths.items():
    left.plot(*path.T, color=look_of(name).colour, linestyle=look_of(name).dash, label=name)
plot_relief(lambda u, v: heights(loss_2d, u, v), (-4, 4), (-4, 4), paths, ax=right)
left.plot(*optimum, "*", color="C6", markersize=14)
right.plot(*optimum, loss_2d(optimum).item(), "*", color="C6", markersize=14)
for panel in (left, right):
    panel.set(xlabel="$u$, the weight", ylabel="$v$, the bias")
left.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
right.set_title("loss (nats)")
describe(figure, "The loss by the weight u and the bias v, as contours and as a surface, with the walks of gradient "
                 "descent and momentum from (2.5, 3.7) and a star at the minimum.")
plt.show()

# %% [markdown]
# **Your turn.** The demo walks on the same two numbers, with the images that come with the course. Bring *both*
# distances below $10^{-6}$ within 100 steps. **Predict** first which of the two sliders you need: is a larger learning
# rate enough, or does it take momentum as well?

# %% experiment="demo_slice"
slice_descent_demo().show()

# %% [markdown]
# ### Question `conditioning`, the part marked by hand
#
# The task of that tutorial: below $10^{-6}$ in both parameters within 100 steps, with a learning rate of at most 5. The
# right panel does it. Its discussion says, in short: "The problem is poorly conditioned. The bias is the slow
# direction, because its curvature is small; the weight is steep and oscillates. Bring the *loss* below $10^{-6}$."
#
# Judge that text, with the numbers that you have just printed, in five to eight sentences. Which parameter is slow near
# the optimum, and which is steep? Is the problem poorly conditioned, or is there another reason why gradient descent
# with $\eta = 0.1$ is slow? Why does momentum with the same $\eta$ help so much? And what is wrong with the last
# sentence?

# %% [markdown] question="conditioning"
# The Hessian at the optimum is $\begin{pmatrix}0.0242&0.0022\\0.0022&0.0935\end{pmatrix}$ with the full MNIST files
# (0.0285, 0.0016, 0.1010 with the sample). The bias is the *steep* direction, 3.9 times as curved as the weight; the
# weight is the slow one, and the first panel shows it: after 300 steps it is 0.46 away, the bias 0.10 (0.34 and 0.08
# with the sample). The text has it the wrong way round. (At the start $(2.5, 3.7)$ the curvatures are 0.22 for the
# weight and 0.13 for the bias: curvature changes along the path, and near the end of a run the curvature at the optimum
# decides.)
#
# $\kappa = 3.9$ is a very *well*-conditioned problem. The learning rate is the reason for the slowness: the best is
# 17.0, and 0.1 is 170 times smaller; divergence begins at 21.4. Close to the optimum, 0.1 multiplies the slow distance
# by $1 - 0.1\cdot 0.024 = 0.998$ per step. Momentum helps here because it makes steps $1/(1-\beta) = 10$ times as long,
# which gradient descent with $\eta = 1$ would do as well; the true gain of momentum at $\kappa = 3.9$ is small, a rate
# of 0.33 in place of 0.59. With an $\eta$ of 5 gradient descent needs some 116 steps, with $\beta = 0.6$ some 64.
#
# The minimum of the loss is 2.43, so no setting brings the loss below $10^{-6}$; the distance was meant.
#
# **Marking guide**
#
# - 0.4 for the right slow and steep direction, with numbers from the Hessian or the curves.
# - 0.4 for "well-conditioned; the learning rate is far too small", with $\kappa$ and the best or the largest stable
#   learning rate. 0.2 if only $\kappa$ is named.
# - 0.2 for loss against distance. Answers with the numbers of the embedded sample count the same.

# %% [markdown]
# **Further reading.** [Polyak (1964)](https://doi.org/10.1016/0041-5553(64)90137-5), who found the best settings of the
# heavy ball; [Shewchuk (1994), *An introduction to the conjugate gradient method without the agonizing
# pain*](https://www.cs.cmu.edu/~quake-papers/painless-conjugate-gradient.pdf), whose first half explains eigenvalues
# and convergence in pictures.

# %% [markdown]
# ## 2.4 Nesterov: look where you are going
#
# The heavy ball measures the slope where it is, and then moves on by $\beta v$ whatever the slope is. Yurii Nesterov's
# idea (1983): that part of the movement is known beforehand, so measure the slope at the place to which it leads. He
# proved that no method which uses only gradients can be faster on all convex functions, up to a constant. With $v$ in
# units of the gradient,
#
# $$v \leftarrow \mu\, v + \nabla f(w - \eta\mu v), \qquad w \leftarrow w - \eta\, v .$$
#
# If the ground rises ahead, the gradient there brakes a step earlier than the heavy ball would. Here are both, from the
# same place in the ravine and with the same velocity, one that has just crossed the bottom and climbs the other side:

# %% experiment="look_ahead"
start, lr, curvatures = np.array([-4.0, 0.6]), 0.1, np.array([0.05, 5.0])
movement = np.array([1.6, 0.9])  # what is left of the last movement, beta v
figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for panel, (name, measured) in zip(panels, {"heavy ball": start, "Nesterov": start + movement}.items()):
    ahead = start + movement
    end = ahead - lr * curvatures * measured
    arrows = {"remembered movement": (tuple(start), tuple(ahead)), "gradient step": (tuple(ahead), tuple(end))}
    plot_arrows(arrows, ax=panel)
    panel.plot(*measured, "X", color="C2", markersize=11, label="where the gradient is taken")
    panel.axhline(0, color="C6", linewidth=0.8)
    panel.set(title=f"{name}: to $w_2$ = {end[1]:.2f}", xlabel="$w_1$ (flat)")
panels[0].set_ylabel("$w_2$ (steep); 0 is the bottom")
panels[1].legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 0.08))
panels[0].get_legend().remove()
describe(figure, "The same remembered movement up the side of the ravine, then a gradient step down: a short one with "
                 "the gradient of the start, a longer one with the gradient of the place ahead.")
plt.show()

# %% [markdown]
# The heavy ball uses the gradient of the place where it started. Nesterov's method uses the one where the movement
# ends: higher up, where the slope is larger, so it comes back further.
#
# In a training loop this is awkward: `loss.backward()` gives the gradient at the weights that the model has. The way
# out is to let the model have the weights *ahead*, $\tilde w = w - \eta\mu v$. Written for these, the same walk needs
# only the gradient $g$ at the model's own weights:
#
# $$v \leftarrow \mu\, v + g$$
# $$\tilde w \leftarrow \tilde w - \eta\,(g + \mu\, v)$$
#
# with the *new* $v$ in the second line. **Check** this on paper: write down the new $w - \eta\mu v$ from the first
# form, and subtract the old one.
#
# **By hand**, with $\eta = 0.1$, $\mu = 0.9$, $v = 2$, $\tilde w = 3$ and the gradient $g = 1$: the new velocity is
# $0.9 \cdot 2 + 1 = 2.8$, and $\tilde w$ becomes $3 - 0.1\,(1 + 0.9\cdot 2.8) = 2.648$.
#
# ### Exercise `nesterov`
#
# *★★☆, about 15 minutes*
#
# Write the second form as a class. There is no $1-\mu$ in it: a velocity adds up, as in the heavy ball.


# %% exercise="nesterov"
class NesterovOptimizer(SGDOptimizer):
    """Momentum that measures the gradient ahead, in the form that a training loop can use."""

    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        # One velocity for each of self.parameters.
        ### BEGIN SOLUTION
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]
        ### END SOLUTION

    @torch.no_grad()
    def step(self):
        """Update the velocities with the gradients, and the parameters in place."""
        ### BEGIN SOLUTION
        for parameter, velocity in zip(self.parameters, self.velocities):
            velocity.mul_(self.mu).add_(parameter.grad)
            parameter.sub_(self.lr * (parameter.grad + self.mu * velocity))
        ### END SOLUTION


# %% check="nesterov"
check("nesterov", NesterovOptimizer)

# %% [markdown]
# In the ravine, with the same learning rate and the same $\mu$ as the heavy ball. **Predict:** along which of the two
# directions will you see the difference?

# %% experiment="nesterov_in_the_ravine"
figure, panels = plt.subplots(2, 1, figsize=(9, 6.4), layout="constrained")
walks = {"heavy ball, lr 0.1": heavy_ball_walk(60, 0.1, 0.9)}
walks["Nesterov, lr 0.1"] = walk(NesterovOptimizer, lr=0.1, mu=0.9)
draw_walks(walks, panels[0])
for index, (name, path) in enumerate(walks.items()):
    colour, dash, marker = look_of(name, index)
    panels[1].plot(path[:, 1], color=colour, linestyle=dash, marker=marker, markevery=5, markersize=5, label=name)
panels[1].set(xlabel="step", ylabel="$w_2$ (steep)")
panels[1].legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Across the ravine, where the gradient changes along the step. For curvature $\lambda$ the look-ahead multiplies the
# remembered movement by another $1 - \eta\lambda$: with $\eta\lambda = 0.5$ half of the swing is taken out per step,
# with $\eta\lambda = 0.005$ along the ravine nearly nothing. The price is a smaller stable range: the heavy ball is
# stable up to $\eta\lambda = 2(1+\mu) = 3.8$, Nesterov's method only up to $2(1+\mu)/(1+2\mu) \approx 1.36$.
# </details>

# %% [markdown]
# **Further reading.** [Sutskever and others (2013)](https://proceedings.mlr.press/v28/sutskever13.html) explain the
# form with the look ahead; [Su, Boyd and Candès (2014)](https://arxiv.org/abs/1503.01243) describe it as a
# differential equation.
#
# **Half-way.** You have met everything that *averages gradients*. The second half divides by their size. If you stop
# here, write down two sentences first: what does momentum change at the same learning rate, and when does it help?

# %% [markdown]
# ## 2.5 RMSProp
#
# One learning rate serves all weights, but their gradients differ in size. Look at those of the network before its
# first step:

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
        ax.hist(sizes, np.logspace(-6, -1, 41), weights=share, histtype="step", linewidth=1.8, label=label)
ax.set(xscale="log", xlabel="size of a weight's gradient, $|g|$", ylabel="share of the layer's weights (%)")
ax.legend(fontsize="small")
plt.show()
every = torch.cat([parameter.grad.abs().flatten() for parameter in model.parameters()])
share = 100 * float((every < epsilon**0.5).float().mean())
print(f"{share:.0f} % of all gradients are smaller than the root of epsilon, {epsilon**0.5:.1e}")

# %% [markdown]
# They spread over several powers of ten, so a learning rate that suits one weight is wrong for most others. The first
# method with a rate for each weight was **AdaGrad** (Duchi, Hazan and Singer 2011). It divides by the root of the *sum*
# of all squared gradients so far, so its steps can only become shorter. Geoffrey Hinton repaired this in 2012, on a
# slide of an online lecture and never in an article, by taking a moving average in place of the sum. That is
# **RMSProp**. It gives each weight its own rate by dividing the gradient by its recent size, the root of a moving
# average $s$ of its squares. All operations are elementwise, $\beta$ is the share that the average keeps, and $s$
# starts at zero:
#
# $$s \leftarrow \beta\, s + (1-\beta)\, g_t^2$$
# $$w \leftarrow w - \eta\, \frac{g_t}{\sqrt{s + \varepsilon}}$$
#
# So $\eta$ has a new meaning. SGD moves a weight by $\eta$ *times its gradient*; RMSProp moves it by about $\eta$,
# whatever the gradient is. So the same value of $\eta$ means different things in the two methods.
#
# **By hand**, with $\beta = 0.5$, $\varepsilon$ left out, and the gradients 4 and then 1: $s$ becomes $0.5\cdot 16 =
# 8$, and the step is $\eta\cdot 4/\sqrt 8 = 1.41\,\eta$. Then $s = 0.5\cdot 8 + 0.5\cdot 1 = 4.5$, and the step is
# $\eta / \sqrt{4.5} = 0.47\,\eta$: a small gradient after a large one gives a short step.
#
# **Predict:** how long is the very first step, in units of $\eta$, when $\beta = 0.9$ and $g$ is large? And is it
# longer for a weight with a larger gradient?

# %% [markdown]
# ### Exercise `rmsprop`
#
# *★☆☆, about 10 minutes*
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
ax.loglog(sizes, lengths[0], ":", color=look_of("rmsprop").colour, label="RMSProp, first step")
ax.loglog(sizes, lengths[-1], "-", color=look_of("rmsprop").colour, label="RMSProp, step 200")
ax.loglog(sizes, step_lengths(SGDOptimizer, sizes, steps=1)[0], "--", color=look_of("sgd").colour, label="SGD")
ax.axvline(epsilon**0.5, color="0.6", linestyle=":", label=r"$\sqrt{\varepsilon}$")
ax.set(xlabel="size of the gradient, $|g|$", ylabel=r"length of the step / $\eta$")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# At the first step $s = (1-\beta)\,g^2$, so the step is $1/\sqrt{1-\beta} \approx 3.2$ times $\eta$, equally for all.
# With time $s$ approaches $g^2$ and the step approaches $\eta$. But the plateau ends at a floor: because $\varepsilon$
# is *inside* the root, the denominator is never below $\sqrt\varepsilon \approx 3.2\cdot10^{-4}$. Below that, RMSProp
# is SGD with the learning rate $\eta/\sqrt\varepsilon$. The line printed under the histogram says how many weights this
# concerns. Outside the root, the same $\varepsilon$ would put the floor at $10^{-7}$, below nearly all gradients.
# Libraries differ in this.
# </details>
#
# ### Exercise `rmsprop_update`
#
# *★☆☆, about 5 minutes*
#
# The same as a function that takes one step, with its own names: `alpha` is the share that the average keeps, and
# `grad_sq` is the list of averages, one per parameter. $\varepsilon$ stays inside the root.
#
# An average of squares cannot be negative. A published test for this function nevertheless started it from small
# numbers of both signs: some roots became NaN, and the printed tensor was too long to show them.


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
            square.mul_(alpha).add_((1 - alpha) * parameter.grad**2)
            parameter.sub_(lr * parameter.grad / torch.sqrt(square + epsilon))
        ### END SOLUTION


# %% check="rmsprop_update"
check("rmsprop_update", rmsprop_update)

# %% [markdown]
# That test, made again: one step from the linear model of section 2.2, with averages that are $10^{-6}$ times the
# *weights*. **Predict:** of 7,850 numbers, how many are NaN afterwards? And how many of the ten that are printed?

# %% experiment="negative_squares"
params, loss = linear_model_and_loss()
rmsprop_update(loss, params, [1e-6 * parameter.detach() for parameter in params], lr=1e-3)
print("yours:    ", *(f"{value:.4f}" for value in params[1].tolist()))
print("published: -0.0313 -0.0011 0.0122 -0.0342 0.0045 0.0199 0.0329 0.0265 0.0182 -0.0041")
print("NaN among all 7,850:", sum(int(parameter.isnan().sum()) for parameter in params))

# %% [markdown]
# The printed bias agrees with the published one (with the full files), although 10 weights are NaN (6 with the sample):
# the test looked at ten of 7,850 numbers. The same tutorial calls $s$ "the estimate of the gradient's variance"; it is
# not: no mean is subtracted. It is the mean *square*, the variance plus the squared mean, and the squared mean is why a
# constant gradient, which has no variance at all, gives steps of length $\eta$.

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
# Most of it is the length of the steps. The gradients of this network are small, so SGD with $\eta = 0.001$ moves each
# weight by far less than 0.001, and RMSProp by about 0.001. Give SGD longer steps and it comes close. One advantage of
# RMSProp remains: it needed no search for 0.1, because its $\eta$ says directly how far a weight moves. A comparison
# "at the same learning rate" compares units. A fair comparison gives each method its own search, with the same budget.
# </details>

# %% [markdown]
# **Your answer** (not marked). Do the results of RMSProp look different from those of SGD, and why? Double-click here
# and write two or three sentences with numbers from your table or figure.
#
# *...*

# %% [markdown]
# **Further reading.** [AdaGrad: Duchi, Hazan and Singer (2011)](https://jmlr.org/papers/v12/duchi11a.html);
# [Hinton's slides of 2012](https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf), where RMSProp is
# on page 29.
#
# ## 2.6 Adam
#
# Adam (Kingma and Ba 2015) keeps both averages: that of the gradients, $v$, which reduces the noise, and that of their
# squares, $s$, which sets the length of the step. Both start at zero. Here that matters, because one is divided by the
# root of the other, and they leave zero at different speeds. So both are corrected as in section 2.1. Let $\beta_1$ and
# $\beta_2$ be the shares that they keep. In step $t$:
#
# $$v \leftarrow \beta_1 v + (1-\beta_1)\, g_t, \qquad s \leftarrow \beta_2\, s + (1-\beta_2)\, g_t^2$$
# $$\hat v = \frac{v}{1-\beta_1^t}, \qquad \hat s = \frac{s}{1-\beta_2^t}$$
# $$w \leftarrow w - \eta\, \frac{\hat v}{\sqrt{\hat s + \varepsilon}}$$
#
# The first step has $t = 1$. The values with hats are used in the step and not stored; $v$, $s$ and $t$ are.
#
# **By hand**, for one weight with $\beta_1 = 0.9$, $\beta_2 = 0.99$, the gradients $2$ and $-1$, and $\varepsilon$ left
# out:
#
# | $t$ | $g_t$ | $v$ | $s$ | $\hat v$ | $\hat s$ | step, $-\eta\,\hat v/\sqrt{\hat s}$ |
# |---|---|---|---|---|---|---|
# | 1 | 2 | $0.1\cdot 2 = 0.2$ | $0.01\cdot 4 = 0.04$ | $0.2/0.1 = 2$ | $0.04/0.01 = 4$ | $-\eta$ |
# | 2 | $-1$ | $0.18 - 0.1 = 0.08$ | $0.0396 + 0.01$ | $0.08/0.19 = 0.42$ | $0.0496/0.0199 = 2.49$ | $-0.27\,\eta$ |
#
# The second gradient points the other way and is half as large, so the two nearly cancel in $\hat v$, and the step is
# short.
#
# **Predict:** how long is the first step? What would it be without the two corrections, for $\beta_1 = 0.9$ and
# $\beta_2 = 0.99$? And the second?

# %% [markdown]
# ### Exercise `adam`
#
# *★★☆, about 20 minutes*
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

# %% [markdown] hint="adam"
# What has to survive from one call of `step()` to the next? Two averages for *each* parameter, and one count for all
# of them. What are their values before the first step, and when is the count raised?
#
# ---
#
# Both averages start at zero, so after $t$ steps the weights in them add up to $1 - \beta^t$ only. Divide each
# average by its own such sum, with $t = 1$ in the first step. The corrected second average is a mean *square*: the
# root comes after the correction, and $\varepsilon$ is inside it.
#
# ---
#
# A small case: one weight and the gradient $g = 2$ in the first step, $\beta_1 = 0.9$, $\beta_2 = 0.99$. The averages
# are $0.2$ and $0.04$, and corrected they are $2$ and $4$. So the step is $\eta \cdot 2 / \sqrt{4 + \varepsilon}
# \approx \eta$: the first step has the length $\eta$ whatever the gradient is.

# %% [markdown]
# The figure shows the first steps of Adam under a constant gradient. Beside your optimizer it shows, from the formula,
# how long the steps would be without the corrections, for two values of $\beta_2$.

# %% experiment="adams_start"
t = np.arange(1, 101)
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
lengths = step_lengths(AdamOptimizer, [0.3], steps=100)[:, 0]
ax.plot(t, lengths, color=look_of("adam").colour, linewidth=2.5, label="your Adam")
for beta2, style in ((0.99, "--"), (0.999, ":")):
    uncorrected = (1 - 0.9**t) / np.sqrt(1 - beta2**t)
    ax.plot(t, uncorrected, style, color="C6", label=rf"without corrections, $\beta_2$ = {beta2}")
    print(f"beta2 = {beta2}:", ", ".join(f"{uncorrected[i - 1]:.2f} at t = {i}" for i in (1, 2, 5, 10, 20, 50, 100)))
ax.set(xlabel="step", ylabel=r"length of the step / $\eta$", ylim=(0, None))
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# With the corrections $\hat v = g$ and $\hat s = g^2$ at $t = 1$: the step is $\eta$, whatever the gradient. Without
# them it is $(1-\beta_1)/\sqrt{1-\beta_2}$ times that, which for $0.9$ and $0.99$ is *exactly 1*: anyone who tests
# only the first step sees no fault. The second step is 1.35 times too long, the tenth 2.1 times; with $\beta_2 =
# 0.999$ it starts at 3.2 and rises to 6.5 at the tenth. This is why a check of an optimizer takes several steps, with
# gradients that change.
# </details>

# %% [markdown]
# Many gradients are neither constant nor noise. The demo draws Adam's first steps for constant, noisy, alternating and
# rare ones, with each correction switched on and off. Find a kind of gradient for which *not* correcting makes the
# steps too short.

# %% experiment="demo_adam_start"
adam_start_demo(beta2=0.999).show()

# %% [markdown]
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
# **Your answer** (not marked). Do the results of Adam look different from those of RMSProp, and from those of SGD?
# Would it show in this table if the corrections were missing? Double-click here and write two or three sentences.
#
# *...*

# %% [markdown]
# <details><summary>After you have thought</summary>
#
# Where the ranges of two rows overlap, three seeds cannot tell the methods apart. For most pairs of good methods with
# good learning rates, this is the result. The corrections matter for the first few times $1/(1-\beta_2) = 100$ steps,
# out of 2,350. In the last epoch their effect has died out. A training curve is a poor test of an optimizer's *code*;
# the check above, which looks at single steps, is a good one.
#
# The course from which these runs come printed one run of each, on the full set: 61.8 % for SGD, 65.3 % for momentum,
# 85.4 % for RMSProp and 86.2 % for an Adam *without* corrections. With `FULL`, three seeds on our machine gave 61.6 to
# 63.6 %, 61.2 to 63.4 %, 85.0 to 86.1 % and 85.8 to 86.1 %; on another machine the same seeds can differ by a point or
# two. The 65.3 % lies outside our range, but SGD and momentum share that range, so momentum is not the reason. And the
# missing corrections do not show.
# </details>
#
# ### AdamW: weights that fade
#
# **Weight decay** pulls every weight a little towards zero, so that only the weights that the data need stay large. For
# SGD there are two ways to write it, and they are the same: add $\tfrac{\lambda}{2}\|w\|^2$ to the loss, whose gradient
# is $\lambda w$ ("L2"), or shrink the weights in each step,
#
# $$w \leftarrow w - \eta\,(g + \lambda w) \quad=\quad w\,(1 - \eta\lambda) - \eta\, g .$$
#
# For Adam they are not the same. Put $\lambda w$ into the gradient, and it goes through both averages and is divided by
# the root. A weight with large gradients has a large root, so it hardly decays. Ilya Loshchilov and Frank Hutter
# noticed this in 2017 (published in 2019), when most libraries offered only Adam with L2. Their **AdamW** keeps the
# decay out of the averages: first shrink, then take the step of Adam with the gradient alone.
#
# $$w \leftarrow w\,(1 - \eta\lambda), \qquad\text{then}\qquad w \leftarrow w - \eta\,\frac{\hat v}{\sqrt{\hat s +
# \varepsilon}}$$
#
# **By hand**, for the first step with $w = 2$, $\eta = 0.1$, $\lambda = 0.5$ and any positive gradient: the decay gives
# $2\cdot 0.95 = 1.9$, and Adam's first step has the length $\eta$, so $w$ becomes $1.8$.
#
# ### Exercise `adamw`
#
# *★★☆, about 10 minutes*
#
# Write it, as before with $\varepsilon$ = `epsilon` inside the root. Note the default of `beta2`: 0.999. If you inherit
# from your Adam, a mistake there will follow you.


# %% exercise="adamw"
class AdamWOptimizer(SGDOptimizer):
    """Adam with weight decay that does not go through the averages."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.weight_decay = beta1, beta2, weight_decay
        # Two averages for each of self.parameters, and the number of steps taken.
        ### BEGIN SOLUTION
        self.firsts = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.seconds = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps_taken = 0
        ### END SOLUTION

    @torch.no_grad()
    def step(self):
        """Shrink the parameters, then update averages and parameters as Adam does, in place."""
        ### BEGIN SOLUTION
        self.steps_taken += 1
        for parameter, first, second in zip(self.parameters, self.firsts, self.seconds):
            parameter.mul_(1 - self.lr * self.weight_decay)
            first.mul_(self.beta1).add_((1 - self.beta1) * parameter.grad)
            second.mul_(self.beta2).add_((1 - self.beta2) * parameter.grad**2)
            direction = first / (1 - self.beta1**self.steps_taken)
            size = second / (1 - self.beta2**self.steps_taken)
            parameter.sub_(self.lr * direction / torch.sqrt(size + epsilon))
        ### END SOLUTION


# %% check="adamw"
check("adamw", AdamWOptimizer)

# %% [markdown]
# To see only the difference, take two weights that the data do not need. Their gradients are pure noise around zero, a
# hundred times larger for the second. Both start at 1, and $\lambda = 1$, $\eta = 0.001$. **Predict** for both weights
# and both methods: how much is left after 2,000 steps? ($(1 - 0.001)^{2000} = 0.135$.)


# %%
def fading(make, noise, runs=5, steps=2000):
    """Return weights that start at 1 and see only noise of the given sizes, shape (steps, runs, n)."""
    generator = torch.Generator().manual_seed(0)
    w = torch.ones(runs, len(noise), requires_grad=True)
    optimizer, found = make([w]), []
    for _ in range(steps):
        w.grad = torch.tensor(noise) * torch.randn(w.shape, generator=generator)
        with torch.no_grad():
            optimizer.step()
        found.append(w.detach().clone())
    return torch.stack(found).numpy()


# %% experiment="decay"
makers = {
    "Adam with L2": lambda w: torch.optim.Adam(w, lr=0.001, weight_decay=1.0),
    "your AdamW": lambda w: AdamWOptimizer(w, lr=0.001, weight_decay=1.0),
}
figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for panel, (name, make) in zip(panels, makers.items()):
    weights = fading(make, [0.1, 10.0])
    for index, noise in enumerate((0.1, 10.0)):
        plot_band(range(2000), weights[:, :, index].T, index=index, label=f"gradients of size {noise}", ax=panel)
    panel.plot((1 - 0.001) ** np.arange(2000), ":", color="C6", label=r"$(1 - \eta\lambda)^t$")
    panel.set(title=f"{name} (mean and range of 5 runs)", xlabel="step")
panels[0].set_ylabel("weight")
panels[0].legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# With L2, the weight with the large gradients keeps 0.8 of its size: it decays like $(1 - \eta\lambda/10)^t$, ten times
# more slowly, because $\lambda w$ was divided by a root of about 10. The root of the other one consists mostly of
# $\lambda w$ itself, so $\lambda$ cancels: it starts with steps of about $\eta$, whatever $\lambda$ is, and ends far
# below the dotted curve. With AdamW both follow that curve, up to noise. So in Adam with L2 the same $\lambda$ means
# something else for every weight.
# </details>
#
# ### The same with a config
#
# A class hides its state. Other code bases write an optimizer as a pure function, which takes weights, gradient and
# state, and returns new weights and a new state. Nothing is changed in place. The state is a dictionary, `config`,
# which also holds the settings; the caller passes the returned one to the next call.
#
# **Mind the letter $v$.** In the formulas above, $v$ is the average of the gradients and $s$ that of their squares. The
# original article, torch and this interface call them `m` and `v`: here `v` is the average of the *squares*.
#
# | function | settings and their defaults | state |
# |---|---|---|
# | `sgd_momentum` | `learning_rate` 1e-2, `momentum` 0.9 | `velocity` |
# | `rmsprop` | `learning_rate` 1e-2, `decay_rate` 0.99, `epsilon` 1e-8 | `cache`, the average of squares |
# | `adam` | `learning_rate` 1e-3, `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-8 | `m`, `v`, `t` |
#
# The conventions differ from those of the classes on purpose, because you will meet both.
#
# - Momentum is the heavy ball with the rate inside: $v \leftarrow \mu v - \eta\, dw$, then $w + v$.
# - $\varepsilon$ is **outside** the root: $\sqrt{s} + \varepsilon$, and in Adam $\sqrt{\hat v} + \varepsilon$.
# - In Adam, $m$ and $v$ are the averages of the gradient and of its square. `t` counts the steps *taken*: it is 0 in a
#   fresh config, and is raised before it is used. (Some texts number the first step 0 and still print $1 - \beta^t$:
#   division by zero.)
#
# ### Exercise `functional_optimizers`
#
# *★★☆, about 30 minutes*
#
# Write the three functions in numpy. A missing config, or a missing key, means the default value; missing state is
# zero. `w` and `dw` stay as they were.


# %% exercise="functional_optimizers"
def sgd_momentum(w, dw, config=None):
    """Take one heavy-ball step.

    Args:
        w: Weights, array of any shape.
        dw: Gradient, same shape.
        config: Settings and state, or None.

    Returns:
        The new weights, and the config for the next step.
    """
    ### BEGIN SOLUTION
    defaults = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)}
    config = {**defaults, **(config or {})}
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    next_w = w + velocity
    return next_w, {**config, "velocity": velocity}
    ### END SOLUTION


# %% exercise="functional_optimizers" part="rmsprop"
def rmsprop(w, dw, config=None):
    """Take one RMSProp step; arguments and results as in `sgd_momentum`."""
    ### BEGIN SOLUTION
    defaults = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)}
    config = {**defaults, **(config or {})}
    cache = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    return next_w, {**config, "cache": cache}
    ### END SOLUTION


# %% exercise="functional_optimizers" part="adam"
def adam(w, dw, config=None):
    """Take one Adam step; arguments and results as in `sgd_momentum`."""
    ### BEGIN SOLUTION
    state = {"m": np.zeros_like(w), "v": np.zeros_like(w), "t": 0}
    defaults = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **state}
    config = {**defaults, **(config or {})}
    beta1, beta2, t = config["beta1"], config["beta2"], config["t"] + 1
    m = beta1 * config["m"] + (1 - beta1) * dw
    v = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, {**config, "m": m, "v": v, "t": t}
    ### END SOLUTION


# %% check="functional_optimizers"
check("functional_optimizers", sgd_momentum, rmsprop, adam)

# %% [markdown] hint="functional_optimizers"
# What may happen to the arguments? `w`, `dw` and the caller's `config` should be as they were after the call. Which
# keys can be missing: the settings, the state, or the whole config?
#
# ---
#
# Mind where this table differs from the classes: the rate is part of the velocity, $\varepsilon$ is added *after* the
# root, and `t` counts the steps that were taken, so that it is 0 before the first one and must not be 0 in $1 -
# \beta^t$. The config that you return holds settings *and* the new state.
#
# ---
#
# A small case for `sgd_momentum`: $w = 1$, $dw = 2$, rate $0.1$, $\mu = 0.9$, no velocity yet. The velocity becomes
# $-0.2$ and the weight $0.8$. With the same gradient once more it is $0.9 \cdot (-0.2) - 0.2 = -0.38$, and the weight
# $0.42$. To get there, the second call must find the velocity of the first in the config.

# %% [markdown]
# The classic accident with this interface: the caller forgets to keep the config, and every step starts afresh.
# **Predict** for each function which method it turns into then. Which one is hurt most?


# %% experiment="forgotten_config"
def functional_walk(update, keep, steps=200, learning_rate=0.05):
    """Return the height in the ravine after each step, with the config kept or forgotten."""
    w, settings = np.array([-8.0, 1.5]), {"learning_rate": learning_rate}
    config, heights = settings, [ravine(*w)]
    for _ in range(steps):
        w, config = update(w, np.array([0.05, 5.0]) * w, config if keep else dict(settings))
        heights.append(ravine(*w))
    return heights


figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for index, update in enumerate((sgd_momentum, rmsprop, adam)):
    ax.semilogy(functional_walk(update, keep=True), "-", color=f"C{index}", label=update.__name__)
    ax.semilogy(functional_walk(update, keep=False), ":", color=f"C{index}", label=f"{update.__name__}, forgotten")
ax.set(xlabel="step", ylabel="height")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# `sgd_momentum` becomes plain SGD, which is slow. The other two divide each gradient by its *own* size and move every
# weight by a fixed length against its sign: Adam by $\eta$, because at $t = 1$ both corrections are complete, RMSProp
# by $\eta/\sqrt{1 - 0.99} = 10\,\eta$. They descend quickly and then jump about the minimum for ever, about one step
# away from it. For more than 150 steps the broken Adam is even *ahead* of the right one: again, a curve is a poor test
# of code. A check that looks at `t` in the config sees the fault at once. It occurs in published solutions of this
# exercise.
# </details>
#
# ### The same from the library
#
# In practice nobody writes these classes again: `torch.optim` has them, tested and fast. A torch optimizer has the same
# three steps, with `optimizer.zero_grad()` in place of our function. It also takes **parameter groups**, a list of
# dictionaries with separate settings. A common use is weight decay for matrices, and none for biases and for the gains
# of a normalization. AdaGrad is there as well; it is the ancestor from section 2.5.
#
# **Predict** for the figure: gradients of constant size 1. How long is the hundredth step of AdaGrad?

# %% experiment="torch_optimizers"
set_seed(0)
model = NeuralNetwork([784, 20, 20, 10])
matrices = [parameter for parameter in model.parameters() if parameter.ndim > 1]
others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
groups = [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
library = torch.optim.AdamW(groups, lr=0.001, betas=(0.9, 0.999), eps=1e-8)
for group in library.param_groups:
    print(f"{len(group['params'])} tensors with lr {group['lr']} and weight decay {group['weight_decay']}")

gradients = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
ours, theirs = (torch.ones(3, requires_grad=True) for _ in range(2))
pair = AdamOptimizer([ours], lr=0.01), torch.optim.Adam([theirs], lr=0.01, betas=(0.9, 0.99), eps=0.0)
for gradient in gradients:
    ours.grad, theirs.grad = gradient.clone(), gradient.clone()
    for optimizer in pair:
        optimizer.step()
print(f"your Adam and torch's are {float((ours - theirs).detach().abs().max()):.0e} apart after 20 steps")

# %% experiment="adagrad"
figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
for name, make in (
    ("AdaGrad", lambda w, lr: torch.optim.Adagrad(w, lr=lr)),
    ("RMSProp", RMSPropOptimizer),
    ("Adam", AdamOptimizer),
):
    colour, dash, _ = look_of(name)
    ax.plot(range(1, 101), step_lengths(make, [1.0], steps=100)[:, 0], color=colour, linestyle=dash, label=name)
ax.set(xlabel="step", ylabel=r"length of the step / $\eta$", ylim=(0, None), title="gradients of constant size 1")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The sum of squares is 100 by then, so AdaGrad's hundredth step is $\eta/10$, and its steps keep shrinking as $1/\sqrt
# t$. That is right for convex problems with rare features, for which it was made, and too early for most networks.
# RMSProp and Adam forget, and settle at steps of length $\eta$.
# </details>
#
# **Further reading.** [Adam: Kingma and Ba (2015)](https://arxiv.org/abs/1412.6980); [Reddi, Kale and Kumar
# (2018)](https://arxiv.org/abs/1904.09237) on a case in which Adam does not converge; [AdamW: Loshchilov and Hutter
# (2019)](https://arxiv.org/abs/1711.05101); [per-parameter options in
# torch](https://docs.pytorch.org/docs/stable/optim.html#per-parameter-options).

# %% [markdown]
# ## 2.7 Schedules and clipping
#
# Early in training a large learning rate is wanted, to get far; late in training a small one, to settle in spite of the
# noise. A constant rate cannot do both. A **schedule** changes it with the step $t = 0, 1, 2, \dots, T - 1$. At the
# very start, a large rate may be *unstable* although it is fine a little later, because the loss of a fresh network is
# often sharply curved, and because Adam's averages rest on few gradients. So one begins with a **warmup**: over the
# first $W$ steps the rate rises in a straight line to the base rate,
#
# $$\eta_t = \eta_{\text{base}}\,\frac{t + 1}{W} \qquad (t < W),$$
#
# and then the schedule runs. Let $s = (t - W)/(T - W)$ be the part of it that is done. Three of the most common:
#
# | kind | $\eta_t / \eta_{\text{base}}$ after the warmup |
# |---|---|
# | `"step"` | 1 at first, 0.1 from the middle on ($s \ge \tfrac12$), 0.01 from three quarters on ($s \ge \tfrac34$) |
# | `"exponential"` | falls by the same factor in each step, from 1 at $s = 0$ to 0.01 at $s = 1$ |
# | `"cosine"` | half a period of a cosine, from 1 at $s = 0$ to 0 at $s = 1$, with its middle at $\tfrac12$ |
#
# **By hand**, for $T = 110$ steps with $W = 10$ and $\eta_{\text{base}} = 0.2$: the rates of the warmup are 0.02, 0.04,
# ..., 0.2. Step $t = 60$ has $s = 50/100 = 0.5$. There the rate is $0.02$ with `"step"`, $0.2\cdot\sqrt{0.01} = 0.02$
# with `"exponential"`, and $0.1$ with `"cosine"`.
#
# Robbins and Monro let the rate fall in 1951; the cosine is from Loshchilov and Hutter (2017). A warmup was used by He
# and others (2016) to start a network of 110 layers, and by Goyal and others (2017) for batches of 8,192 images.
#
# **Per batch or per epoch?** All numbers here are steps, that is, batches. Some libraries count epochs in the same
# formulas, and then a decay of 0.9 that was meant per epoch is applied 235 times per epoch, or the other way round.
# Whenever you take over a schedule, ask what it counts.
#
# **Clipping** guards against the single step that is much too long. If the norm of the gradient, over *all* tensors
# together, is above a limit $c$, all of them are multiplied by the same factor, so that the norm is $c$:
#
# $$\|g\| = \sqrt{\textstyle\sum_i g_i^2}\,, \qquad g \leftarrow g\,\frac{c}{\|g\|} \quad\text{if } \|g\| > c$$
#
# The direction does not change. (Clipping every entry by itself changes it, as the figure shows.) Pascanu, Mikolov and
# Bengio (2013) clipped the norm for recurrent networks, where a gradient that goes through hundreds of steps can
# explode. **By hand**, for the gradients $(2, 1)$ and $(2)$ and the limit $c = 1.5$: the norm is $\sqrt{5 + 4} = 3$, so
# both are multiplied by $0.5$.

# %% experiment="clipping"
gradient, limit = np.array([4.0, 1.0]), 2.0
clipped = {"gradient": gradient, "its norm clipped at 2": gradient * limit / np.linalg.norm(gradient)}
clipped["each entry clipped at 2"] = gradient.clip(-limit, limit)
figure, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
plot_arrows({name: ((0.0, 0.0), tuple(end)) for name, end in clipped.items()}, ax=ax)
ax.set(xlabel="first entry", ylabel="second entry")
ax.legend(fontsize="small", loc="lower right")
describe(figure, "The gradient (4, 1) as an arrow; with its norm clipped it keeps its direction, with each entry "
                 "clipped it turns to (2, 1).")
plt.show()

# %% [markdown]
# ### Exercise `schedules`
#
# *★★☆, about 25 minutes*
#
# - `learning_rate` returns $\eta_t$ as a number. Any other `kind` raises a `ValueError`; during the warmup, in which
#   the kind is not used yet, you may raise it or not. The warmup is always shorter than the run ($W < T$), so there is
#   no division by zero to take care of. Without warmup, $W = 0$.
# - `clip_grad_norm` changes a list of gradients in place and returns the norm that they had *before*. That is the
#   number to watch in a training log.


# %% exercise="schedules"
def learning_rate(step, kind, base_lr, total_steps, warmup_steps=0):
    """Return the learning rate of a step.

    Args:
        step: Number of the step, 0 for the first.
        kind: "step", "exponential" or "cosine".
        base_lr: The rate at the end of the warmup.
        total_steps: Number of steps in all, warmup included.
        warmup_steps: Number of steps of the warmup.
    """
    ### BEGIN SOLUTION
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    done = (step - warmup_steps) / (total_steps - warmup_steps)
    if kind == "step":
        return base_lr * (1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01)
    if kind == "exponential":
        return base_lr * 0.01**done
    if kind == "cosine":
        return base_lr * (1 + np.cos(np.pi * done)) / 2
    raise ValueError(f"kind is 'step', 'exponential' or 'cosine', not {kind!r}")
    ### END SOLUTION


# %% exercise="schedules" part="clip"
def clip_grad_norm(grads, max_norm):
    """Scale gradients in place so that their common norm is at most max_norm; return the norm from before.

    Args:
        grads: List of tensors.
        max_norm: The limit, a positive number.
    """
    ### BEGIN SOLUTION
    norm = torch.cat([grad.flatten() for grad in grads]).norm()
    if norm > max_norm:
        for grad in grads:
            grad.mul_(max_norm / norm)
    return norm.item()
    ### END SOLUTION


# %% check="schedules"
check("schedules", learning_rate, clip_grad_norm)

# %% [markdown] hint="schedules"
# For `learning_rate`, first settle which part of the run a step is in: the ramp, or the schedule after it. For the
# schedule compute one number, the share $s$ of it that is done. For `clip_grad_norm`, ask: how many norms are there?
#
# ---
#
# $s = (t - W)/(T - W)$ is 0 in the first step after the warmup. The exponential schedule falls from $1$ to $0.01$
# while $s$ goes from 0 to 1, so it is a power of $0.01$. Half a period of a cosine runs from $1$ to $-1$: shift and
# halve it. Clipping multiplies *all* gradients by the same factor, and only if their common norm is above the limit.
#
# ---
#
# A small case: $T = 10$, $W = 2$, base rate $1$. The ramp is $0.5,\ 1$. Step 2 has $s = 0$ and step 6 has $s = 0.5$;
# there the three schedules give $0.1$, $0.1$ and $0.5$. Gradients $(3)$ and $(4)$ with the limit $1$ become $(0.6)$
# and $(0.8)$, and the function returns $5$.

# %% experiment="schedule_figure"
steps = np.arange(100)
figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
for kind, style in (("step", "-"), ("exponential", "--"), ("cosine", "-.")):
    ax.plot(steps, [learning_rate(t, kind, 1.0, 100, warmup_steps=10) for t in steps], style, label=kind)
ax.set(xlabel="step $t$ of 100, 10 of them warmup", ylabel=r"$\eta_t\,/\,\eta_{\mathrm{base}}$")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# The demo shows how a schedule changes the loss of a noisy quadratic, and how a warmup helps where the start is sharper
# than the rest. Try the presets, then find the highest rate that survives the sharp start, with and without warmup.

# %% experiment="demo_schedules"
schedules_demo(kind="cosine").show()

# %% [markdown]
# Now a network, on the smallest data set of the course: 1,797 **digits** of 8 by 8 pixels, which come with
# scikit-learn. The network has 32 hidden units, a batch 32 images, and the budget is 100 steps, three and a half
# epochs: so little that the learning rate must be right.

# %%
digits = load_digits_data()
print(f"{len(digits.x_train)} digits for training, {len(digits.x_valid)} for validation and test, half of them each")


# %% [markdown]
# A schedule, a warmup and a limit for the norm are put *around* an optimizer, and work with any of them:


# %%
class Scheduled:
    """An optimizer whose learning rate follows a schedule, with clipping where max_norm is given."""

    def __init__(self, parameters, lr, optimizer_class=SGDOptimizer, kind=None, warmup=0, max_norm=None, total=100):
        self.optimizer = optimizer_class(parameters, lr)
        self.base_lr, self.kind, self.warmup, self.max_norm, self.total = lr, kind, warmup, max_norm, total
        self.t = 0

    def step(self):
        """Choose the rate of this step, clip, and let the optimizer step."""
        if self.kind:
            self.optimizer.lr = learning_rate(self.t, self.kind, self.base_lr, self.total, self.warmup)
        if self.max_norm:
            clip_grad_norm([parameter.grad for parameter in self.optimizer.parameters], self.max_norm)
        self.t += 1
        self.optimizer.step()


# %% [markdown]
# First a gallery. The same network and the same batches, with four learning rates of plain SGD: learn to recognise a
# rate from the shape of its curve. **Predict** which of the four curves you would see at 0.03, 0.3, 0.8 and 5.

# %% experiment="gallery"
figure, panels = plt.subplots(2, 2, figsize=(9, 6.4), sharex=True, layout="constrained")
says = ("too small: falls, almost straight", "good: steep, then flat", "too large: falls, with jumps", "far too large")
for panel, lr, title in zip(panels.flat, (0.03, 0.3, 0.8, 5.0), says):
    losses = np.array([run.losses for run in train_on_digits(SGDOptimizer, range(3), lr=lr)])
    plot_band(range(1, 101), losses, label=f"lr {lr:g}", ax=panel)
    panel.axhline(np.log(10), color="C6", linewidth=1, linestyle=":")
    panel.set(title=title, ylim=(0, max(3.0, np.nanquantile(losses, 0.9))))
    panel.legend(fontsize="small")
figure.supxlabel("step")
figure.supylabel("training loss (nats)")
plt.show()

# %% [markdown]
# The dotted line is $\ln 10$, the loss of a network that knows nothing. A curve that is still falling steadily at the
# end asks for a larger rate or more steps. A curve that falls and then stays flat above zero, with jumps, asks for a
# smaller rate late in training: that is what a schedule is for. A curve that stays at $\ln 10$, or above it, belongs to
# a network whose weights were thrown far away in the first steps.

# %% [markdown]
# Good learning rates here are 0.3 for SGD and 0.01 for Adam. We take much larger ones, 1 and 0.2, at which both fail,
# and try to save them. **Predict** for each of the two which of these helps: the cosine, a warmup of 10 steps before
# it, clipping the norm at 1.

# %% experiment="schedules_on_digits"
helps = {"alone": {}, "cosine": {"kind": "cosine"}, "warmup, cosine": {"kind": "cosine", "warmup": 10}}
helps["clipped"] = {"max_norm": 1.0}
figure, panels = plt.subplots(2, 4, figsize=(9, 5.2), sharex=True, sharey=True, layout="constrained")
print(f"{'validation accuracy, %':<29} mean  lowest highest   (5 seeds, 100 steps)")
for row, (optimizer_class, good, large) in zip(panels, ((SGDOptimizer, 0.3, 1.0), (AdamOptimizer, 0.01, 0.2))):
    name = optimizer_class.__name__.removesuffix("Optimizer")
    for index, (label, options) in enumerate({f"lr {good}, alone": {"lr": good}, **helps}.items()):
        options = {"lr": large, "optimizer_class": optimizer_class, **options}
        # One seed at a time: a norm over all seeds together would let one of them clip the others.
        runs = [train_on_digits(Scheduled, [seed], **options)[0] for seed in range(5)]
        last = [100 * run.valid_accuracy[-1] for run in runs]
        said = f"{name}, {label}" if "lr" in label else f"{name}, lr {large:g}, {label}"
        print(f"{said:<29} {np.mean(last):5.1f}  {min(last):5.1f}   {max(last):5.1f}")
        smooth = [np.convolve(run.losses, np.ones(10) / 10, "valid") for run in runs]
        if index == 0:
            right_rate = np.mean(smooth, axis=0)
            continue
        panel = plot_band(range(5, 96), smooth, index=index, label=said, ax=row[index - 1])
        panel.plot(range(5, 96), right_rate, "--", color="C6", label=f"lr {good}, mean")
        panel.set(title=label if name == "SGD" else "", yscale="log")
    row[0].set_ylabel(f"{name}: lr {large:g}\n(grey: lr {good})")
figure.supxlabel("step")
figure.supylabel("training loss, mean of 10 steps (nats)")
figure.suptitle("mean and range of 5 seeds", fontsize="medium")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# For SGD at $\eta = 1$ the steps are too long for the curvature *everywhere*, so they have to become shorter. The
# cosine does that, and so does the limit, by cutting the longest ones. For Adam at 0.2 the cosine alone helps little:
# the damage is done in the first steps, which have the full length $\eta$ for each weight at once, and the network
# never recovers. Ten steps of warmup change that. Clipping helps Adam less, and not as one might think: multiply *all*
# gradients by one factor, and $\hat v/\sqrt{\hat s}$ stays as it is. The factor has an effect only because it changes
# from step to step; the length of the steps is still $\eta$.
#
# So the two methods need different remedies. None of them clearly beats the row in which the learning rate was right
# from the start: where a mean is higher, the ranges of the five seeds still overlap. So tune the rate first, and try a
# schedule on top of it last. With more steps and larger networks it helps more than in this short race.
# </details>
#
# **Further reading.** [Cosine schedules: Loshchilov and Hutter (2017)](https://arxiv.org/abs/1608.03983); [warmup for
# large batches: Goyal and others (2017)](https://arxiv.org/abs/1706.02677); [clipping: Pascanu, Mikolov and Bengio
# (2013)](https://arxiv.org/abs/1211.5063); [torch's
# schedulers](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate).

# %% [markdown]
# ## 2.8 Which optimizer where?
#
# There are five landscapes, and each shows one kind of difficulty:
#
# - a **ravine**, $\kappa = 1000$, with its axes along the coordinates;
# - the **same ravine, turned** by 45 degrees together with the start: the same eigenvalues, the same distances;
# - **Rosenbrock's** valley, which is a ravine that bends: $(1 - x)^2 + 100\,(y - x^2)^2$;
# - a **saddle**: the start lies $10^{-6}$ beside the ridge on which the gradient leads straight to the saddle point;
# - a **steep optimum**: narrow wells in a plain, the gradient almost zero between them.
#
# In the demo your own optimizers race. Choose a landscape, then a learning rate at which *one* of them looks best. Then
# find one at which another does. What have you learned about the optimizers?

# %% experiment="demo_race"
race(MomentumOptimizer, NesterovOptimizer, RMSPropOptimizer, AdamOptimizer, condition=1000.0).show()

# %% [markdown]
# Here is a fairer question: how far does each optimizer come with *its own best* learning rate? Each gets the same
# search, with 17 rates from $10^{-4}$ to 10, and 100 steps for each. And how easily is a usable rate found: how many of
# the 17 come below a height of 0.01? **Predict** the order in the ravine, and which methods become worse when the
# ravine is turned.


# %%
LANDSCAPES = {
    "ravine": (surface("quadratic", 1000.0), (-2.5, 1.2)),
    "turned ravine": (surface("quadratic", 1000.0, 45.0), ((-2.5 - 1.2) / 2**0.5, (-2.5 + 1.2) / 2**0.5)),
    "Rosenbrock": (surface("Rosenbrock"), (-1.2, 1.0)),
    "saddle": (surface("saddle"), (-2.5, 1e-6)),
    "steep optimum": (surface("steep optimum"), (0.0, 0.0)),
}


def height_after(optimizer_class, ground, start, lr, steps=100):
    """Return the height above the minimum after some steps; infinite where the walk was lost."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = optimizer_class([w], lr=lr)
    for _ in range(steps):
        x, y = w.tolist()
        if not abs(x) + abs(y) < 1e6:
            return np.inf
        w.grad = torch.tensor([float(part) for part in ground.gradient(x, y)], dtype=torch.float64)
        with torch.no_grad():
            optimizer.step()
    return float(ground.value(*w.tolist()) - ground.value(*ground.optimum))


# %% experiment="landscapes"
entrants = (SGDOptimizer, MomentumOptimizer, NesterovOptimizer, RMSPropOptimizer, AdamOptimizer)
rates = np.logspace(-4, 1, 17)
print(f"{'':<16}" + "".join(f"{entrant.__name__.removesuffix('Optimizer'):>14}" for entrant in entrants))
for name, (ground, start) in LANDSCAPES.items():
    cells = []
    for entrant in entrants:
        ends = np.array([height_after(entrant, ground, start, lr) for lr in rates])
        cells.append(f"{max(ends.min(), 0):.1e} ({(ends < 0.01).sum():2d})")
    print(f"{name:<16}" + "".join(f"{cell:>14}" for cell in cells))
print("lowest height above the minimum after 100 steps (how many of the 17 rates end below 0.01)")

# %% [markdown]
# These landscapes have two variables; a network has thousands or millions. For a walk over slices of real loss
# surfaces, with icons to click and settings to choose, see
# [losslandscape.com/explorer](https://losslandscape.com/explorer): choose a start and a rate, write down what you
# expect, run, compare, and repeat until you are right three times in a row. Nothing here depends on that site.
#
# ### Question `surfaces`
#
# For each of the five landscapes: who wins, who loses, and *why*? One or two sentences for each, from your table and
# the demo. Say in particular for which methods it matters that the ravine is turned, and for which it cannot matter.
# Say also how the methods would walk on the saddle from a start exactly on the ridge.

# %% [markdown] question="surfaces"
# - **Ravine**: Adam ($2\cdot10^{-9}$) and RMSProp ($2\cdot10^{-6}$) win by far. The axes of the ravine are the
#   coordinates, so dividing each coordinate by its own size undoes the conditioning. Momentum and Nesterov (3 to
#   $4\cdot10^{-4}$) are ahead of SGD ($2.5\cdot10^{-3}$), but not by as much as $\sqrt\kappa$ against $\kappa$: that
#   comparison holds for the best $\mu$, and here $\mu = 0.9$ is fixed.
# - **Turned ravine**: SGD, momentum and Nesterov give *exactly* the same numbers. Their steps are sums of gradients,
#   and sums turn with the coordinates. Squaring and dividing entry by entry does not: both coordinates now have the
#   same size of gradient, and there is nothing left to undo. RMSProp falls back to the level of SGD, and Adam ends
#   *worse* than momentum ($9\cdot10^{-4}$ against $4\cdot10^{-4}$).
# - **Rosenbrock**: momentum and Nesterov come furthest (0.010 and 0.015), then Adam (0.04); SGD and RMSProp stay high
#   in the valley. The valley bends, so no choice of coordinates is right for long; adding up small gradients that agree
#   helps. Nobody gets below 0.01 in 100 steps.
# - **Saddle**: the gradient across the ridge is $10^{-6}$ at first. For a suitable rate every method escapes, but only
#   2 of 17 rates do for SGD against 8 for Adam: SGD's steps are in proportion to that small gradient and have to grow
#   from it, Adam's have the length $\eta$ at once. Exactly on the ridge the gradient across is 0, and
#   $0/\sqrt{\varepsilon}$ is 0 as well: all stay. (The noise of minibatches would free them.)
# - **Steep optimum**: with the right rate all arrive, but the window is narrow for SGD (2 of 17): a rate that is large
#   enough for the plain is too large for the well. Adam, whose step length does not depend on the slope, has 7.
#
# **Marking guide**
#
# - 0.4 for the two ravines: who wins, that turning changes nothing for sums of gradients, and that entry-by-entry
#   division depends on the coordinates. At most 0.2 without the reason.
# - 0.2 for Rosenbrock: a winner from the table, and a reason that speaks of the length of the steps or of the memory of
#   the method.
# - 0.2 for the saddle, with the start on the ridge, likewise.
# - 0.2 for the steep optimum, likewise.
# - "Adam is best" without a reason: 0.

# %% [markdown]
# **Further reading.** [Dauphin and others (2014)](https://arxiv.org/abs/1406.2572) on saddle points; [Li and others
# (2018)](https://arxiv.org/abs/1712.09913) on pictures of loss landscapes.

# %% [markdown]
# ## 2.9 A race with a tuning budget
#
# Now all methods compete on the digits, within the budget of section 2.7: 100 steps with batches of 32. The rules of a
# fair race:
#
# 1. **The same budget for every method**: steps, batches, network, and the number of settings that are tried.
# 2. **Separate settings for every method**, chosen by the *validation* accuracy. One learning rate for all would be
#    arbitrary, not fair.
# 3. **A result on data that played no part in the choice**: the accuracy on the test images after the last step. The
#    best moment of a run would be too good, and so is the validation accuracy, by which the settings were chosen.
# 4. **Several seeds**, the same for all, and the whole range. Where ranges overlap, there is no winner.

# %%
METHODS = {
    "SGD": SGDOptimizer,
    "momentum": MomentumOptimizer,
    "RMSProp": RMSPropOptimizer,
    "Adam": AdamOptimizer,
    "Nesterov": NesterovOptimizer,
    "AdamW": AdamWOptimizer,
}


def train_digits(name, options, seed):
    """Train once; the result has lists `valid_accuracy` and `test_accuracy`, one entry (0 to 1) per ten steps."""
    return train_on_digits(METHODS[name], [seed], **options)[0]


# %% [markdown]
# The search: nine learning rates per method, half a power of ten apart, five seeds for each. **Predict** first: for
# which method is the range of good rates the widest (on the logarithmic axis)? Where will the best rate of momentum lie
# compared with that of SGD, and that of Nesterov, which has no $1-\mu$?

# %% experiment="robustness"
grid = np.logspace(-3.5, 0.5, 9)
figure, ax = plt.subplots(figsize=(8, 4.4), layout="constrained")
for index, (name, optimizer_class) in enumerate(METHODS.items()):
    columns = [train_on_digits(optimizer_class, range(5), lr=lr) for lr in grid]
    last = 100 * np.array([[run.valid_accuracy[-1] for run in runs] for runs in columns])
    plot_band(grid, last.T, index=index, label=name, ax=ax)
    means = last.mean(axis=1)
    good = grid[means >= means.max() - 3]
    best = f"{means.max():.1f} % at lr {grid[means.argmax()]:.2g}"
    print(f"{name:<9} best {best}; within 3 points of that from {good.min():.2g} to {good.max():.2g}")
ax.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy (%)", title="mean and range of 5 seeds")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# On the coarse grid of our run, SGD stays within 3 points of its best over a factor of 3 in $\eta$, and RMSProp, Adam
# and momentum over a factor of 10. Momentum has its best rate where SGD has it, at 0.3, as in section 2.2, and bears
# longer steps; Nesterov, whose velocity adds up to $1/(1-\mu) = 10$ gradients, wants about a tenth of that. Adam and
# AdamW lie on each other: with $\lambda = 0.01$, a weight decays by the factor $1 - \eta$ in 100 steps. At its own best
# rate, every method reaches about 94 or 95 %.
# </details>
#
# ### Exercise `race`
#
# *★★☆, about 25 minutes*
#
# `tuned_settings` returns settings for "SGD", "momentum", "RMSProp" and "Adam": for each a dictionary with its `"lr"`
# and whatever else you tuned (`"mu"`; `"beta"`; `"beta1"`, `"beta2"`), as in `{"SGD": {"lr": 0.01}, ...}`. With each of
# them the median validation accuracy over five seeds *that you do not know* must be at least 90 %. "momentum" is the
# moving average of exercise `momentum`, with its factor $1 - \mu$, and not the heavy ball. The check tries your
# settings with torch's versions of the methods, so a mistake in another exercise does not count again. Use the figure
# above to choose, and leave the budget as it is.
#
# `race_table` runs the race: it calls `train(name, options, seed)` for each method and seed and returns a dictionary
# with a row (mean, lowest, highest) per method, of the test accuracies after the last step.


# %% exercise="race"
def tuned_settings():
    """Return the hyperparameters of "SGD", "momentum", "RMSProp" and "Adam", by name."""
    ### BEGIN SOLUTION
    return {
        "SGD": {"lr": 0.3},
        "momentum": {"lr": 0.6, "mu": 0.9},
        "RMSProp": {"lr": 0.008},
        "Adam": {"lr": 0.015},
    }
    ### END SOLUTION


# %% exercise="race" part="table"
def race_table(train, settings, seeds):
    """Train every method with every seed, and return {name: (mean, lowest, highest)} of the test accuracies.

    Args:
        train: `train(name, options, seed)` returns a run with lists `valid_accuracy` and `test_accuracy`.
        settings: The options of each method, by name.
        seeds: The seeds.
    """
    ### BEGIN SOLUTION
    table = {}
    for name, options in settings.items():
        runs = [train(name, options, seed) for seed in seeds]
        ends = [run.test_accuracy[-1] for run in runs]
        table[name] = (np.mean(ends), min(ends), max(ends))
    return table
    ### END SOLUTION


# %% check="race"
check("race", tuned_settings, race_table)

# %% [markdown] hint="race"
# Read the figure above for each method by itself: in which range of rates is the accuracy within a few points of its
# best? Do the methods share one rate? A setting in the middle of a wide range survives other seeds; one at the edge
# does not.
#
# ---
#
# Rates mean different things. For SGD and momentum the step is the rate times a gradient; for RMSProp and Adam the
# rate is about the distance that a weight moves. So their good rates differ by a factor of some tens. For the table:
# which element of a run's list is the accuracy after the last step, and which of the two lists is the one that you
# chose by?
#
# ---
#
# A small case for `race_table`: three seeds end at $0.90$, $0.94$ and $0.92$. The row is the mean $0.92$, then the
# lowest $0.90$, then the highest $0.94$. The table has one row for each name in `settings`, and `train` is called
# once for every pair of a name and a seed.

# %% experiment="the_race"
print(f"{'test accuracy, %':<18} mean  lowest highest   (10 seeds, 100 steps)")
for name, row in race_table(train_digits, tuned_settings(), range(100, 110)).items():
    mean, lowest, highest = (100 * value for value in row)
    print(f"{name:<18} {mean:5.1f}  {lowest:5.1f}   {highest:5.1f}")

# %% [markdown]
# A demo to explore: your optimizers on MNIST, with the *same* learning rate for all. Press start, then look for a rate
# at which the order is reversed.

# %% experiment="demo_training_race"
training_race(MomentumOptimizer, RMSPropOptimizer, AdamOptimizer).show()

# %% [markdown]
# ### Question `race`, the part marked by hand
#
# Here are five claims of a kind that is found in course material. Judge each by your figure and your table: is it
# right, is it wrong, or can such an experiment not decide it? Give a reason. Then write your own conclusion from the
# race, in two sentences that you would sign.
#
# 1. "SGD updates the weights with one example at a time, so it is noisier than the others."
# 2. "In terms of robustness, RMSProp > momentum > SGD."
# 3. "Non-adaptive methods consistently give more robust models."
# 4. "At learning rate 0.001 Adam is 20 points better than SGD; this shows the power of adaptive methods."
# 5. "Momentum ended at 65.3 %, SGD at 61.8 %, so momentum helps."

# %% [markdown] question="race"
# 1. Wrong as a difference between the methods: all of them get the same minibatches here. "SGD" names the rule, not the
#    size of the batch; with one example at a time each of these methods would be noisier.
# 2. Not supported. If robust means a wide range of usable rates, then within 3 points of its best RMSProp has a factor
#    of 10, momentum 10, and SGD about 3 (on our coarse grid); Adam as RMSProp. Momentum and RMSProp cannot be told
#    apart. Other meanings (seeds, data sets) were not measured.
# 3. Contradicts sentence 2, and is as little supported: SGD, the plainest, has the narrowest range here.
# 4. The numbers can be right, the conclusion is not. At 0.001 SGD has hardly left its start, since its step is $\eta$
#    times a small gradient; the comparison is one of units. With 0.3 for SGD and 0.015 for Adam, both are at 95 % on
#    the test images.
# 5. One run each, of two methods whose effective step is the same at the same $\eta$. Over three seeds the ranges
#    coincide (section 2.6), and the seed alone makes a difference of 2 to 4 points.
#
# A conclusion that can be signed: "With settings tuned with the same effort, on the digits, after 100 steps, over ten
# seeds, all four methods classify about 95 % of the test images rightly; the ranges overlap, so this race has no
# winner. The methods differ in how wide the range of good rates is, and where it lies."
#
# **Marking guide**
#
# - 5 × 0.15 for a judgement with a correct reason.
# - 0.25 for a conclusion that names task, budget and seeds, and claims no winner where the ranges overlap (or one that
#   the student's own table does show).

# %% [markdown]
# **Further reading.** [Choi and others (2019)](https://arxiv.org/abs/1910.05446) on how the tuning budget decides
# comparisons of optimizers; [Schmidt, Schneider and Hennig (2021)](https://arxiv.org/abs/2007.01547), a large race;
# [the AlgoPerf benchmark (2023)](https://arxiv.org/abs/2306.07179); a [lecture on adaptive
# methods](https://youtu.be/Zr6r2kfmQUM) of Neuromatch Academy.

# %% [markdown]
# ## What to take with you
#
# - At the same learning rate, momentum as an average changes little where gradients change slowly: its weights add up
#   to 1, so the step keeps its length. The heavy ball makes the step $1/(1-\beta)$ times as long.
# - On a quadratic, gradient descent needs steps in proportion to $\kappa$, momentum to $\sqrt\kappa$. But look at the
#   learning rate before you blame the conditioning.
# - $\eta$ multiplies the gradient in SGD; in RMSProp and Adam it *is* about the distance that a weight moves. So
#   never compare methods at "the same" learning rate.
# - The constant that prevents a division by zero has consequences: inside the root, its root is the floor.
# - Averages that start at zero are too small at first. Divide them by the sum of their weights.
# - A term that is added to the gradient passes through everything that the optimizer does with the gradient. So apply
#   weight decay apart from it.
# - Use large rates early and small rates late, a warmup for the sharp start, and a limit for single steps that are too
#   long.
# - One run per method compares seeds. A comparison needs several runs with a band, settings that were found with the
#   same effort for each method, and data that played no part in any choice.
