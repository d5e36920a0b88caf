"""Solutions and mutants of `rmsnorm`, as students write them."""

import torch
from torch import nn


class InFloat32(nn.Module):
    def __init__(self, dimensions, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(dimensions))

    def forward(self, x):
        wide = x.double() if x.dtype == torch.float64 else x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return self.gain * (wide * scale).to(x.dtype)


class Plain(nn.Module):
    def __init__(self, dimensions, eps=1e-5):
        super().__init__()
        self.eps, self.d = eps, dimensions
        self.weight = nn.Parameter(torch.ones(1, dimensions))

    def forward(self, x):
        return self.weight * x / torch.sqrt(torch.sum(x**2, dim=1, keepdim=True) / self.d + self.eps)


class ByNorm(nn.Module):
    """The mean square from the length of the row, scaled first so that nothing overflows."""

    def __init__(self, dimensions, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(dimensions))

    def forward(self, x):
        rows = []
        for row in x:
            top = row.abs().max().clamp(min=1.0)
            mean_square = sum((value / top) ** 2 for value in row) / len(row)
            rows.append(row / top / torch.sqrt(mean_square + self.eps / top**2))
        return torch.stack(rows) * self.scale


class NoGradAtAll(InFloat32):
    @torch.no_grad()
    def forward(self, x):
        return super().forward(x)


class GainOfFloat32(nn.Module):
    """The gain is no parameter, and the output of type float32 whatever comes in."""

    def __init__(self, dimensions, eps=1e-5):
        super().__init__()
        self.eps, self.gain = eps, torch.ones(dimensions)

    def forward(self, x):
        out = x.double() / torch.sqrt((x.double() ** 2).mean(1, keepdim=True) + self.eps)
        return self.gain * out.float()


def written(
    *,
    dim=1,
    square=None,
    divide=lambda s, e: torch.sqrt(s + e),
    before=lambda x: x,
    fixed=None,
    gain=True,
    parameter=True,
    start=torch.ones,
    after=lambda out, x: out,
    shift=False,
):
    """Make a class with one habit changed; the squares are taken in at least float32."""

    class RMSNorm(nn.Module):
        def __init__(self, dimensions, eps=1e-5):
            super().__init__()
            self.eps = fixed or eps
            self.gain = nn.Parameter(start(dimensions)) if parameter else start(dimensions)
            if shift:
                self.shift = nn.Parameter(torch.zeros(dimensions))

        def forward(self, x):
            given = x
            x = before(x if x.dtype == torch.float64 else x.float())
            mean_square = square(x) if square else (x**2).mean(dim, keepdim=True)
            out = (x / divide(mean_square, self.eps)).to(given.dtype)
            out = self.gain * out if gain else out
            return after(out + self.shift if shift else out, given)

    return RMSNorm


def emptied(out, x):
    x.zero_()
    return out


CORRECT = {
    "squares in float32": (InFloat32,),
    "loops, scaled first": (ByNorm,),
    "built from habits": (written(),),
}


class SmallDefault(InFloat32):
    def __init__(self, dimensions, eps=1e-6):
        super().__init__(dimensions, eps)


VARIANTS = {
    "another-epsilon": (SmallDefault,),
    "overflows-in-float16": (Plain,),
    "with-shift": (written(shift=True),),
    "other-dtype": (written(after=lambda out, x: out.double()),),
}

MUTANTS = {
    "mean-subtracted": (written(before=lambda x: x - x.mean(1, keepdim=True)),),
    "standard-deviation-for-rms": (written(square=lambda x: x.var(1, correction=0, keepdim=True)),),
    "standard-deviation-for-rms (unbiased)": (written(square=lambda x: x.var(1, keepdim=True)),),
    "sum-for-mean": (written(square=lambda x: (x**2).sum(1, keepdim=True)),),
    "batch-axis": (written(dim=0),),
    "whole-array": (written(square=lambda x: (x**2).mean()),),
    "no-root": (written(divide=lambda s, e: s + e),),
    "epsilon-outside": (written(divide=lambda s, e: torch.sqrt(s) + e),),
    "no-epsilon": (written(divide=lambda s, e: torch.sqrt(s)),),
    "gain-missing": (written(gain=False),),
    "gain-missing+gain-not-a-parameter": (written(parameter=False),),
    "gain-starts-at-zero": (written(start=torch.zeros),),
    "epsilon-ignored": (written(fixed=1e-5),),
    "statistics-as-constants": (written(square=lambda x: x.detach().square().mean(1, keepdim=True)),),
    "statistics-as-constants+sum-for-mean": (written(square=lambda x: x.detach().square().sum(1, keepdim=True)),),
    "one-statistic-as-constant": (
        written(square=lambda x: torch.cat([x[:, :1].detach(), x[:, 1:]], 1).square().mean(1, keepdim=True)),
    ),
    "graph-cut": (NoGradAtAll,),
    "shapes-do-not-fit": (written(before=lambda x: x @ torch.eye(len(x), dtype=x.dtype)),),
    "half-precision-fails": (written(after=lambda out, x: out @ torch.eye(out.shape[1], dtype=torch.float64)),),
    "gain-missing+gain-not-a-parameter (in float32)": (GainOfFloat32,),
    "input-changed": (written(after=emptied),),
    "needs-contiguous-memory": (written(before=lambda x: x.view(-1).view(x.shape)),),
    "mean-subtracted+sum-for-mean": (
        written(before=lambda x: x - x.mean(1, keepdim=True), square=lambda x: (x**2).sum(1, keepdim=True)),
    ),
}

WRONG = {"torch's functional form has no gain here": (lambda dimensions, eps=1e-5: nn.Linear(dimensions, 2),)}
