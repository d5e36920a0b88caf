# %% [markdown]
# # Workbook 3: The training loop
#
# *Data, losses, minibatches, initial weights: everything around the optimizer, written by hand and tested.*
#
# After this workbook you can
#
# - prepare data without letting the validation part leak into them;
# - write losses that stay finite where their textbook formulas do not;
# - write a network, its first weights and its training loop, and find the mistakes that a falling curve hides;
# - say which effects the batch size has, and compare settings at equal budgets;
# - look inside a network that trains, and name what is wrong with one that does not.
#
# **What you should know before.** Workbook 1 (gradients, autograd, step sizes) and from workbook 2 the interface of an
# optimizer; the logarithm, the exponential function, mean and variance; classes and functions in Python.
#
# **Time.** Allow about 5 hours (a minute for 200 words, half a minute for a given cell, 12 minutes for a point). All
# cells together run in less than three minutes, and with `FULL` in 6 to 14 minutes, depending on the machine.
#
# **Map.** Sections 3.0 to 3.2: data, activations and losses. Sections 3.3 and 3.4: the network and its first weights.
# Sections 3.5 and 3.6: the loop and the noise of its batches; the half-way point is the end of 3.5. Sections 3.7 and
# 3.8: settings, width and depth. Sections 3.9 and 3.10: what to look at when training fails.
#
# **Stars.** ★☆☆ follows from a formula in the text, ★★☆ takes some thought about details, ★★★ takes an idea.
#
# **Letters.** The same ones all the way through:
#
# | letter | meaning | in code |
# |---|---|---|
# | $x, y$ | an example: the input and its label | `x`, `y` or `labels` |
# | $z$ | the value of a unit before the activation; in the last layer it is called a logit | `z`, `logits` |
# | $p$ | predicted probability, from 0 to 1 | `y_hat` |
# | $w, b, h$ | weights, biases and activation of a layer | `w`, `b`, `h` |
# | $d_0, d_1$ | number of inputs and of outputs of a layer: fan-in and fan-out | `d0`, `d1` |
# | $N, B$ | examples in the training set, examples in a minibatch | `len(x)`, `batch_size` |
# | $J, \eta$ | the loss, averaged over examples; the learning rate | `loss`, `learning_rate` |

# %%
import inspect
import itertools
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset, random_split

from course_utils.checks import check
from course_utils.data import get_fmnist_data_loaders, load_digits_data, load_fashion_mnist, load_mnist
from course_utils.models import MLP, NeuralNetwork
from course_utils.plotting import COLOURS, describe, draw_network, plot_band, plot_batches, show_images, use_style
from course_utils.seeding import seed_worker, set_seed
from course_utils.training.long_runs import long_runs
from course_utils.widgets import batch_sizes_demo, depth_signal_demo, minibatch_demo, restarts_demo, update_cost_demo

FULL = False  # True: the experiments take the full data sets and longer runs, where they can
use_style()

# %% [markdown]
# ## 3.0 Look at the data
#
# Three sets of images appear in this workbook. **Fashion-MNIST** is known from workbook 2: 28 by 28 grey pixels, ten
# kinds of clothing, 60,000 training and 10,000 test images. **MNIST** has the same format and shows digits. The
# **digits** of scikit-learn are 1,797 images of 8 by 8 pixels: small enough to try everything from several seeds. If
# the full sets are not on this machine, a sample that comes with the course takes their place, and the lines below say
# so.
#
# A loader gives batches: shuffled, and normalised with the mean 0.2860 and the standard deviation 0.3530 of the
# training pixels (on a scale from 0 to 1). **Predict**, before you run it: mean, standard deviation and smallest value
# of one batch. More than half of all pixels are black.

# %% experiment="fashion"
fashion = load_fashion_mnist(train=True)
print(f"{len(fashion):,} training images from {fashion.source}")
show_images(fashion)
train_loader, valid_loader = get_fmnist_data_loaders(None, batch_size=256)
inputs, labels = next(iter(train_loader))
print("one batch:", tuple(inputs.shape), tuple(labels.shape), "in an epoch:", len(train_loader), "batches")
print(f"mean {inputs.mean():.3f}, standard deviation {inputs.std():.3f}, smallest value {inputs.min():.3f}")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# About 0 and about 1, as normalised data should have; not exactly, because the numbers belong to the whole set and this
# is one batch. Black is $(0 - 0.2860) / 0.3530 = -0.810$. To find such numbers for a new set, measure pixels *as they
# were published*: a loader that already normalises would tell you 0 and 1.
#
# `batch_size=0` would mean the whole set at once. Note that `valid_loader` holds the official *test* split. That is
# fair as long as nothing is chosen by looking at it. If you pick the best of ten settings with it, you need a third
# part, which nobody has looked at, to report a result.
# </details>
#
# MNIST next. On a scale from 0 to 255 its training pixels have mean 33.3 and standard deviation 78.6. A network sees no
# picture, it sees this table of numbers:

# %% experiment="pixels"
mnist = load_mnist(train=True)
pixels = mnist.data.float()
print(f"{len(mnist):,} images from {mnist.source}: mean {pixels.mean():.3f}, standard deviation {pixels.std():.3f}")

figure, panels = plt.subplots(1, 1, figsize=(8.4, 8.4), squeeze=False, layout="constrained")
for panel, image in zip(panels.flat, mnist.normalised(mnist.data[:1])[:, 0, 3:25, 3:25]):
    panel.imshow(image, cmap="Greys")
    for (row, column), value in np.ndenumerate(image.numpy()):
        if value > -0.4:  # 0 on the scale of the file is -0.424
            shade = "white" if value > 1.2 else "black"
            panel.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=10, color=shade)
    panel.set(xticks=[], yticks=[])
figure.suptitle("A digit, its middle 22 by 22 pixels with their normalised values (-0.4 where none is printed)")
plt.show()

# %% [markdown]
# For quick experiments 500 images will do. They are drawn at random, *with* replacement. **Predict:** how many
# different ones are among them, if there are 60,000 to choose from? And if there are 2,000?

# %% experiment="subset"
rng = np.random.default_rng(0)
chosen = rng.choice(len(mnist), 500)
small = mnist.subset(torch.tensor(chosen))
expected = len(mnist) * (1 - (1 - 1 / len(mnist)) ** 500)
print(tuple(small.data.shape), f"{len(np.unique(chosen))} different images of {len(mnist):,}; expected {expected:.1f}")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# An image is missed by one draw with probability $1 - 1/N$, by 500 draws with its 500th power. So $N\,(1 - (1 -
# 1/N)^{500})$ different ones are expected: 497.9 of 60,000, and 442 of 2,000. For 500 draws from 500 images it is 316,
# or 63 %. Section 3.5 comes back to this.
# </details>
#
# Last the digits, which most of this workbook trains on. There are only two classes: **label 1 for the digits 0 to 4,
# label 0 for 5 to 9**. (In an assignment that uses this task the text says the opposite of the code, `target < 5`. No
# curve shows that, because both questions are equally hard.) Half of the images are for training, half for
# validation.

# %% experiment="digits"
digits = load_digits_data(binary=True, dtype=torch.float64)
x_train, y_train, x_valid, y_valid = digits.x_train, digits.y_train, digits.x_valid, digits.y_valid
print("training", tuple(x_train.shape), "validation", tuple(x_valid.shape), "share of label 1", y_train.mean().item())
print(f"values from {x_train.min():.4f} to {x_train.max():.4f}; before: mean {digits.mean:.3f}, std {digits.std:.3f}")

figure, panels = plt.subplots(2, 5, figsize=(9, 4), layout="constrained")
for panel, image, label in zip(panels.flat, x_train, y_train):
    panel.imshow(image.reshape(8, 8), cmap="Greys")
    panel.set(xticks=[], yticks=[], title=f"label {label:.0f}")
plt.show()

# %% [markdown]
# **Whose mean?** The mean that is subtracted comes from the training part alone, and the validation images are shifted
# by the *same* number. If the mean is taken over all images, or over each part by itself, the validation part takes
# part in the preparation, so it is no longer unseen. Here the damage is small: the assignment used all 1,797 images and
# got values from $-0.8118$ to $1.8475$, almost those above. With few images, or with features chosen by their labels,
# the damage is large. One mean and one standard deviation serve all pixels, so a pixel that is always black cannot blow
# up.
#
# **The story.** Y. LeCun, C. Cortes and C. Burges put MNIST together in the 1990s from handwriting of census employees
# and of pupils. Xiao, Rasul and Vollgraf made Fashion-MNIST in 2017 because MNIST had become too easy.
#
# **Further reading.** H. Xiao and others, [Fashion-MNIST](https://arxiv.org/abs/1708.07747), 2017; S. Kapoor and A.
# Narayanan, [Leakage and the reproducibility crisis](https://arxiv.org/abs/2207.07048), 2022.
#
# ## 3.1 Two activations
#
# The **sigmoid** turns any number into a probability, and **ReLU** lets positive numbers pass and turns others to 0:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \operatorname{relu}(z) = \max(0, z)$$
#
# The formula of the sigmoid is right and still not good code. For $z = -800$ the exponential $e^{800}$ is larger than
# any float64, so it becomes infinity. The value $1/\infty = 0$ is then nearly right, but the derivative that autograd
# makes of the same operations is $\infty \cdot 0$, not a number. The remedy is to write it so that **only exponentials
# of negative numbers** occur. Multiply numerator and denominator by $e^{z}$ to get the form for negative $z$.
#
# **By hand, once.** For $z = 2$ use $1/(1 + e^{-2}) = 1/1.135 = 0.881$. For $z = -2$ use the other form, $e^{-2}/(1 +
# e^{-2}) = 0.135/1.135 = 0.119$. The two add up to 1, as $\sigma(z) + \sigma(-z)$ always does.
#
# **Predict:** is $\sigma(-100)$ exactly zero, in float32 and in float64? An assignment tests that it is.

# %% experiment="exactly_zero"
for dtype in (torch.float32, torch.float64):
    exponential = torch.exp(torch.tensor(100.0, dtype=dtype))
    print(f"{dtype}: the formula gives {1 / (1 + exponential).item()}, the true value is {np.exp(-100.0):.4g}")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The true value is $3.7 \cdot 10^{-44}$. In float64 the formula gives exactly this, so the test fails on right code. In
# float32 $e^{100}$ has overflowed, and $1/\infty$ is exactly 0: the test passes *because* of the overflow. Such a test
# rejects right code in float64, and accepts it in float32 for the wrong reason.
# </details>
#
# ### Exercise `activations`
#
# *★★☆, about 20 minutes*
#
# Write both for tensors of any shape and float type. The result has the shape and type of the input. Values and
# gradients are right for all inputs, however large, and at 0. Use `torch.exp`, `torch.where` and the like, not torch's
# own `sigmoid` and `relu`. (A hint on `torch.where`: both sides are computed, and a NaN in the gradient of the side
# that was *not* chosen spoils the result.)


# %% exercise="activations"
def sigmoid(x):
    """Return 1 / (1 + exp(-x)), elementwise and without overflow; a tensor like x."""
    ### BEGIN SOLUTION
    # No exponent is positive: exp(x) / (1 + exp(x)) for a negative x, 1 / (1 + exp(-x)) for the others.
    numerator = torch.exp(torch.minimum(x, torch.zeros_like(x)))
    denominator = 1 + torch.exp(-x.abs())
    return numerator / denominator
    ### END SOLUTION


def relu(x):
    """Return the larger of 0 and x, elementwise; a tensor like x."""
    ### BEGIN SOLUTION
    return torch.where(x > 0, x, torch.zeros_like(x))
    ### END SOLUTION


# %% check="activations"
check("activations", sigmoid, relu)

# %% [markdown] hint="activations"
# For which $x$ does your exponential overflow? In float32 this happens beyond about 88 already. A value that is not
# chosen by `torch.where` is computed nevertheless, and in the backward pass $0 \cdot \infty$ is NaN.
#
# ---
#
# There are two ways to write the same function: $\sigma(x) = \dfrac{1}{1 + e^{-x}} = \dfrac{e^{x}}{1 + e^{x}}$. Use
# each of them where its exponent is not positive, or find one form in which no exponent is positive for any $x$. For
# $x \to -\infty$ the value should be tiny, but not 0 before it has to be.
#
# ---
#
# Values to compare with: $\sigma(0) = 0.5$ with the slope $0.25$, $\sigma(-50) \approx 1.9 \cdot 10^{-22}$ and
# $\sigma(50) \approx 1$, both with slopes that are finite. $\operatorname{relu}$ has the slope 0 below zero and 1
# above. The results have the float type of the input.

# %% experiment="activation_curves"
z = torch.linspace(-6, 6, 241, dtype=torch.float64, requires_grad=True)
figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
for function, style in ((sigmoid, "-"), (relu, "--")):
    value = function(z)
    (slope,) = torch.autograd.grad(value.sum(), z)
    panels[0].plot(z.detach(), value.detach(), style, label=function.__name__)
    panels[1].plot(z.detach(), slope, style, label=function.__name__)
panels[0].set(title="value", xlabel="$z$", ylim=(-0.1, 2))
panels[1].set(title="slope", xlabel="$z$")
panels[0].legend()
plt.show()

# %% [markdown]
# **Think:** which of the two belongs at the output of a network that gives probabilities, and which in the layers
# before?

# %% [markdown]
# **Your answer** (not marked). Double-click here.
#
# *...*

# %% [markdown]
# <details><summary>After you have thought</summary>
#
# The sigmoid belongs at the output: its values lie between 0 and 1 and can be read as probabilities. The values of ReLU
# have no upper end. ReLU belongs between the layers: its slope is 1 wherever it is active, while that of the sigmoid is
# at most 0.25 and almost 0 beyond $\pm 5$. A gradient that passes ten sigmoids has been multiplied by at most
# $0.25^{10} \approx 10^{-6}$. ReLU has a price: below zero its slope is exactly 0, so a unit that is negative for
# *every* example gets no gradient (section 3.9). In the first layer it stays that way, because its inputs do not
# change. Deeper in a network the layers before it still move, and may bring it back.
# </details>
#
# **The story.** Nair and Hinton showed in 2010 that rectified units train well where the sigmoid's slope vanishes;
# Glorot, Bordes and Bengio explained it in 2011 for deep networks.
#
# **Further reading.** X. Glorot, A. Bordes and Y. Bengio, [Deep sparse rectifier neural
# networks](https://proceedings.mlr.press/v15/glorot11a.html), 2011.
#
# ## 3.2 Two losses
#
# If the network says that label 1 has probability $p$, then the observed label has the probability $p$ for $y = 1$ and
# $1 - p$ for $y = 0$; both cases in one formula: $p^y (1-p)^{1-y}$. Maximising the product over all examples is the
# same as minimising the mean of its negative logarithms, the **binary cross-entropy**:
#
# $$J = -\frac1N \sum_{i=1}^N \Big( y_i \ln p_i + (1 - y_i) \ln (1 - p_i) \Big)$$
#
# It is measured in nats. **Predict** the loss of a *perfect* prediction, $y = 1$ and $p = 1$, if you type the formula
# exactly as it is written. And of a completely wrong one, $y = 1$ and $p = 0$?

# %% experiment="perfect"
for y, p in ((1.0, 1.0), (1.0, 0.0)):
    y, p = torch.tensor(y), torch.tensor(p)
    terms = y * p.log(), (1 - y) * (1 - p).log()
    print(
        f"y = {y:.0f}, p = {p:.0f}: the two terms are {terms[0]:.0f} and {terms[1]:.0f}, the loss is {-sum(terms):.0f}"
    )

# %% [markdown]
# **What should a perfect prediction cost, and why does the formula not give it?** Answer in one sentence.

# %% [markdown]
# **Your answer** (not marked). Double-click here.
#
# *...*

# %% [markdown]
# <details><summary>After your prediction and your answer</summary>
#
# It should cost nothing, $-\ln 1 = 0$. The *perfect* prediction gives NaN: the term that should not count is $0 \cdot
# \ln 0 = 0 \cdot (-\infty)$, which is not a number. One such example makes the loss of its batch NaN, and one step
# later all weights are NaN. The wrong prediction gives infinity. Both occur in practice: in float32 the sigmoid *is* 1
# from $z = 17$ on. (A published solution took $y = 0$, $p = 1$ for "the perfect prediction", got infinity, and
# explained that value.) </details>
#
# There are several repairs. The loss has to be finite, and its **gradient has to be useful**, above all for predictions
# that are badly wrong, because they have the most to teach. Four candidates, on $y = 1$ with $p$
# from a good to a hopeless prediction. **Predict:** which of them keeps a gradient at $p = 0$?


# %%
def mend(p, how):
    """Return log p for the candidates of this section, differentiable."""
    if how == "replace exact 0 by 1e-7":
        return torch.log(torch.where(p == 0, 1e-7, p))
    if how == "clamp p to at least 1e-7":
        return torch.log(torch.clamp(p, min=1e-7))
    return torch.log(p + 1e-7) if how == "add 1e-7 inside" else torch.log(p)


# %% experiment="gradients_of_repairs"
print(f"{'d loss / d p for y = 1':<26}" + "".join(f"{p:>12g}" for p in (0.5, 1e-3, 1e-12, 1e-30, 0.0)))
for how in ("formula as written", "replace exact 0 by 1e-7", "clamp p to at least 1e-7", "add 1e-7 inside"):
    slopes = []
    for value in (0.5, 1e-3, 1e-12, 1e-30, 0.0):
        p = torch.tensor(value, dtype=torch.float64, requires_grad=True)
        (-mend(p, how)).backward()
        slopes.append(p.grad.item())
    print(f"{how:<26}" + "".join(f"{slope:>12.3g}" for slope in slopes))

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Replacing exactly 0 repairs one point of the axis: there the gradient is 0, and next to it still $-10^{12}$ or
# $-10^{30}$. Clamping cuts the gradient off below the bound: the worst mistakes are never corrected. Adding a small
# constant inside the logarithm keeps a gradient everywhere, bounded by $10^7$. It is still enormous. So the trouble
# begins earlier, at the place where the logit becomes a probability.
# </details>
#
# So go back before the sigmoid. With $p = \sigma(z)$, the logarithms simplify: $-\ln \sigma(z) = \ln (1 + e^{-z})$, and
# $-\ln (1 - \sigma(z)) = \ln(1 + e^{z})$. **From logits** the loss of an example can be written without any
# probability, and its derivative is the nicest formula of this workbook:
#
# $$\frac{\partial J}{\partial z} = \sigma(z) - y$$
#
# It lies between $-1$ and 1, and its size is near 1 where the prediction is badly wrong. No repair is needed.
#
# **By hand, once.** For $y = 1$ and $p = 0.8$ the loss is $-\ln 0.8 = 0.223$ nats; for $y = 0$ and the same $p$ it is
# $-\ln 0.2 = 1.609$. The mean of the two is $0.916$. From the logit $z = 1.386$, for which $\sigma(z) = 0.8$, the same
# numbers follow without a probability: $\ln(1 + e^{1.386}) - 1 \cdot 1.386 = 0.223$.
#
# ### Exercise `bce`
#
# *★★☆, about 25 minutes*
#
# - `bce_loss(y, y_hat)`: the mean loss from probabilities, for labels `y`. Finite everywhere, less than $10^{-6}$ from
#   the true value for a perfect prediction, above 10 for a completely wrong one, and with a gradient of the right sign
#   there too, smaller than $10^{20}$.
# - `bce_with_logits(y, logits)`: the mean loss from logits of any size, as exact as the float type allows.
#
# Both return a tensor with one number, which can be differentiated; do not use torch's own losses. For the second: the
# exponent must not be positive; `torch.log1p(u)` is $\ln(1 + u)$, exact for small $u$ as well.


# %% exercise="bce"
def bce_loss(y, y_hat):
    """Return the mean binary cross-entropy in nats, from probabilities.

    Args:
        y: Labels, 0.0 or 1.0, of any shape.
        y_hat: Predicted probabilities from 0 to 1, of the same shape.
    """
    ### BEGIN SOLUTION
    tiny = 1e-7
    of_label_1 = y * torch.log(y_hat + tiny)
    of_label_0 = (1 - y) * torch.log(1 - y_hat + tiny)
    return -(of_label_1 + of_label_0).mean()
    ### END SOLUTION


def bce_with_logits(y, logits):
    """Return the mean binary cross-entropy in nats, from logits of any size; shapes as above."""
    ### BEGIN SOLUTION
    # ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|).
    overflow_free = torch.clamp(logits, min=0) + torch.log1p(torch.exp(-torch.abs(logits)))
    return torch.mean(overflow_free - y * logits)
    ### END SOLUTION


# %% check="bce"
check("bce", bce_loss, bce_with_logits)

# %% [markdown] hint="bce"
# In `bce_loss`, which of the two logarithms is infinite if $\hat y$ is 0, and which if it is 1? What is $0 \cdot \ln
# 0$ for a computer? In `bce_with_logits`, no probability is needed at all.
#
# ---
#
# Inside the logarithm a small constant keeps value *and* gradient finite; cutting the probability off keeps only the
# value finite. From logits, insert $-\ln\sigma(z) = \ln(1 + e^{-z})$ and $-\ln(1 - \sigma(z)) = \ln(1 + e^{z})$, and
# use $\ln(1 + e^{z}) = z + \ln(1 + e^{-z})$ to get rid of the positive exponent.
#
# ---
#
# Values to compare with: for $z = 0$ the loss is $\ln 2 \approx 0.693$, whatever the label is. For $z = 200$ it is
# $200$ with the label 0, and $0$ with the label 1. The gradients at $z = 0$ are $0.5$ with the label 0 and $-0.5$
# with the label 1, divided by the number of examples.

# %% [markdown]
# Tests of a loss need *values*. One assignment compares `bce_loss(a, b)` with an expression that contains `bce_loss(a,
# b)` again: whatever the function returns, the test passes. Better: known numbers ($\ln 2$ for $p = 0.5$), a second
# implementation, and a mistake made on purpose which the test must catch.
#
# **More than two classes.** The network gives $K$ logits per example; the **softmax** makes probabilities of them, and
# the loss is the negative logarithm of the one that belongs to the label $y$:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad J_i = -\ln p_y = \ln \sum_j e^{z_j} - z_y$$
#
# Here, too, $e^{z}$ overflows, from $z = 89$ in float32. But the softmax does not change if the same number is
# subtracted from all logits of an example. Subtract their maximum $m$: all exponents are then at most 0, one is exactly
# 0, and the sum is at least 1. The course library that leaves the subtraction out prints "overflow encountered in exp".
# It also writes `exps / sums + eps`, which adds `eps` to every *probability*, since division binds more tightly: they
# no longer add up to 1.
#
# **Predict:** what is the loss of ten equal logits? And the lowest loss that can be reached for ten classes if somebody
# applies the softmax first and then a loss that applies it again?
#
# **By hand, once.** The logits $(2, 1, -1)$ with the label 1: $e^2 + e^1 + e^{-1} = 7.389 + 2.718 + 0.368 = 10.475$, so
# $p_1 = 2.718 / 10.475 = 0.2595$ and the loss is $-\ln 0.2595 = 1.349$ nats. With 2 subtracted from all logits, $(0,
# -1, -3)$, the sum is $1 + 0.368 + 0.050 = 1.418$ and the loss is $\ln 1.418 + 1 = 1.349$ again.
#
# ### Exercise `cross_entropy`
#
# *★★☆, about 15 minutes*
#
# Return the mean of $J_i$ over the examples, one row of logits each. It has to be right for logits of any size, and for
# gradients as well as for values, so subtract the maximum of each row first. Do not use torch's own losses.


# %% exercise="cross_entropy"
def cross_entropy(logits, labels):
    """Return the mean cross-entropy in nats; logits of any size.

    Args:
        logits: Shape (N, K).
        labels: Class numbers, int64, shape (N,).

    Returns:
        Tensor with one number, which can be differentiated.
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.max(dim=1, keepdim=True).values
    log_probabilities = shifted - torch.log(torch.exp(shifted).sum(dim=1, keepdim=True))  # (N, K)
    return -log_probabilities[torch.arange(len(labels)), labels].mean()
    ### END SOLUTION


# %% check="cross_entropy"
check("cross_entropy", cross_entropy)

# %% experiment="softmax_twice"
labels = torch.tensor([3])
print("ten equal logits:", cross_entropy(torch.zeros(1, 10), labels).item(), " ln 10 =", np.log(10))
sure = 1000.0 * torch.nn.functional.one_hot(labels, 10)
print("sure and right:  ", cross_entropy(sure, labels).item())
print(
    "softmax twice:   ",
    cross_entropy(torch.softmax(sure, dim=1), labels).item(),
    " ln(1 + 9/e) =",
    np.log(1 + 9 / np.e),
)
logits = torch.tensor([[2.0, 1.0, -1.0]], requires_grad=True)
cross_entropy(logits, torch.tensor([1])).backward()
print("gradient:", logits.grad.numpy().round(3), " probabilities:", torch.softmax(logits, 1).detach().numpy().round(3))

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# $\ln 10 = 2.303$: the value to expect from an untrained network, and the first thing to check in a new program. Twice
# the softmax: the first one leaves values from 0 to 1, so the second can at best make $e / (e + 9)$ of them: the loss
# never falls below $\ln(1 + 9/e) = 1.461$, and training seems to get stuck. The program runs, the accuracy even rises.
# That is why it matters what a network *returns*: `MLP` in this course ends with log-softmax, so it gives
# log-probabilities for `NLLLoss` (a tutorial calls the same output "probabilistic values in [0, 1]"; they are all
# negative), while `NeuralNetwork` gives logits for `CrossEntropyLoss`.
#
# The gradient is $(\mathbf p - \text{one-hot}(y))/N$. It has the same form as $\sigma(z) - y$ above, because the
# sigmoid is the softmax of the two logits $(z, 0)$.
#
# **A note on logits.** A logit is the number before sigmoid or softmax. Losses of libraries come in two kinds: some
# take logits (`CrossEntropyLoss`, `BCEWithLogitsLoss`), some take probabilities or their logarithms (`BCELoss`,
# `NLLLoss`). The first kind is the safer one. To predict a class, no softmax is needed: the largest logit belongs to
# the largest probability.
# </details>
#
# **The story.** The curve of the sigmoid is from Verhulst (1838), who described growing populations by it. Claude
# Shannon measured information by the negative logarithm of a probability in 1948; to minimise the cross-entropy is to
# make the labels as little surprising to the model as possible.
#
# **Further reading.** C. Shannon, [A mathematical theory of
# communication](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x), 1948;
# [`CrossEntropyLoss`](https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html) in the documentation of
# PyTorch; I. Goodfellow, Y. Bengio and A. Courville, [Deep
# Learning](https://www.deeplearningbook.org/contents/mlp.html), section 6.2.2, on output units.

# %% [markdown]
# ## 3.3 From one unit to a network
#
# A **logistic unit** multiplies each input by a weight, adds a bias, and applies the sigmoid: $p = \sigma(\mathbf x
# \cdot \mathbf w + b)$. A **layer** is $d_1$ such units side by side with any activation $h$: the rows of $x$ are
# examples, the columns of $w$ are units. A **network** feeds the result of each layer to the next:
#
# $$z^{(l)} = h^{(l)}\big(z^{(l-1)} w^{(l)} + b^{(l)}\big), \qquad z^{(0)} = x$$
#
# In the figure a circle is a number for each example, and a line is a weight. **Predict:** how many weights has the
# network on the right, and how many biases?

# %% experiment="units_and_layers"
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), width_ratios=(2, 4), layout="constrained")
draw_network([3, 1], labels=(r"$\mathbf{x}$", "$p$"), ax=left).set_title("a unit with three inputs")
labels = (r"$x$", "$z^{(1)}$", "$z^{(2)}$", "$p$")
draw_network([4, 3, 2, 1], labels=labels, ax=right).set_title("a network 4-3-2-1")
describe(figure, "Left, three inputs lead to one unit. Right, four inputs lead to a layer of three units, these to a "
                 "layer of two, and these to one output; every unit is joined to all units of the layer before it.")
plt.show()

# %% [markdown]
# (There are $4 \cdot 3 + 3 \cdot 2 + 2 \cdot 1 = 20$ weights and $3 + 2 + 1 = 6$ biases.)
#
# **By hand, once.** A unit with $\mathbf w = (2, -1)$ and $b = 0.5$ turns $\mathbf x = (1, 3)$ into $z = 2 \cdot 1 - 1
# \cdot 3 + 0.5 = -0.5$ and $p = \sigma(-0.5) = 0.378$. Two examples in the rows of $x$ give two such numbers at once,
# as the product $x\,\mathbf w$ of shape $(N,)$.
#
# ### Exercise `network`
#
# *★★☆, about 20 minutes*
#
# First the single unit: `logistic_unit(x, w, b)` returns $\sigma(\mathbf x \cdot \mathbf w + b)$ with the `sigmoid`
# from section 3.1. `x` holds a batch, shape $(N, D)$, or one example, shape $(D,)$; `w` has the shape $(D,)$, and `b`
# is one number. Then the network. Its parameters are a list of triples `(w, b, h)`, one per layer, with `w` of shape
# $(d_0, d_1)$ and `b` of shape $(d_1,)$. If the last layer has a single unit, the result is $(N, 1)$; return it as
# $(N,)$, and remove *that* dimension only, so that a batch of one example still gives a vector.
#
# Why the squeeze? **Predict** the shape of `torch.zeros(5) - torch.zeros(5, 1)` and what a mean over it would mean.


# %% exercise="network" part="unit"
def logistic_unit(x, w, b):
    """Return the output of one logistic unit, a probability for each example.

    Args:
        x: Inputs, shape (N, D), or (D,) for a single example.
        w: Weights, shape (D,).
        b: Bias, a tensor with one number.

    Returns:
        Tensor of shape (N,), or with one number for a single example.
    """
    ### BEGIN SOLUTION
    return sigmoid(x @ w + b)
    ### END SOLUTION


# %% exercise="network"
def network(x, params):
    """Return the outputs of a network.

    Args:
        x: Inputs, shape (N, d0 of the first layer).
        params: A triple (w, b, h) for each layer: w (d0, d1), b (d1,), h a function of tensors.

    Returns:
        Tensor of shape (N, d1 of the last layer), or (N,) if that is 1.
    """
    ### BEGIN SOLUTION
    outputs = x
    for weights, biases, activation in params:
        outputs = activation(outputs @ weights + biases)  # (N, d1)
    return outputs.squeeze(dim=-1)
    ### END SOLUTION


# %% check="network"
check("network", logistic_unit, network)

# %% [markdown] hint="network"
# Follow the shape through the layers: $(N, d_0)$ times $(d_0, d_1)$ is $(N, d_1)$, and the bias of shape $(d_1,)$ is
# added to each row. What is the input of the second layer?
#
# ---
#
# A layer first multiplies, then adds the bias, then applies *its own* activation, the third entry of its triple. At
# the end, remove the last dimension if its length is 1, and no other: with a batch of one example the first dimension
# has the length 1, too.
#
# ---
#
# A small case: $x = (1, 2)$, $w = \begin{pmatrix}1 & 0\\ 0 & -1\end{pmatrix}$, $b = (1, 1)$ and ReLU. Before the
# activation there is $(2, -1)$, behind it $(2, 0)$. For the logistic unit, $x = (1, 2)$, $w = (2, -1)$ and $b = 0$
# give $\sigma(0) = 0.5$, with a batch of three such rows a vector of three.

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Shape (5, 5): every output minus every label. Its mean is a number like any other and can be differentiated, and
# training with it pulls all outputs to the mean of all labels. No error, no warning.
# </details>
#
# torch's own layers keep the transposed matrix, $(d_1, d_0)$, and compute $x W^\top + b$. `NeuralNetwork`, the network
# of workbook 2, flattens the images, applies hidden layers with ReLU and a last linear map. Here it is beside the other
# network of this workbook, `MLP`. Find the two differences between them.

# %% experiment="layer_source"
for part in (NeuralNetwork, MLP):
    print(inspect.getsource(part))

# %% [markdown]
# (`NeuralNetwork` returns logits, `MLP` log-probabilities; and only the first can be given another class of layers,
# which workbook 4 does.) Taken apart, each of them is a list of our triples:


# %%
def same_values(z):
    """Return z: the activation of a layer that has none."""
    return z


def taken_apart(model):
    """Return the (w, b, h) of each linear map of a model, ReLU in all but the last; copies, in float64."""
    maps = [part for part in model.modules() if isinstance(part, torch.nn.Linear)]
    hidden = [torch.relu] * (len(maps) - 1)
    return [
        (part.weight.detach().T.double(), part.bias.detach().double(), h)
        for part, h in zip(maps, [*hidden, same_values])
    ]


# %% experiment="same_network"
set_seed(0)
images = mnist.normalised()[:100]
for model in (NeuralNetwork([784, 20, 20, 10]), MLP(784, 10, [20, 20]), MLP(784, 10)):
    apart = taken_apart(model)
    ours, theirs = network(images.flatten(1).double(), apart), model(images).double()
    if isinstance(model, MLP):
        ours = torch.log_softmax(ours, dim=1)
    sizes = [tuple(w.shape) for w, _, _ in apart]
    print(f"{type(model).__name__:<14}{sizes}: largest difference {(ours - theirs).abs().max().item():.1e}")

# %% [markdown]
# The last of the three has no hidden layer: $f(x) = \operatorname{softmax}(W x + b)$ with $W \in \mathbb R^{10 \times
# 784}$, a **linear** model. Its cross-entropy is convex in $W$ and $b$ (workbook 1); that of the other two is not.
#
# **The story.** Rosenblatt built a single unit with a step for its activation in 1958, the perceptron. With several
# layers and a smooth activation, Cybenko and Hornik proved in 1989, a network can come as close to any continuous
# function as one likes, if it is wide enough.
#
# **Further reading.** M. Nielsen, [Neural Networks and Deep
# Learning](http://neuralnetworksanddeeplearning.com/chap1.html), 2015, chapter 1.
#
# ## 3.4 First weights
#
# Before the first step somebody has to choose the weights. Follow the size of the signal. A unit adds up $d_0$ products
# $x_i w_i$. If the weights have mean zero, variance $v$, and are independent of each other and of the inputs, then
#
# $$\operatorname{Var}[z] = d_0\, v\, \mathbb E[x^2]$$
#
# ReLU sets the negative half of $z$ to zero and so halves the mean square: $\mathbb E[\operatorname{relu}(z)^2] =
# \tfrac12 \operatorname{Var}[z]$. The layer passes its signal on at the same size if $\tfrac12 d_0 v = 1$. That is the
# initialisation of **He**:
#
# $$v = \frac{2}{d_0}, \qquad \text{standard deviation} \quad \sqrt{2 / d_0}$$
#
# The gradient travels the other way, through sums over the $d_1$ outputs, so it keeps its size with $2/d_1$. Both
# conditions hold only if $d_0 = d_1$. For tanh, which has slope 1 at zero and needs no factor 2, **Xavier** Glorot
# takes the mean of the two, $v = 2/(d_0 + d_1)$; for ReLU the fan-in $d_0$ is usual.
#
# **Predict:** how large is the signal after ten layers if the standard deviation is half of He's? And if it is twice
# He's?
#
# **By hand, once.** A unit with $d_0 = 50$ inputs of mean square 1 and weights of variance $v = 2/50 = 0.04$ has
# $\operatorname{Var}[z] = 50 \cdot 0.04 \cdot 1 = 2$. ReLU halves the mean square to 1, so the next layer sees inputs
# of the same size.
#
# ### Exercise `initialisation`
#
# *★★☆, about 15 minutes*
#
# Return a layer with normally distributed weights after He's rule, and biases zero, both in float64. The generator is
# torch's own; do not seed it here.


# %% exercise="initialisation"
def make_layer(d0, d1, activation):
    """Return the triple (w, b, activation) of a new layer.

    Args:
        d0: Number of inputs.
        d1: Number of outputs.
        activation: The activation, which is returned as it is.

    Returns:
        w: Weights, float64, shape (d0, d1).
        b: Biases, float64, shape (d1,).
        activation: As given.
    """
    ### BEGIN SOLUTION
    spread = (2 / d0) ** 0.5
    weights = spread * torch.randn(d0, d1, dtype=torch.float64)
    return weights, torch.zeros(d1, dtype=torch.float64), activation
    ### END SOLUTION


# %% check="initialisation"
check("initialisation", make_layer)

# %% [markdown] hint="initialisation"
# Which of $d_0$ and $d_1$ is the number of products that are added up in one unit? Is $2/d_0$ a variance or a
# standard deviation? Which float type does torch choose by default?
#
# ---
#
# Standard normal numbers have the variance 1. Multiplied by $s$ they have the variance $s^2$, which has to be $2/d_0$.
# Each entry needs a different number; the biases are zeros of shape $(d_1,)$.
#
# ---
#
# A small case: for $d_0 = 50$ the standard deviation is $\sqrt{2/50} = 0.2$, whatever $d_1$ is. To see whether your
# layer does what it should, make one with $d_0 = 50$ and $d_1 = 2000$ and look at the standard deviation of its
# weights, at their mean, and at the types.

# %% experiment="signal"
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for index, (name, factor) in enumerate({"half of He": 0.5, "He": 1.0, "twice He": 2.0}.items()):
    runs = []
    for seed in (0, 1, 2):
        set_seed(seed)
        signal = torch.randn(500, 100, dtype=torch.float64)
        sizes = [signal.square().mean().item()]
        for _ in range(10):
            w, b, h = make_layer(100, 100, torch.relu)
            signal = h(signal @ (factor * w) + b)
            sizes.append(signal.square().mean().item())
        runs.append(sizes)
    plot_band(range(11), runs, index=index, label=name, ax=ax)
ax.set(yscale="log", xlabel="layer", ylabel="mean square of the signal", title="Ten layers of 100 units, 3 seeds")
ax.legend()
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Each layer multiplies the mean square by the *square* of the factor: $0.25^{10} \approx 10^{-6}$ and $4^{10} \approx
# 10^6$. Depth turns a small mistake in the first weights into an exponential one. With He the signal stays near its
# size, although not exactly: in ten layers of 100 units chance alone moves it by up to a factor of two.
# </details>
#
# **How a test can miss it.** An assignment checks the initialisation with a layer of shape (100000, 2) and demands
# standard deviation 1, that is $\sqrt{2/d_1}$: its own test asks for the fan-out. And at $d_1 = 2$ the variance $2/d_1$
# and its root are both 1. A solution that used the fan-out *and* mistook the variance for the standard deviation
# passed. For its layer from 64 to 32 it draws with standard deviation $2/32 = 0.0625$ where He has $0.177$; for the one
# from 32 to 1 with 2 where He has 0.25. Shapes that tell the candidates apart are (100, 50) or (64, 32). Section 3.5
# shows what it costs.
#
# **Why are the weights random and the biases zero?** Write down your reason first. Then **predict** the gradients of a
# network 64-32-1 with ReLU whose weights are all zero, and of one whose weights are all 0.1.

# %% [markdown]
# **Your answer** (not marked). Double-click here.
#
# *...*

# %% experiment="equal_weights"
for value in (0.0, 0.1):
    w1 = torch.full((64, 32), value, dtype=torch.float64, requires_grad=True)
    w2 = torch.full((32, 1), value, dtype=torch.float64, requires_grad=True)
    zeros = torch.zeros(32, dtype=torch.float64)
    outputs = network(x_train, [(w1, zeros, torch.relu), (w2, zeros[:1], sigmoid)])
    bce_loss(y_train, outputs).backward()
    print(
        f"all weights {value}: largest gradient in the first layer {w1.grad.abs().max():.4f}, in the second "
        f"{w2.grad.abs().max():.4f}; the 32 units differ by {w1.grad.std(dim=1).max():.1e}"
    )

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# With zeros *all* gradients of the weights are exactly zero: the hidden units are off, so the second layer gets
# nothing, and the second layer's weights are zero, so nothing comes back to the first. Such a network is dead, not
# merely symmetric; only the last bias learns. With equal weights there are gradients, but the same for all 32 units:
# they stay copies of each other, and the network is as good as one with a single hidden unit. Different weights make
# different units. Once the units differ, the biases get different gradients by themselves, so they may start at zero.
#
# (A *single* logistic layer may start at zero: its gradient $(p - y)\,x$ does not depend on the other weights being
# different, and its loss is convex.)
# </details>
#
# **The story.** Glorot and Bengio measured in 2010 how signals shrink through layers of tanh, and derived their rule.
# He, Zhang, Ren and Sun added the factor 2 for ReLU in 2015 and could train 30 layers that did not learn before.
#
# **Further reading.** X. Glorot and Y. Bengio, [Understanding the difficulty of training deep feedforward neural
# networks](https://proceedings.mlr.press/v9/glorot10a.html), 2010; K. He and others, [Delving deep into
# rectifiers](https://arxiv.org/abs/1502.01852), 2015.
#
# The demo lets you choose depth and scale and shows the signal on its way forward and the gradient on its way back;
# workbook 4 returns to it with normalization.

# %% experiment="demo_depth"
depth_signal_demo(init="He (2)", depth=20).show()

# %% [markdown]
# ## 3.5 Epochs and minibatches
#
# The gradient of the whole training set costs $N$ examples per step. A **minibatch** of $B$ examples gives an estimate
# of it that is right on average, for the price of $B$. There are two ways to choose the examples.
#
# **Independent draws.** Every example of the batch is drawn from all $N$, also if it was drawn before: with
# replacement. The theory of section 3.6 assumes such draws.
#
# ### Exercise `sample_minibatch`
#
# *★☆☆, about 10 minutes*
#
# Draw `num_points` examples independently and return inputs and targets, which stay together. From images (N, 28, 28)
# and labels (N,), 100 draws make the shapes (100, 28, 28) and (100,). Use torch's generator, unseeded.


# %% exercise="sample_minibatch"
def sample_minibatch(input_data, target_data, num_points=100):
    """Return `num_points` independent draws of inputs and their targets.

    Args:
        input_data: Tensor, shape (N, ...).
        target_data: Tensor, shape (N,).
        num_points: Number of draws.

    Returns:
        Tensors of shape (num_points, ...) and (num_points,).
    """
    ### BEGIN SOLUTION
    drawn = torch.randint(low=0, high=len(input_data), size=(num_points,))
    return input_data[drawn], target_data[drawn]
    ### END SOLUTION


# %% check="sample_minibatch"
check("sample_minibatch", sample_minibatch)

# %% [markdown]
# **Epochs.** Put all examples in a random order, a *permutation*, and cut it into batches; when it is used up, draw a
# new one. In an epoch every example is seen exactly once; with independent draws of the same number some 37 % are
# missed. Here are both ways for 12 examples and batches of 5:

# %% experiment="two_ways_to_choose"
rng = np.random.default_rng(1)
ways = {
    "an epoch: a permutation, cut into batches": np.split(rng.permutation(12), [5, 10]),
    "independent draws, with replacement": np.split(rng.integers(0, 12, size=12), [5, 10]),
}
figure, panels = plt.subplots(2, 1, figsize=(7, 4.6), layout="constrained")
for panel, (name, chosen) in zip(panels, ways.items()):
    missed = 12 - len(np.unique(np.concatenate(chosen)))
    plot_batches(chosen, 12, ax=panel).set_title(f"{name}: {missed} of 12 are missed")
describe(figure, "How often each of twelve examples is in each of three batches, the last of which holds two: in an "
                 "epoch once in all, with independent draws some of them several times and others never.")
plt.show()

# %% [markdown]
# Four things often go wrong with epochs, and none of them raises an error:
#
# - $N$ is rarely a multiple of $B$. The **last batch is smaller**, and it counts. With 898 examples and $B = 70$ a loop
#   over `N // B` batches never uses 58 of them in that epoch.
# - The loss of an epoch is the mean over *examples*. The mean over *batches* gives those in the small last batch more
#   weight. So each batch counts by its size.
# - Inputs and labels need the *same* order, and each epoch a *new* one.
# - The loss is averaged over the batch, not summed; otherwise the learning rate means something else for every $B$.
#
# Some helpers are given. Read them, above all the sign in the second:


# %%
def enable_gradients(layers):
    """Let autograd record what is done with the weights and biases."""
    for w, b, _ in layers:
        w.requires_grad_()
        b.requires_grad_()


def add_gradients(layers, step):
    """Add `step` times its gradient to every weight and bias, in place; refuse gradients that are not finite."""
    with torch.no_grad():
        for w, b, _ in layers:
            for part in (w, b):
                if not math.isfinite(part.grad.sum()):
                    raise FloatingPointError("a gradient is not finite")
                part.add_(part.grad, alpha=step)


# %%
def clear_gradients(params):
    """Forget all gradients: `backward` adds to what is there."""
    for w, b, _ in params:
        w.grad = b.grad = None


def accuracy(y, y_hat):
    """Return the share of examples on the right side of 0.5."""
    return ((y_hat > 0.5) == (y > 0.5)).double().mean().item()


# %% [markdown]
# ### Exercise `training_epoch`
#
# *★★★, about 40 minutes*
#
# - `train_epoch`: one epoch of minibatch descent with a **positive** learning rate, changing `params`. It returns mean
#   loss and accuracy of the training examples, *each measured with the weights at the moment when its batch was used*.
# - `evaluate`: loss and accuracy over all of `x` with the weights as they are; nothing is recorded, nothing changed.
#
# Both use `network` and `bce_loss`, and both return plain numbers, without a graph. The layers come as `make_layer`
# makes them: nothing is tracked before the first epoch.


# %% exercise="training_epoch"
def train_epoch(params, x_train, y_train, learning_rate, batch_size):
    """Train for one epoch; return mean loss and accuracy while training.

    Args: layers (w, b, h) with a sigmoid at the end, changed in place; inputs (N, d0); labels 0.0 or 1.0, (N,);
        a positive learning rate; examples per step.
    """
    ### BEGIN SOLUTION
    enable_gradients(params)
    losses, accuracies, sizes = [], [], []
    for rows in torch.randperm(len(x_train)).split(batch_size):
        y_hat = network(x_train[rows], params)
        loss = bce_loss(y_train[rows], y_hat)
        clear_gradients(params)
        loss.backward()
        add_gradients(params, -learning_rate)
        losses.append(loss.item())
        accuracies.append(accuracy(y_train[rows], y_hat))
        sizes.append(len(rows))
    return np.average(losses, weights=sizes), np.average(accuracies, weights=sizes)
    ### END SOLUTION


def evaluate(params, x, y):
    """Return loss and accuracy over all examples, as two numbers."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        y_hat = network(x, params)
        return bce_loss(y, y_hat).item(), accuracy(y, y_hat)
    ### END SOLUTION


# %% check="training_epoch"
check("training_epoch", train_epoch, evaluate)

# %% [markdown] hint="training_epoch"
# Go through the duties of one step: draw rows, predict, measure, clear old gradients, compute new ones, move the
# parameters downhill. Then of the epoch: each row is used once, in a new order each time, and also the rows of a last
# batch that is smaller than the others.
#
# ---
#
# The mean over the examples is not the mean over the batches if the last batch is smaller: weigh each batch with its
# number of examples. The rate is positive, so the sign of the step has to come from somewhere. `evaluate` needs no
# graph, and returns plain numbers.
#
# ---
#
# A small case: 5 examples in batches of 2 make batches of 2, 2 and 1. If their losses are $1$, $1$ and $4$, the mean
# over examples is $(2 \cdot 1 + 2 \cdot 1 + 1 \cdot 4) / 5 = 1.6$; the mean over batches would be $2$.


# %%
def new_network(sizes, seed, layer=make_layer, hidden=torch.relu):
    """Return the layers of a network with a sigmoid at the end; [64, 32, 1] has two."""
    set_seed(seed)
    activations = [*[hidden] * (len(sizes) - 2), sigmoid]
    return [layer(d0, d1, h) for (d0, d1), h in zip(itertools.pairwise(sizes), activations)]


def fit(params, learning_rate, batch_size, epochs=25):
    """Train on the digits; return loss and accuracy per epoch, shape (epochs, 6).

    The columns: while training, then on the training part after the epoch, then on the validation part.
    """
    history = []
    for _ in range(epochs):
        row = train_epoch(params, x_train, y_train, learning_rate, batch_size)
        history.append([*row, *evaluate(params, x_train, y_train), *evaluate(params, x_valid, y_valid)])
    return np.array(history)


# %% [markdown]
# **Predict** loss and accuracy of an untrained network 64-32-1 on the validation part, then its curves.

# %% experiment="first_training"
epochs = 60 if FULL else 25
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
untrained = [evaluate(new_network([64, 32, 1], seed), x_valid, y_valid) for seed in (0, 1, 2)]
print("untrained:", "; ".join(f"loss {loss:.3f}, accuracy {share:.3f}" for loss, share in untrained))
seeds = long_runs((0, 1, 2), minutes=0.1, full=FULL)
runs = np.stack([fit(new_network([64, 32, 1], seed), 0.1, 60, epochs) for seed in seeds])  # (seed, epoch, column)
for index, name in enumerate(("training, while training", "training, after the epoch", "validation, after the epoch")):
    for panel, column in zip(panels, (2 * index, 2 * index + 1)):
        plot_band(range(1, epochs + 1), runs[:, :, column], index=index, label=name, ax=panel)
panels[0].set(xlabel="epoch", ylabel="loss (nats)", title="64-32-1, learning rate 0.1, batch 60, 3 seeds")
panels[1].set(
    xlabel="epoch", ylabel="accuracy (share)", title=f"{len(x_train)} training, {len(x_valid)} validation images"
)
panels[0].legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# An untrained network is not undecided: its loss lies above $\ln 2 = 0.693$, because it is confident in both directions
# for no reason, and its accuracy is near one half. After 25 epochs about 98 % of the training and 96 % of the
# validation images are right. (With `FULL` there are 60 epochs.)
#
# Look at the first epochs of the left panel: there the validation loss lies *below* the training loss. That is no sign
# of good generalisation. The loss "while training" is a mean over an epoch during which the weights were still worse;
# the validation loss is measured at its end. Measured at the same moment, training and validation agree at first, and
# then the gap opens.
# </details>
#
# **A double mistake that trains.** `add_gradients(params, learning_rate)` goes *up*. A published solution has this
# line, and its learning rates are $-0.3$, $-0.2$ and $-0.1$: two wrong signs, good curves. The result is right, but the
# code is not: the next person who passes a positive rate watches the loss rise.
#
# **Means that are nearly right.** The evaluation of a tutorial stops with `if batch_id > num_batches: break`, which
# evaluates `num_batches + 1` batches, adds up their means without weights, and leaves the model in training mode.
# **Predict** how far off the mean over batches can be for 10 batches, if the last one holds a single example that is
# badly wrong.

# %% experiment="unweighted"
losses = torch.full((91,), 0.1, dtype=torch.float64)
losses[-1] = 9.0
batches = losses.split(10)
over_batches = torch.stack([part.mean() for part in batches]).mean()
print(f"{len(batches)} batches, the last of {len(batches[-1])}")
print(f"mean over examples {losses.mean():.3f}, mean over batches {over_batches:.3f}")

# %% [markdown]
# How much does the wrong initialisation of section 3.4 cost? Network, data, learning rate and number of epochs are the
# same; only the standard deviation of the first weights differs. **Predict** the order of the three.


# %%
def with_deviation(deviation):
    """Return a function like `make_layer` whose weights have the standard deviation deviation(d0, d1)."""

    def layer(d0, d1, activation):
        w, b, h = make_layer(d0, d1, activation)
        return w / w.std() * deviation(d0, d1), b, h

    return layer


# %% experiment="initialisation_matters"
deviations = {
    "He, sqrt(2 / d0)": lambda d0, d1: (2 / d0) ** 0.5,
    "fan-out, sqrt(2 / d1)": lambda d0, d1: (2 / d1) ** 0.5,
    "fan-out, variance as deviation, 2 / d1": lambda d0, d1: 2 / d1,
}
print("64-32-1, learning rate 0.3, batch 60, 25 epochs; validation loss and accuracy from 5 seeds")
for name, deviation in deviations.items():
    layer = with_deviation(deviation)
    last = np.array([fit(new_network([64, 32, 1], seed, layer), 0.3, 60, 25)[-1] for seed in range(5)])
    loss, shares = last[:, 4].mean(), last[:, 5]
    print(f"{name:<40} loss {loss:.2f}, accuracy {shares.mean():.3f}, from {shares.min():.3f} to {shares.max():.3f}")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# He's deviation trains from every seed. The fan-out version often does too, but some of its seeds end at one half: the
# last layer starts with a deviation of $\sqrt{2/1}$ instead of 0.25, the first outputs are far off, the first steps
# enormous, and the hidden units die (section 3.9). With the second mistake on top it happens more often. A single run
# of either might have looked fine: the damage shows in the spread over the seeds.
# </details>

# %% [markdown]
# **The same loop with torch's tools.** In practice nobody cuts permutations by hand: `random_split` divides a set, and
# a `DataLoader` draws the permutation and cuts it. Its `generator` fixes the order. Workers that load in parallel have
# separate random numbers, which `worker_init_fn=seed_worker` seeds. A torch optimizer then makes each update in three
# steps: `zero_grad()`, `backward()`, `step()`. The loop below also measures the validation loss *within* the epoch, as
# is usual where an epoch takes hours.

# %% experiment="data_loader"
images = digits.x_train.float(), digits.y_train.float()
train_part, valid_part = random_split(TensorDataset(*images), [0.8, 0.2], generator=torch.Generator().manual_seed(0))
generator = torch.Generator().manual_seed(0)
batches = DataLoader(train_part, batch_size=60, shuffle=True, generator=generator, worker_init_fn=seed_worker)
valid_x, valid_y = valid_part[:]
set_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1), torch.nn.Flatten(0))
loss_fn, optimizer = torch.nn.BCEWithLogitsLoss(), torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    for step, (x, y) in enumerate(batches):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        if step % 4 == 0:
            with torch.no_grad():
                valid_loss = loss_fn(model(valid_x), valid_y)
            print(f"epoch {epoch}, step {step:2d}: training {loss:.3f}, validation {valid_loss:.3f}")

# %% [markdown]
# (A model with dropout or batch normalization also needs `model.eval()` before the measurement and `model.train()`
# after it: workbook 4.)
#
# **The story.** Widrow and Hoff (1960) trained their Adaline with one example at a time. Batches of tens or hundreds
# became usual with processors that multiply matrices much faster than vectors.
#
# **Further reading.** [Data loading](https://pytorch.org/docs/stable/data.html) and [training with
# PyTorch](https://pytorch.org/tutorials/beginner/introyt/trainingyt.html) in the documentation; A. Karpathy, [A recipe
# for training neural networks](https://karpathy.github.io/2019/04/25/recipe/), 2019.
#
# **Half-way point.** If you take a break, take it here. So far: data, losses, a network with first weights, and a loop
# that trains it.

# %% [markdown]
# ## 3.6 The noise of a minibatch
#
# Let $\mathbf g_i$ be the gradient of example $i$ and $\mathbf g$ their mean, the gradient of the whole set. A
# minibatch gradient $\mathbf g_B$ is the mean of $B$ independent draws of them. Its expectation is $\mathbf g$, and
# since variances of independent draws add up while the mean divides by $B$ (so its variance by $B^2$), its mean squared
# distance from $\mathbf g$ is
#
# $$\mathbb E\,\|\mathbf g_B - \mathbf g\|^2 = \frac{1}{B} \cdot \frac1N \sum_{i=1}^N \|\mathbf g_i - \mathbf g\|^2$$
#
# the squared length of a vector being the sum over *all* parameters. Ten times as many examples make the distance only
# $\sqrt{10}$ times as short: the cost grows faster than the gain in accuracy.
#
# **By hand, once.** The gradients of three examples are 1, 2 and 6, so $\mathbf g = 3$ and the mean squared distance is
# $(4 + 1 + 9)/3 = 14/3$. A minibatch of two draws with replacement has half of that, $7/3$.
#
# ### Exercise `gradient_noise`
#
# *★★★, about 30 minutes*
#
# Measure it. Draw `num_draws` minibatches of independent examples with the given generator and return the mean of
# $\|\mathbf g_B - \mathbf g\|^2$ over them. Do not use the formula above, which is there to compare with.


# %% exercise="gradient_noise"
def gradient_variance(loss_fn, params, x, y, batch_size, num_draws, generator):
    """Return the mean squared distance of minibatch gradients from the gradient of the whole set, as one number.

    Args:
        loss_fn: `loss_fn(params, x, y)` returns the mean loss over the rows of x.
        params: List of tensors that require gradients; they are left as they are.
        x: Inputs, shape (N, ...).
        y: Labels, shape (N,).
        batch_size: Draws per minibatch, with replacement.
        num_draws: Number of minibatches.
        generator: A torch.Generator, the only source of chance.
    """

    ### BEGIN SOLUTION
    def flat_gradient(inputs, labels):
        slopes = torch.autograd.grad(loss_fn(params, inputs, labels), params)
        return torch.cat([slope.flatten() for slope in slopes])

    whole, squares = flat_gradient(x, y), []
    for _ in range(num_draws):
        drawn = torch.randint(0, len(x), (batch_size,), generator=generator)
        squares.append((flat_gradient(x[drawn], y[drawn]) - whole).square().sum().item())
    return sum(squares) / num_draws
    ### END SOLUTION


# %% check="gradient_noise"
check("gradient_noise", gradient_variance)

# %% [markdown] hint="gradient_noise"
# Two gradients are compared in every draw: that of the minibatch and that of the whole set. Which of them has to be
# computed only once? Do the parameters move in between? They should not, and their `.grad` should not fill up.
#
# ---
#
# The squared length of a difference is the sum of the squares of *all* its entries, over all parameters together: a
# sum, not a mean, and no root. The mean is taken over the draws. The rows of a minibatch are drawn with replacement,
# inputs and labels with the same row numbers, and from the given generator.
#
# ---
#
# A small case: one parameter, and the gradients of two examples are $1$ and $3$, so that of the set is $2$. Each draw
# with one example is away by $1$, so the result is $1$ exactly. With two examples it is $0$ in half of the draws and
# $1$ in the other half: about $0.5$, half as much.

# %% [markdown]
# First a picture: a logistic unit on the digits, whose gradient for one example is $(p - y)\,\mathbf x$. Every dot is
# the gradient of one minibatch, seen in two directions: along the full gradient, and along the direction in which the
# examples differ most. **Predict** how the cloud changes from $B = 1$ to 10 to 100, and how often a step of $B = 1$
# goes *uphill*.

# %% experiment="gradient_cloud"
examples = (sigmoid(torch.zeros(len(x_train))).double() - y_train)[:, None] * x_train  # one gradient per row
whole = examples.mean(dim=0)
along = whole / whole.norm()
across = torch.linalg.svd(examples - examples @ along[:, None] * along)[2][0]
generator = torch.Generator().manual_seed(0)
figure, panels = plt.subplots(1, 3, figsize=(9, 3.6), sharex=True, sharey=True, layout="constrained")
for panel, size in zip(panels, (1, 10, 100)):
    drawn = torch.randint(len(examples), (400, size), generator=generator)
    gradients = examples[drawn].mean(dim=1)
    panel.plot(gradients @ along, gradients @ across, ".", markersize=4, alpha=0.6)
    panel.plot(whole.norm(), 0, "*", color="C1", markersize=15, label="all examples")
    panel.axvline(0, color="0.7", linewidth=0.8)
    uphill = (gradients @ along < 0).double().mean().item()
    panel.set(title=f"B = {size}: {uphill:.0%} go uphill", xlabel="along the full gradient")
panels[0].set_ylabel("across it")
panels[2].legend()
plt.show()

# %% [markdown]
# Now measure the noise of the network 64-32-1, at its first weights and after ten epochs. The horizontal lines are the
# squared length of the full gradient: **where the curve crosses its line, noise and signal are equal.** Predict on
# which side of the crossing a batch of 60 lies late in training.


# %%
def digits_loss(flat, x, y):
    """Return the loss of the network 64-32-1 from its four tensors w, b, w, b."""
    return bce_loss(y, network(x, [(*flat[:2], torch.relu), (*flat[2:], sigmoid)]))


def flat_params(params):
    """Return the tensors of all layers in one list, as new leaves."""
    return [part.detach().clone().requires_grad_() for layer in params for part in layer[:2]]


# %% experiment="noise_against_batch_size"
sizes = (1, 3, 10, 30, 100, 300)
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for index, (name, epochs) in enumerate({"first weights": 0, "after ten epochs": 10}.items()):
    variances, lengths = [], []
    for seed in (0, 1, 2):
        params = new_network([64, 32, 1], seed)
        fit(params, 0.1, 60, epochs)
        flat, generator = flat_params(params), torch.Generator().manual_seed(seed)
        variances.append(
            [gradient_variance(digits_loss, flat, x_train, y_train, size, 100, generator) for size in sizes]
        )
        full = torch.autograd.grad(digits_loss(flat, x_train, y_train), flat)
        lengths.append(sum(part.square().sum().item() for part in full))
    plot_band(sizes, variances, index=index, label=f"noise, {name}", ax=ax)
    ax.axhline(np.mean(lengths), color=COLOURS[index], linestyle=":", label=f"full gradient, {name}")
    noise, signal = np.mean(variances, axis=0), np.mean(lengths)
    slope = np.polyfit(np.log(sizes), np.log(noise), 1)[0]
    print(f"{name}: slope {slope:.2f}; noise at B = 1 is {noise[0] / signal:.0f} times the signal")
ax.set(
    xscale="log", yscale="log", xlabel="batch size $B$", ylabel="squared length", title="64-32-1 on the digits, 3 seeds"
)
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your predictions</summary>
#
# The slope is $-1$, as the formula says. At the first weights the noise of a single example is about ten times as large
# as the signal (12 times in our run), so both are equal near $B = 10$. After ten epochs the full gradient is much
# shorter, the noise only a little: now it takes a few hundred examples (240 in our run). So late in training a batch of
# 60 is on the noisy side: its steps still go downhill on average, but most of each is noise, which a smaller learning
# rate averages out.
# </details>
#
# **What does a step cost?** A batch of $B$ examples is computed as one matrix product, which uses the machine better
# than $B$ single ones. **Predict:** how much longer does a step take with 100 examples than with 1?


# %%
def measure_update_time(model, num_points, repeats=5):
    """Return the times of forward pass, backward pass and update, in ms: medians over the repeats."""
    inputs, labels = torch.randn(num_points, 784), torch.randint(10, (num_points,))
    parameters, times = list(model.parameters()), []
    for _ in range(repeats):
        ticks = [time.perf_counter()]
        loss = torch.nn.functional.nll_loss(model(inputs), labels)
        ticks.append(time.perf_counter())
        slopes = torch.autograd.grad(loss, parameters)
        ticks.append(time.perf_counter())
        with torch.no_grad():
            for parameter, slope in zip(parameters, slopes):
                parameter -= 0.01 * slope
        ticks.append(time.perf_counter())
        times.append(np.diff(ticks))
    return 1000 * np.median(times, axis=0)


# %% experiment="cost_of_a_step"
points = (1, 5, 10, 100, 200, 500, 1000, 5000, *((10_000, 20_000, 30_000, 50_000) if FULL else ()))
figure, panels = plt.subplots(2, 2, figsize=(9, 6.6), sharex=True, layout="constrained")
for hidden, style in long_runs((([1], "o-"), ([100], "s--"), ([50, 50], "^-.")), minutes=0.2, full=FULL):
    model = MLP(784, 10, hidden)
    measure_update_time(model, 10)  # the first call is slower than all others
    parts = np.array([measure_update_time(model, n) for n in points])  # forward, backward, update (ms)
    curves = (*parts.T, 1000 * parts.sum(axis=1) / points)
    for panel, curve in zip(panels.flat, curves):
        panel.loglog(points, curve, style, markersize=5, label=f"784-{'-'.join(map(str, hidden))}-10")
    print(f"hidden {hidden}: " + ", ".join(f"{n}: {ms:.2g} ms" for n, ms in zip(points, parts.sum(axis=1))))
for panel, part in zip(panels.flat, ("forward pass", "backward pass", "update")):
    panel.set(title=part, ylabel="time (ms)")
panels[1, 1].set(title="all three, per example", ylabel="time per example (µs)")
figure.supxlabel("examples per step, on this machine")
panels[0, 0].legend(fontsize="small")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# A step has a price even for a single example: calls, memory, the update of all weights. So the time *per example*
# falls steeply at first and then levels off, where the arithmetic dominates. The forward and the backward pass become
# proportional to the number of examples; the update does not depend on it. The backward pass makes two products per
# layer, for the gradients of weights and of inputs, except in the first layer, whose inputs need none. The place where
# it levels off depends on the machine, and times differ from run to run: read the shape, not the digits. (Three parts
# are timed separately, and clearing gradients is in none of them; on a GPU one would have to call
# `torch.cuda.synchronize()` before reading the clock, as the work is only queued.) </details>
#
# The demo measures both passes in your browser, on images of 8 x 8 pixels and a network of your choice; the dotted line
# shows how long torch takes on the machine of the kernel, forward and backward together. Go up to 50,000 examples.
# **Predict** first: from how many examples on is the time proportional to their number, and does a wider hidden layer
# move that place?

# %% experiment="demo_update_cost"
update_cost_demo(largest=1000, repeats=3).show()

# %% [markdown]
# **Which batch size is best?** The usual demonstration gives each size the same seconds on somebody's laptop and the
# same learning rate. Nobody can repeat the seconds, and the common rate is unfair: small batches need smaller steps,
# large ones can take larger ones. Try it: the demo has the seconds, three batch sizes, and a learning rate for each.
# Choose the rates so that the training loss of each size stays below 0.5 within 5 seconds.

# %% experiment="demo_batch_sizes"
batch_sizes_demo().show()

# %% [markdown]
# For a comparison that can be repeated, count **examples**, give each size the same number of them, and let each choose
# among the same three learning rates. **Predict** the best rate of each size, and the winner for 12,000 examples.


# %%
def train_on_minibatches(batch_size, lr, seed, images, budget=12_000, every=2_000):
    """Train 784-100-100-10 by SGD on independent draws; return test losses after every so many examples."""
    set_seed(seed)
    model = MLP(784, 10, [100, 100])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    (x, y), (x_test, y_test) = images
    losses, seen = [], 0
    while seen <= budget:
        if seen // every == len(losses):
            with torch.no_grad():
                losses.append(torch.nn.functional.nll_loss(model(x_test), y_test).item())
        optimizer.zero_grad()
        inputs, labels = sample_minibatch(x, y, batch_size)
        torch.nn.functional.nll_loss(model(inputs), labels).backward()
        optimizer.step()
        seen += batch_size
    return losses


# %% experiment="equal_numbers_of_examples"
digits_test = load_mnist(train=False)
images = [(part.normalised().flatten(1), part.targets) for part in (mnist, digits_test)]
rates, budget = (0.005, 0.05, 0.5), (120_000, 20_000) if FULL else (12_000, 2_000)
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for index, size in enumerate((20, 250, 1000)):
    trials = long_runs(rates, minutes=0.65, full=FULL)
    runs = {lr: [train_on_minibatches(size, lr, seed, images, *budget) for seed in (0, 1, 2)] for lr in trials}
    ends = {lr: np.mean(runs[lr], axis=0)[-1] for lr in rates}
    best = min(ends, key=lambda lr: ends[lr] if np.isfinite(ends[lr]) else np.inf)
    print(f"B = {size:<5}" + ", ".join(f"lr {lr}: {loss:.3f}" for lr, loss in ends.items()))
    for panel, lr in zip(panels, (0.005, best)):
        plot_band(np.arange(7) * budget[1] / 1000, runs[lr], index=index, label=f"B = {size}, lr {lr}", ax=panel)
for panel, title in zip(panels, ("the same learning rate for all", "each with the best of three")):
    panel.set(title=title, xlabel="examples seen (thousands)", ylim=(0, 2.6))
    panel.legend(fontsize="small", loc="lower left")
panels[0].set_ylabel("test loss (nats), 3 seeds")
plt.show()

# %% [markdown]
# The demo has all three parts of this section on a problem with two weights: the cloud, the loss by examples seen, and
# the loss by cost, where an update costs something besides its examples. Let an update cost nothing and find the batch
# size that gets furthest with the budget; then let it cost as much as 200 examples.

# %% experiment="demo_minibatch"
minibatch_demo(batch_size=8).show()

# %% [markdown]
# **Further reading.** S. McCandlish and others, [An empirical model of large-batch
# training](https://arxiv.org/abs/1812.06162), 2018: the batch size at which noise and signal are equal, measured on
# large problems; C. Shallue and others, [Measuring the effects of data parallelism](https://arxiv.org/abs/1811.03600),
# 2019; a [lecture on minibatches](https://youtu.be/hbqUxpNBUGk) of Neuromatch Academy.

# %% [markdown]
# ### Question `gradient_noise`, the part marked by hand
#
# 1. From the slope of your measured curve: how many times as many examples must a batch have to halve the *distance* of
#    its gradient from the full one? What follows for the choice of $B$ early and late in training?
# 2. In the last figure the left panel seems to show that small batches are better. What does it really compare? What
#    does the right panel add? And which drawback would small batches have on a GPU that computes 1,000 examples as fast
#    as 20?
# 3. Somebody publishes "$B = 250$ wins: lowest loss after five seconds". Name two reasons why that cannot be repeated.

# %% [markdown] question="gradient_noise"
# 1. The slope is $-1$ in the squared distance, so the distance falls as $B^{-1/2}$: four times as many examples. Early
#    on the full gradient is long compared with the noise and even small batches point roughly downhill; more examples
#    per step buy little. Late, the full gradient is short and the noise has not shrunk equally: steps of small batches
#    are mostly noise. Then a larger batch or, with the same effect on the average and cheaper, a smaller learning rate
#    helps.
# 2. With the same rate and the same number of examples, a batch of 20 takes 50 times as many steps as one of 1,000,
#    each about equally long: the panel compares the distance travelled. With a separate rate for each size, the batches
#    of 250 come much closer: they allow longer steps because their gradients are less noisy, but only up to the limit
#    that the curvature sets (workbook 1). Batches of 1,000 make twelve steps in this budget; at the largest rate some
#    of them go up. Per example the small batches keep their advantage. On a machine where 1,000 examples take as long
#    as 20, the number of examples does not set the cost; measured in time, the many small steps are then up to 50 times
#    as expensive.
# 3. Seconds depend on the machine, its load, the number of threads; one run depends on the seed; the learning rate was
#    not tuned for each size equally. Any two.
#
# **Marking guide**
#
# - 0.3 for a factor of four with a reason, and early against late.
# - 0.5 for question 2: number of steps or distance travelled (0.2), larger rates for larger batches with a limit (0.2),
#   cost per step on parallel hardware (0.1).
# - 0.2 for two valid reasons.

# %% [markdown]
# ## 3.7 Tuning
#
# The network 64-32-1 has three settings besides its size: number of epochs, learning rate, batch size. Change one at a
# time, from several seeds, and write down everything that you tried. **Predict**, before you run the table: which rows
# have a training accuracy of 1.000? Is the validation *loss* lowest in the same rows?

# %% experiment="settings_table"
most = 60 if FULL else 20  # epochs; the assignment has 10 and 60
print("epochs  rate  batch   training loss, accuracy    validation loss, accuracy (lowest to highest of 3 seeds)")
for lr in (0.2, 0.3):
    for size in (10, 60):
        runs = [
            fit(new_network([64, 32, 1], seed), lr, size, most) for seed in long_runs(range(3), minutes=0.2, full=FULL)
        ]
        for epochs in (10, most):
            rows = np.array(runs)[:, epochs - 1]
            _, _, train_loss, train_share, valid_loss, valid_share = rows.mean(axis=0)
            shares = rows[:, 5]
            train = f"{train_loss:.4f}  {train_share:.3f}"
            valid = f"{valid_loss:.3f}  {valid_share:.3f}  ({shares.min():.3f} to {shares.max():.3f})"
            print(f"{epochs:6} {lr:5} {size:6}      {train}              {valid}")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Training accuracy is 1.000 where there were enough steps: with batches of 10, except for 0.999 at the lower rate after
# 10 epochs. The validation loss is lowest with batches of 10 after 10 epochs. From there on more training makes it
# *worse* (for rate 0.3, from 0.060 to 0.067) although the accuracy stays at 0.98: the network becomes more confident in
# all of its answers, also in the wrong ones. That is overfitting, and the training columns do not show it. Between most
# rows the ranges of the accuracy overlap: three seeds cannot tell them apart. With `FULL` the table has 60 epochs, as
# in the assignment from which it comes. For the rate 0.3 and batches of 10 that printed, from one run, a validation
# loss of 0.103 and an accuracy of 0.978; our three seeds give 0.075 and 0.979 to 0.986. For batches of 60 it printed
# 0.086 and 0.972, and ours give 0.064 and 0.977 to 0.984.
# </details>
#
# **A gallery of learning curves.** Six runs of the same network, each typical of something. **Name** for each the
# setting that you would change, before you read the titles.

# %% experiment="gallery"
gallery = {
    "rate far too small": (0.003, 60),
    "rate small: still falling at the end": (0.03, 60),
    "rate good": (0.3, 60),
    "rate too large: the loss jumps": (1.5, 60),
    "rate far too large: the units die": (30.0, 60),
    "overfitting: only the training loss falls": (0.5, 10),
}
figure, panels = plt.subplots(3, 2, figsize=(9, 9), sharex=True, layout="constrained")
for panel, (name, (lr, size)) in zip(panels.flat, gallery.items()):
    history = fit(new_network([64, 32, 1], 0), lr, size, 20)
    panel.semilogy(range(1, 21), history[:, 2], label="training")
    panel.semilogy(range(1, 21), history[:, 4], "--", label="validation")
    panel.set(title=f"{name}\nrate {lr}, batch {size}", ylim=(1e-4, 30))
for panel in panels[-1]:
    panel.set_xlabel("epoch")
for panel in panels[:, 0]:
    panel.set_ylabel("loss (nats)")
panels[0, 0].legend(fontsize="small")
plt.show()

# %% [markdown]
# ### Exercise `tuning`
#
# *★★☆, about 25 minutes*
#
# Find settings that reach a validation accuracy of **0.95 on average**, with a budget of at most **30 epochs** and at
# least **16 examples per batch**. The check trains 64-32-1 with its own loop, from other seeds and on other splits into
# training and validation than yours; grading takes new ones again. So leave a margin. Return a dict with the keys
# `epochs`, `learning_rate` and `batch_size`.


# %% exercise="tuning"
def tuned_settings():
    """Return the settings as a dict: epochs (at most 30), learning_rate, batch_size (at least 16)."""
    ### BEGIN SOLUTION
    return {"epochs": 30, "learning_rate": 0.3, "batch_size": 20}
    ### END SOLUTION


# %% check="tuning"
check("tuning", tuned_settings)

# %% [markdown] hint="tuning"
# Begin from one setting and change one thing at a time. Print training *and* validation accuracy for each: if the
# training accuracy is low, too, the loop needs more or longer steps; if only the validation accuracy is low, more
# steps will not help.
#
# ---
#
# The number of updates is epochs times examples divided by the batch size. Within the budget, smaller batches give
# more updates. A rate that is ten times too large makes the loss jump; one that is ten times too small leaves it high
# after the last epoch. Look for the range between the two.
#
# ---
#
# Leave a margin: the check uses other seeds and other splits. Run your candidate with at least three seeds, and ask
# whether the *lowest* of the results is above 0.95 as well. A setting with 0.951 on average passes only with luck.

# %% [markdown]
# A tool for your table; call it with your own settings in a new cell, as often as you like.


# %%
def try_settings(epochs, learning_rate, batch_size, seeds=(0, 1, 2)):
    """Print one row of a table: mean and range of the validation accuracy over the seeds."""
    numbers = int(batch_size), int(epochs)  # 30.0 will do as well as 30
    runs = [fit(new_network([64, 32, 1], seed), learning_rate, *numbers)[-1] for seed in seeds]
    shares = [run[5] for run in runs]
    print(
        f"epochs {epochs}, rate {learning_rate}, batch {batch_size}: training {np.mean([run[3] for run in runs]):.3f}, "
        f"validation {np.mean(shares):.3f} ({min(shares):.3f} to {max(shares):.3f})"
    )


# %% experiment="my_settings"
try_settings(**tuned_settings())

# %% [markdown]
# ### Question `tuning`, the part marked by hand
#
# 1. Paste your table: at least six settings, one changed at a time, three seeds each, equal budgets stated.
# 2. What does each of the three settings do, and how do learning rate and batch size depend on each other? Include what
#    happens with a learning rate that is far too large, and one that is far too small.
# 3. You have now chosen settings by looking at the validation images. Which number may you report, and what would you
#    need to report an honest one? What is wrong with this comparison from a report: "one layer, rate 0.3: 0.877; two
#    linear layers, rate 0.2: 0.885; four layers, rate 0.1, 100 epochs: 0.978; so depth helps"?

# %% [markdown] question="tuning"
# 1. For example, 64-32-1, at most 30 epochs (26,940 examples), mean validation accuracy of three seeds, as
#    `try_settings` prints them: rows for the rates 0.01, 0.1, 0.3, 3 at batch 20, then for the batches 10, 60, 200 at
#    rate 0.3, then for 10 and 30 epochs.
# 2. More epochs are more steps: the training loss falls further, the validation accuracy saturates, and the validation
#    loss may rise again while training goes to zero. The rate is the length of a step: too small, and the budget ends
#    on the slope; too large, and the loss jumps or goes up, it diverges beyond 2 over the largest curvature, or the
#    ReLU units die and the accuracy stays at one half. The batch size sets the number of steps in an epoch and the
#    noise of each: dividing it by six at the same rate makes six times as many steps. To a first approximation only the
#    ratio of rate to batch size matters, so small batches want small rates, large batches large ones up to the
#    stability limit.
# 3. The validation accuracy of the chosen settings is too good: it is the best of several, chosen on these very images.
#    An honest number needs a test part that was used for nothing else. The report changes rate and number of epochs
#    together with the depth, gives one unseeded run each, and no band: the differences may come from any of these.
#    Needed: the same budget, the same search over rates for each network, several seeds.
#
# **Marking guide**
#
# - 0.4 for a table with at least six settings, one change at a time, seeds and budget. Without seeds 0.2.
# - 0.3 for the three effects, with divergence named for a large rate, and the relation of rate and batch size.
# - 0.3 for the third part: selection on the validation part (0.15), confounded settings and single runs (0.15).

# %% [markdown]
# **Further reading.** The [deep learning tuning playbook](https://github.com/google-research/tuning_playbook), 2023; J.
# Bergstra and Y. Bengio, [Random search for hyper-parameter
# optimization](https://jmlr.org/papers/v13/bergstra12a.html), 2012.
#
# ## 3.8 Depth, width, and layers that do nothing
#
# **Predict** the order of four networks on the digits by validation accuracy: one layer, 64-1; two layers *without* an
# activation between them; 64-32-1 with ReLU; 64-32-16-8-1 with ReLU. Each gets the same 40 epochs, and the better of
# the same two rates.

# %% experiment="architectures"
epochs = 100 if FULL else 40
networks = {
    "64-1": ([64, 1], torch.relu),
    "64-32-1, no activation": ([64, 32, 1], same_values),
    "64-32-1, ReLU": ([64, 32, 1], torch.relu),
    "64-32-16-8-1, ReLU": ([64, 32, 16, 8, 1], torch.relu),
}
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
print(f"mean loss (nats) and accuracy of 3 seeds after {epochs} epochs, batch 60, the better of the rates 0.1 and 0.3")
for index, (name, (sizes, hidden)) in enumerate(long_runs(networks.items(), minutes=0.75, full=FULL)):
    tried = [[fit(new_network(sizes, seed, hidden=hidden), lr, 60, epochs) for seed in range(3)] for lr in (0.1, 0.3)]
    runs = min(map(np.array, tried), key=lambda run: run[:, -1, 4].mean())
    last = runs[:, -1]
    _, _, loss, share, valid_loss, valid_share = last.mean(axis=0)
    span = f"{last[:, 5].min():.3f} to {last[:, 5].max():.3f}"
    print(f"{name:<24} training {loss:.3f}, {share:.3f}; validation {valid_loss:.3f}, {valid_share:.3f} ({span})")
    for panel, column in zip(panels, (2, 4)):
        plot_band(range(1, epochs + 1), runs[:, :, column], index=index, label=name, ax=panel)
for panel, name in zip(panels, ("training", "validation")):
    panel.set(xlabel="epoch", yscale="log", title=f"{name}, batch 60, 3 seeds")
panels[0].set_ylabel("loss (nats)")
panels[0].legend(fontsize="small")
plt.show()

# %% [markdown]
# With `FULL`, 100 epochs, three seeds end at a validation accuracy of 0.905 (64-1), 0.905 (no activation), 0.980
# (64-32-1) and 0.978 (the deepest), with losses of 0.271, 0.276, 0.066 and 0.103. The assignment printed, from one run
# each with different rates, 0.877, 0.885, 0.982 and 0.978. Two of the four behave alike, whatever the seed. Why? Write
# down what two layers with $h(z) = z$ compute:
#
# $$(x\, w_1 + b_1)\, w_2 + b_2 = x\,(w_1 w_2) + (b_1 w_2 + b_2)$$
#
# One matrix and one bias vector: **layers without activations are one layer.** Your first function makes it.
#
# The second prepares the experiment on width below. To ask "does it matter where one starts?" one starts several times
# *near the same weights*. A tutorial adds "small random perturbations" of scale 0.2 to each weight, while the initial
# weights have a standard deviation of 0.02. The noise is ten times as large as the weights, so these starts are far
# from the original one, and all of them are badly scaled. Whether noise is small can only be said relative to the
# weights of its layer.
#
# ### Exercise `depth`
#
# *★★☆, about 20 minutes*
#
# - `collapse(params)`: the single layer that computes the same as all layers of `params` together, whose activations
#   are all $h(z) = z$.
# - `perturb(params, relative_noise, generator)`: new layers, each weight with independent normal noise added. Its
#   standard deviation is `relative_noise` times the standard deviation of the weights *of that layer*. Biases and
#   activations as they are; the given layers unchanged; all chance from the generator.


# %% exercise="depth"
def collapse(params):
    """Return (w, b) of the one layer that equals all layers (w, b, h) together, if every h(z) = z."""
    ### BEGIN SOLUTION
    product, offset, _ = params[0]
    for weights, biases, _ in params[1:]:
        product, offset = product @ weights, offset @ weights + biases
    return product, offset
    ### END SOLUTION


def perturb(params, relative_noise, generator):
    """Return layers (w, b, h) with noise on the weights, relative to the standard deviation of each layer's weights."""
    ### BEGIN SOLUTION
    moved = []
    for weights, biases, activation in params:
        scale = relative_noise * weights.std()
        noise = torch.randn(weights.shape, generator=generator, dtype=weights.dtype)
        moved.append((weights + scale * noise, biases.clone(), activation))
    return moved
    ### END SOLUTION


# %% check="depth"
check("depth", collapse, perturb)

# %% [markdown] hint="depth"
# For `collapse`, take the formula for two layers from the text and ask: what is added to the pair so far when a third
# layer comes? In which order are the matrices multiplied, if rows are examples? For `perturb`, ask how many different
# scales of noise there are.
#
# ---
#
# A further layer multiplies the matrix so far from the right, and it acts on the *old bias too*: the new bias is the
# old one times the new matrix, plus the new layer's own. The noise of a layer has the standard deviation
# `relative_noise` times that of the weights in this layer, and no two weights share a number.
#
# ---
#
# A small case with numbers in place of matrices: the layers $w_1 = 2,\ b_1 = 1$ and $w_2 = 3,\ b_2 = 5$ give
# $(2x + 1) \cdot 3 + 5 = 6x + 8$. Weights with the standard deviation $0.02$ and a relative noise of $0.5$ get
# noise with the standard deviation $0.01$.

# %% experiment="collapsed"
params = new_network([64, 32, 16, 1], 0, hidden=same_values)
fit(params, 0.1, 60, 5)
layers = [*params[:-1], (*params[-1][:2], same_values)]
w, b = collapse(layers)
apart = (sigmoid((x_valid @ w + b).squeeze(-1)) - network(x_valid, params)).abs().max().item()
print(
    f"64-32-16-1 without activations has {sum(part.numel() for layer in params for part in layer[:2]):,} parameters; "
    f"the {w.numel() + b.numel()} of one layer give the same outputs, up to {apart:.0e}"
)

# %% [markdown]
# Now restarts: three networks on 250 images of MNIST, five starts each, full-batch descent with rate 0.05. In the left
# panel the noise is 0.2 on every weight, in the right one half a standard deviation of each layer's weights.
# **Predict:** in which of the networks do the five curves lie closest together? And on which side?


# %%
def descend(params, x, y, lr=0.05, steps=100):
    """Return the losses of full-batch descent on the cross-entropy, one per step."""
    params = [(w.float().requires_grad_(), b.float().requires_grad_(), h) for w, b, h in params]
    losses = []
    for _ in range(steps):
        loss = cross_entropy(network(x, params), y)
        losses += [loss.item()]
        clear_gradients(params)
        loss.backward()
        add_gradients(params, -lr)
    return losses


# %%
def starts_near(sizes, seed=0, count=5):
    """Return two lists of starts: with noise 0.2 on every weight, and half as large as the weights of each layer."""
    set_seed(seed)
    base = [make_layer(d0, d1, torch.relu) for d0, d1 in itertools.pairwise(sizes)]
    base[-1] = (*base[-1][:2], same_values)
    generator = torch.Generator().manual_seed(seed)
    absolute = [[perturb([layer], 0.2 / layer[0].std().item(), generator)[0] for layer in base] for _ in range(count)]
    return absolute, [perturb(base, 0.5, generator) for _ in range(count)]


# %% experiment="restarts"
count, steps, restarts = (500, 150, 7) if FULL else (250, 100, 5)
x_small, y_small = small.normalised()[:count].flatten(1), small.targets[:count]
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for index, hidden in enumerate(long_runs(([10], [20, 20], [100, 100]), minutes=0.4, full=FULL)):
    sizes = [784, *hidden, 10]
    parameters = sum((d0 + 1) * d1 for d0, d1 in itertools.pairwise(sizes))
    for panel, starts in zip(panels, starts_near(sizes, count=restarts)):
        runs = [descend(start, x_small, y_small, steps=steps) for start in starts]
        name = f"{'-'.join(map(str, sizes))}: {parameters:,} parameters"
        plot_band(range(steps), runs, index=index, label=name, ax=panel)
        print(f"{name}: losses after {steps} steps {', '.join(f'{run[-1]:.2f}' for run in runs)}")
for panel, title in zip(panels, ("noise 0.2 on every weight", "noise half as large as the weights")):
    panel.set(title=f"{title}, {restarts} starts", xlabel="step", ylim=(0, 6))
panels[0].set_ylabel("training loss (nats)")
panels[1].legend(fontsize="small")
plt.show()

# %% [markdown]
# The demo trains up to ten restarts of one network side by side. Compare the three networks at the same noise, then set
# the noise to ten times the size of the weights.

# %% experiment="demo_restarts"
restarts_demo().show()

# %% [markdown]
# ### Question `depth`, the part marked by hand
#
# 1. Compare the four networks of the first figure: what does the hidden layer gain, why do the two linear layers gain
#    nothing, and what do training and validation loss say together about the deepest one? What is a training accuracy
#    of 1.000 worth?
# 2. Why are the wider networks faster and more alike from start to start? Name two costs of width.
# 3. In the left panel the noise was "the same for all". Why is that no fair comparison between the networks?

# %% [markdown] question="depth"
# 1. 64-1 can separate only by a plane, and stays near 0.9 on both parts however long it is trained: it underfits. The
#    two linear layers are one layer in disguise (their product), so they reach the same loss on another path;
#    differences are those of speed. With ReLU the classes can be separated by bends, and training accuracy goes to 1.
#    The deepest network drives the training loss furthest down while its validation loss is higher than that of 64-32-1
#    and its accuracy no better: it overfits, and becomes more confident even about images that it gets wrong. Accuracy
#    1.000 on the training part means only that there are enough parameters; both ReLU networks reach it and differ on
#    the validation part.
# 2. With many units, each start contains good features for every class, and the output is a sum over many of them,
#    whose fluctuations average out; little movement of each weight is needed. There are many good solutions near every
#    start. Costs: time and memory per step (784-100-100-10 has about eleven times the parameters of 784-10-10), more
#    data needed or more overfitting, larger curvature, so a smaller stable rate.
# 3. The same absolute noise is a different change relative to the weights in each layer, as He's scale depends on the
#    fan-in; and its effect on the outputs grows with the number of inputs of each sum, and so with the width and depth.
#    The left panel compares how badly scaled the starts are.
#
# **Marking guide**
#
# - 0.5 for 1: nonlinearity (0.1), the product of linear layers (0.2), overfitting from both losses (0.2).
# - 0.3 for 2: a reason such as averaging over many units or many good solutions nearby (0.2), two costs (0.1).
# - 0.2 for 3: relative to the scale of the layer's weights.

# %% [markdown]
# **Further reading.** Z. Allen-Zhu, Y. Li and Z. Song, [A convergence theory for deep learning via
# over-parameterization](https://arxiv.org/abs/1811.03962), 2019; C. Zhang and others, [Understanding deep learning
# requires rethinking generalization](https://arxiv.org/abs/1611.03530), 2017, on a training accuracy of 1; a [lecture
# on overparameterization](https://youtu.be/7vUpUEKKl5o) of Neuromatch Academy.
#
# ## 3.9 Look inside
#
# A loss curve is one number per step. Three further measurements show more.
#
# **What a class looks for.** In a linear model each class has one weight per pixel, so its weights are a picture: red
# where ink speaks for the class, blue where it speaks against it. Train such a model on the 500 images: 200 full-batch
# steps of Adam with learning rate 7e-4. **Predict** the picture for the class 0.

# %% experiment="class_filters"
set_seed(0)
linear = MLP(784, 10)
adam = torch.optim.Adam(linear.parameters(), lr=7e-4)
inputs, labels = small.normalised(), small.targets
for _ in range(200):
    loss = torch.nn.functional.nll_loss(linear(inputs), labels)
    adam.zero_grad()
    loss.backward()
    adam.step()
print(f"training loss after 200 steps: {torch.nn.functional.nll_loss(linear(inputs), labels).item():.4f}")

(weight,) = [part for part in linear.parameters() if part.ndim == 2]
figure, panels = plt.subplots(2, 5, figsize=(9, 4.2), layout="constrained")
for panel, row, name in zip(panels.flat, weight.detach(), small.classes):
    shown = panel.imshow(row.reshape(28, 28), cmap="RdBu_r", vmin=-0.1, vmax=0.1)
    panel.set(xticks=[], yticks=[], title=name)
figure.colorbar(shown, ax=panels, label="weight")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The 0 is a ring that speaks for the class around a hole that speaks against it: ink in the middle excludes a 0. The
# border is noise: pixels that are black in all images have kept their first random weights, apart from a common shift.
# (The tutorial that this comes from says that the loss should now be below 0.01; re-run on its 500 images it is 0.099.
# Numbers in comments have to be measured as well.) </details>
#
# **How far the weights move.** The length of a layer's update divided by the length of its weights says whether the
# learning rate suits the layer. A rule of thumb says $10^{-3}$. It comes from long runs with many thousands of steps:
# at $10^{-6}$ the weights never get anywhere, at $10^{-1}$ they are replaced every ten steps. Here the whole run has
# 150 steps, and a ratio of $10^{-3}$ moves the weights by at most 15 % in all of them. **Predict** the ratio for the
# learning rates 0.001, 0.03 and 1, and which of the three reaches the best validation accuracy after ten epochs.


# %%
def update_ratios(lr, seed, epochs=10, batch_size=60):
    """Return |update| / |weights| of the first layer of 64-32-1 per step, and the accuracy at the end."""
    layers, ratios = new_network([64, 32, 1], seed), []
    enable_gradients(layers)
    for _ in range(epochs):
        for rows in torch.randperm(len(x_train)).split(batch_size):
            clear_gradients(layers)
            bce_loss(y_train[rows], network(x_train[rows], layers)).backward()
            w = layers[0][0]
            ratios.append((lr * w.grad.norm() / w.detach().norm()).item())
            add_gradients(layers, -lr)
    return ratios, evaluate(layers, x_valid, y_valid)[1]


# %% experiment="update_to_weight"
epochs = 60 if FULL else 10
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for index, lr in enumerate(long_runs((0.001, 0.03, 1.0), minutes=0.2, full=FULL)):
    ratios, shares = zip(*(update_ratios(lr, seed, epochs) for seed in (0, 1, 2)))
    runs = np.array(ratios)
    plot_band(range(1, runs.shape[1] + 1), np.maximum(runs, 1e-9), index=index, label=f"learning rate {lr}", ax=ax)
    first, last = np.median(runs[:, :15]), np.median(runs[:, -15:])
    accuracies = ", ".join(f"{share:.3f}" for share in shares)
    print(f"learning rate {lr}: median ratio {first:.1e} in epoch 1, {last:.1e} in epoch {epochs}; "
          f"accuracies {accuracies}")
ax.axhline(1e-3, color="0.4", linewidth=1)
ax.set(yscale="log", ylim=(1e-5, 1), xlabel="step", ylabel="length of update / length of weights")
ax.set_title("first layer of 64-32-1, batch 60, 3 seeds")
ax.legend(fontsize="small", loc="lower center", ncols=3)
plt.show()

# %% [markdown]
# With `FULL`, 60 epochs, the rate 1 is still ahead (0.976 to 0.978, against 0.957 to 0.964 for 0.03 and 0.75 to 0.79
# for 0.001), and its ratio has fallen to about $10^{-3}$. So the rule of thumb depends on how long one trains: with ten
# epochs the largest of the three rates is the best one here, with ratios of a few percent, and the rate that meets the
# rule ends too early. Use the ratio to compare layers of one network and to find layers that do not move at all, and
# choose the rate by the validation loss.
#
# **Dead units.** A ReLU unit whose input is negative for *every* training example has slope 0 for all of them: no
# gradient reaches its weights. In the first layer, whose inputs never change, it stays dead. In a deeper layer it can
# be revived, because the layers before it still move. One long step is enough to kill a unit. **Predict** how many of
# the 32 hidden units are dead after ten epochs, for four learning rates.

# %% experiment="dead_units"
print("64-32-1, batch 60, 10 epochs, 3 seeds:   dead units of 32      validation accuracy")
for lr in (0.1, 0.3, 1.0, 3.0):
    dead, shares = [], []
    for seed in (0, 1, 2):
        params = new_network([64, 32, 1], seed)
        shares.append(fit(params, lr, 60, 10)[-1, 5])
        active = network(x_train, params[:1]) > 0  # (N, 32)
        dead.append(int((~active.any(dim=0)).sum()))
    print(f"learning rate {lr:<5}{dead!s:>38}      {', '.join(f'{share:.3f}' for share in shares)}")

# %% [markdown]
# ### Question `look_inside`
#
# 1. Describe the picture of one class that is *not* 0, and explain a red and a blue region in it. The weights of a unit
#    in a hidden layer can be drawn as well. Why does such a picture not have the same meaning?
# 2. Read off the update-to-weight ratio and the accuracies: which of the three rates is best within ten epochs, which
#    are too small for that, and how does the ratio change during training? Why is a ratio of $10^{-3}$ not right here,
#    and why can one and the same learning rate suit one layer and not another?
# 3. A network stops improving after the first epoch with a loss of 0.69. Which two looks inside would you take first,
#    what would they show if units have died, and what would you change?

# %% [markdown] question="look_inside"
# 1. For example 1: a red bar in the middle, where only ones have ink alone, and blue regions left and right of it,
#    since ink there belongs to other digits. 3: blue on the left, where an 8 or a 6 closes its loops. The logit of a
#    linear model is the sum of pixel times weight, so a weight is the evidence of its pixel for the class. A hidden
#    unit's weights say which inputs *it* responds to, but not for which class; its meaning depends on the later
#    weights, several units share one feature, and deeper layers do not see pixels.
# 2. 0.001 gives ratios near $10^{-4}$: far too small, the weights have hardly moved after ten epochs. 0.03 gives 1 to 3
#    times $10^{-3}$, as the rule of thumb says, and ends at an accuracy near 0.90: it is on its way, but 150 steps of
#    this size are too few. 1 starts with several percent per step and is the best of the three here, with 0.97 to 0.98;
#    good rates in this table have ratios of 2 to 5 percent. The rule of $10^{-3}$ holds for runs with many more steps.
#    The ratio falls during training, since the gradients get shorter and the weights longer. Gradients and weights of
#    different layers have different sizes (fan-in, position, He's scale), so the same rate makes different relative
#    steps.
# 3. First the share of dead units (activations of the layer over the whole training set), then the update-to-weight
#    ratio or gradient of each layer. 0.69 is $\ln 2$: the output says one half for every image. With dead units the
#    layer's activations are 0 for all examples, and gradients and ratios of the first layer are exactly 0, while only
#    the last bias moves. Smaller learning rate and new weights, since dead units of the first layer do not come back;
#    or a warmup, or a ReLU with a small slope on the left.
#
# **Marking guide**
#
# - 0.3 for 1: one red and one blue region explained as evidence (0.2), why not for hidden layers (0.1).
# - 0.3 for 2: the rates judged by ratio *and* accuracy (0.2), layers differ in scale (0.1). An answer that calls 1 too
#   large because of the ratio alone earns at most 0.1 of the 0.2; one that reads the accuracies and says why the rule
#   does not fit a short run earns all of it.
# - 0.4 for 3: two suitable looks (0.1), zero gradients and ln 2 explained (0.2), a remedy that includes new weights or
#   prevention (0.1).

# %% [markdown]
# **Further reading.** L. Lu and others, [Dying ReLU and initialization](https://arxiv.org/abs/1903.06733), 2020; C.
# Olah and others, [Feature visualization](https://distill.pub/2017/feature-visualization/), 2017, on hidden layers.
#
# ## 3.10 Bug hunt
#
# Ten short programs, **one fault each**. All of them run. Some have a symptom in their curves, which the figure below
# the programs shows; some have none, and these are the dangerous ones. Their data are the digits with all ten classes;
# `model` is a network 64-32-10 that returns logits, the learning rate is called `lr`, and each loop returns the loss
# that somebody would plot for this epoch.

# %%
LEARNING_RATE = 0.001


def loop_a(model, x, y, lr):
    """Train for one epoch; return the loss to plot."""
    losses = []
    order, targets = torch.randperm(len(x)), y[torch.randperm(len(y))]
    for rows in order.split(50):
        loss = torch.nn.functional.cross_entropy(model(x[rows]), targets[rows])
        model.zero_grad()
        loss.backward()
        for w in model.parameters():
            w.data -= lr * w.grad
        losses.append(len(rows) * loss.item())
    return sum(losses) / len(x)


# %%
def loop_b(model, x, y, lr):
    """Train for one epoch; return the loss to plot."""
    losses = []
    for rows in torch.randperm(len(x)).split(50):
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        for w in model.parameters():
            w.data -= lr * w.grad
        losses.append(len(rows) * loss.item())
    return sum(losses) / len(x)


def loop_c(model, x, y, lr):
    """Train for one epoch; return the loss to plot."""
    losses = []
    for rows in torch.randperm(len(x)).split(50):
        loss = torch.nn.functional.cross_entropy(torch.softmax(model(x[rows]), dim=1), y[rows])
        model.zero_grad()
        loss.backward()
        for w in model.parameters():
            w.data -= lr * w.grad
        losses.append(len(rows) * loss.item())
    return sum(losses) / len(x)


# %%
def loop_d(model, x, y, lr):
    """Train for one epoch; return the loss to plot."""
    shown = 0.0
    for rows in torch.randperm(len(x)).split(50):
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        model.zero_grad()
        loss.backward()
        for w in model.parameters():
            w.data -= lr * w.grad
        shown = 0.99 * shown + 0.01 * loss.item()
    return shown


def loop_e(model, x, y, lr):
    """Train for one epoch; return the loss to plot."""
    losses = []
    for rows in torch.randperm(len(x)).split(50):
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        model.zero_grad()
        loss.backward()
        for w in model.parameters():
            w.data -= LEARNING_RATE * w.grad
        losses.append(len(rows) * loss.item())
    return sum(losses) / len(x)


# %%
def loop_f(model, x, y, lr):
    """Train for one epoch; return the loss to plot."""
    losses = []
    for rows in torch.randperm(len(x)).split(50):
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for w in model.parameters():
                w = w - lr * w.grad
        losses.append(len(rows) * loss.item())
    return sum(losses) / len(x)


def loop_g(model, x, y, lr):
    """Train for one epoch; return the loss to plot."""
    losses = []
    for rows in torch.randperm(len(x)).split(50):
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        model.zero_grad()
        loss.backward()
        for w in model.parameters():
            w.data.add_(w.grad, alpha=lr)
        losses.append(len(rows) * loss.item())
    return sum(losses) / len(x)


# %%
def numbers_h(images):
    """Find the mean and the standard deviation to normalise a new set of images with."""
    batches = [images.normalised(part) for part in images.data.split(500)]
    pixels = torch.cat(batches)
    return pixels.mean().item(), pixels.std().item()


def labels_i(digit):
    """Return 0.0 for the digits 0 to 4, and 1.0 for 5 to 9."""
    return (digit < 5).double()


def comparison_j(x, y, test_x, test_y):
    """Find out whether batches of 20 or of 25 are better, each with its own new network and twenty epochs."""
    shares = {}
    for batch_size in (20, 25):
        model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.002 * batch_size)
        for rows in [part for _ in range(20) for part in torch.randperm(len(x)).split(batch_size)]:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        shares[batch_size] = (model(test_x).argmax(dim=1) == test_y).double().mean().item()
    return max(shares, key=shares.get), shares


# %% experiment="symptoms"
ten = load_digits_data()
figure, panels = plt.subplots(4, 4, figsize=(9, 9), sharex=True, layout="constrained")
losses, accuracies = panels[::2].flat, panels[1::2].flat
for loop, above, below in zip((loop_a, loop_b, loop_c, loop_d, loop_e, loop_f, loop_g), losses, accuracies):
    for seed in (0, 1, 2):
        set_seed(seed)
        model, shown, shares = NeuralNetwork([64, 32, 10]), [], []
        for _ in range(12):
            shown.append(loop(model, ten.x_train, ten.y_train, lr=0.1))
            shares.append((model(ten.x_valid).argmax(dim=1) == ten.y_valid).double().mean().item())
        above.plot(range(1, 13), np.minimum(shown, 5))
        below.plot(range(1, 13), shares)
    above.set(title=loop.__name__, ylim=(0, 5.2))
    below.set(xlabel="epoch", ylim=(0, 1))
for panel, label in zip(panels[:, 0], 2 * ("returned loss\n(nats, cut at 5)", "validation\naccuracy")):
    panel.set_ylabel(label)
for panel in panels[2:, 3]:
    panel.set_axis_off()
panels[1, 3].tick_params(labelbottom=True)
print("numbers_h(fashion):", numbers_h(fashion))
print("labels_i of 0, 4, 5, 9:", labels_i(torch.tensor([0, 4, 5, 9])).tolist())
print("comparison_j:", comparison_j(ten.x_train, ten.y_train, ten.x_valid, ten.y_valid))
plt.show()

# %% [markdown]
# ### Exercise `bug_hunt`
#
# *★★★, about 45 minutes*
#
# Return a dict from letter to fault, such as `{"A": "...", "B": "..."}`. The check says whether all ten are right, not
# how many or which; it takes about a second once every loop has a name. Grading counts those that are right. The names
# to choose from; some do not occur:
#
# | name | fault |
# |---|---|
# | `argument-ignored` | a setting that is passed in has no effect |
# | `ascent` | the step goes up the gradient |
# | `average-starts-at-zero` | a moving average is shown without correcting its start |
# | `gradients-accumulate` | gradients of earlier batches are never cleared |
# | `labels-reversed` | the labels are the opposite of what the text says |
# | `last-batch-dropped` | the examples that do not fill a batch are not used |
# | `measured-after-normalising` | statistics are taken from data that were already normalised |
# | `new-tensors` | the update makes new tensors and leaves the model's own as they are |
# | `pairs-broken` | inputs come with the labels of other inputs |
# | `same-order-every-epoch` | the order of the examples is drawn once and for all |
# | `seeds-compared` | one run each, unseeded: the difference may be luck alone |
# | `softmax-twice` | a loss that takes logits is given probabilities |
# | `statistics-of-both-parts` | validation data take part in the normalisation |
# | `summed-loss` | the loss is summed over the batch, so the step grows with its size |
# | `unweighted-mean` | the small last batch counts as much as a full one |
# | `update-recorded` | the update itself is recorded by autograd |


# %% exercise="bug_hunt"
def faults():
    """Return the name of the fault for each letter from A to J, as a dict."""
    ### BEGIN SOLUTION
    found = {"A": "pairs-broken", "B": "gradients-accumulate", "C": "softmax-twice", "D": "average-starts-at-zero"}
    found |= {"E": "argument-ignored", "F": "new-tensors", "G": "ascent", "H": "measured-after-normalising"}
    return found | {"I": "labels-reversed", "J": "seeds-compared"}
    ### END SOLUTION


# %% check="bug_hunt"
check("bug_hunt", faults)

# %% [markdown]
# **Think:** for each of the ten, write the shortest test that would have caught it: values on a batch that was computed
# by hand, a comparison of weights before and after, a count of the examples used, a second seed. Which of them would a
# falling loss curve have caught?
#
# **Further reading.** A. Karpathy, [A recipe for training neural
# networks](https://karpathy.github.io/2019/04/25/recipe/), 2019, on faults that raise no error.
#
# ## What to take with you
#
# - Compute losses from logits. A logit that becomes a probability too early loses its gradient, and a softmax that is
#   applied twice keeps the loss above a floor.
# - Sums of $d_0$ terms have $d_0$ times the variance of one: the first weights need standard deviation $\sqrt{2/d_0}$,
#   and a test of it needs shapes in which fan-in, fan-out, variance and deviation differ.
# - The last batch is smaller and counts; means are taken over examples; every mistake in this list leaves a curve that
#   falls.
# - The squared noise of a minibatch falls as $1/B$, and its cost grows as $B$. Compare batch sizes at equal numbers of
#   examples, each with its best learning rate.
# - Every comparison names budget, search and seeds. The validation accuracy of chosen settings is not yet a result.
# - Before you believe a curve, look inside: at the first loss ($\ln K$ for $K$ classes), the update-to-weight ratio and
#   the share of dead units.
