"""Optimizers, layers and networks as students write them: plain loops over the parameters, no tricks."""

import torch
from torch import nn

from course_utils.optimizers import SGDOptimizer


class MomentumOptimizer(SGDOptimizer):
    """An exponential moving average of gradients."""

    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        self.velocity = [torch.zeros_like(w) for w in self.parameters]

    @torch.no_grad()
    def step(self):
        """Move against the average."""
        for i, w in enumerate(self.parameters):
            self.velocity[i] = self.mu * self.velocity[i] + (1 - self.mu) * w.grad
            w -= self.lr * self.velocity[i]


class RMSPropOptimizer(SGDOptimizer):
    """Gradients divided by the root of their mean square."""

    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr)
        self.beta = beta
        self.squares = [torch.zeros_like(w) for w in self.parameters]

    @torch.no_grad()
    def step(self):
        """Move every weight by a step of its own size."""
        for i, w in enumerate(self.parameters):
            self.squares[i] = self.beta * self.squares[i] + (1 - self.beta) * w.grad**2
            w -= self.lr * w.grad / torch.sqrt(self.squares[i] + 1e-7)


class AdamOptimizer(SGDOptimizer):
    """Both averages, corrected for their start at zero."""

    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.t = beta1, beta2, 0
        self.m = [torch.zeros_like(w) for w in self.parameters]
        self.v = [torch.zeros_like(w) for w in self.parameters]

    @torch.no_grad()
    def step(self):
        """Move by the corrected averages."""
        self.t += 1
        for i, w in enumerate(self.parameters):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * w.grad
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * w.grad**2
            m = self.m[i] / (1 - self.beta1**self.t)
            v = self.v[i] / (1 - self.beta2**self.t)
            w -= self.lr * m / torch.sqrt(v + 1e-7)


class LayerNorm(nn.Module):
    """Every example to mean 0 and variance 1."""

    def forward(self, x):
        """Map (N, D) to (N, D)."""
        mean = x.mean(dim=1, keepdim=True)
        variance = x.var(dim=1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + 1e-5)


class BatchNorm(nn.Module):
    """Every feature to mean 0 and variance 1 over the batch."""

    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.beta = beta
        self.register_buffer("running_mean", torch.zeros(dimensions))
        self.register_buffer("running_var", torch.ones(dimensions))

    def forward(self, x):
        """Map (N, D) to (N, D)."""
        if not self.training:
            return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        mean, variance = x.mean(dim=0), x.var(dim=0, unbiased=False)
        with torch.no_grad():
            self.running_mean = self.beta * self.running_mean + (1 - self.beta) * mean
            self.running_var = self.beta * self.running_var + (1 - self.beta) * variance
        return (x - mean) / torch.sqrt(variance + 1e-5)


class LayerNormLayer(nn.Module):
    """Linear, layer normalization, ReLU."""

    def __init__(self, before, after):
        super().__init__()
        self.linear, self.norm = nn.Linear(before, after), LayerNorm()

    def forward(self, x):
        """Map (N, before) to (N, after)."""
        return torch.relu(self.norm(self.linear(x)))


class BatchNormLayer(nn.Module):
    """Linear, batch normalization, ReLU."""

    def __init__(self, before, after):
        super().__init__()
        self.linear, self.norm = nn.Linear(before, after), BatchNorm(after)

    def forward(self, x):
        """Map (N, before) to (N, after)."""
        return torch.relu(self.norm(self.linear(x)))


class ResidualLayer(nn.Module):
    """A layer whose input is added to its output."""

    def __init__(self, before, after):
        super().__init__()
        self.linear = nn.Linear(before, after)

    def forward(self, x):
        """Map (N, before) to (N, after)."""
        return torch.relu(self.linear(x)) + x


class ConvNet(nn.Sequential):
    """Two convolutions with pooling, and a linear output."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 16, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(1568, 10),
        )
