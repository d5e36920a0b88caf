# %% [markdown]
# # Workbook 6: What trains large networks today
#
# *Optional. The workbooks before this one end in 2015, with Adam, batch normalization and residual layers. This one
# goes on from there: you write what large networks are trained with now, and see it work on a laptop.*
#
# You need workbook 2 (momentum, Adam, AdamW) and workbook 4 (layer and RMS normalization, residual layers); one section
# takes up `recalibrate` from workbook 5. Allow six to eight hours, of which the runs take three minutes. Section
# 6.3 builds on 6.2; all others can be read by themselves.
#
# After this workbook you can
#
# - measure the sharpness of a loss without ever writing down its Hessian, and say at which learning rate it settles;
# - write Lion and Muon, and say what they keep of a gradient and what they throw away;
# - say where the normalization belongs in a deep network, and what it does to queries and keys;
# - choose a learning rate on a narrow network and use it on a wide one;
# - say when a larger batch stops helping, and train with batches that do not fit into memory;
# - average weights, fold a batch normalization into its convolution, and train with 16-bit numbers without losing small
#   gradients.
#
# | section | what it is about | since |
# |---|---|---|
# | 6.1 | the edge of stability | 2021 |
# | 6.2 | signs: AdaGrad, Lion, and rare classes | 2011, 2023 |
# | 6.3 | Muon: a step for matrices | 2024 |
# | 6.4 | where the norm stands; normalised queries and keys | 2019, 2020 |
# | 6.5 | learning rates that carry over from narrow to wide networks | 2021 |
# | 6.6 | how large should a batch be? | 2018 |
# | 6.7 | averages of weights | 1992, 2018 |
# | 6.8 | before deployment: folded norms, 16-bit numbers | 2018 |
#
# **Letters.** The same ones all the way through:
#
# | letter | meaning | in code |
# |---|---|---|
# | $w, W$ | the weights, all of them or any single one; a matrix of weights | `parameter` |
# | $g, G$ | gradient of the loss with respect to $w$, or to $W$ | `parameter.grad` |
# | $\eta$ | learning rate | `lr` |
# | $\lambda$ | weight decay | `weight_decay` |
# | $H$ | Hessian: the matrix of second derivatives of the loss | never written down |

# %%
import copy

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course_utils.checks import check
from course_utils.models.attention import FeedForward, SelfAttention
from course_utils.models.wide_network import WideNetwork
from course_utils.optimizers import SGDOptimizer, zero_grad
from course_utils.plotting import COLOURS, plot_band

FULL = False  # True: the experiments take the full data sets and longer runs, where they can

# %% [markdown]
# ## 6.1 The edge of stability

# %% [markdown]
# ## 6.2 Signs

# %% [markdown]
# ## 6.3 Muon: a step for matrices

# %% [markdown]
# ## 6.4 Where the norm stands
#
# ### Exercise `prenorm_block`

# %% exercise="prenorm_block"
class PreNormBlock(nn.Module):
    """A transformer's block: attention and a small network, each behind a layer normalization and beside a skip.

    Args:
        dim: Features of a position.
        heads: Number of heads of the attention.
        qk_norm: Whether queries and keys are normalised, each head by itself.
    """

    def __init__(self, dim, heads, qk_norm=False):
        super().__init__()
        ### BEGIN SOLUTION
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        query_norm, key_norm = None, None
        if qk_norm:
            query_norm, key_norm = nn.RMSNorm(dim // heads), nn.RMSNorm(dim // heads)
        self.attention = SelfAttention(dim, heads, query_hook=query_norm, key_hook=key_norm)
        self.mlp = FeedForward(dim)
        ### END SOLUTION

    def forward(self, x):
        """Map x, shape (N, T, dim), to the same shape."""
        ### BEGIN SOLUTION
        h = x + self.attention(self.norm1(x))
        return h + self.mlp(self.norm2(h))
        ### END SOLUTION


# %% check="prenorm_block"
check("prenorm_block", PreNormBlock)

# %% [markdown]
# ## 6.5 Learning rates that carry over
#
# ### Exercise `mup`

# %% exercise="mup"
def mup_groups(model, lr, base_width):
    """Return parameter groups for Adam, with the learning rates that carry over from a network of the base width.

    Args:
        model: A `WideNetwork`.
        lr: The learning rate that is right for a network of the base width.
        base_width: The width of that network.

    Returns:
        A list of dictionaries with the keys "params" and "lr"; every parameter is in one of them.
    """
    ### BEGIN SOLUTION
    width = model.output.in_features
    hidden = [layer.weight for layer in model.hidden]
    others = [model.input.weight, model.output.weight]
    biases = [layer.bias for layer in (model.input, *model.hidden, model.output)]
    return [{"params": hidden, "lr": lr * base_width / width}, {"params": others, "lr": lr}, {"params": biases, "lr": lr}]
    ### END SOLUTION


# %% exercise="mup" part="multiplier"
def output_multiplier(width, base_width):
    """Return the factor of the logits."""
    ### BEGIN SOLUTION
    return base_width / width
    ### END SOLUTION


# %% check="mup"
check("mup", mup_groups, output_multiplier)

# %% [markdown]
# ## 6.6 How large should a batch be?
#
# ### Exercise `accumulate`

# %% exercise="accumulate"
def accumulated_step(model, loss_fn, optimizer, batches):
    """Make one step with the gradient of the mean loss over all examples; return that loss, from before the step.

    Args:
        model: A network, called with the inputs of one batch at a time.
        loss_fn: `loss_fn(outputs, labels)` is the mean loss of the examples of a batch.
        optimizer: A torch optimizer of the model's parameters.
        batches: A list of pairs (inputs, labels), whose sizes may differ.
    """
    if not batches:
        raise ValueError("the list of batches is empty; expected at least one pair (inputs, labels)")
    ### BEGIN SOLUTION
    total = sum(len(labels) for _, labels in batches)
    mean_loss = 0.0
    optimizer.zero_grad()
    for inputs, labels in batches:
        loss = loss_fn(model(inputs), labels) * len(labels) / total
        loss.backward()
        mean_loss += loss.item()
    optimizer.step()
    return mean_loss
    ### END SOLUTION


# %% check="accumulate"
check("accumulate", accumulated_step)

# %% [markdown]
# ## 6.7 Averages of weights
#
# ### Exercise `weight_average`

# %% exercise="weight_average"
class WeightAverage:
    """A moving average of the parameters of a network, which starts at those that it has now."""

    def __init__(self, model, decay=0.999):
        self.model, self.decay = model, decay
        ### BEGIN SOLUTION
        self.averages = [parameter.detach().clone() for parameter in model.parameters()]
        self.buffers = [buffer.clone() for buffer in model.buffers()]
        ### END SOLUTION

    @torch.no_grad()
    def update(self):
        """Take in the parameters that the model has now, and copy its buffers."""
        ### BEGIN SOLUTION
        for average, parameter in zip(self.averages, self.model.parameters()):
            average.mul_(self.decay).add_((1 - self.decay) * parameter)
        for kept, buffer in zip(self.buffers, self.model.buffers()):
            kept.copy_(buffer)
        ### END SOLUTION

    @torch.no_grad()
    def copy_to(self, model):
        """Write averages and buffers into the tensors of a network of the same layers."""
        ### BEGIN SOLUTION
        for parameter, average in zip(model.parameters(), self.averages):
            parameter.copy_(average)
        for buffer, kept in zip(model.buffers(), self.buffers):
            buffer.copy_(kept)
        ### END SOLUTION


# %% check="weight_average"
check("weight_average", WeightAverage)

# %% [markdown]
# ## 6.8 Before deployment
#
# ### Exercise `fold_batchnorm`

# %% exercise="fold_batchnorm"
def fold_batchnorm(conv, bn):
    """Return one convolution that does what `conv` and then `bn` do in evaluation mode; both stay as they are.

    Args:
        conv: An `nn.Conv2d`, with or without a bias.
        bn: The `nn.BatchNorm2d` behind it, with or without gain and shift (`bn.weight`, `bn.bias`).

    Raises:
        ValueError: The normalization is for another number of channels.
    """
    if bn.num_features != conv.out_channels:
        raise ValueError(
            f"the convolution has {conv.out_channels} channels and the normalization {bn.num_features}; expected equal"
        )
    ### BEGIN SOLUTION
    folded = copy.deepcopy(conv)
    std = torch.sqrt(bn.running_var + bn.eps)
    gain = torch.ones_like(std) if bn.weight is None else bn.weight.detach()
    shift = torch.zeros_like(std) if bn.bias is None else bn.bias.detach()
    bias = torch.zeros_like(std) if conv.bias is None else conv.bias.detach()
    folded.weight = nn.Parameter(conv.weight.detach() * (gain / std)[:, None, None, None])
    folded.bias = nn.Parameter((bias - bn.running_mean) * gain / std + shift)
    return folded
    ### END SOLUTION


# %% check="fold_batchnorm"
check("fold_batchnorm", fold_batchnorm)

# %% [markdown]
# ### Exercise `loss_scaler`

# %% exercise="loss_scaler"
class LossScaler:
    """A factor for the loss that is as large as the range of float16 allows."""

    def __init__(self, scale=2.0**16, growth_interval=2000):
        self.scale, self.growth_interval = scale, growth_interval
        self.good_steps = 0  # in a row

    def scale_loss(self, loss):
        """Return the loss to go backward from."""
        ### BEGIN SOLUTION
        return self.scale * loss
        ### END SOLUTION

    @torch.no_grad()
    def step(self, optimizer, params):
        """Unscale the gradients in place, make a step unless one is not finite, and say whether it was made."""
        ### BEGIN SOLUTION
        gradients = [parameter.grad for parameter in params if parameter.grad is not None]
        for gradient in gradients:
            gradient.div_(self.scale)
        if not all(torch.isfinite(gradient).all() for gradient in gradients):
            self.scale, self.good_steps = self.scale / 2, 0
            return False
        optimizer.step()
        self.good_steps += 1
        if self.good_steps == self.growth_interval:
            self.scale, self.good_steps = 2 * self.scale, 0
        return True
        ### END SOLUTION


# %% check="loss_scaler"
check("loss_scaler", LossScaler)

# %% [markdown]
# ## What to take with you
