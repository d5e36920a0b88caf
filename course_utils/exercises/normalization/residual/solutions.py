"""Solutions and mutants of `residual`, as students write them."""

import torch
from torch import nn
from torch.nn import functional


class Textbook(nn.Module):
    def __init__(self, dimensions, *args):
        super().__init__()
        self.linear = nn.Linear(dimensions, dimensions)

    def forward(self, x):
        return torch.relu(self.linear(x)) + x


class Sequential(nn.Module):
    def __init__(self, dimensions, *_):
        super().__init__()
        self.block = nn.Sequential(nn.Linear(dimensions, dimensions), nn.ReLU(inplace=True))

    def forward(self, x):
        shortcut = x
        x = self.block(x)
        return x.add(shortcut)


class OwnParameters(nn.Module):
    """Rows as in torch, no layer from torch."""

    def __init__(self, dimensions, *args):
        super().__init__()
        bound = dimensions**-0.5
        self.w = nn.Parameter(torch.empty(dimensions, dimensions).uniform_(-bound, bound))
        self.b = nn.Parameter(torch.zeros(1, dimensions))

    def forward(self, x):
        return (torch.einsum("ni,oi->no", x, self.w) + self.b).clamp(min=0) + x


class Loops(nn.Module):
    def __init__(self, dimensions, *args, **kwargs):
        super().__init__()
        self.d = dimensions
        self.layer = nn.Linear(dimensions, dimensions)

    def forward(self, x):
        rows = []
        for row in x:
            pre = [(self.layer.weight[j] * row).sum() + self.layer.bias[j] for j in range(self.d)]
            rows.append(torch.stack([p * (p > 0) + row[j] for j, p in enumerate(pre)]))
        return torch.stack(rows)


class Inherited(nn.Linear):
    def __init__(self, dimensions, *args):
        super().__init__(dimensions, dimensions)

    def forward(self, x):
        return functional.relu(super().forward(x)) + x


class InByOut(nn.Module):
    def __init__(self, dimensions, *args):
        super().__init__()
        self.w = nn.Parameter(torch.randn(dimensions, dimensions) / dimensions**0.5)
        self.b = nn.Parameter(torch.zeros(dimensions))

    def forward(self, x):
        return torch.relu(x @ self.w + self.b) + x


def written(forward, *, layers=1, bias=True):
    """Make a class whose forward pass is `forward(x, layer, other layer)`."""

    class ResidualLayer(nn.Module):
        def __init__(self, dimensions, *args):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(dimensions, dimensions, bias=bias) for _ in range(layers))

        def forward(self, x):
            return forward(x, self.layers[0], self.layers[-1])

    return ResidualLayer


def overwritten(x, layer, _):
    x = torch.relu(layer(x))
    return x + x


def in_place(x, layer, _):
    out = torch.relu(layer(x))
    out += x
    return out


def pre_activation(x, layer, _):
    z = layer(x)
    return torch.relu(z) + z


def changes_input(x, layer, _):
    out = torch.relu(layer(x))
    out = out + x
    x.data.mul_(2)
    return out


class OneArgument(Textbook):
    def __init__(self, dimensions):
        super().__init__(dimensions)


class Untrained(Textbook):
    """The weights stay as they were drawn."""

    def __init__(self, dimensions, *args):
        super().__init__(dimensions)
        for parameter in self.parameters():
            parameter.requires_grad = False


def in_double_precision(x, layer, _):
    return torch.relu(functional.linear(x, layer.weight.double(), layer.bias.double())) + x


def in_millionths(x, layer, _):
    """What is above 0.07 leaves the range of float16 on the way."""
    return torch.relu(1e6 * layer(x)) / 1e6 + x


class Bottleneck(nn.Module):
    def __init__(self, dimensions, *args):
        super().__init__()
        self.down, self.up = nn.Linear(dimensions, 1), nn.Linear(1, dimensions)

    def forward(self, x):
        return self.up(torch.relu(self.down(x))) + x


CORRECT = {
    "textbook": (Textbook,),
    "sequential, in place": (Sequential,),
    "own parameters, einsum": (OwnParameters,),
    "loops": (Loops,),
    "inherits from Linear": (Inherited,),
    "built from habits": (written(lambda x, layer, _: functional.relu(layer(x)) + x),),
}

VARIANTS = {
    "weights-stored-as-in-by-out": (InByOut,),
    "other-dtype": (written(lambda x, layer, _: (torch.relu(layer(x)) + x).double()),),
}

MUTANTS = {
    "relu-after-the-sum": (written(lambda x, layer, _: torch.relu(layer(x) + x)),),
    "skip-missing": (written(lambda x, layer, _: torch.relu(layer(x))),),
    "input-overwritten": (written(overwritten),),
    "pre-activation-added": (written(pre_activation),),
    "skip-activated": (written(lambda x, layer, _: torch.relu(layer(x)) + torch.relu(x)),),
    "skip-subtracted": (written(lambda x, layer, _: torch.relu(layer(x)) - x),),
    "skip-subtracted (the other way)": (written(lambda x, layer, _: x - torch.relu(layer(x))),),
    "skip-multiplied": (written(lambda x, layer, _: torch.relu(layer(x)) * x),),
    "sum-halved": (written(lambda x, layer, _: (torch.relu(layer(x)) + x) / 2),),
    "skip-detached": (written(lambda x, layer, _: torch.relu(layer(x)) + x.detach()),),
    "sum-in-place": (written(in_place),),
    "another-activation": (written(lambda x, layer, _: torch.tanh(layer(x)) + x),),
    "another-activation (logistic)": (written(lambda x, layer, _: torch.sigmoid(layer(x)) + x),),
    "another-activation (leaky)": (written(lambda x, layer, _: functional.leaky_relu(layer(x)) + x),),
    "activation-missing": (written(lambda x, layer, _: layer(x) + x),),
    "bias-missing": (written(lambda x, layer, _: torch.relu(layer(x)) + x, bias=False),),
    "activation-before-weights": (written(lambda x, layer, _: layer(torch.relu(x)) + x),),
    "two-layers-in-the-branch": (
        written(lambda x, first, second: torch.relu(second(torch.relu(first(x)))) + x, layers=2),
    ),
    "two-layers-in-the-branch (as in ResNet, last ReLU left out)": (
        written(lambda x, first, second: second(torch.relu(first(x))) + x, layers=2),
    ),
    "two-layers-in-the-branch (as in ResNet)": (
        written(lambda x, first, second: torch.relu(second(torch.relu(first(x))) + x), layers=2),
    ),
    "skip-detached+bias-missing": (written(lambda x, layer, _: torch.relu(layer(x)) + x.detach(), bias=False),),
    "input-changed": (written(changes_input),),
    "nothing-to-train": (Untrained,),
    "half-precision-fails": (written(in_double_precision),),
    "half-precision-fails (in float16 alone)": (written(in_millionths),),
    "needs-contiguous-memory": (written(lambda x, layer, _: torch.relu(layer(x.view(-1).view(x.shape))) + x),),
    "takes-one-argument-only": (OneArgument,),
    "relu-after-the-sum+takes-one-argument-only": (
        type("Both", (OneArgument,), {"forward": lambda self, x: torch.relu(self.linear(x) + x)}),
    ),
}

WRONG = {
    "a bottleneck": (Bottleneck,),
    "not a module": (lambda dimensions, *args: lambda x: x,),
    "no return": (written(lambda x, layer, _: None),),
}
