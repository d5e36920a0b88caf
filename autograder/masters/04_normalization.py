# %% [markdown]
# # Workbook 4: Normalization
#
# *Batch, layer, group and RMS normalization, and residual layers: how to keep a deep network trainable.*
#
# **Before you start** you should have done workbook 2 (Adam, momentum) and sections 3.2 to 3.4 of workbook 3
# (cross-entropy, networks, initialisation). You need the chain rule, and means and variances along an axis of an
# array.
#
# **Time.** Allow about 5 hours (a minute for 200 words, half a minute for a given cell, 12 minutes for a point). All
# cells together run in less than three minutes. Section 4.4 is a good place to stop and continue on another day. One to
# three stars say how hard an exercise is: ★☆☆ is a formula to write down, ★★☆ needs a second thought, ★★★ needs paper.
#
# | section | what you build | what you find out | stars |
# |---|---|---|---|
# | 4.0 | | why 20 plain layers do not learn | |
# | 4.1 to 4.2 | batch normalization, in numpy and in torch | training mode, test mode and state | ★★☆ |
# | 4.3 | its backward pass, twice | how to go back through a graph | ★★★ |
# | *half-way* | | | |
# | 4.4 | layer and RMS normalization | what changes with the axis | ★★☆ |
# | 4.5 | normalization of images | four axes, and who shares a statistic | ★★☆ |
# | 4.6 to 4.7 | a network with a choice of normalization | weight scale, batch size, learning curves | ★★☆ |
# | 4.8 to 4.9 | residual layers | five deep networks compared | ★☆☆ |
#
# After this workbook you can
#
# - measure what happens to signals and gradients on their way through a deep network, and say why;
# - write batch, layer, RMS and group normalization, forward and backward, and check the gradients;
# - say which numbers share statistics in each of them, and what follows for small batches and for test time;
# - read a comparison of five deep networks with its bands, and tell which claims it supports.
#
# **Letters.** The same ones all the way through:
#
# | letter | meaning | in code |
# |---|---|---|
# | $N, D$ | examples in a batch; features of an example | `x` has shape `(N, D)` |
# | $x_{ij}$ | feature $j$ of example $i$ | `x[i, j]` |
# | $\mu, v$ | mean and variance of the values that are normalised together | `mean`, `var` |
# | $\varepsilon$ | small constant inside the root | `eps` |
# | $\sigma$ | $\sqrt{v + \varepsilon}$ | `std` |
# | $\hat x$ | normalised value, $(x - \mu)/\sigma$ | `x_hat` |
# | $\gamma, \beta$ | gain and shift, one of each per feature, both trained | `gamma`, `beta` |
# | $m$ | share of the past that a running average keeps | `momentum`; in the torch class `beta` |
# | $\ell$ | the loss; `dx` stands for $\partial\ell/\partial x$, `dout` for $\partial\ell/\partial y$ | `dx`, `dout` |

# %%
import copy
import inspect
import time
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import torch
from fastprogress.fastprogress import progress_bar
from torch import nn

from course_utils.checks import check
from course_utils.data import load_cifar10_or_fashion_mnist, load_fashion_mnist, small_split
from course_utils.models import Layer, NeuralNetwork
from course_utils.models.deep_networks import NormalizedLayer, deep_layer_types, observe_signal
from course_utils.numpy_networks.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error
from course_utils.numpy_networks.plain_net import PlainNet
from course_utils.numpy_networks.solver import solve
from course_utils.plotting import COLOURS, Arrow, describe, draw_diagram, plot_band, plot_histories, use_style
from course_utils.plotting.cubes import NORMS, plot_norm_cube
from course_utils.plotting.deep_networks import plot_signal, plot_training_history
from course_utils.seeding import set_seed
from course_utils.training import run_model, run_models
from course_utils.training.long_runs import long_runs
from course_utils.widgets import depth_signal_demo, norm_cube_demo

# %%
FULL = False  # True: the experiments take the full data sets and longer runs, where they can
use_style()

# %% [markdown]
# `FULL = True` runs the deep networks as the published assignment does: all 60,000 images, batches of 256, learning
# rate 0.001, ten epochs. The experiments of section 4.7 then use images of 3 x 32 x 32 values. The cells that train say
# beforehand how long they take; all cells together take about a quarter of an hour.
#
# ## 4.0 Deep and stuck
#
# Workbook 2 trained two hidden layers of 20 units with plain gradient descent: slowly, but it got somewhere. Here are
# **20** hidden layers of 20 units, and the same images.
#
# Without `FULL`, all deep runs of this workbook make 400 updates with learning rate 0.006, on 6,000 images. Learning
# rate times number of updates is then the same as for 2,400 updates with 0.001, in a sixth of the time.

# %% experiment="data"
images, test_images = load_fashion_mnist(train=True), load_fashion_mnist(train=False)
if not FULL:
    images, test_images = images.subset(torch.arange(6000)), test_images.subset(torch.arange(1000))
deep = {
    "number_of_hidden_layers": 20,
    "learning_rate": 0.001 if FULL else 0.006,
    "batch_size": 256 if FULL else 150,
    "epochs": 10,
    "data": (images, test_images),
}
deep_runs = {}

# %% [markdown]
# **Predict:** will 20 layers learn faster than two, more slowly, or not at all? Where will the loss be after the last
# update? Write down a number; an untrained network with ten classes starts near $\ln 10 \approx 2.303$.

# %% experiment="plain"
if FULL:
    seeds = long_runs((0, 1, 2), minutes=0.7, full=True)
    deep_runs["plain"] = [run_model(seed=seed, label="plain", progress=False, **deep) for seed in seeds]
else:
    first = run_model(seed=0, label="plain", **deep)
    deep_runs["plain"] = [first, *run_models(seeds=(1, 2), label="plain", **deep)]

figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for panel, metric in zip(panels, ("train_loss", "valid_accuracy")):
    plot_histories(deep_runs["plain"], metric=metric, ax=panel)
panels[0].axhline(np.log(10), color="0.5", linewidth=0.8, label=r"$\ln 10$")
panels[0].legend()
panels[1].set_ylim(0, 30)
plt.show()

# %% [markdown]
# **Your answer** (not marked). What do you notice about the 20 layers, and what could be the reason? Double-click here
# and write one or two sentences before you read on.
#
# *...*

# %% [markdown]
# The network is stuck. There are two well-known ways in which a deep network fails: the signal **vanishes** on its way
# through the layers, or it **explodes**. Sepp Hochreiter described the vanishing gradient in his diploma thesis in
# 1991. Which of the two is this? Send 256 images through the network before it is trained, and measure in each hidden
# layer:
#
# - forward: the variance of a unit's output *between the images*, averaged over the layer. An output that is the same
#   for all images says nothing about any of them.
# - backward: the variance of the derivatives of the loss with respect to the layer's outputs.
#
# **Predict** both curves on a logarithmic axis: rising, falling or flat? By which factor per layer?

# %% experiment="signal"
batch, batch_labels = images.normalised(images.data[:256]), images.targets[:256]


def signals(layer_class):
    """Observe an untrained network of 20 hidden layers from three seeds."""
    observed = []
    for seed in (0, 1, 2):
        set_seed(seed)
        observed.append(observe_signal(NeuralNetwork([784, *[20] * 20, 10], layer_class), batch, batch_labels))
    return observed


plain = signals(Layer)
figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for panel, quantity, power in zip(panels, ("activation_variance", "gradient_variance"), (1 / 19, -1 / 19)):
    plot_signal({"plain, three seeds": plain}, quantity, ax=panel)
    per_layer = [(getattr(s, quantity)[-1] / getattr(s, quantity)[0]) ** power for s in plain]
    print(f"{quantity}: times {np.mean(per_layer):.2f} per layer, on its way")
panels[0].set_title("forward: from the images to the output")
panels[1].set_title("backward: from the loss to the images")
plt.show()

# %% [markdown]
# Which parameters get a gradient at all?

# %% experiment="who_learns"
set_seed(0)
model = NeuralNetwork([784, *[20] * 20, 10])
nn.functional.cross_entropy(model(batch), batch_labels).backward()
for place, layer in [(i, model.layers[i].linear) for i in (1, 2, 10, 20)] + [("output", model.layers[-1])]:
    print(f"layer {place:<7} weights {layer.weight.grad.norm():.1e}   biases {layer.bias.grad.norm():.1e}")
with torch.no_grad():
    logits = model(batch)
    between = logits.std(dim=0).max(), logits[0].std()
    print("the logits differ by {:.1e} between images, by {:.1e} between classes".format(*between))

# %% [markdown]
# The demo shows random networks of 64 units without biases. Change the depth, the initialisation and the kind of layer.
# Find a setting that explodes, and one in which the forward signal keeps its size and the backward signal does not.

# %% experiment="demo_depth_signal"
depth_signal_demo().show()

# %% [markdown]
# ### Question `signal_depth`
#
# An answer sheet says: "The deep network does not learn because of vanishing/exploding gradients." Do better.
#
# 1. Vanish or explode? Quote the factors per layer that you measured, forward and backward. Derive the forward one:
#    torch draws the weights of a layer with $n$ inputs uniformly from $\pm 1/\sqrt n$, and ReLU follows.
# 2. The training loss still falls in every epoch, by very little, towards 2.303. Which parameters learn, what do they
#    learn, and why does the loss end just there?
# 3. Would a ten times larger learning rate help? Would another initialisation (look at "He" in the demo)? Which problem
#    would remain?

# %% [markdown] question="signal_depth"
# 1. It vanishes, both ways: by 0.15 per layer forward and by 0.16 backward in our runs, so that 19 layers divide the
#    variance by some $10^{15}$. A uniform value on $\pm a$ has variance $a^2/3$, so the weights have variance $1/(3n)$.
#    A sum of $n$ products of such a weight with an input has the variance $n \cdot \tfrac{1}{3n} \cdot \mathbb E[h^2] =
#    \mathbb E[h^2]/3$, where $h$ are the inputs. Except for the bias it is symmetric about zero, and ReLU keeps half of
#    it: $1/6 = 0.167$. Backward the same weights and the same ReLU act, hence again $1/6$. (For the variance between
#    images the bias drops out, and half of the units are on: the same factor. Twenty units are few, so a network may be
#    some percent off.)
# 2. After 20 layers all images give the same logits: they differ between classes by 0.2 and between images by
#    $10^{-8}$. Only the last layers have gradients of a useful size, and those layers get the same input for every
#    image. All that they can change is one constant answer, as the bias of the output alone could: the frequencies of
#    the classes. With ten equally frequent classes the best constant answer is 1/10 each, with loss $\ln 10$; the
#    random biases start slightly above.
# 3. No: the lower layers' gradients are smaller by many powers of ten, so that a rate that moves them would throw out
#    the top layer. He's initialisation has weights of variance $2/n$, six times as much, which makes up for the loss:
#    the signal keeps its size at the start. Three problems remain: nothing *keeps* it there while the weights move, the
#    factor is 1 only on average (some networks drift), and directions still get lost: the outputs of different images
#    become ever more alike.
#
# **Marking guide**
#
# - 0.8 for the first part: "vanishes" with both measured factors (0.3), variance $1/(3n)$ (0.25), the half of ReLU
#   (0.25).
# - 0.6 for the second: output the same for all images (0.2), only a constant can be learned, by the output bias or the
#   last layers (0.2), class frequencies and hence $\ln 10$ (0.2).
# - 0.6 for the third: learning rate cannot serve both ends (0.2), He restores the factor (0.2), a problem that
#   remains (0.2), any of those named.
# - "Vanishing or exploding" without a decision: nothing for the first sentence, whatever follows.

# %% [markdown] hint="signal_depth"
# For the first part, use your own measurements: divide the size in one layer by that in the layer before. Is the
# factor the same in all layers, and is it above or below 1? Do the same for the gradients from right to left. What
# remains after 20 such factors?
#
# ---
#
# For the derivation, follow the variance through one layer in two steps: first the sum of $n$ products, as in section
# 3.4, then what ReLU leaves of the mean square. You need the variance of a uniform distribution on $\pm a$. For the
# second part, compare the logits of two different images after 20 layers.

# %% [markdown]
# **Further reading.** [Glorot and Bengio (2010)](https://proceedings.mlr.press/v9/glorot10a.html) and [He and others
# (2015)](https://arxiv.org/abs/1502.01852) on initialisation; [Hochreiter
# (1998)](https://doi.org/10.1142/S0218488598000094) on the vanishing gradient.

# %% [markdown]
# ## 4.1 Batch normalization, forward
#
# If the layers do not keep the signal at a good size, rescale it after each of them. **Batch normalization** (Sergey
# Ioffe and Christian Szegedy, 2015) does so for every feature (every column) with its mean and variance *over the
# batch*.
#
# Why did they want that? It had long been known that networks learn faster when their inputs have mean 0, variance 1,
# and no correlations (LeCun and others 1998): then no direction is much steeper than another, as in section 2.3. The
# inputs of the *second* layer are outputs of the first, and their distribution moves while the first layer learns. The
# authors called this **internal covariate shift**, and wanted to fix the distribution in every layer. Removing all
# correlations ("decorrelation", or whitening) needs the inverse root of a covariance matrix in each step, which is
# expensive and hard to differentiate. So they kept the cheap half, mean and variance of each feature. The method works;
# whether this is the reason is the subject of workbook 5.
#
# In a batch of $N$ examples, let $x_{ij}$ be feature $j$ of example $i$. The layer computes
#
# $$\mu_j = \frac1N \sum_{i=1}^N x_{ij}, \qquad v_j = \frac1N \sum_{i=1}^N (x_{ij} - \mu_j)^2$$
#
# $$\hat x_{ij} = \frac{x_{ij} - \mu_j}{\sqrt{v_j + \varepsilon}}, \qquad y_{ij} = \gamma_j\, \hat x_{ij} + \beta_j$$
#
# Gain $\gamma$ and shift $\beta$ are trained. With them the network can choose any other mean and size for a feature,
# but through two parameters, and no longer through the weights of all layers before.
#
# **By hand**, for a batch of three examples with two features, $\gamma = 1$, $\beta = 0$, $\varepsilon$ left out:
#
# $$x = \begin{pmatrix}1&10\\2&20\\6&60\end{pmatrix},\quad \mu = (3,\ 30),\quad
#   v = \tfrac13(4+1+9,\ 400+100+900) = (4.67,\ 467),\quad
#   \hat x = \begin{pmatrix}-0.93&-0.93\\-0.46&-0.46\\1.39&1.39\end{pmatrix}$$
#
# The second feature is ten times the first, and after the normalization they are equal: the size of a feature is gone.
# Each column has mean 0 and mean square 1.
#
# At **test time** an answer must not depend on the other examples in the batch, and there may be only one example. So
# training keeps running averages $r$ of the statistics, and test mode uses them in place of $\mu$ and $v$:
#
# $$r \leftarrow m\, r + (1 - m) \cdot (\text{statistic of this batch})$$
#
# The original article does it differently: after training it freezes the network and computes mean and variance once
# more, averaged over many training batches. Running averages became usual because they are ready at any time. Exercise
# `recalibrate` in workbook 5 builds the alternative.

# %% experiment="two_modes"
boxes = {"$x$": (0, 0), r"$\mu, v$": (2, 1), "running $r$": (4, 1), "normalise": (2, 0), "$y$": (4, 0)}
always = [Arrow("$x$", "normalise"), Arrow("normalise", "$y$")]
ways = (("$x$", r"$\mu, v$"), (r"$\mu, v$", "normalise"), (r"$\mu, v$", "running $r$"))
training = [Arrow(start, end, colour=1) for start, end in ways]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
statistics = (r"$\mu, v$", "running $r$")
draw_diagram(boxes, [*always, *training], rounded=statistics, ax=left).set_title("training mode")
boxes.pop(r"$\mu, v$")
draw_diagram(boxes, [*always, Arrow("running $r$", "normalise", 0.2, 1)], rounded=statistics, ax=right)
right.set_title("test mode")
describe(figure, "In training mode, x gives the mean and the variance, which normalise x and move the running "
                 "averages. In test mode the running averages normalise x, and nothing moves them.")
plt.show()

# %% [markdown]
# **Conventions.** All of these are in use, and mixing them up is the most common mistake with this layer:
#
# | what | here, in numpy | `torch.nn.BatchNorm1d` | elsewhere |
# |---|---|---|---|
# | variance that normalises | biased, $1/N$ | biased | $1/(N-1)$ in some course notes |
# | variance in the running average | biased | unbiased, $1/(N-1)$ | both |
# | `momentum` $m$ | share of the *past*, 0.9 | share of the *new* batch, 0.1 | 0.99 of the past in Keras |
# | running variance starts at | 0 | 1 | both |
# | $\varepsilon$ | $10^{-5}$, inside the root | the same | $10^{-3}$ in Keras, $10^{-7}$ in some notes |
#
# How much does it matter? $1/(N-1)$ instead of $1/N$ makes the standard deviation larger by $\sqrt{N/(N-1)}$: a factor
# of 1.002 for a batch of 256, 1.15 for a batch of 4, and 0/0 for a batch of one. `x.var()` in torch divides by $N-1$,
# `x.var()` in numpy by $N$. More is on [the page of conventions](../../docs/conventions.md).
#
# ### Exercise `batchnorm_forward`
#
# *★★☆, about 20 minutes*
#
# Write both modes. `bn_param` is a dictionary: `mode` is `"train"` or `"test"`; `eps` is $10^{-5}$ and `momentum` 0.9
# if they are not given; `running_mean` and `running_var` start as zeros, and you store them there. Return the output
# and whatever you will need for the backward pass (in test mode, that can be anything).

# %% exercise="batchnorm_forward"
def batchnorm_forward(x, gamma, beta, bn_param):
    """Normalise every feature over the batch, then scale and shift it.

    Args:
        x: Data, shape (N, D).
        gamma: Gains, shape (D,).
        beta: Shifts, shape (D,).
        bn_param: Settings and running statistics; the latter are updated in training mode.

    Returns:
        The output, shape (N, D), and a cache for the backward pass.
    """
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    ### BEGIN SOLUTION
    mean, var = x.mean(axis=0), x.var(axis=0)
    if bn_param["mode"] == "train":
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, gamma, var, eps)
    ### END SOLUTION


# %% check="batchnorm_forward"
check("batchnorm_forward", batchnorm_forward)

# %% [markdown] hint="batchnorm_forward"
# Over which axis do you average, and which axis remains? There is one mean for each *feature*, so it has the shape
# $(D,)$. Check the shapes of your statistics before anything else: with a square batch, a wrong axis raises no error.
#
# ---
#
# In training mode, normalise with the statistics of this batch *and* move the running ones: the past has the share
# $m$, the new batch $1 - m$. In test mode, use the running ones and change nothing. The variance is the mean squared
# distance, divided by $N$, in both places; $\varepsilon$ is added to the variance before the root.
#
# ---
#
# A small case: one feature, the batch $(1, 3)$, $\gamma = 1$, $\beta = 0$. The mean is $2$ and the variance $1$, so
# the output is $(-1, 1)$ up to $\varepsilon$. With $m = 0.9$ and zeros at the start, the running mean becomes $0.2$
# and the running variance $0.1$. In test mode $x = 0.2$ then gives $0$.

# %% [markdown]
# Now look at it yourself. The data are the outputs of a small random network, so the columns have different means and
# spreads. **Predict** the four lines before you run this.

# %% experiment="statistics_in_training"
def print_mean_std(x, axis=0):
    """Print mean and standard deviation along an axis."""
    print(f"  means {np.round(x.mean(axis=axis), 4)}   stds {np.round(x.std(axis=axis), 4)}")


rng = np.random.default_rng(231)
N, D1, D2, D3 = 200, 50, 60, 3
W1, W2 = rng.normal(size=(D1, D2)), rng.normal(size=(D2, D3))
a = np.maximum(0, rng.normal(size=(N, D1)) @ W1) @ W2

print("before:")
print_mean_std(a)
for gamma, beta in ((np.ones(3), np.zeros(3)), (np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0]))):
    print(f"after, with gamma = {gamma} and beta = {beta}:")
    print_mean_std(batchnorm_forward(a, gamma, beta, {"mode": "train"})[0])

# %% [markdown]
# And at test time, after some training batches. **Predict:** after how many batches do the running statistics serve?

# %% experiment="statistics_in_testing"
rng = np.random.default_rng(231)
bn_param = {"mode": "train"}
tests = np.maximum(0, rng.normal(size=(N, D1)) @ W1) @ W2
for t in range(1, 51):
    batchnorm_forward(np.maximum(0, rng.normal(size=(N, D1)) @ W1) @ W2, np.ones(3), np.zeros(3), bn_param)
    if t in (1, 5, 20, 50):
        print(f"test mode after {t} training batches:")
        print_mean_std(batchnorm_forward(tests, np.ones(3), np.zeros(3), {**bn_param, "mode": "test"})[0])

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# In training mode the columns have mean $\beta$ and standard deviation $\gamma$, whatever went in. In test mode they do
# so only roughly, for the batch is measured with other batches' statistics, and at first not at all: the running
# variance starts at 0, so after $t$ batches it holds only the share $1 - 0.9^t$ of its right value. After one batch
# that is 0.1, and the output has a standard deviation of about $1/\sqrt{0.1} = 3.2$; after 50 it is 0.995. torch starts
# at 1 instead, which is wrong as well, but cannot lead to a division by nearly zero. Neither is usually corrected.
# </details>
#
# **Bug hunt.** Printed means and standard deviations like these are the only test of many a published exercise, with
# the remark "means should be close to zero". Which of these five faults would you see in the lines above, with 200
# examples and 50 warm-up batches?
#
# 1. The two shares of the running average are exchanged: $r \leftarrow (1-m)\,r + m \cdot$ batch.
# 2. The variance that normalises is the unbiased one.
# 3. The running average takes the unbiased variance.
# 4. $\varepsilon$ is added to the root, not inside.
# 5. There is no $\varepsilon$.
#
# <details><summary>Answer</summary>
#
# None, unless you look at the third decimal. Fault 1 makes the running statistics follow the last batch; it is as
# typical as any other. Fault 2 shows as a standard deviation of 0.9975 instead of 1.0000 (for *layer* normalization of
# three features it would be 0.8165, which is seen if one does not expect "close to one"). Fault 3 changes the test
# output by 0.25 %. Faults 4 and 5 show only where the variance is about as small as $\varepsilon$, as in a constant
# column, where fault 5 gives NaN. That is why `check` uses a constant column, two batches of different size, a large
# $\varepsilon$ and an $m$ that is not 0.9, and why it compares numbers instead of printing them.
#
# One such page also calls relative errors "losses" in a comment ("expect losses between 1e-13 and 1e-8"). Readers who
# take that name seriously look at the wrong number.
# </details>
#
# **Further reading.** [Ioffe and Szegedy (2015)](https://arxiv.org/abs/1502.03167), sections 2 and 3; [LeCun, Bottou,
# Orr and Müller (1998), *Efficient backprop*](https://doi.org/10.1007/3-540-49430-8_2) on inputs of equal size.
#
# ## 4.2 The torch version: what a module keeps
#
# As a torch module, batch normalization has a kind of state that a linear layer does not have: **state that is not
# trained.** The running statistics must
#
# - be saved and loaded with the model, and move with it to another device or type: `self.register_buffer(name,
#   tensor)`. A plain attribute does none of that, and a parameter would be trained;
# - not belong to the graph: update them under `torch.no_grad()`, or with `.detach()`;
# - know in which mode the module is: `self.training` is set by `model.train()` and `model.eval()`.
#
# **Predict** what happens if a module breaks the second rule. Here is a small module that keeps only a running mean:

# %%
class KeepsItsPast(nn.Module):
    """Subtracts the mean, and keeps a running mean carelessly."""

    def __init__(self):
        super().__init__()
        self.running_mean = torch.zeros(3)

    def forward(self, x):
        """Subtract the batch's mean from x, shape (N, 3), or in test mode the running one."""
        self.running_mean = 0.9 * self.running_mean + 0.1 * x.mean(dim=0)
        return x - (x.mean(dim=0) if self.training else self.running_mean)


# %% experiment="a_statistic_with_a_past"
def graph_size(node, seen):
    """Count the operations that a tensor remembers."""
    if node is not None and node not in seen:
        seen.add(node)
        for parent, _ in node.next_functions:
            graph_size(parent, seen)
    return len(seen)


linear, careless = nn.Linear(3, 3), KeepsItsPast()
for step in range(1, 6):
    careless(linear(torch.randn(8, 3))).square().sum().backward()
    remembered = graph_size(careless.running_mean.grad_fn, set())
    print(f"after batch {step} the running mean remembers {remembered} operations")

# %% experiment="what_follows"
print("state_dict():", dict(careless.state_dict()))
for what, action in {
    "copy.deepcopy(model)": lambda: copy.deepcopy(careless),
    "a backward pass in eval mode": lambda: careless.eval()(linear(torch.randn(8, 3))).square().sum().backward(),
}.items():
    try:
        action()
        print(f"{what}: works")
    except RuntimeError as error:
        print(f"{what}: {type(error).__name__}: {str(error)[:88]}...")

# %% [markdown]
# The graph of every batch so far is kept: memory grows with each step, the model can be neither saved with its
# statistics nor copied, and a backward pass in eval mode runs into batches whose graph is gone. One missing line causes
# all this, while the training loss looks right.
#
# ### Exercise `batchnorm_module`
#
# *★★☆, about 20 minutes*
#
# Write `BatchNorm(dimensions, beta=0.9)` for inputs of shape $(N, \text{dimensions})$. It has **no** gain and shift (so
# that the deep networks show the effect of the normalization alone), normalises with the biased variance and
# $\varepsilon = 10^{-5}$, and keeps buffers `running_mean`, from zeros, and `running_var`, from **ones**. `beta` is
# the share of the past, $m$ above; the running average takes the biased variance too. A training batch of one example
# may pass: its variance is 0, and so is its output. Inputs may be of any floating type and any memory layout.

# %% exercise="batchnorm_module"
class BatchNorm(nn.Module):
    """Batch normalization without gain and shift."""

    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.beta = beta
        # The running statistics, as buffers.
        ### BEGIN SOLUTION
        self.register_buffer("running_mean", torch.zeros(dimensions))
        self.register_buffer("running_var", torch.ones(dimensions))
        ### END SOLUTION

    def forward(self, x):
        """Normalise x, shape (N, dimensions), with its own statistics in training mode, else with the running ones."""
        ### BEGIN SOLUTION
        mean, var = x.mean(dim=0), x.var(dim=0, correction=0)
        if self.training:
            with torch.no_grad():
                self.running_mean.mul_(self.beta).add_(mean, alpha=1 - self.beta)
                self.running_var.mul_(self.beta).add_(var, alpha=1 - self.beta)
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + 1e-5)
        ### END SOLUTION


# %% check="batchnorm_module"
check("batchnorm_module", BatchNorm)

# %% [markdown] hint="batchnorm_module"
# Three questions about the statistics: are they part of the module's state without being trained, do they keep a
# graph of past batches, and do they move in training mode only? The first decides how they are registered in the
# constructor.
#
# ---
#
# A buffer is saved, moved and converted with the module, and has no gradient. It survives only if you change its
# contents, or assign a tensor to its name that has no graph. torch's variance divides by $N - 1$ if it is not told
# otherwise; this layer divides by $N$ in both places.
#
# ---
#
# A small case: the batch $(1, 3)$ of one feature, `beta` 0.9. The output is $(-1, 1)$ up to $\varepsilon$; the
# running mean becomes $0.2$, and the running variance stays $0.9 \cdot 1 + 0.1 \cdot 1 = 1$. A batch with one example
# gives $0$ and no NaN: which divisor makes this possible?

# %% [markdown]
# Compare with torch's own layer. **Predict:** same output in training mode? Same running variance? What does each do
# with a batch of one?

# %% experiment="beside_torch"
set_seed(0)
mine, theirs = BatchNorm(3), nn.BatchNorm1d(3, affine=False, momentum=0.1)
x = torch.randn(8, 3) * torch.tensor([1.0, 10.0, 0.1])
print(f"outputs in training mode differ by at most {(mine(x) - theirs(x)).abs().max():.1e}")
print("running variance, mine:  ", mine.running_var.numpy().round(4))
print("running variance, torch's:", theirs.running_var.numpy().round(4))
print("state_dict:", list(mine.state_dict()), "; torch's adds", set(theirs.state_dict()) - set(mine.state_dict()))
print("one example, mine:", mine(x[:1]).numpy())
try:
    theirs(x[:1])
except ValueError as error:
    print("one example, torch's:", error)

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The outputs agree up to rounding. The running variances do not: torch averages the unbiased variance, here $8/7$ times
# the biased one, with the weight 0.1. It refuses a batch of one, and rightly: one example has no variance. If it is let
# through, the output is 0 for *every* example, and all information is lost without an error.
# </details>
#
# **Bug hunt.** A course page writes its own batch normalization. It divides by $N - 1$ everywhere, takes $\varepsilon
# = 10^{-7}$, has no $\gamma$ and $\beta$ although its text introduces the "standard" layer, and keeps `self.mean =
# beta * self.mean + (1 - beta) * mean` as a plain attribute. Its loop calls a helper that moves these attributes to the
# GPU by hand. Which of these break something, which are only different, and what do you think of the helper?
#
# <details><summary>Answer</summary>
#
# *Breaks:* the attribute is neither saved nor moved (hence the helper, which cures the symptom), and it keeps the graph
# as above. A batch of one gives NaN, from 0/0. *Differs:* with $N = 256$ the factor 1.002 does no harm, with $N = 4$
# it is 1.15; no layer before or after needs the exact value 1, so networks learn, but its outputs will never agree with
# torch's. $10^{-7}$ is harmless in float32 until a column is constant, and is 0 or nearly so in float16, whose smallest
# number is $6\cdot10^{-8}$. *Missing* $\gamma, \beta$ cost little where a linear layer with a bias follows the
# activation, but then the layer is not the standard one, and its text should say so, as ours does.
# </details>
#
# **Further reading.**
# [`torch.nn.BatchNorm1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html); [Wu and Johnson
# (2021), *Rethinking "batch" in BatchNorm*](https://arxiv.org/abs/2105.07576).
#
# %% [markdown]
# ## 4.3 Batch normalization, backward
#
# The gradient of the loss with respect to the output, `dout`, is given. You are to find the gradients with respect to
# $x$, $\gamma$ and $\beta$. Draw the forward pass as a graph of small steps, then go through it from right to left:
#
# 1. where a value is *used* several times, the gradients of all its uses **add up**;
# 2. where a value is *spread* over the batch, as $\mu$, $v$, $\gamma$ and $\beta$ are over $N$ rows, its gradient is
#    the **sum over these rows**;
# 3. otherwise, multiply by the derivative of the step.
#
# **By hand**, for a smaller graph that has all three: $c_i = x_i - \mu$ with $\mu = \tfrac12(x_1 + x_2)$, for a batch
# of two, and a loss with $\partial\ell/\partial c = (1, 0)$. The node $\mu$ is subtracted from both rows, so its
# gradient is $-(1 + 0) = -1$ (rule 2, and the factor $-1$ by rule 3). Each $x_i$ is used twice: in $c_i$, with factor
# 1, and in $\mu$, with factor $\tfrac12$. The two contributions add up (rule 1): $dx_1 = 1 - \tfrac12 = \tfrac12$ and
# $dx_2 = 0 - \tfrac12 = -\tfrac12$. Check: adding the same number to $x_1$ and $x_2$ changes no $c_i$, and indeed
# $dx_1 + dx_2 = 0$.

# %% experiment="graph"
places = {"$x$": (0, 1), r"$\mu$": (1, 0), r"$x - \mu$": (2, 1), "$v$": (3, 0), r"$\sigma$": (4, 0)}
places |= {r"$\hat x$": (5, 1), r"$\gamma, \beta$": (6, 0), "$y$": (7, 1), r"$\ell$": (8, 1)}
names = list(places)
pairs = ((0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (4, 5), (2, 5), (5, 7), (6, 7), (7, 8))
arrows = [Arrow(names[start], names[end], -0.35 if (start, end) == (2, 5) else 0.0) for start, end in pairs]
figure, ax = plt.subplots(figsize=(9, 3), layout="constrained")
draw_diagram(places, arrows, rounded=(r"$\mu$", "$v$", r"$\sigma$", r"$\gamma, \beta$"), ax=ax)
ax.set(ylim=(-0.5, 1.9), title="Forward. Rounded: one value per feature, shared by all rows")
describe(figure, "The graph of batch normalization: x leads to the mean, both to x minus the mean, that to the "
                 "variance and on to sigma, and these to x hat; gain and shift make y of it, and y leads to the loss.")
plt.show()

# %% [markdown]
# So $x_{ij}$ reaches the loss along three paths: directly, through the mean, and through the variance. The most common
# mistake is to forget one of them. A network that is trained with this mistake still learns, only worse.
#
# ### Exercise `batchnorm_backward`
#
# *★★★, about 40 minutes*
#
# Go through the graph from right to left. `cache` comes from your own forward pass in training mode.

# %% exercise="batchnorm_backward"
def batchnorm_backward(dout, cache):
    """Propagate gradients through batch normalization in training mode, step by step through the graph.

    Args:
        dout: Gradient of the loss with respect to the output, shape (N, D).
        cache: The second result of `batchnorm_forward`, in training mode.

    Returns:
        Gradients with respect to x (N, D), gamma (D,) and beta (D,).
    """
    ### BEGIN SOLUTION
    x_hat, gamma, var, eps = cache
    std = np.sqrt(var + eps)
    centred = x_hat * std
    dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    dx_hat = dout * gamma
    dstd = -(dx_hat * centred).sum(axis=0) / std**2
    dvar = dstd / (2 * std)
    dcentred = dx_hat / std + dvar * 2 * centred / len(dout)
    dmean = -dcentred.sum(axis=0)
    dx = dcentred + dmean / len(dout)
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% check="batchnorm_backward"
check("batchnorm_backward", batchnorm_forward, batchnorm_backward)

# %% [markdown] hint="batchnorm_backward"
# Write the forward pass as a chain of small steps on paper, and go back through them one by one. A quantity that is
# used in two places gets a gradient from both, and the two add up. What did your forward pass keep, and what can be
# computed from it again?
#
# ---
#
# Three rules are enough. A product passes the gradient on times the other factor. A sum over the batch passes the
# same gradient to all entries. A vector of shape $(D,)$ that was stretched over the batch collects its gradient by a
# sum over the batch. $x$ is reached directly, through the mean, and through the variance.
#
# ---
#
# Two tests without any formula: adding a constant to a whole column of $x$ does not change the output, so each column
# of $dx$ adds up to $0$. And for $\varepsilon \to 0$, stretching a column about its mean does not change it either,
# so that $\sum_i dx_i\, \hat x_i \approx 0$. Which of the three paths is missing if one of these fails?

# %% [markdown]
# Check it yourself as well, against differences: `eval_numerical_gradient_array(f, x, dout)` moves each entry of `x` up
# and down and measures by how much the sum of `dout * f(x)` changes. The errors below are relative errors, at best
# about $10^{-10}$ (section 1.3).

# %% experiment="gradient_check"
def check_gradients(forward, backward, options, N=4, D=5):
    """Print the relative error of each gradient of a normalization."""
    rng = np.random.default_rng(231)
    x, gamma, beta = 5 * rng.normal(size=(N, D)) + 12, rng.normal(size=D), rng.normal(size=D)
    dout = rng.normal(size=(N, D))
    found = backward(dout, forward(x, gamma, beta, dict(options))[1])
    for name, array, gradient in zip(("x", "gamma", "beta"), (x, gamma, beta), found):
        # The array is moved in place, so the function need not look at its argument.
        wanted = eval_numerical_gradient_array(lambda _: forward(x, gamma, beta, dict(options))[0], array, dout)
        print(f"d{name:<6} relative error {rel_error(wanted, gradient):.1e}")


check_gradients(batchnorm_forward, batchnorm_backward, {"mode": "train"})

# %% [markdown]
# ### Exercise `batchnorm_backward_alt`
#
# *★★★, about 30 minutes*
#
# The steps can be worked out on paper, and nearly everything cancels. Leave out the index $j$ of the feature, write
# $\sigma = \sqrt{v + \varepsilon}$, so that $\hat x_k = (x_k - \mu)/\sigma$, and start from the chain rule:
#
# $$\frac{\partial \ell}{\partial x_i} = \sum_{k=1}^N \frac{\partial \ell}{\partial \hat x_k}
#   \frac{\partial \hat x_k}{\partial x_i}$$
#
# The hard step is yours. Derive in turn
#
# - $\partial\mu/\partial x_i$, and $\partial v/\partial x_i$ (one term of it is zero, because the $x_k - \mu$ add up to
#   0);
# - $\partial\sigma/\partial x_i$, written with $\hat x_i$ and $N$ only;
# - $\partial\hat x_k/\partial x_i$ by the rule for quotients. It has three terms: one that is there only for $k = i$,
#   one from the mean, and one from the variance.
#
# Put the last one into the sum. Only two sums over the batch remain, and you return both of them anyway, so that `dx`
# fits into one line.

# %% exercise="batchnorm_backward_alt"
def batchnorm_backward_alt(dout, cache):
    """Return the same gradients as `batchnorm_backward`, from the simplified formula."""
    ### BEGIN SOLUTION
    x_hat, gamma, var, eps = cache
    dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    dx = gamma / np.sqrt(var + eps) * (dout - (dbeta + x_hat * dgamma) / len(dout))
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% check="batchnorm_backward_alt"
check("batchnorm_backward_alt", batchnorm_forward, batchnorm_backward_alt)

# %% [markdown] hint="batchnorm_backward_alt"
# For checking your derivation: $\partial v/\partial x_i = \tfrac2N (x_i - \mu)$ and $\partial\sigma/\partial x_i = \hat
# x_i/N$. In $\partial\hat x_k/\partial x_i$, the term for $k = i$ picks a single entry out of the sum over $k$, and the
# two others lead to sums over the batch that do not depend on $i$, except for one factor.
#
# ---
#
# The two sums are those of $dout_k$ and of $dout_k\, \hat x_k$, each over the batch: you return both. Mind where
# $\gamma$ goes: $\partial\ell/\partial\hat x_k$ is $\gamma$ times $dout_k$, and $\gamma$ is the same for all $k$, so
# it can be taken out of both sums.
#
# ---
#
# A small case: two examples with $\hat x = (-1, 1)$, $\gamma = \sigma = 1$. For $dout = (1, 0)$ the sums are $1$ and
# $-1$. For $i = 1$ the bracket is $1 - \tfrac12 - \tfrac12 = 0$, and for $i = 2$ it is $0 - \tfrac12 + \tfrac12 = 0$:
# a normalised pair is $(-1, 1)$ whatever the two values are, so nothing can change.

# %% [markdown]
# Are they the same, and is the short one faster? **Predict** the factor. Each point is the fastest of twenty calls,
# because everything that disturbs a timing makes it longer; the band shows five such rounds.

# %%
def fastest(function, *arguments, calls=20):
    """Return the shortest duration of a call, in milliseconds."""
    durations = []
    for _ in range(calls):
        start = time.perf_counter()
        function(*arguments)
        durations.append(1000 * (time.perf_counter() - start))
    return min(durations)


# %% experiment="timing"
rng, sizes = np.random.default_rng(0), (20, 60, 200, 600)
ways = {"through the graph": batchnorm_backward, "simplified": batchnorm_backward_alt}
timings = {name: np.zeros((5, len(sizes))) for name in ways}
for at, N in enumerate(sizes):
    dout = rng.normal(size=(N, 500))
    _, cache = batchnorm_forward(rng.normal(size=(N, 500)), np.ones(500), np.zeros(500), {"mode": "train"})
    error = max(rel_error(a, b) for a, b in zip(*(way(dout, cache) for way in ways.values())))
    for lap in range(5):
        for name, way in ways.items():
            timings[name][lap, at] = fastest(way, dout, cache)
    speedup = timings["through the graph"][:, at].min() / timings["simplified"][:, at].min()
    print(f"N = {N:<5} largest relative error {error:.0e}   speedup {speedup:.2f}x")

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for index, (name, laps) in enumerate(timings.items()):
    plot_band(sizes, laps, index=index, label=name, ax=ax)
ax.set(xscale="log", yscale="log", xlabel="examples $N$ (500 features)", ylabel="duration of a call (ms)")
ax.set_title("Backward pass of batch normalization, here, float64")
ax.set_xticks(sizes, sizes)
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# They agree up to rounding. The short one is faster because it makes fewer passes over arrays of size $N \times D$. The
# speedup is the ratio of the numbers of passes (1.5 to 1.9 on the machine where this was written), and not of the lines
# of code. It can be larger where the arrays no longer fit into the processor's cache.
# </details>
#
# **Bug hunt.** A published solution of "simplify on paper, then write it in one line" takes the formulas of the
# original article:
#
# $$dv = -\tfrac12 \sum_i d\hat x_i\,(x_i - \mu)\,(v+\varepsilon)^{-3/2}, \quad
#   d\mu = -\frac1\sigma\sum_i d\hat x_i - \frac{2\,dv}{N} \sum_i (x_i - \mu), \quad
#   dx_i = \frac{d\hat x_i}{\sigma} + \frac{2\,dv\,(x_i - \mu)}{N} + \frac{d\mu}{N}$$
#
# Is it wrong? Is it what was asked for?
#
# <details><summary>Answer</summary>
#
# It is right, but nothing has been simplified: these are the steps of the graph, with three sums over the batch (the
# last one in $d\mu$ is zero whatever the data are), a power of $-3/2$ and three terms of full size. A gradient check
# passes, so nobody notices that it is not faster.
# </details>
#
# **Further reading.** [Karpathy (2016), *Yes you should understand
# backprop*](https://karpathy.medium.com/yes-you-should-understand-backprop-e2f06eab496b); [Baydin and others
# (2018)](https://arxiv.org/abs/1502.05767), a survey of automatic differentiation.
#
# **Half-way.** You can now write a normalization forward and backward. If you stop here, write down first in your own
# words what differs between training and test mode, and which three paths lead from $x$ to the loss.
#
# ## 4.4 Layer and RMS normalization
#
# Batch normalization needs a batch. Large models and large images leave room in memory for only a few examples at a
# time, and then the statistics are noisy. In a recurrent network, each time step would need separate statistics, and a
# text may be longer than any in training. **Layer normalization** (Jimmy Ba, Jamie Kiros and Geoffrey Hinton, 2016)
# avoids both. It takes the same formulas along the other axis: mean and variance of *each example* over its $D$
# features. $\gamma$ and $\beta$ stay per feature.
#
# $$\mu_i = \frac1D \sum_{j=1}^D x_{ij}, \qquad v_i = \frac1D \sum_{j=1}^D (x_{ij} - \mu_i)^2, \qquad
#   y_{ij} = \gamma_j\, \frac{x_{ij} - \mu_i}{\sqrt{v_i + \varepsilon}} + \beta_j$$
#
# So without gain and shift, layer normalization of $x$ is batch normalization (in training mode) of the transposed
# array $x^\top$, transposed back. **By hand**: the row $(1, 2, 6)$ has mean 3 and variance $4.67$ and becomes $(-0.93,
# -0.46, 1.39)$, the same numbers as the *column* of section 4.1.
#
# **Predict:** does this layer need running averages? Another test mode? Does it work for a batch of one?
#
# ### Exercise `layernorm`
#
# *★★☆, about 20 minutes*
#
# Forward and backward; `ln_param` may hold `eps` ($10^{-5}$ otherwise). Most of your code for batch normalization can
# be used again, transposed. Mind one thing in the backward pass: which gradients are sums over the batch, and which
# sums run over the features? Where does $\gamma$ go?

# %% exercise="layernorm"
def layernorm_forward(x, gamma, beta, ln_param):
    """Normalise every example over its features, then scale and shift the features; arguments as in batchnorm."""
    eps = ln_param.get("eps", 1e-5)
    ### BEGIN SOLUTION
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, gamma, var, eps)
    ### END SOLUTION


# %% exercise="layernorm" part="backward"
def layernorm_backward(dout, cache):
    """Return the gradients with respect to x (N, D), gamma (D,) and beta (D,)."""
    ### BEGIN SOLUTION
    x_hat, gamma, var, eps = cache
    dx_hat = dout * gamma
    mean, along = dx_hat.mean(axis=1, keepdims=True), (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - mean - x_hat * along) / np.sqrt(var + eps)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    ### END SOLUTION


# %% check="layernorm"
check("layernorm", layernorm_forward, layernorm_backward)

# %% [markdown] hint="layernorm"
# Which axis is averaged over now, and what shape do the statistics have? They must be stretched over the *columns* of
# their row, so the axis has to be kept with length 1. Which of the arguments of batch normalization are not needed
# any more?
#
# ---
#
# Backward, two kinds of sums must not be mixed up. $\gamma$ and $\beta$ are per feature, so their gradients are sums
# over the *batch*. The sums inside of $dx$ run over the *features*. Since $\gamma$ differs from feature to feature,
# it belongs inside these sums: start from $d\hat x = dout \cdot \gamma$.
#
# ---
#
# A small case: the row $(1, 3)$ becomes $(-1, 1)$ up to $\varepsilon$, whatever the other rows are. With $\gamma =
# (1, 10)$ and $\beta = 0$ the output is $(-1, 10)$. A test of $dx$: adding a constant to a row changes nothing, so
# that each *row* of $dx$ adds up to $0$.

# %% [markdown]
# Print the same statistics as before, now along the rows, for four examples with three features each. **Predict** the
# standard deviations; $\varepsilon$ is small against the variances.

# %% experiment="layernorm_statistics"
rng = np.random.default_rng(231)
rows = np.maximum(0, rng.normal(size=(4, 50)) @ W1) @ W2
print("before:")
print_mean_std(rows, axis=1)
for gain, shift in ((1.0, 0.0), (3.0, 5.0)):
    print(f"after, with every gamma = {gain:g} and every beta = {shift:g}:")
    print_mean_std(layernorm_forward(rows, np.full(3, gain), np.full(3, shift), {})[0], axis=1)
check_gradients(layernorm_forward, layernorm_backward, {})

# %% [markdown]
# With *equal* gains and shifts the rows have mean $\beta$ and standard deviation $\gamma$. With different gains they do
# not, because the gain is applied after the statistics are taken. There is nothing to average over time, test mode is
# the same as training mode, and a single example is no special case.
#
# ### Exercise `layernorm_module`
#
# *★☆☆, about 5 minutes*
#
# For the deep networks: a torch module without gain and shift, and so without any parameter, for inputs $(N, D)$. The
# variance is the biased one and $\varepsilon = 10^{-5}$. (Some course notes divide by $D - 1$: with 20 features the
# output is smaller by a factor of $\sqrt{19/20} = 0.975$.)

# %% exercise="layernorm_module"
class LayerNorm(nn.Module):
    """Layer normalization without gain and shift."""

    def forward(self, x):
        """Normalise every row of x, shape (N, D)."""
        ### BEGIN SOLUTION
        centred = x - x.mean(dim=1, keepdim=True)
        var = centred.square().mean(dim=1, keepdim=True)
        return centred / torch.sqrt(var + 1e-5)
        ### END SOLUTION


# %% check="layernorm_module"
check("layernorm_module", LayerNorm)

# %% [markdown]
# **RMS normalization** (Biao Zhang and Rico Sennrich, 2019) came from a question: does layer normalization work because
# it centres, or because it rescales? Their answer was that rescaling alone does as well in their experiments. So this
# layer does not subtract the mean, and divides by the root of the mean *square*. It has a gain and no shift, saves a
# pass over the data, and is used in most large language models today:
#
# $$y_{ij} = \gamma_j\, \frac{x_{ij}}{\sqrt{\tfrac1D \sum_{k=1}^D x_{ik}^2 + \varepsilon}}$$
#
# **By hand**: the row $(1, 2, 6)$ has the mean square $(1 + 4 + 36)/3 = 13.67$ and becomes $(1, 2, 6)/3.70 = (0.27,
# 0.54, 1.62)$. The signs and the proportions of the entries stay as they were.
#
# ### Exercise `rmsnorm`
#
# *★☆☆, about 10 minutes*
#
# Write it as a torch module with a gain that starts at 1, one per feature. One trap: in float16 the largest number is
# 65,504, and the square of 300 is larger. Take the squares in float32 and return the type that came in.

# %% exercise="rmsnorm"
class RMSNorm(nn.Module):
    """RMS normalization with a gain."""

    def __init__(self, dimensions, eps=1e-5):
        super().__init__()
        self.eps = eps
        # The gain, as a parameter.
        ### BEGIN SOLUTION
        self.gain = nn.Parameter(torch.ones(dimensions))
        ### END SOLUTION

    def forward(self, x):
        """Scale every row of x, shape (N, dimensions)."""
        ### BEGIN SOLUTION
        wide = x if x.dtype == torch.float64 else x.float()
        mean_square = wide.square().mean(dim=1, keepdim=True)
        return self.gain * (wide / torch.sqrt(mean_square + self.eps)).to(x.dtype)
        ### END SOLUTION


# %% check="rmsnorm"
check("rmsnorm", RMSNorm)

# %% [markdown]
# **Predict:** a constant is added to all features of an example. Which of the two outputs changes? And if the example
# is multiplied by 7? By $-7$?

# %% experiment="invariances"
set_seed(0)
row = torch.randn(1, 6)
changes = {"+ 3": row + 3, "x 7": 7 * row, "x (-7)": -7 * row}
for name, norm in (("LayerNorm", LayerNorm()), ("RMSNorm", RMSNorm(6))):
    with torch.no_grad():
        moved = {change: (norm(other) - norm(row)).abs().max().item() for change, other in changes.items()}
    print(f"{name:<10} output moves by", ", ".join(f"{amount:.1e} for {change}" for change, amount in moved.items()))

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Both ignore a positive factor (up to $\varepsilon$): only the *direction* of the vector counts. Layer normalization
# also ignores an added constant, RMS normalization does not. A negative factor reverses the sign of both. So layer
# normalization maps two examples that differ only in brightness and contrast to the same output, and information that
# lay in the brightness is lost.
# </details>
#
# **Further reading.** [Ba, Kiros and Hinton (2016)](https://arxiv.org/abs/1607.06450); [Zhang and Sennrich
# (2019)](https://arxiv.org/abs/1910.07467); [Xiong and others (2020)](https://arxiv.org/abs/2002.04745) on where the
# layer belongs in a Transformer.
#
# ## 4.5 Images: which axes?
#
# Images have four axes, $(N, C, H, W)$: examples, channels, height, width. In a convolutional network all pixels of a
# channel come from the same filter, so **spatial batch normalization** treats the pixels like further examples: one
# mean and variance per channel, over $N$, $H$ and $W$.
#
# For detection and segmentation, images are so large that a processor holds one or two of them, too few for good
# statistics. Layer normalization of a whole image needs no batch, but it treats all channels alike, and channels
# differ: some answer to edges, others to colours. **Group normalization** (Yuxin Wu and Kaiming He, 2018) lies between.
# It splits the channels of each example into $G$ groups of neighbours and normalises each group, over its channels and
# over $H$ and $W$. With $G = 1$ it is layer normalization of the whole image; with $G = C$ it is *instance*
# normalization. Gain and shift are per channel in all of them.
#
# In the picture, each cube is a batch of four examples with six channels, and the pixels of a channel are stacked. The
# coloured block is *one* group of values that share their mean and variance. **Predict** how many such groups each cube
# has.

# %% experiment="cubes"
figure, panels = plt.subplots(2, 2, figsize=(9, 6.6), subplot_kw={"projection": "3d"}, layout="constrained")
for panel, norm in zip(panels.flat, NORMS):
    plot_norm_cube(norm, ax=panel)
describe(figure, "Four cubes of examples, channels and pixels, each with one block that shares its statistics: in "
                 "batch norm one channel of all examples, in layer norm one whole example, in group norm half of its "
                 "channels, in instance norm one channel of one example.")
plt.show()

# %% [markdown]
# The same from above, with every group: one number for each example and channel. Cells of one colour share their mean
# and variance:

# %% experiment="who_shares"
N_shown, C_shown = np.meshgrid(np.arange(4), np.arange(6), indexing="ij")
sharing = {
    "batch norm": C_shown,
    "layer norm (G = 1)": N_shown,
    "group norm, G = 2": 2 * N_shown + C_shown // 3,
    "instance norm (G = C)": 6 * N_shown + C_shown,
}
figure, panels = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
for panel, (name, group) in zip(panels.flat, sharing.items()):
    mixed = np.random.default_rng(1).permutation(24)[group]
    panel.imshow(mixed, cmap="nipy_spectral", alpha=0.6, vmin=0, vmax=24)
    for n, c in np.ndindex(group.shape):
        panel.text(c, n, group[n, c], ha="center", va="center", fontsize=11, color="black")
    panel.set(title=f"{name}: {len(np.unique(group))} groups", xlabel="channel", ylabel="example")
    panel.set(xticks=range(6), yticks=range(4))
describe(figure, "Which cells of a table of examples and channels share their mean and variance: in batch "
                 "normalization those of a column, in layer norm of a row, in group norm of half a row.")
plt.show()

# %% [markdown]
# **By hand**: an image of one pixel has the four channels $(0, 2, 5, 5)$. With $G = 2$ the groups are $(0, 2)$ and $(5,
# 5)$. The first has mean 1 and deviation 1 and becomes $(-1, 1)$; the second has variance 0 and becomes $(0, 0)$. With
# $G = 1$ all four share the mean 3, and 5 becomes a positive number.
#
# ### Exercise `spatial_norms`
#
# *★★☆, about 25 minutes*
#
# Write both forward passes. For the first one, `bn_param` is that of section 4.1, and `batchnorm_forward` does all the
# work once the axes are in order. Moving axes is `transpose`; `reshape` only cuts the same sequence of numbers into
# other rows. For the second one, neighbours stay together: with six channels and $G = 2$, channels 0 to 2 and 3 to 5.

# %% exercise="spatial_norms"
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Normalise every channel of images (N, C, H, W); gamma and beta have shape (C,). Return output and cache."""
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache
    ### END SOLUTION


# %% exercise="spatial_norms" part="groups"
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Normalise every group of channels of every image; gamma and beta have shape (C,). Return output and cache."""
    eps = gn_param.get("eps", 1e-5)
    ### BEGIN SOLUTION
    groups = x.reshape(len(x), G, -1)
    std = np.sqrt(groups.var(axis=2, keepdims=True) + eps)
    x_hat = ((groups - groups.mean(axis=2, keepdims=True)) / std).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, gamma, std, G)
    ### END SOLUTION


# %% check="spatial_norms"
check("spatial_norms", batchnorm_forward, spatial_batchnorm_forward, spatial_groupnorm_forward)

# %% [markdown] hint="spatial_norms"
# For batch normalization, think of a table with one column per channel: what are its rows? For group normalization,
# think of one row per image and group. In which order do the numbers lie in memory, and which axis changes fastest?
#
# ---
#
# To make a table of pixels and channels, the channels have to become the *last* axis first; only then may the other
# axes be merged. Go back the same way in the opposite order. For groups, neighbouring channels already lie next to
# each other in memory, so that they can be merged without moving an axis. $\gamma$ and $\beta$ have the shape $(C,)$
# and must meet the channel axis.
#
# ---
#
# A small case: one image with two channels of one row, $(1, 3)$ and $(10, 30)$. Batch normalization treats each
# channel by itself: both become $(-1, 1)$. So does group normalization with $G = 2$. With $G = 1$ all four numbers
# share the mean $11$, and the first channel is below it everywhere.

# %% [markdown]
# Here are four images, as if photographed in different light. **Predict:** after which of the two normalizations do
# they look alike?

# %% experiment="light"
light = np.array([[1.0, 0.0], [0.25, 0.0], [0.25, 0.6], [0.6, 0.3]])
pictures = images.data[:4].numpy()[:, None] / 255 * light[:, 0, None, None, None] + light[:, 1, None, None, None]
one, zero = np.ones(1), np.zeros(1)
strips = {
    "as photographed": pictures,
    "spatial batch norm": spatial_batchnorm_forward(pictures, one, zero, {"mode": "train"})[0],
    "group norm": spatial_groupnorm_forward(pictures, one, zero, 1, {})[0],
}
figure, panels = plt.subplots(3, 1, figsize=(8, 6.6), layout="constrained")
for panel, (name, strip) in zip(panels, strips.items()):
    panel.imshow(np.concatenate(list(strip[:, 0]), axis=1), cmap="gray")
    panel.set_title(name)
    panel.set_axis_off()
    means, stds = strip.mean(axis=(1, 2, 3)).round(2), strip.std(axis=(1, 2, 3)).round(2)
    print(f"{name:<19} mean of each picture {means}, std {stds}")
plt.show()

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# Batch normalization moves and scales all four together, so the differences of light stay. Group normalization brings
# each picture to mean 0 and standard deviation 1, so the differences of light disappear.
# </details>
#
# **Bug hunt.** Three published normalizations of images, all of them with the right output shape. Find the fault of
# each.
#
# - (a) Group normalization: mean and variance over axis 2 of `x.reshape(N, G, C // G, H, W)`.
# - (b) Group normalization: mean and variance over the axes (1, 3, 4) of `x.reshape(N, C // G, G, H, W)`.
# - (c) Spatial batch normalization: `batchnorm_forward(x.reshape(-1, C), ...)`.
#
# <details><summary>Answer</summary>
#
# (a) averages over the channels of the group only: each *pixel* gets its own mean and variance, and the differences
# between pixels, which make up the image, are mostly gone. (b) groups channels that are $G$ apart, 0, 2, 4 and 1, 3, 5,
# instead of neighbours. (c) cuts the numbers in the order in which they lie in memory, so that a "row" holds $C$
# neighbouring pixels of one channel; transpose first.
# </details>
#
# **Further reading.** [Wu and He (2018)](https://arxiv.org/abs/1803.08494); [Ulyanov, Vedaldi and Lempitsky
# (2016)](https://arxiv.org/abs/1607.08022) on instance normalization.
#
# %% [markdown]
# ## 4.6 Into the network
#
# Here is a fully connected network in numpy, with an empty place for a normalization. Find three things in it: in
# which order a hidden layer does its work, what is regularised, and what happens in test mode.

# %%
print(inspect.getsource(PlainNet))

# %% [markdown]
# ### Exercise `fully_connected`
#
# *★★☆, about 20 minutes*
#
# Fill this place: `normalization` is `None`, `"batchnorm"` or `"layernorm"`.
#
# - With `normalization=None` the network stays as it is, without gains and shifts. With one of the other two, each
#   hidden layer $i = 1, 2, \dots$ gets the parameters `gamma1`, `beta1`, `gamma2` and so on, which start at 1 and 0.
#   The output layer is never normalised: its scores must be free to be large.
# - `PlainNet` calls `norm_forward` and `norm_backward` for a hidden layer exactly when `params` has a `gamma` for it.
#   So the norm is switched on by making these parameters.
# - Batch normalization needs one `bn_param` per hidden layer, kept as long as the network exists, in the list
#   `self.bn_params`. Its `mode` is set in each pass.
# - Gains and shifts are **not** regularised: the penalty is there to prefer simple functions, and a small gain is no
#   simpler than a large one.
# - A setting that is silently ignored misleads its user. So refuse an unknown `normalization` with an error. If yours
#   is accepted, the check says so, but that costs no marks.
#
# You may also write the whole network yourself; only its signature and the names of the parameters count.

# %% exercise="fully_connected"
class FullyConnectedNet(PlainNet):
    """A fully connected network with a choice of normalization."""

    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout_keep_ratio=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        super().__init__(hidden_dims, input_dim, num_classes, dropout_keep_ratio, reg, weight_scale, dtype, seed)
        ### BEGIN SOLUTION
        if normalization not in (None, "batchnorm", "layernorm"):
            raise ValueError(f"normalization must be None, 'batchnorm' or 'layernorm', found {normalization!r}")
        self.normalization, self.bn_params = normalization, [{} for _ in hidden_dims]
        for i, size in enumerate(hidden_dims if normalization else (), start=1):
            self.params |= {f"gamma{i}": np.ones(size, self.dtype), f"beta{i}": np.zeros(size, self.dtype)}
        ### END SOLUTION

    def norm_forward(self, i, x, mode):
        """Normalise x in hidden layer i, counted from 1, in mode "train" or "test"; return output and cache."""
        ### BEGIN SOLUTION
        forward = batchnorm_forward if self.normalization == "batchnorm" else layernorm_forward
        self.bn_params[i - 1]["mode"] = mode
        return forward(x, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1])
        ### END SOLUTION

    def norm_backward(self, i, dout, cache):
        """Return the gradient with respect to x, and a dictionary of those of gamma and beta, by name."""
        ### BEGIN SOLUTION
        backward = batchnorm_backward_alt if self.normalization == "batchnorm" else layernorm_backward
        dx, dgamma, dbeta = backward(dout, cache)
        return dx, {f"gamma{i}": dgamma, f"beta{i}": dbeta}
        ### END SOLUTION


# %% check="fully_connected"
check("fully_connected", FullyConnectedNet)

# %% [markdown]
# The next cell checks the gradients of the whole network. It prints the size of each gradient as well, because a
# relative error alone can mislead. **Predict:** two of the parameters below have a gradient that is exactly zero for
# batch normalization. Which ones? How large will their relative errors be?

# %% experiment="check_the_network"
def check_network(normalization, N, reg):
    """Print the relative error of every gradient of a small network, and its largest entry."""
    rng = np.random.default_rng(231)
    X, y = rng.normal(size=(N, 15)), rng.integers(0, 10, size=N)
    options = {"input_dim": 15, "reg": reg, "weight_scale": 5e-2, "dtype": np.float64, "seed": 0}
    net = FullyConnectedNet([20, 30], normalization=normalization, **options)
    loss, grads = net.loss(X, y)
    print(f"{normalization}, {N} examples, reg {reg}: loss {loss:.4f}")
    for kind in ("W", "b", "gamma", "beta"):
        found = []
        for name in sorted(name for name in grads if name.rstrip("123") == kind):
            wanted = eval_numerical_gradient(lambda _: net.loss(X, y)[0], net.params[name])
            found.append(f"{name} {rel_error(wanted, grads[name]):.0e} (up to {np.abs(grads[name]).max():.0e})")
        print("   ", ", ".join(found))


for settings in (("batchnorm", 5, 0.0), ("batchnorm", 5, 3.14), ("layernorm", 5, 3.14), ("batchnorm", 2, 0.0)):
    check_network(*settings)

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# `b1` and `b2`: whatever a bias adds to all examples, the mean takes away. Their gradient is rounding, about
# $10^{-16}$, and so is the numerical one, so the "relative error" compares noise with the floor of $10^{-8}$ and means
# nothing. A bias before batch normalization is useless; $\beta$ does its work. Before *layer* normalization it is not:
# there the biases of one example differ from feature to feature. (The $10^{-5}$ of `W1` in the second block belongs to
# an entry that is nearly zero, $8 \cdot 10^{-5}$.)
#
# The last block repeats a well-known check, which uses **two** examples. Two values are normalised to $+1$ and $-1$,
# whatever they are, unless they lie within about $\sqrt\varepsilon = 0.003$ of each other. So most columns of `W1`
# have a gradient of nearly 0 (its median entry is 0.0003), and a few have a huge one (4.7), at places where the loss
# bends within 0.003. Both spoil relative errors, up to $3 \cdot 10^{-5}$ here, without any mistake. With three examples
# the worst one is $10^{-7}$. Check batch normalization with more than two, and look at sizes before you worry about
# errors.
# </details>
#
# **Bug hunt.** A network on a solution page accepts `normalization` and `dropout_keep_ratio`. Its code says
# `if self.normalization == "batchnorm": ...` wherever gains are made or used, has no `else`, and hands `dropout_cache =
# None` from layer to layer. The page then trains "layer normalization" with batch sizes 5, 10 and 50 and finds "a
# markedly smaller influence of the batch size than with batch normalization". What was really compared? How would you
# have noticed?
#
# <details><summary>Answer</summary>
#
# The "layer normalization" runs had none: with `"layernorm"` no gain is made and nothing is normalised. The runs show
# that a *plain* network depends less on the batch size than batch normalization does, which is true and was known
# before. Dropout was never applied either. To notice: print `sorted(net.params)`, refuse unknown flags, and test that a
# flag *changes* something. (The class `NeuralNetwork` of our deep runs has a rule of the same kind, said openly: a
# layer class is used only where input and output sizes agree. Of 20 hidden layers, 19 are normalised or residual; the
# first, from 784 to 20, is always plain.)
# </details>
#
# **Further reading.** [Srivastava and others (2014)](https://jmlr.org/papers/v15/srivastava14a.html) on dropout; [Li
# and others (2019)](https://arxiv.org/abs/1801.05134) on dropout together with batch normalization, and why their order
# matters.
#
# ## 4.7 Where normalization helps, and where it does not
#
# Three experiments with your network and Adam, on 1,000 training and 1,000 validation images, three seeds each. Data
# sets can be missing: the loader looks in the folder `COURSE_DATA`, then tries a download, and otherwise takes the
# images that come with the course. The lines below say which it was. The experiments use CIFAR-10 where it is at hand,
# otherwise Fashion-MNIST. The numbers in our remarks are those of the embedded Fashion-MNIST images, without `FULL`.
#
# The assignment from which the experiments come has colour images of 3 x 32 x 32 values, the default `input_dim` of
# your network. Where CIFAR-10 is missing, `as_colour` makes images of that size from grey ones of 28 x 28: a border of
# two pixels, and the same image in all three channels. That adds numbers, but no information, so the experiments use it
# only with `FULL`; here we make sure that your network takes such inputs.

# %% experiment="small_set"
small = small_split(load_cifar10_or_fashion_mnist(train=True))
print("small set:", small.name)
kinds = {"no normalization": None, "batch norm": "batchnorm", "layer norm": "layernorm"}


def as_colour(rows):
    """Turn rows of 28 x 28 grey values into rows of 3 x 32 x 32; rows of another length stay as they are."""
    if rows.shape[1] != 28 * 28:
        return rows
    framed = np.pad(rows.reshape(-1, 1, 28, 28), ((0, 0), (0, 0), (2, 2), (2, 2)))
    return np.repeat(framed, 3, axis=1).reshape(len(rows), -1)


colour = replace(small, X_train=as_colour(small.X_train), X_val=as_colour(small.X_val))
net = FullyConnectedNet([100, 100], normalization="batchnorm", weight_scale=2e-2, seed=0)
run = solve(net, colour, num_epochs=1)
print(f"inputs {colour.X_train.shape}; validation accuracy after one epoch {100 * run.val_acc_history[-1]:.0f} %")
if FULL:
    small = colour

# %%
def trained(normalization, hidden_dims, weight_scale=2e-2, **options):
    """Train a network from each of three seeds on the small set."""
    runs = []
    for seed in (0, 1, 2):
        sizes = {"hidden_dims": hidden_dims, "input_dim": small.X_train.shape[1]}
        net = FullyConnectedNet(**sizes, normalization=normalization, weight_scale=weight_scale, seed=seed)
        with np.errstate(over="ignore", invalid="ignore"):
            runs.append(solve(net, small, seed=seed, **options))
    return runs


def final_accuracies(runs):
    """Say how good the runs are after the last epoch: mean, and lowest to highest."""
    text = []
    for part in ("train", "val"):
        last = [100 * getattr(run, f"{part}_acc_history")[-1] for run in runs]
        text.append(f"{part} {np.mean(last):.1f} ({min(last):.1f} to {max(last):.1f}) %")
    return ", ".join(text)


# %% [markdown]
# **First: learning curves.** Six layers, five hidden ones of 100 units; ten epochs, batches of 50, learning rate
# $10^{-3}$. **Predict** which network has the lowest training loss in the end, and which the best validation accuracy.

# %% experiment="learning_curves"
curves = {name: trained(normalization, [100] * 5) for name, normalization in kinds.items()}
figure, panels = plt.subplots(2, 2, figsize=(9, 6.8), layout="constrained")
for panel, quantity in zip(panels.flat, ("loss_history", "train_acc_history", "val_acc_history")):
    plot_training_history(curves, quantity, smooth=10 if quantity == "loss_history" else 1, ax=panel)
    panel.get_legend().remove()
panels[1, 1].set_axis_off()
panels[1, 1].legend(*panels[0, 0].get_legend_handles_labels(), loc="center", fontsize="large")
figure.suptitle("Mean and range of three seeds (loss: averaged over ten updates)")
plt.show()

for name, runs in curves.items():
    print(f"{name:<17} {final_accuracies(runs)}")

# %% [markdown]
# **Second: the scale of the initial weights.** Eight layers, seven hidden ones of 50 units, ten epochs as before, and
# standard deviations of the weights from $10^{-4}$ to 1. **Predict** both curves: where does each network learn, and
# why not elsewhere? He's initialisation would be $\sqrt{2/50} = 0.2$.

# %% experiment="weight_scale"
scales = np.logspace(-4, 0, 20)
found = {
    name: [trained(kinds[name], [50] * 7, scale) for scale in progress_bar(scales)] for name in list(kinds)[:2]
}
figure, panels = plt.subplots(2, 2, figsize=(9, 7), sharex=True, layout="constrained")
measures = {
    "best validation accuracy (%)": lambda run: 100 * max(run.val_acc_history),
    "best training accuracy (%)": lambda run: 100 * max(run.train_acc_history),
    "loss of the last 100 updates (nats)": lambda run: np.mean(run.loss_history[-100:]),
}
for panel, (label, measure) in zip(panels.flat, measures.items()):
    for index, (name, by_scale) in enumerate(found.items()):
        values = np.array([[measure(run) for run in runs] for runs in by_scale]).T
        plot_band(scales, values, index=index, label=name, ax=panel)
        every_third = zip(scales[::3], values.mean(axis=0)[::3])
        print(f"{label:<36}{name:<17}", "  ".join(f"{scale:.2g}: {value:.4g}" for scale, value in every_third))
    panel.set(xscale="log", ylabel=label)
    panel.axvline(0.2, color="0.6", linewidth=0.8, linestyle=":")
panels[1, 0].set_yscale("log")
panels[1, 1].set_axis_off()
panels[1, 1].legend(*panels[0, 0].get_legend_handles_labels(), loc="center", fontsize="large")
figure.supxlabel("standard deviation of the initial weights")
figure.suptitle("Mean and range of three seeds; dotted: He's initialisation")
plt.show()

# %% [markdown]
# **Third: the size of the batch.** Six layers again, learning rate $10^{-3.5}$, ten epochs, batches of 5, 10 and 50
# images. Mind the comparison: all runs see the same number of images, so batches of 5 make ten times as many updates as
# batches of 50. Fair comparisons are those between the three networks *at the same batch size*.
#
# **Predict:** which of the three networks becomes worse with small batches? Does it show in the training accuracy, in
# the validation accuracy, or in both?

# %% experiment="batch_size"
def run_batchsize_experiments(normalization):
    """Train with batches of 5, 10 and 50 images; return the runs by a name for each size."""
    options = {"learning_rate": 10**-3.5, "num_epochs": 10}
    return {f"batches of {size}": trained(normalization, [100] * 5, batch_size=size, **options) for size in (5, 10, 50)}


by_batch = {name: run_batchsize_experiments(kinds[name]) for name in progress_bar(list(kinds))}
figure, panels = plt.subplots(2, 3, figsize=(9, 6), sharex=True, sharey="row", layout="constrained")
for column, (name, runs) in zip(panels.T, by_batch.items()):
    plot_training_history(runs, "train_acc_history", ax=column[0])
    plot_training_history(runs, "val_acc_history", ax=column[1])
    column[0].set(title=name, xlabel="")
for panel in panels[:, 1:].flat:
    panel.set_ylabel("")
    panel.get_legend().remove()
figure.suptitle("Mean and range of three seeds")
plt.show()

for name, groups in by_batch.items():
    for size, runs in groups.items():
        print(f"{name:<17}{size:<14} {final_accuracies(runs)}")

# %% [markdown]
# The demo shows the reason. Pick a normalization and see which numbers share their statistics; then move one example
# and watch the others. Only in batch normalization do they move with it. There, the output for an example depends on
# the other examples of the batch, and the fewer they are, the more it depends on chance.

# %% experiment="demo_norm_cube"
norm_cube_demo(kind="batch norm").show()

# %% [markdown]
# ### Question `norm_experiments`
#
# Answer from your own figures, with numbers and with bands.
#
# 1. *Weight scale.* Describe both curves. By which two different mechanisms does the plain network fail at the left and
#    at the right end? Why does the normalised one hardly care about small scales, and why does it fail at 1 after all?
# 2. *Batch size.* Compare the three networks at batches of 5, and at batches of 50. What do your figures say about
#    batch normalization in small batches, and what is the reason? Why would it be wrong to conclude from the plain
#    network's curves that "small batches are better"?
# 3. *Learning curves.* A report says "batch normalization helps to converge much faster and to generalise better". How
#    much of it do your runs support?

# %% [markdown] question="norm_experiments"
# Figures of our run (embedded Fashion-MNIST; mean, or lowest to highest of three seeds; on another machine each may be
# off by a point or two). With `FULL` and the full
# Fashion-MNIST as images of 3 x 32 x 32 values, the learning curves end at 80 % training and 72 % validation accuracy
# without normalization, at 93 and 76 % with batch norm, and at 93 and 78 % with layer norm; over the weight scales the
# plain network has its best validation accuracy, 78 %, at 0.14, and 11 to 25 % below 0.01, batch norm 53 to 78 % from
# $10^{-4}$ to 0.62. With batches of 5, 10 and 50 the training accuracies are 86, 82 and 68 % without normalization, 84,
# 92 and 97 % with batch norm, and 92, 92 and 96 % with layer norm.
#
# 1. The plain network learns in a narrow band only. Near He's scale it is as good as the normalised one (76 %
#    validation accuracy at 0.14, against 74 %), but it falls to 45 % at 0.03, to some 23 % at 0.008, to 12 % below
#    0.001, and to 33 % at 1. At the left the signal shrinks in every layer until the scores no longer depend on the
#    image: it vanishes, the loss stays at $\ln 10$. At the right every layer multiplies it, by about 5 at scale 1: it
#    explodes, the loss is $10^5$. With batch normalization there is a broad hill instead, 73, 78 and 74 % at 0.008,
#    0.03 and 0.14, and still 50 to 60 % where the plain network learns nothing: the size of the weights is divided out
#    again, so that neither of the two can happen. It is not flat. At the far left the variance $50 \cdot 10^{-8}$ is
#    smaller than $\varepsilon$, so the outputs are not of size 1, and steps of $10^{-3}$ are large against the weights,
#    so that training begins with jumps (the bands are wide). At 1 the same steps are tiny against the weights, whose
#    direction alone matters, and the output layer, which is not normalised, starts with scores that are far too large:
#    46 %.
# 2. At 50: batch norm 96 to 98 % training and 77 to 80 % validation accuracy, layer norm 96 to 99 % and 77 to 80 %, no
#    difference; plain 65 to 68 % and 59 to 63 %. At 5: layer norm 90 to 94 % training accuracy, batch norm 83 to 86 %:
#    the bands are apart, so batch normalization does suffer, in training. Validation is 77 to 79 % for both, and 68 to
#    72 % for the plain network. The reason is that mean and variance of five values are poor estimates: the same image
#    gets another output in each batch, and training statistics differ from the running ones. Layer normalization does
#    not depend on the batch. The plain network's curves differ because ten epochs are 2,000 updates with batches of 5
#    and 200 with batches of 50: with more updates it has learned more at this learning rate. To compare sizes one would
#    have to tune the rate for each, or to match updates instead of images.
# 3. Faster: yes. After one epoch both normalised networks are above 60 % validation accuracy, the plain one near 20 %
#    and after ten epochs at 68 % (67 to 69 %). Better generalisation: the validation accuracy is higher, 77 % with
#    batch norm (77 to 78 %) and 76 % with layer norm (73 to 79 %), but that is because the plain network is not trained
#    yet (77 to 78 % in training). The normalised ones have a much larger gap, 96 and 93 % in training against 77 % and
#    76 %: they overfit 1,000 images. To claim more one would train the plain one until its training accuracy is the
#    same. And layer normalization does as well here, so the advantage does not come from the batch.
#
# **Marking guide**
#
# - 0.7 for the first part: shape of both curves with numbers (0.2), vanishing at the left and exploding at the right
#   (0.2), the normalization divides the size out (0.15), a reason for the failure at 1 (0.15). "Batch norm is better
#   in most cases" alone: 0.1.
# - 0.8 for the second: the three networks compared at equal batch size with bands (0.3), noisy statistics of few
#   examples (0.25), updates are not matched between sizes (0.25).
# - 0.5 for the third: faster, with numbers (0.2); the gap between training and validation named (0.3).
# - Statements that the student's own figures contradict earn nothing, however plausible.

# %% [markdown] hint="norm_experiments"
# For each part, first read numbers off your own figures: the lowest and the highest of the seeds at each point. A
# difference that is smaller than these bands may be chance. Then look for the mechanism. For the weight scale, ask how
# a signal changes over eight layers that all multiply it by the same factor, below 1 or above 1.
#
# ---
#
# For the batch size, count two things at batches of 5 and of 50: how many values one mean is made of, and how many
# updates ten epochs consist of. For the learning curves, compare training with validation accuracy *within* a network
# before you compare networks with each other.

# %% [markdown]
# **Further reading.** [Wu and He (2018)](https://arxiv.org/abs/1803.08494), figure 1, on small batches; [Santurkar
# and others (2018)](https://arxiv.org/abs/1805.11604), on why batch normalization helps, the subject of workbook 5.

# %% [markdown]
# ## 4.8 Residual layers, and five deep networks
#
# There is another way to keep a signal: do not send all of it through the weights. In 2015, Kaiming He and colleagues
# had seen that a plain network of 56 layers has a larger *training* error than one of 20, although it could copy the
# shallow one and do nothing in the other layers. Doing nothing is apparently hard to learn. So they made it the
# starting point: a **residual layer** (He et al. 2016) adds its input to the output of an ordinary layer,
#
# $$\varphi(X) = \operatorname{ReLU}(X W^\top + b) + X ,$$
#
# so its derivative with respect to $X$ is that of the branch *plus one*. Gradients have a path to the first layer on
# which nothing is multiplied:

# %% experiment="residual_block"
boxes = {"$X$": (0, 0), "linear": (2, 0), "ReLU": (4, 0), "+": (6, 0), r"$\varphi(X)$": (8, 0)}
arrows = [Arrow("$X$", "linear"), Arrow("linear", "ReLU"), Arrow("ReLU", "+"), Arrow("+", r"$\varphi(X)$")]
arrows.append(Arrow("$X$", "+", bend=-0.3, colour=1))
figure, ax = plt.subplots(figsize=(9, 2.8), layout="constrained")
draw_diagram(boxes, arrows, rounded=("$X$", r"$\varphi(X)$"), ax=ax)
ax.text(3, 1.2, "the skip: derivative 1", ha="center", color=COLOURS[1])
ax.text(3, -0.8, "the branch: derivative depends on the weights", ha="center", color=COLOURS[0])
ax.set(ylim=(-1.1, 1.6))
describe(figure, "A residual layer: the branch leads from X through a linear map and ReLU to a sum, and the skip leads "
                 "from X to the same sum directly.")
plt.show()

# %% [markdown]
# **Predict** for 20 such layers, before any training: do the activations vanish, stay or grow?
#
# ### Exercise `residual`
#
# *★☆☆, about 5 minutes*
#
# Write it as a module for inputs $(N, \text{dimensions})$. Input and output have the same size, and the class is called
# with both, `ResidualLayer(20, 20)`: `*args` takes the second. Mind the order: ReLU comes first, then the sum. Do not
# change `x` itself.

# %% exercise="residual"
class ResidualLayer(nn.Module):
    """A linear map, ReLU, and the input added to it."""

    def __init__(self, dimensions, *args):
        super().__init__()
        ### BEGIN SOLUTION
        self.linear = nn.Linear(dimensions, dimensions)
        ### END SOLUTION

    def forward(self, x):
        """Map x, shape (N, dimensions), to the same shape."""
        ### BEGIN SOLUTION
        branch = torch.relu(self.linear(x))
        return branch + x
        ### END SOLUTION


# %% check="residual"
check("residual", ResidualLayer)

# %% [markdown]
# Now we compare five networks of 20 hidden layers of 20 units, made from *your* classes. `NormalizedLayer` is the given
# layer around your normalization; read where it is applied. In the fifth network, layer normalization follows each
# residual layer. The first hidden layer is plain in all of them (784 is not 20).

# %% experiment="code_of_the_layers"
print(inspect.getsource(NormalizedLayer))
code = inspect.getsource(deep_layer_types)
print(code[code.index("    return {") :])

# %% [markdown]
# **Predict**, before you run this: rank the five by validation accuracy after the same number of updates. Which will be
# the most sensitive to the seed?

# %% experiment="five_networks"
types = deep_layer_types(layer_norm=LayerNorm, batch_norm=BatchNorm, residual=ResidualLayer)
for name in long_runs([name for name in types if name not in deep_runs], minutes=5, full=FULL):
    deep_runs[name] = run_models(layer_type=types[name], label=name, **deep)

figure, panels = plt.subplots(2, 2, figsize=(9, 7), layout="constrained")
for panel, metric in zip(panels.flat, ("train_loss", "valid_loss", "valid_accuracy")):
    plot_histories(deep_runs, metric=metric, ax=panel)
    panel.get_legend().remove()
panels[0, 0].axhline(np.log(10), color="C6", linewidth=0.8, zorder=0)
panels[1, 1].set_axis_off()
panels[1, 1].legend(*panels[1, 0].get_legend_handles_labels(), loc="center", fontsize="large")
plt.show()

# %% experiment="table"
print(f"{'after the last epoch, three seeds':<36}{'training loss':<26}{'test loss':<26}test accuracy (%)")
for name, runs in deep_runs.items():
    row = f"{name:<36}"
    for metric, scale, digits in (("train_loss", 1, 3), ("valid_loss", 1, 3), ("valid_accuracy", 100, 1)):
        last = [scale * getattr(run, metric)[-1] for run in runs]
        text = f"{np.mean(last):.{digits}f} ({min(last):.{digits}f} to {max(last):.{digits}f})"
        row += f"{text:<26}"
    print(row)

# %% [markdown]
# **Your answers** (not marked). Double-click here and answer from your table and figure, with the ranges over the
# seeds.
#
# 1. Layer normalization: what changed compared with 20 plain layers, and why?
# 2. Batch normalization: what changed, and why? Can you tell it apart from layer normalization?
# 3. Residual layers: how well did they do, and why?
#
# *...*

# %% [markdown]
# To find the reasons, look at the signals again, before and after training, in all five networks.

# %% experiment="five_signals"
types = deep_layer_types(layer_norm=LayerNorm, batch_norm=BatchNorm, residual=ResidualLayer)
before = {name: signals(layer_class) for name, layer_class in types.items()}
after = {
    name: [observe_signal(run.model, batch, batch_labels) for run in runs] for name, runs in deep_runs.items()
}
figure, panels = plt.subplots(2, 2, figsize=(9, 7), sharex=True, layout="constrained")
for row, (when, groups) in zip(panels, {"before training": before, "after training": after}.items()):
    for panel, quantity in zip(row, ("activation_variance", "gradient_variance")):
        plot_signal(groups, quantity, ax=panel)
        panel.set_title(when)
        panel.get_legend().remove()
panels[0, 0].set_xlabel("")
panels[0, 1].set_xlabel("")
figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()
for name, observed in before.items():
    factors = [
        np.mean([(getattr(s, quantity)[-1] / getattr(s, quantity)[0]) ** (1 / 19) for s in observed])
        for quantity in ("activation_variance", "gradient_variance")
    ]
    print(f"{name:<22} per layer: activations times {factors[0]:.2f}, gradients backward times {1 / factors[1]:.2f}")

# %% [markdown]
# <details><summary>After your prediction</summary>
#
# The activations grow, by about 1.4 per layer, because the output of the branch is added to what was there. The table
# above has your own numbers. Small differences in rounding grow over 400 updates of 20 layers, so the same seeds give
# other results on other machines. On the machines on which we ran it, without `FULL`, three seeds gave these test
# accuracies after the last epoch:
#
# - Residual with layer norm: 80 to 82 %. Residual alone: 70 to 72 %. Both are apart from all others. Plain: 10 %.
# - Layer norm: 45 to 60 %, batch norm: 46 to 58 %. Within one table, their ranges overlap on all machines, so they
#   cannot be told apart.
# - All this holds for these 400 updates and one learning rate for all. None of the normalised networks has finished
#   training, and gains and shifts were left out on purpose.
#
# With `FULL`, the size of the published assignment, three seeds on our machine ended at these values (mean, and lowest
# to highest), beside those that the assignment printed from one run each:
#
# | 20 layers | test loss | printed | test accuracy (%) | printed |
# |---|---|---|---|---|
# | plain | 2.309 (2.308 to 2.310) | 2.308 | 10.0 (10.0 to 10.0) | 10.0 |
# | layer norm | 1.315 (1.308 to 1.323) | 1.467 | 71.4 (68.1 to 73.0) | 53.8 |
# | batch norm | 1.472 (1.435 to 1.514) | 1.429 | 60.5 (58.6 to 62.6) | 62.9 |
# | residual | 0.583 (0.528 to 0.611) | 0.607 | 78.7 (77.5 to 80.8) | 78.2 |
# | residual with layer norm | 0.735 (0.712 to 0.757) | | 80.7 (79.9 to 81.3) | |
#
# On another machine the same seeds gave 66.6 to 68.4 % with layer norm, so a range over three seeds does not say how
# far another machine may be off. The printed 53.8 % is far from both.
#
# In the signals, every network that learns keeps both variances within a few powers of ten over 19 layers; the plain
# one loses fifteen. They are not constant, though. With layer norm alone the images become more alike from layer to
# layer (factor 0.87). With batch norm the gradient *grows* on its way to the images, by 1.7 per layer: at the start,
# the gradient of a deep ReLU network with batch norm and without skips explodes (Yang et al. 2019). After training it
# grows less. With skips both variances grow moderately, by 1.1 to 1.4 per layer.
# </details>
#
# **Bug hunt.** Two sentences from an answer sheet, with the figures printed beside them. Judge them.
#
# | 20 layers, one run each | training loss | validation loss | validation accuracy |
# |---|---|---|---|
# | layer norm | 1.4742 | 1.4669 | 53.8 % |
# | batch norm | 1.4810 | 1.4294 | 62.9 % |
# | residual | 0.5103 | 0.6069 | 78.2 % |
#
# Two layers, same number of epochs: SGD 61.8 %, momentum 65.3 %, RMSProp 85.4 %, Adam 86.2 %.
#
# 1. "Batch normalization works less well than layer normalization here."
# 2. "The residual network is not as good as the shallow network or the one with layer normalization."
#
# <details><summary>Answer</summary>
#
# 1. The sheet's own figures say the opposite in two of three columns, and the third differs by 0.007. Neither would
#    prove anything: single runs without seeds. In our table the accuracies of the two overlap as well. Run with `FULL`,
#    which is what the sheet did (60,000 images, batches of 256, learning rate 0.001, ten epochs), three seeds on each
#    of two machines ended at 67 to 73 % with layer norm, at 58 to 63 % with batch norm, and at 77 to 81 % with residual
#    layers. There layer norm is ahead. So the sentence may be true, but the sheet's own figures do not support it: the
#    author cannot have concluded it from them.
# 2. 78.2 % is more than 53.8 % (layer norm), and more than 61.8 and 65.3 % (two layers with SGD and momentum). Only
#    two layers with RMSProp or Adam are better, and those runs differ in the optimizer, not only in the depth. The
#    sentence fits the figures of another run, or nobody looked at them.
# </details>
# %% [markdown]
# **Further reading.** [He and others (2016)](https://arxiv.org/abs/1512.03385); [the same authors on identity
# mappings](https://arxiv.org/abs/1603.05027); [Yang and others (2019), *A mean field theory of batch
# normalization*](https://arxiv.org/abs/1902.08129).

# %% [markdown]
# ## 4.9 Concepts: what is it like, and when does it fail?
#
# **Think.** Each of these four ways to prepare colour images resembles batch normalization, layer normalization, or
# neither. Which?
#
# 1. Scale every *row of pixels* so that its red, green and blue values add up to 1.
# 2. Scale every *image* so that its red, green and blue values add up to 1.
# 3. Subtract the mean image of the data set from every image.
# 4. Set every value to 0 or 1, depending on whether it is below or above a threshold.
#
# **Bug hunt.** A solution page answers "1 batch, 2 layer, 3 layer, 4 batch". How many of them are right?

# %% [markdown]
# **Your answer** (not marked). Double-click here. For each of the four: batch, layer or neither, and which values share
# a statistic?
#
# 1. *...*
# 2. *...*
# 3. *...*
# 4. *...*

# %% [markdown]
# <details><summary>Answer</summary>
#
# Ask which values share a statistic. In 3, each pixel (feature) uses a mean over the *images*: that is the centring
# half of batch normalization. In 2, each image uses a sum over its own *features* and nothing of other images: like
# layer normalization (nearer to RMS normalization, as nothing is subtracted). In 1, the statistic is taken over a part
# of one example: group normalization with rows as groups, so at best layer normalization of a part. 4 uses no statistic
# of the data at all: neither. Of the four answers on the page, one is right, the second.
# </details>
#
# **Think.** When is layer normalization likely to work badly: (a) in a very deep network, (b) with a very small number
# of features, (c) with strong regularisation? Commit yourself to an answer and name the mechanism. The next cell tests
# (b).

# %% [markdown]
# **Your answer** (not marked). Double-click here: yes or no for (a), (b) and (c), each with a reason.
#
# *...*

# %% experiment="few_features"
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
rng = np.random.default_rng(0)
for index, D in enumerate((2, 3, 20)):
    out = layernorm_forward(rng.normal(size=(2000, D)), np.ones(D), np.zeros(D), {})[0]
    share = np.full(out[:, 0].shape, 100 / len(out))
    ax.hist(out[:, 0], np.linspace(-2.6, 2.6, 53), weights=share, histtype="step", linewidth=1.5, color=COLOURS[index],
            linestyle=("-", "--", ":")[index], label=f"D = {D}")
ax.set(title="First feature of 2,000 normal examples after layer normalization", xlabel="value", ylabel="examples (%)")
ax.legend()
plt.show()

# %% [markdown]
# <details><summary>Answer</summary>
#
# (b). With $D = 2$ the two values always come out as $+1$ and $-1$: all that is left of an example is which of its two
# features is larger. With $D = 3$ they lie on a circle, one number instead of three. Two degrees of freedom are lost
# per example (mean and size), which matters little for $D = 1000$ and nearly everything for $D = 2$. (a) No: very deep
# networks are its purpose, as the table of section 4.8 shows. (c) No: strong regularisation shrinks weights, and the
# normalization divides their common size out again, so it even counteracts the penalty. Too strong a penalty hurts any
# network.
# </details>
#
# **Further reading.** [Huang and others (2023)](https://arxiv.org/abs/2009.12836), a survey of normalizations; [Van
# Laarhoven (2017)](https://arxiv.org/abs/1706.05350) on weight decay and normalization.
#
# ## What to take with you
#
# - A deep plain network with default weights divides the signal by about six per layer, in both directions. A better
#   optimizer cannot repair that.
# - Every normalization uses the same formula. Ask over which axes the statistics are taken, and which are used at test
#   time.
# - A layer with state needs buffers, statistics without a graph, and a mode. If one of them is forgotten, the training
#   loss can still look right.
# - In batch normalization, the examples of a batch influence each other. That works well in large batches, is noisy in
#   small ones, and needs a different mode at test time. Layer, group and RMS normalization avoid all three.
# - A bias before batch normalization has no effect, and the relative error of a gradient that is zero has no meaning.
# - Read your own table, with its ranges, before you write the sentence below it.
