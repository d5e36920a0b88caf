"""What the perfect student of the demo class wrote beyond the first optimizers, by cell."""

from __future__ import annotations

__all__ = ["LATER"]

CONDITIONING = """
def gradient_descent_optimum(eigenvalues):
    kappa = max(eigenvalues) / min(eigenvalues)
    return 2 / (max(eigenvalues) + min(eigenvalues)), (kappa - 1) / (kappa + 1)
"""

HEAVY_BALL = """
def heavy_ball_optimum(eigenvalues):
    root = np.sqrt(max(eigenvalues) / min(eigenvalues))
    rate = (root - 1) / (root + 1)
    return (1 + rate) ** 2 / max(eigenvalues), rate**2, rate
"""

NESTEROV = """
class NesterovOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, mu=0.9):
        super().__init__(parameters, lr)
        self.mu = mu
        self.v = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            v.copy_(self.mu * v + p.grad)
            p -= self.lr * (p.grad + self.mu * v)
"""

ADAMW = """
class AdamWOptimizer(SGDOptimizer):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.wd, self.t = beta1, beta2, weight_decay, 0
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
            p -= self.lr * (m_hat / torch.sqrt(v_hat + 1e-7) + self.wd * p)
"""

SGD_MOMENTUM = """
def sgd_momentum(w, dw, config=None):
    config = dict(config or {})
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config["momentum"] * config.get("velocity", np.zeros_like(w)) - config["learning_rate"] * dw
    config["velocity"] = v
    return w + v, config
"""

RMSPROP_FUNCTION = """
def rmsprop(w, dw, config=None):
    config = dict(config or {})
    for key, value in {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)}.items():
        config.setdefault(key, value)
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    return w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"]), config
"""

ADAM_FUNCTION = """
def adam(w, dw, config=None):
    c = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    c |= {"m": np.zeros_like(w), "v": np.zeros_like(w)} | dict(config or {})
    c["t"] += 1
    c["m"] = c["beta1"] * c["m"] + (1 - c["beta1"]) * dw
    c["v"] = c["beta2"] * c["v"] + (1 - c["beta2"]) * dw**2
    m_hat, v_hat = c["m"] / (1 - c["beta1"] ** c["t"]), c["v"] / (1 - c["beta2"] ** c["t"])
    return w - c["learning_rate"] * m_hat / (np.sqrt(v_hat) + c["epsilon"]), c
"""

SCHEDULES = """
def learning_rate(step, kind, base_lr, total_steps, warmup_steps=0):
    if kind not in {"step", "exponential", "cosine"}:
        raise ValueError(kind)
    if step < warmup_steps:
        return (step + 1) / warmup_steps * base_lr
    s = (step - warmup_steps) / (total_steps - warmup_steps)
    factors = {"step": 0.1 ** ((s >= 0.5) + (s >= 0.75)), "exponential": 0.01**s, "cosine": (1 + np.cos(np.pi * s)) / 2}
    return base_lr * factors[kind]
"""

CLIPPING = """
def clip_grad_norm(grads, max_norm):
    norm = sum((g**2).sum() for g in grads) ** 0.5
    for g in grads:
        g *= min(1.0, max_norm / norm)
    return norm
"""

SETTINGS = """
def tuned_settings():
    return {"SGD": {"lr": 0.25}, "momentum": {"lr": 0.5}, "RMSProp": {"lr": 0.007}, "Adam": {"lr": 0.012}}
"""

RACE_TABLE = """
def race_table(train, settings, seeds):
    def row(values):
        return sum(values) / len(values), min(values), max(values)
    return {name: row([train(name, settings[name], s).test_accuracy[-1] for s in seeds]) for name in settings}
"""

SLOW = """
The weight is the slow parameter: its curvature is 0.024, that of the bias 0.094. That makes a condition number below 4,
so nothing is ill-conditioned; the learning rate is too small by far, and the loss has a minimum far above zero.
"""

LANDSCAPES = """
Nesterov wins in the ravine and in the turned one, where it does not notice the turn; Adam and RMSProp lose there. At a
saddle they leave first, because the length of their steps does not depend on the small slope.
"""

CLAIMS = """
The ranges of the four methods overlap, so I would not name a winner. All of them need their own learning rate: at 0.001
SGD has hardly begun, which says something about 0.001 and nothing about SGD.
"""

LATER = {
    "conditioning": CONDITIONING,
    "conditioning-heavy_ball": HEAVY_BALL,
    "explain-conditioning": SLOW,
    "nesterov": NESTEROV,
    "adamw": ADAMW,
    "functional_optimizers": SGD_MOMENTUM,
    "functional_optimizers-rmsprop": RMSPROP_FUNCTION,
    "functional_optimizers-adam": ADAM_FUNCTION,
    "schedules": SCHEDULES,
    "schedules-clip": CLIPPING,
    "surfaces": LANDSCAPES,
    "race": SETTINGS,
    "race-table": RACE_TABLE,
    "explain-race": CLAIMS,
}
