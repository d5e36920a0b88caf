"""Ways to write `PreNormBlock`, right and wrong."""

import torch
from torch import nn

from course_utils.models.attention import FeedForward, SelfAttention


class Root(nn.Module):
    """Divide by the root of the mean square over some axes, and multiply by a gain."""

    def __init__(self, size, axes=(-1,)):
        super().__init__()
        self.gain, self.axes = nn.Parameter(torch.ones(size)), axes

    def forward(self, x):
        return self.gain * x * torch.rsqrt(x.pow(2).mean(self.axes, keepdim=True) + 1e-6)


def block(step, *, norm=nn.LayerNorm, shared=False, hooks=None, always=False, after=lambda attention, qk: None):
    """Return a class whose way through the two branches is `step(x, attention, mlp, first, second)`.

    Args:
        step: The forward pass.
        norm: Class of the normalizations.
        shared: Whether one normalization serves both branches.
        hooks: Makes the hooks of queries and keys from the number of features of a head.
        always: Whether they are there without being asked for.
        after: What is done to the attention in the end.
    """

    class PreNormBlock(nn.Module):
        def __init__(self, dim, heads, qk_norm=False):
            super().__init__()
            self.mlp = FeedForward(dim)
            self.ln_b = norm(dim)
            self.ln_a = self.ln_b if shared else norm(dim)
            self.attn = SelfAttention(dim, heads)
            make = hooks or (lambda size: (Root(size), Root(size)))
            if qk_norm or always:
                query, key = make(dim // heads)
                self.attn.query_hook = query or self.attn.query_hook
                self.attn.key_hook = key or self.attn.key_hook
            after(self.attn, qk_norm)

        def forward(self, x):
            return step(x, self.attn, self.mlp, self.ln_a, self.ln_b)

    return (PreNormBlock,)


def usual(x, attention, mlp, first, second):
    middle = attention(first(x)).add(x)
    return mlp(second(middle)).add(middle)


def post(x, attention, mlp, first, second):
    for branch, norm in ((attention, first), (mlp, second)):
        x = norm(branch(x) + x)
    return x


def outputs_normalised(x, attention, mlp, first, second):
    for branch, norm in ((attention, first), (mlp, second)):
        x = norm(branch(x)) + x
    return x


def around(x, attention, mlp, first, second):
    for branch, norm in ((attention, first), (mlp, second)):
        x = norm(x)
        x = x + branch(x)
    return x


def from_the_start(x, attention, mlp, first, second):
    return x + mlp(second(attention(first(x)) + x))


def writes(x, attention, mlp, first, second):
    out = usual(x, attention, mlp, first, second)
    x.data.zero_()
    return out


def logits_normalised(attention, qk_norm):
    if qk_norm:
        attention.logits_hook = nn.RMSNorm(4, elementwise_affine=False)


class Gainless(nn.Module):
    def forward(self, x):
        return nn.functional.normalize(x, dim=-1) * x.shape[-1] ** 0.5


class Rows(nn.Module):
    """A norm of two gains, one of them of no use."""

    def __init__(self, dim):
        super().__init__()
        self.weight, self.more = nn.Parameter(torch.ones(dim)), nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * self.weight * self.more


def shared_gain(size):
    one = Root(size)
    return one, one


CORRECT = {"other names": block(usual), "torch's own": block(usual, hooks=lambda n: (nn.RMSNorm(n), nn.RMSNorm(n)))}
VARIANTS = {
    "rms-for-layer-norm": block(usual, norm=Root),
    "layer-norm-without-shift": block(usual, norm=lambda dim: nn.LayerNorm(dim, bias=False)),
}
MUTANTS = {
    "post-norm": block(post),
    "one-branch-post-norm": block(lambda x, a, m, f, s: (lambda h: h + m(s(h)))(f(x + a(x)))),
    "one-branch-post-norm (the second)": block(lambda x, a, m, f, s: (lambda h: s(h + m(h)))(x + a(f(x)))),
    "branch-output-normalised": block(outputs_normalised),
    "residual-around-the-norm": block(around),
    "residual-around-the-norm (the first)": block(lambda x, a, m, f, s: (lambda h: h + m(s(h)))(f(x) + a(f(x)))),
    "residual-around-the-norm (the second)": block(lambda x, a, m, f, s: (lambda h: s(h) + m(s(h)))(x + a(f(x)))),
    "norm-shared": block(usual, shared=True),
    "norm-missing": block(lambda x, a, m, f, s: (lambda h: h + m(s(h)))(x + a(x))),
    "norm-missing (the second)": block(lambda x, a, m, f, s: (lambda h: h + m(h))(x + a(f(x)))),
    "skip-missing": block(lambda x, a, m, f, s: (lambda h: h + m(s(h)))(a(f(x)))),
    "skip-missing (the second)": block(lambda x, a, m, f, s: m(s(x + a(f(x))))),
    "skip-from-the-start": block(from_the_start),
    "branches-in-parallel": block(lambda x, a, m, f, s: x + a(f(x)) + m(s(x))),
    "network-before-attention": block(lambda x, a, m, f, s: usual(x, m, a, f, s)),
    "qk-over-all-heads": block(usual, hooks=lambda n: (Root(n, (1, 3)), Root(n, (1, 3)))),
    "qk-over-positions": block(usual, hooks=lambda n: (Root(n, (2, 3)), Root(n, (2, 3)))),
    "qk-after-the-dot-product": block(usual, hooks=lambda n: (None, None), after=logits_normalised),
    "qk-mean-subtracted": block(usual, hooks=lambda n: (nn.LayerNorm(n), nn.LayerNorm(n))),
    "qk-norm-ignored": block(usual, hooks=lambda n: (None, None)),
    "qk-norm-always": block(usual, always=True),
    "qk-one-of-two": block(usual, hooks=lambda n: (Root(n), None)),
    "qk-one-of-two (keys)": block(usual, hooks=lambda n: (None, Root(n))),
    "qk-gain-shared": block(usual, hooks=shared_gain),
    "qk-gain-missing": block(usual, hooks=lambda n: (Gainless(), Gainless())),
    "input-changed": block(writes),
    "norm-shared+qk-gain-shared": block(usual, shared=True, hooks=shared_gain),
}
WRONG = {
    "no attention": (lambda dim, heads, qk_norm=False: nn.Linear(dim, dim),),
    "NaN": block(lambda x, a, m, f, s: usual(x, a, m, f, s) * float("nan")),
    "other norms": block(usual, norm=Rows),
}
