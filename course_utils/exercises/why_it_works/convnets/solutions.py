"""Solutions and mutants of `convnets`, as students write them."""

import torch
from torch import nn
from torch.nn import functional


class ConvNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2)
        self.conv2 = nn.Conv2d(16, 32, 5, padding=2)
        self.fc = nn.Linear(1568, num_classes)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.fc(x.reshape(len(x), -1))


class BatchNormConvNet(ConvNet):
    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.bn1, self.bn2 = nn.BatchNorm2d(16), nn.BatchNorm2d(32)

    def forward(self, x):
        x = self.bn1(functional.max_pool2d(functional.relu(self.conv1(x)), 2))
        x = self.bn2(functional.max_pool2d(functional.relu(self.conv2(x)), 2))
        return self.fc(x.flatten(1))


def lazy(norm):
    class Lazy(nn.Module):
        def __init__(self, num_classes=10):
            super().__init__()
            blocks = []
            for channels in (16, 32):
                blocks += [nn.LazyConv2d(channels, kernel_size=(5, 5), padding="same"), nn.ReLU(), nn.MaxPool2d(2)]
                blocks += [nn.LazyBatchNorm2d()] * norm
            self.body = nn.Sequential(*blocks, nn.Flatten(), nn.LazyLinear(num_classes))

        def forward(self, x):
            return self.body(x)

    return Lazy


def sequence(order="cap", last=(), kernel=5, padding=2, pool=nn.MaxPool2d, act=nn.ReLU, classes=None, **options):
    """A network from the letters of a stage: convolution, activation, pool, norm."""
    skip = options.pop("skip", None)
    affine = options.pop("affine", True)

    class Network(nn.Module):
        def __init__(self, num_classes=10):
            super().__init__()
            layers = []
            for i, (before, after) in enumerate(((1, 16), (16, 32))):
                made = {
                    "c": nn.Conv2d(before, after, kernel, padding=padding, **options), "a": act(), "p": pool(2),
                    "n": nn.BatchNorm2d(after, affine=affine),
                }  # fmt: skip
                layers += [made[letter] for letter in order if not (letter == "n" and skip == i)]
            layers += [nn.Flatten(), nn.LazyLinear(classes or num_classes), *last]
            self.layers = nn.Sequential(*layers)

        def forward(self, x):
            return self.layers(x)

    return Network


def standardize(train, test):
    mean, std = train.mean(dim=0), train.std(dim=0, unbiased=False)
    std = torch.where(std == 0, torch.ones_like(std), std)
    return (train - mean) / std, (test - mean) / std


def by_mask(train, test):
    mean = train.mean(0, keepdim=True)
    deviations = train - mean
    std = deviations.pow(2).mean(0, keepdim=True).sqrt()
    alive = (std > 1e-8).to(train.dtype)
    return deviations / std.clamp_min(1e-8) * alive, (test - mean) / std.clamp_min(1e-8) * alive


def in_numpy(train, test):
    a, b = train.numpy(), test.numpy()
    std = a.std(axis=0)
    std[std == 0] = 1.0
    return (a - a.mean(axis=0)) / std, (b - a.mean(axis=0)) / std


def scaling(divide=lambda v: torch.where(v > 0, v.sqrt(), 1.0), sample=lambda a, b: a, over=0, correction=0):
    def standardize(train, test):
        taken = sample(train, test)
        mean = taken.mean(over, keepdim=True)
        std = divide(taken.var(over, keepdim=True, correction=correction))
        return (train - mean) / std, (test - mean) / std

    return standardize


def homework(train, test):
    mean, std = train.mean(0), train.std(0)
    return (train - mean) / (std + 1e-6), (test - mean) / (std + 1e-6)


def own(train, test):
    return standardize(train, train)[0], standardize(test, test)[0]


def own_with_epsilon(train, test):
    return tuple((x - x.mean(0)) / (x.std(0, correction=0) + 1e-6) for x in (train, test))


def in_place(train, test):
    std, mean = train.std(0, correction=0), train.mean(0)
    std[std == 0] = 1
    train -= mean
    return train / std, (test - mean) / std


def unbiased_with_constant(train, test):
    return scaling(lambda v: v.sqrt() + 0.01, correction=1)(train, test)


def only_divided(train, test):
    std = torch.where(train.std(0) > 0, train.var(0, correction=0).sqrt(), 1)
    return train / std, test / std


def with_(plain=ConvNet, norm=BatchNormConvNet, scale=standardize):
    return plain, norm, scale


both = {name: with_(sequence("cap", **o), sequence("capn", **o)) for name, o in {
    "no-padding+no-padding": {"padding": 0},
    "kernel-of-three+kernel-of-three": {"kernel": 3, "padding": 1},
    "average-pooling+average-pooling": {"pool": nn.AvgPool2d},
    "activation-missing+activation-missing": {"act": nn.Identity},
    "softmax-at-the-end+softmax-at-the-end": {"last": [nn.Softmax(1)]},
    "log-softmax-at-the-end+log-softmax-at-the-end": {"last": [nn.LogSoftmax(1)]},
    "activation-at-the-end+activation-at-the-end": {"last": [nn.ReLU()]},
    "num-classes-ignored+num-classes-ignored": {"classes": 10},
}.items()}  # fmt: skip

CORRECT = {
    "textbook": with_(),
    "lazy layers, numpy": with_(lazy(False), lazy(True), in_numpy),
    "sequential, by mask": with_(sequence("cap"), sequence("capn"), by_mask),
    "a generator": with_(scale=lambda a, b: (images for images in scaling()(a, b))),
    "no bias is needed to clamp": with_(scale=lambda a, b: scaling(lambda v: v.sqrt() + (v == 0))(a, b)),
}
VARIANTS = {
    "unbiased-standard-deviation": with_(scale=scaling(correction=1)),
    "constant-of-a-hundredth": with_(scale=scaling(lambda v: v.sqrt() + 0.01)),
    "convolutions-without-bias": with_(norm=sequence("capn", bias=False)),
    "unbiased-standard-deviation+constant-of-a-hundredth": with_(scale=unbiased_with_constant),
}
MUTANTS = {
    **both,
    "norm-before-activation": with_(norm=sequence("cnap")),
    "norm-before-activation (without bias)": with_(norm=sequence("cnap", bias=False)),
    "norm-before-pooling": with_(norm=sequence("canp")),
    "not-normalised": with_(norm=ConvNet),
    "one-stage-normalised": with_(norm=sequence("capn", skip=1)),
    "one-stage-normalised (second)": with_(norm=sequence("capn", skip=0)),
    "gain-and-shift-missing": with_(norm=sequence("capn", affine=False)),
    "normalised": with_(plain=BatchNormConvNet),
    "constant-pixels-explode": with_(scale=homework),
    "constant-pixels-explode (1e-8)": with_(scale=scaling(lambda v: v.sqrt() + 1e-8)),
    "constant-pixels-explode (1e-3)": with_(scale=scaling(lambda v: v.sqrt() + 1e-3)),
    "constant-pixels-explode (inside)": with_(scale=scaling(lambda v: (v + 1e-5).sqrt())),
    "constant-pixels-explode (clamped)": with_(scale=scaling(lambda v: v.sqrt().clamp_min(1e-6))),
    "constant-pixels-not-finite": with_(scale=scaling(torch.sqrt)),
    "test-by-its-own-statistics": with_(scale=own),
    "test-by-its-own-statistics (epsilon)": with_(scale=own_with_epsilon),
    "statistics-of-both-sets": with_(scale=scaling(sample=lambda a, b: torch.cat([a, b]))),
    "one-mean-for-all-pixels": with_(scale=scaling(over=(0, 1, 2, 3))),
    "divides-by-variance": with_(scale=scaling(lambda v: torch.where(v > 0, v, 1.0))),
    "not-centred": with_(scale=only_divided),
    "not-scaled": with_(scale=lambda a, b: (a - a.mean(0), b - a.mean(0))),
    "test-left-as-it-was": with_(scale=lambda a, b: (standardize(a, a)[0], b)),
}
WRONG = {
    "forgotten return": (lambda num_classes=10: None, lambda num_classes=10: None, lambda a, b: None),
    "writes into the images": (nn.Identity, nn.Identity, in_place),
    "one of two": (lambda num_classes=10: nn.Linear(3, 3), nn.Identity, lambda a, b: standardize(a, b)[0]),
}
