"""Ways to write `mup_groups` and `output_multiplier`, right and wrong."""

import math


def groups(hidden_rate, input_rate=None, output_rate=None, bias_rate=None):
    """One group per parameter; a rate is a function of lr and width / base, None for lr itself."""

    def mup_groups(model, lr, base_width):
        ratio = model.input.out_features / base_width
        found = []
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                rule = bias_rate
            else:
                rule = {"input": input_rate, "hidden": hidden_rate, "output": output_rate}[name.split(".")[0]]
            found.append({"params": [parameter], "lr": rule(lr, ratio) if rule else lr})
        return found

    return mup_groups


def by_place(model, lr, base_width):
    """The matrices between the first and the last one."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    inner = {id(p) for p in matrices[1:-1]}
    width = matrices[0].shape[0]
    yield {"params": (p for p in model.parameters() if id(p) in inner), "lr": lr / (width / base_width)}
    yield {"params": [p for p in model.parameters() if id(p) not in inner], "lr": lr}


def by_test(test, rest=lambda p: True):
    """The matrices that pass a test, and of the others those that pass another one."""

    def mup_groups(model, lr, base_width):
        width = model.input.weight.size(0)
        some = [p for p in model.parameters() if test(p, width)]
        known = {id(p) for p in some}
        others = [p for p in model.parameters() if id(p) not in known and rest(p)]
        return [{"params": some, "lr": lr * base_width / width}, {"params": others, "lr": lr}]

    return mup_groups


def without(name):
    def mup_groups(model, lr, base_width):
        left_out = getattr(model, name).weight
        found = groups(down)(model, lr, base_width)
        return [group for group in found if group["params"][0] is not left_out]

    return mup_groups


def first_only(model, lr, base_width):
    found = groups(None)(model, lr, base_width)
    for group in found:
        if group["params"][0] is model.hidden[0].weight:
            group["lr"] = down(lr, model.input.out_features / base_width)
    return found


def multiplied(model, lr, base_width):
    for parameter in model.parameters():
        parameter.data *= 2
    return groups(down)(model, lr, base_width)


def down(lr, ratio):
    return lr / ratio


def factor(width, base_width):
    return 1 / (width / base_width)


CORRECT = {
    "one group per parameter": (groups(down), factor),
    "by their place": (by_place, lambda width, base_width: math.exp(math.log(base_width) - math.log(width))),
}
MUTANTS = {
    "hidden-factor-on-input": (groups(down, input_rate=down), factor),
    "hidden-factor-on-output": (groups(down, output_rate=down), factor),
    "every-matrix-scaled": (by_test(lambda p, width: p.ndim == 2), factor),
    "hidden-told-by-shape": (by_test(lambda p, width: tuple(p.shape) == (width, width)), factor),
    "hidden-told-by-shape (by columns)": (by_test(lambda p, width: p.ndim == 2 and p.size(1) == width), factor),
    "hidden-factor-on-biases": (groups(down, bias_rate=down), factor),
    "hidden-factor-on-biases (of hidden layers)": (
        lambda model, lr, base_width: [
            {"params": model.hidden.parameters(), "lr": lr * base_width / model.output.in_features},
            {"params": [*model.input.parameters(), *model.output.parameters()], "lr": lr},
        ],
        factor,
    ),
    "hidden-factor-on-everything": (groups(down, down, down, down), factor),
    "one-rate-for-all": (groups(None), factor),
    "root-of-the-ratio": (groups(lambda lr, ratio: lr / math.sqrt(ratio)), factor),
    "ratio-inverted": (groups(lambda lr, ratio: lr * ratio), factor),
    "ratio-squared": (groups(lambda lr, ratio: lr / ratio**2), factor),
    "base-width-ignored": (
        lambda model, lr, base_width: groups(lambda lr, ratio: lr / (ratio * base_width))(model, lr, base_width),
        factor,
    ),
    "one-hidden-matrix": (first_only, factor),
    "biases-left-out": (
        lambda model, lr, base_width: [
            {"params": [p], "lr": rate}
            for p, rate in [
                (model.input.weight, lr),
                *((layer.weight, lr * base_width / model.input.out_features) for layer in model.hidden),
                (model.output.weight, lr),
            ]
        ],
        factor,
    ),
    "output-left-out": (without("output"), factor),
    "input-left-out": (without("input"), factor),
    "inverted": (groups(down), lambda width, base_width: width / base_width),
    "root-of-the-ratio (of the factor)": (groups(down), lambda width, base_width: math.sqrt(base_width / width)),
    "base-width-ignored (of the factor)": (groups(down), lambda width, base_width: width**-1),
    "always-one": (groups(down), lambda width, base_width: 1),
    "ratio-squared (of the factor)": (groups(down), lambda width, base_width: (width / base_width) ** -2),
    "whole-numbers": (groups(down), lambda width, base_width: base_width // width),
    "hidden-factor-on-input+root-of-the-ratio": (
        groups(lambda lr, ratio: lr / ratio**0.5, lambda lr, ratio: lr / ratio**0.5),
        factor,
    ),
}
WRONG = {
    "no rates": (lambda model, lr, base_width: [{"params": model.parameters()}], lambda width, base_width: None),
    "twice the same": (
        lambda model, lr, base_width: [
            {"params": model.parameters(), "lr": lr},
            {"params": model.parameters(), "lr": lr},
        ],
        lambda width, base_width: "1",
    ),
    "one rate": (lambda model, lr, base_width: lr, lambda width, base_width: float("nan")),
}
