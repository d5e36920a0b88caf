"""Solutions and mutants of `batchnorm_module`, as students write them."""

import torch
from torch import nn


class Textbook(nn.Module):
    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.beta = beta
        self.register_buffer("running_mean", torch.zeros(dimensions))
        self.register_buffer("running_var", torch.ones(dimensions))

    def forward(self, x):
        if self.training:
            mean, var = x.mean(dim=0), x.var(dim=0, correction=0)
            with torch.no_grad():
                self.running_mean.mul_(self.beta).add_((1 - self.beta) * mean)
                self.running_var.mul_(self.beta).add_((1 - self.beta) * var)
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + 1e-5)


class LerpAndEinsum(nn.Module):
    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.weight_of_new = 1 - beta
        self.register_buffer("running_mean", torch.zeros(1, dimensions))
        self.register_buffer("running_var", torch.ones(1, dimensions))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean = torch.einsum("nd->d", x).unsqueeze(0) / x.shape[0]
            var = torch.einsum("nd,nd->d", x - mean, x - mean).unsqueeze(0) / x.shape[0]
            self.running_mean.lerp_(mean.detach().to(self.running_mean.dtype), self.weight_of_new)
            self.running_var.lerp_(var.detach().to(self.running_var.dtype), self.weight_of_new)
        return (x - mean) * torch.rsqrt(var + 1e-5)


class Loops(nn.Module):
    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.dimensions, self.beta = dimensions, beta
        self.register_buffer("running_mean", torch.zeros(dimensions))
        self.register_buffer("running_var", torch.ones(dimensions))

    def forward(self, x):
        columns = []
        means, variances = self.running_mean.clone(), self.running_var.clone()
        for j in range(self.dimensions):
            column = x[:, j]
            if self.training:
                mean = sum(column) / len(column)
                var = sum((value - mean) ** 2 for value in column) / len(column)
                means[j] = self.beta * means[j] + (1 - self.beta) * mean.item()
                variances[j] = self.beta * variances[j] + (1 - self.beta) * var.item()
            else:
                mean, var = means[j], variances[j]
            columns.append((column - mean) / (var + 1e-5) ** 0.5)
        self.running_mean, self.running_var = means, variances
        return torch.stack(columns, dim=1)


class AssignedBuffers(nn.Module):
    def __init__(self, dimensions, beta=0.9, eps=1e-5):
        super().__init__()
        self.beta, self.eps = beta, eps
        self.running_mean = nn.Buffer(torch.zeros(dimensions))
        self.running_var = nn.Buffer(torch.ones(dimensions))

    def forward(self, x):
        if not self.training:
            return (x - self.running_mean) / (self.running_var + self.eps).sqrt()
        centred = x - x.mean(0, keepdim=True)
        var = centred.square().mean(0)
        self.running_mean = self.beta * self.running_mean + (1 - self.beta) * x.mean(0).detach()
        self.running_var = self.beta * self.running_var + (1 - self.beta) * var.detach()
        return centred / (var + self.eps).sqrt()


class LikeTorch(Textbook):
    """Unbiased running variance; a batch of one is refused."""

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        if len(x) < 2:
            raise ValueError("Expected more than 1 value per channel when training")
        mean, var = x.mean(0), x.var(0, unbiased=False)
        self.running_mean = self.beta * self.running_mean + (1 - self.beta) * mean.detach()
        self.running_var = self.beta * self.running_var + (1 - self.beta) * x.var(0).detach()
        return (x - mean) / torch.sqrt(var + 1e-5)


class Around(nn.Module):
    """torch's own layer inside: right values, for the static checks to see."""

    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.layer = nn.BatchNorm1d(dimensions, momentum=1 - beta, affine=False)

    running_mean = property(lambda self: self.layer.running_mean)
    running_var = property(lambda self: self.layer.running_var)

    def forward(self, x):
        return self.layer(x)


class HomeworkSolution(nn.Module):
    """Unbiased everywhere, epsilon 1e-7, plain attributes, nothing detached."""

    def __init__(self, dimensions, beta=0.9):
        super().__init__()
        self.beta = beta
        self.epsilon = 1e-7
        self.running_mean = torch.zeros(dimensions)
        self.running_var = torch.ones(dimensions)

    def forward(self, x):
        if self.training:
            mean = x.mean(dim=0)
            var = ((x - mean) ** 2).sum(dim=0) / (x.shape[0] - 1)
            self.running_mean = self.beta * self.running_mean + (1 - self.beta) * mean
            self.running_var = self.beta * self.running_var + (1 - self.beta) * var
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + self.epsilon)


def written(
    *,
    dim=0,
    correction=0,
    running_correction=0,
    root=lambda v: torch.sqrt(v + 1e-5),
    test_root=None,
    follow=lambda b, old, new: b * old + (1 - b) * new,
    kept=lambda v: v,
    start=torch.ones,
    centre=True,
    whole=False,
    sums=False,
    train_with="batch",
    test_with="running",
    update=("mean", "var"),
    update_in_test=False,
    first_copied=False,
    fixed_beta=None,
    buffers=True,
    parameters=False,
    detach=True,
    affine=False,
    constants=(),
    before=lambda x: x,
    after=lambda out: out,
):
    """Make a class with one habit changed."""

    class BatchNorm(nn.Module):
        def __init__(self, dimensions, beta=0.9):
            super().__init__()
            self.beta = fixed_beta or beta
            self.seen = 0
            statistics = {"running_mean": torch.zeros(dimensions), "running_var": start(dimensions)}
            for name, value in statistics.items():
                if parameters:
                    setattr(self, name, nn.Parameter(value))
                elif buffers:
                    self.register_buffer(name, value)
                else:
                    setattr(self, name, value)
            if affine:
                self.gain, self.shift = nn.Parameter(torch.ones(dimensions)), nn.Parameter(torch.zeros(dimensions))

        def statistics(self, x):
            if whole:
                return x.mean(), x.var(correction=correction), x.var(correction=running_correction)
            if sums:
                mean = x.sum(0) / x.shape[1]
                var = ((x - mean) ** 2).sum(0) / x.shape[1]
                return mean, var, var
            return x.mean(dim), x.var(dim, correction=correction), x.var(dim, correction=running_correction)

        def keep(self, name, value):
            old = getattr(self, name)
            value = value.detach() if detach else value
            new = value + 0 * old if first_copied and self.seen == 0 else follow(self.beta, old, value)
            if parameters:
                old.data = new.detach()
            else:
                setattr(self, name, new)

        def forward(self, x):
            x = before(x)
            mean, var, var_kept = self.statistics(x)
            mean = mean.detach() if "mean" in constants else mean
            var = var.detach() if "var" in constants else var
            if self.training or update_in_test:
                if "mean" in update:
                    self.keep("running_mean", mean)
                if "var" in update:
                    self.keep("running_var", kept(var_kept))
                self.seen += 1
            if (train_with if self.training else test_with) == "running":
                mean, var = self.running_mean, self.running_var
            if parameters:
                mean, var = mean.detach() if not self.training else mean, var.detach() if not self.training else var
            divide = root if self.training or test_root is None else test_root
            out = (x - mean * centre) / divide(var)
            return after(self.gain * out + self.shift if affine else out)

    return BatchNorm


class ChangesInput(Textbook):
    def forward(self, x):
        out = super().forward(x)
        x -= x.mean(0)
        return out


class UnderNoGrad(Textbook):
    def forward(self, x):
        if not self.training:
            return super().forward(x)
        with torch.no_grad():
            mean, var = x.mean(0), x.var(0, correction=0)
            self.running_mean.mul_(self.beta).add_((1 - self.beta) * mean)
            self.running_var.mul_(self.beta).add_((1 - self.beta) * var)
        return (x - mean) / torch.sqrt(var + 1e-5)


class NoGradAtAll(Textbook):
    @torch.no_grad()
    def forward(self, x):
        return super().forward(x)


class FrozenParameters(Textbook):
    def __init__(self, dimensions, beta=0.9):
        nn.Module.__init__(self)
        self.beta = beta
        self.running_mean = nn.Parameter(torch.zeros(dimensions), requires_grad=False)
        self.running_var = nn.Parameter(torch.ones(dimensions), requires_grad=False)


class OfFloat64(Textbook):
    """Plain attributes that happen to have the type asked for."""

    def __init__(self, dimensions, beta=0.9):
        nn.Module.__init__(self)
        self.beta = beta
        self.running_mean = torch.zeros(dimensions, dtype=torch.float64)
        self.running_var = torch.ones(dimensions, dtype=torch.float64)

    def forward(self, x):
        return super().forward(x).to(x.dtype)


class StaysAsItIs(Textbook):
    """The statistics are kept in float32 on purpose, whatever the model is moved to."""

    def to(self, *arguments, **options):
        return self


def not_a_module(dimensions, beta=0.9):
    return lambda x: x


class NoReturn(Textbook):
    def forward(self, x):
        super().forward(x)


CORRECT = {
    "textbook": (Textbook,),
    "loops": (Loops,),
    "buffers assigned": (AssignedBuffers,),
    "built from habits": (written(),),
}

VARIANTS = {
    "statistics-as-rows": (LerpAndEinsum,),
    "unbiased-running-variance+refuses-batch-of-one": (LikeTorch,),
    "unbiased-running-variance": (written(running_correction=1),),
    "another-epsilon": (written(root=lambda v: torch.sqrt(v + 1e-7)),),
    "another-epsilon (1e-8)": (written(root=lambda v: torch.sqrt(v + 1e-8)),),
    "with-gain-and-shift": (written(affine=True),),
    "other-dtype": (written(before=lambda x: x.double()),),
}

MUTANTS = {
    "unbiased-variance+not-buffers+not-detached": (HomeworkSolution,),
    "unbiased-variance": (written(correction=1),),
    "unbiased-variance+momentum-swapped": (
        written(correction=1, running_correction=1, follow=lambda b, old, new: (1 - b) * old + b * new),
    ),
    "unbiased-variance+momentum-swapped (biased running variance)": (
        written(correction=1, follow=lambda b, old, new: (1 - b) * old + b * new),
    ),
    "wrong-axis": (written(dim=1),),
    "whole-array": (written(whole=True),),
    "divides-by-features": (written(sums=True),),
    "divides-by-variance": (written(root=lambda v: v + 1e-5),),
    "epsilon-outside": (written(root=lambda v: torch.sqrt(v) + 1e-5),),
    "no-epsilon": (written(root=torch.sqrt),),
    "no-epsilon-in-test": (written(test_root=torch.sqrt),),
    "epsilon-outside-in-test": (written(test_root=lambda v: torch.sqrt(v) + 1e-5),),
    "not-centred": (written(centre=False),),
    "momentum-swapped": (written(follow=lambda b, old, new: (1 - b) * old + b * new),),
    "running-variance-not-updated": (written(update=("mean",)),),
    "running-mean-not-updated": (written(update=("var",)),),
    "running-statistics-not-updated": (written(update=()),),
    "running-standard-deviation": (written(kept=torch.sqrt),),
    "epsilon-in-running-variance": (written(kept=lambda v: v + 1e-5),),
    "running-variance-starts-at-zero": (written(start=torch.zeros),),
    "first-batch-copied": (written(first_copied=True),),
    "running-statistics-in-training": (written(train_with="running"),),
    "batch-statistics-in-test": (written(test_with="batch"),),
    "running-statistics-updated-in-test": (written(update_in_test=True),),
    "momentum-ignored": (written(fixed_beta=0.9),),
    "statistics-as-constants": (UnderNoGrad,),
    "statistics-as-constants (detached)": (written(constants=("mean", "var")),),
    "statistics-as-constants+momentum-swapped": (
        written(constants=("mean", "var"), follow=lambda b, old, new: (1 - b) * old + b * new),
    ),
    "statistics-as-constants+unbiased-variance": (written(constants=("mean", "var"), correction=1),),
    "one-statistic-as-constant (the mean)": (written(constants=("mean",)),),
    "one-statistic-as-constant (the variance)": (written(constants=("var",)),),
    "graph-cut": (NoGradAtAll,),
    "not-buffers": (written(buffers=False),),
    "not-detached": (written(detach=False),),
    "not-buffers+not-detached": (written(buffers=False, detach=False),),
    "running-statistics-as-parameters": (written(parameters=True),),
    "running-statistics-as-parameters (without gradient)": (FrozenParameters,),
    "not-buffers (of the type asked for)": (OfFloat64,),
    "running-statistics-keep-their-type": (StaysAsItIs,),
    "half-precision-fails": (written(after=lambda out: out @ torch.eye(out.shape[1], dtype=torch.float64)),),
    "shapes-do-not-fit": (written(before=lambda x: x if len(x) == 1 else torch.eye(x.shape[1], dtype=x.dtype) @ x),),
    "input-changed": (ChangesInput,),
    "needs-contiguous-memory": (written(before=lambda x: x.view(-1).view(x.shape)),),
}

WRONG = {
    "not a module": (not_a_module,),
    "no return": (NoReturn,),
}
