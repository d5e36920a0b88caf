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
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course_utils.checks import check
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

# %% [markdown]
# ## 6.5 Learning rates that carry over

# %% [markdown]
# ## 6.6 How large should a batch be?

# %% [markdown]
# ## 6.7 Averages of weights

# %% [markdown]
# ## 6.8 Before deployment

# %% [markdown]
# ## What to take with you
