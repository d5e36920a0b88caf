"""Solutions and mutants of `layernorm_module`, as students write them."""

import torch
from torch import nn


class Textbook(nn.Module):
    def forward(self, x):
        mean = x.mean(dim=1, keepdim=True)
        var = x.var(dim=1, correction=0, keepdim=True)
        return (x - mean) / torch.sqrt(var + 1e-5)


class Loops(nn.Module):
    def forward(self, x):
        rows = []
        for row in x:
            mean = sum(row) / len(row)
            var = sum((value - mean) ** 2 for value in row) / len(row)
            rows.append((row - mean) / (var + 1e-5) ** 0.5)
        return torch.stack(rows)


class Einsum(nn.Module):
    def __init__(self):
        super().__init__()
        self.eps = 1e-5

    def forward(self, x):
        d = x.shape[-1]
        centred = x - torch.einsum("nd->n", x).unsqueeze(1) / d
        return centred * torch.rsqrt(torch.einsum("nd,nd->n", centred, centred).unsqueeze(1) / d + self.eps)


class Transposed(nn.Module):
    def forward(self, x):
        xt = x.t()
        return ((xt - xt.mean(0)) / (((xt - xt.mean(0)) ** 2).mean(0) + 1e-5) ** 0.5).t()


def written(
    *,
    dim=1,
    correction=0,
    root=lambda v: torch.sqrt(v + 1e-5),
    var=None,
    mean=None,
    centre=True,
    affine=False,
    before=lambda x: x,
    after=lambda out, x: out,
):
    """Make a class with one habit changed."""

    class LayerNorm(nn.Module):
        def __init__(self):
            super().__init__()
            if affine:
                self.gain, self.shift = nn.Parameter(torch.ones(1)), nn.Parameter(torch.zeros(1))

        def forward(self, x):
            given = x
            x = before(x)
            m = mean(x) if mean else x.mean(dim, keepdim=True)
            v = var(x) if var else x.var(dim, correction=correction, keepdim=True)
            out = (x - m * centre) / root(v)
            return after(self.gain * out + self.shift if affine else out, given)

    return LayerNorm


def emptied(out, x):
    x.zero_()
    return out


class UnderNoGrad(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            mean, var = x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)
        return (x - mean) / torch.sqrt(var + 1e-5)


class NoGradAtAll(Textbook):
    @torch.no_grad()
    def forward(self, x):
        return super().forward(x)


class NoReturn(nn.Module):
    def forward(self, x):
        Textbook()(x)


CORRECT = {
    "textbook": (Textbook,),
    "loops": (Loops,),
    "einsum": (Einsum,),
    "transposed": (Transposed,),
    "built from habits": (written(),),
}

VARIANTS = {
    "another-epsilon": (written(root=lambda v: torch.sqrt(v + 1e-7)),),
    "another-epsilon (1e-6)": (written(root=lambda v: torch.sqrt(v + 1e-6)),),
    "with-gain-and-shift": (written(affine=True),),
    "other-dtype": (written(before=lambda x: x.double()),),
}

MUTANTS = {
    "unbiased-variance": (written(correction=1),),
    "unbiased-variance (with epsilon 1e-7, the published homework)": (
        written(correction=1, root=lambda v: torch.sqrt(v + 1e-7)),
    ),
    "batch-axis": (written(dim=0),),
    "whole-array": (written(mean=lambda x: x.mean(), var=lambda x: x.var(correction=0)),),
    "divides-by-examples": (
        written(
            mean=lambda x: x.sum(1, keepdim=True) / len(x),
            var=lambda x: ((x - x.sum(1, keepdim=True) / len(x)) ** 2).sum(1, keepdim=True) / len(x),
        ),
    ),
    "mean-of-squares": (written(var=lambda x: (x**2).mean(1, keepdim=True)),),
    "divides-by-variance": (written(root=lambda v: v + 1e-5),),
    "epsilon-outside": (written(root=lambda v: torch.sqrt(v) + 1e-5),),
    "no-epsilon": (written(root=torch.sqrt),),
    "not-centred": (written(centre=False),),
    "epsilon-outside+unbiased-variance": (written(correction=1, root=lambda v: torch.sqrt(v) + 1e-5),),
    "epsilon-outside+unbiased-variance (1e-6)": (written(correction=1, root=lambda v: torch.sqrt(v) + 1e-6),),
    "statistics-as-constants": (UnderNoGrad,),
    "statistics-as-constants+unbiased-variance": (
        written(mean=lambda x: x.detach().mean(1, keepdim=True), var=lambda x: x.detach().var(1, keepdim=True)),
    ),
    "one-statistic-as-constant (the mean)": (written(mean=lambda x: x.detach().mean(1, keepdim=True)),),
    "one-statistic-as-constant (the variance)": (written(var=lambda x: x.detach().var(1, correction=0, keepdim=True)),),
    "graph-cut": (NoGradAtAll,),
    "shapes-do-not-fit": (written(before=lambda x: x @ torch.eye(len(x), dtype=x.dtype)),),
    "input-changed": (written(after=emptied),),
    "needs-contiguous-memory": (written(before=lambda x: x.view(-1).view(x.shape)),),
    "half-precision-fails": (written(after=lambda out, x: out @ torch.eye(out.shape[1], dtype=torch.float64)),),
}

WRONG = {"no return": (NoReturn,), "not a module": (lambda: lambda x: x,)}
