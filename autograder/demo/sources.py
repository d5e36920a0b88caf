"""What the demo class wrote: sources of solution cells of workbook 02, by exercise."""

from __future__ import annotations

from autograder.demo.later_sources import LATER

__all__ = ["ANOTHER_STYLE", "CELLS", "CHECKED", "PERFECT"]

EMA = """
def ema(values, beta, bias_correction=False):
    out, m = [], 0.0
    for t, x in enumerate(values, 1):
        m = beta * m + (1 - beta) * x
        out.append(m / (1 - beta**t) if bias_correction else m)
    return np.array(out)
"""

MOMENTUM = """
class MomentumOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        self.v = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            v.copy_(self.mu * v + (1 - self.mu) * p.grad)
            p -= self.lr * v
"""

MOMENTUM_UPDATE = """
def momentum_update(loss, params, grad_vel, lr=1e-3, beta=0.8):
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        for p, v in zip(params, grad_vel):
            v.mul_(beta).sub_(lr * p.grad)
            p += v
"""

RMSPROP = """
class RMSPropOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, beta=0.9):
        super().__init__(parameters, lr)
        self.beta = beta
        self.s = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        for p, s in zip(self.parameters, self.s):
            s.copy_(self.beta * s + (1 - self.beta) * p.grad**2)
            p -= self.lr * p.grad / torch.sqrt(s + 1e-7)
"""

RMSPROP_UPDATE = """
def rmsprop_update(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8):
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        for p, s in zip(params, grad_sq):
            s.mul_(alpha).add_((1 - alpha) * p.grad**2)
            p -= lr * p.grad / torch.sqrt(s + epsilon)
"""

ADAM = """
class AdamOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.t = beta1, beta2, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v):
            m.copy_(self.beta1 * m + (1 - self.beta1) * p.grad)
            v.copy_(self.beta2 * v + (1 - self.beta2) * p.grad**2)
            m_hat = m / (1 - self.beta1**self.t)
            v_hat = v / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / torch.sqrt(v_hat + 1e-7)
"""

WHY = """
An average of gradients is as long as a gradient: after a few steps both methods move about lr times the slope. The two
curves can only differ where the gradients change from step to step, and there momentum averages the noise away.
"""

# By cell: an exercise may have several.
PERFECT = {
    "ema": EMA,
    "momentum": MOMENTUM,
    "momentum_update": MOMENTUM_UPDATE,
    "momentum_equivalence": WHY,
    "rmsprop": RMSPROP,
    "rmsprop_update": RMSPROP_UPDATE,
    "adam": ADAM,
    **LATER,
}

# What a check marks.
CHECKED = {name for name in PERFECT if "-" not in name} - {"momentum_equivalence", "surfaces"}

ANOTHER_STYLE = {
    **PERFECT,
    "ema": """
def ema(values, beta, bias_correction=False):
    x = np.asarray(values, dtype=float)
    t = np.arange(1, len(x) + 1)
    weights = np.tril((1 - beta) * beta ** np.clip(t[:, None] - t[None, :], 0, None))
    averages = weights @ x
    return averages / (1 - beta**t) if bias_correction else averages
""",
    "momentum": """
class MomentumOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        SGDOptimizer.__init__(self, parameters, lr=lr)
        self.mu, self.velocity_of = mu, {}

    def step(self):
        for parameter in self.parameters:
            old = self.velocity_of.get(parameter, 0)
            self.velocity_of[parameter] = torch.lerp(parameter.grad, old + 0 * parameter.grad, self.mu)
            parameter.data.add_(self.velocity_of[parameter], alpha=-self.lr)
""",
    "adam": """
class AdamOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.99):
        super().__init__(parameters, lr)
        self.betas, self.history = (beta1, beta2), []

    def step(self):
        self.history.append([p.grad.clone() for p in self.parameters])
        t = len(self.history)
        for i, p in enumerate(self.parameters):
            first, second = (
                sum((1 - b) * b ** (t - 1 - s) * g[i] ** k for s, g in enumerate(self.history)) / (1 - b**t)
                for k, b in zip((1, 2), self.betas)
            )
            p.data = p.data - self.lr * first * (second + 1e-7) ** -0.5
""",
}

# Cells that go wrong, by what is wrong with them.
CELLS = {
    "heavy ball form": ("momentum", MOMENTUM.replace("(1 - self.mu) * p.grad", "p.grad")),
    "velocity not kept": ("momentum", MOMENTUM.replace("self.mu * v + ", "")),
    "ascent": ("momentum_update", MOMENTUM_UPDATE.replace("sub_(lr", "add_(lr")),
    "squares summed": ("rmsprop", RMSPROP.replace("self.beta * s + (1 - self.beta) * p.grad**2", "s + p.grad**2")),
    "epsilon outside": ("rmsprop", RMSPROP.replace("torch.sqrt(s + 1e-7)", "(torch.sqrt(s) + 1e-7)")),
    "no root": ("rmsprop_update", RMSPROP_UPDATE.replace("torch.sqrt(s + epsilon)", "(s + epsilon)")),
    "no bias correction": (
        "adam",
        ADAM.replace("m / (1 - self.beta1**self.t)", "m").replace("v / (1 - self.beta2**self.t)", "v"),
    ),
    "always corrected": ("ema", EMA.replace(" if bias_correction else m", "")),
    "exception": ("ema", EMA.replace("np.array(out)", "np.array(out).rehsape(-1)")),
    "endless loop": ("adam", ADAM.replace("        self.t += 1\n", "        while self.t < 1:\n            pass\n")),
}
