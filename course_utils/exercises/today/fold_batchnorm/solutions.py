"""Ways to write `fold_batchnorm`, right and wrong."""

import copy

import torch
from torch import nn

SETTINGS = ("stride", "padding", "dilation", "groups", "padding_mode")


def usual(w, b, mean, var, gain, shift, eps):
    """Return weights and bias, all arguments given by channel."""
    factor = gain * (var + eps) ** -0.5
    return torch.einsum("o...,o->o...", w, factor), b * factor + (shift - mean * factor)


def folding(rule=usual, *, settings=SETTINGS, bias=True, affine=True, same=False, after=lambda conv, bn: None):
    """Make a new layer and copy into it what `rule` gives.

    Args:
        rule: New weights and bias.
        settings: Which settings the new layer takes over.
        bias: Whether a convolution without bias is thought of.
        affine: Whether a normalization without gain and shift is thought of.
        same: Whether the given layer is written into.
        after: Is done to the given layers in the end.
    """

    def fold_batchnorm(conv, bn):
        zeros = torch.zeros(conv.out_channels, dtype=conv.weight.dtype)
        b = zeros if bias and conv.bias is None else conv.bias
        gain = torch.ones_like(zeros) if affine and not bn.affine else bn.weight
        shift = zeros if affine and not bn.affine else bn.bias
        options = {name: getattr(conv, name) for name in settings}
        new = conv if same else nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, **options)
        with torch.no_grad():
            w, b = rule(conv.weight, b, bn.running_mean, bn.running_var, gain, shift, bn.eps)
            new.weight.data = w.clone()
            new.bias = nn.Parameter(b.clone())
        after(conv, bn)
        return new

    return (fold_batchnorm,)


def by_response(conv, bn):
    """Ask the two layers what they do: their answer to nothing is the bias, that to one weight its factor."""
    conv_, bn_ = copy.deepcopy(conv), copy.deepcopy(bn).eval()
    with torch.no_grad():
        at_zero = torch.zeros_like(bn.running_mean) if conv.bias is None else conv.bias
        low, high = (bn_((at_zero + step)[None, :, None, None]).flatten() for step in (0, 1))
        conv_.weight *= (high - low).reshape(-1, 1, 1, 1)
        conv_.bias = nn.Parameter(low)
    return conv_


def both_layers(conv, bn):
    return nn.Sequential(conv, bn).eval()


def no_new_bias(conv, bn):
    (fold,) = folding()
    new = fold(conv, bn)
    if conv.bias is None:
        new.register_parameter("bias", None)
    return new


def eps_of_torch(w, b, mean, var, gain, shift, eps):
    return usual(w, b, mean, var, gain, shift, 1e-5)


def transposed(w, b, mean, var, gain, shift, eps):
    _, new = usual(w, b, mean, var, gain, shift, eps)
    return w * (gain / (var + eps).sqrt()).view(1, -1, 1, 1), new


def with_weights(w, b, mean, var, gain, shift, eps):
    return w, usual(w, b, mean, var, gain, shift, eps)[1]


def with_bias(rule):
    """Return the right weights, and the bias that `rule` gives."""

    def changed(w, b, mean, var, gain, shift, eps):
        return usual(w, b, mean, var, gain, shift, eps)[0], rule(b, mean, (var + eps).sqrt(), gain, shift)

    return changed


def deepened(conv, bn):
    bn.eval()


CORRECT = {"a new layer": folding(), "by its response": (by_response,)}
MUTANTS = {
    "variance-for-root": folding(lambda w, b, m, v, g, s, e: usual(w, b, m, (v + e) ** 2, g, s, 0)),
    "epsilon-missing": folding(lambda w, b, m, v, g, s, e: usual(w, b, m, v, g, s, 0)),
    "another-epsilon": folding(eps_of_torch),
    "epsilon-outside": folding(lambda w, b, m, v, g, s, e: usual(w, b, m, (v**0.5 + e) ** 2, g, s, 0)),
    "bias-forgotten": folding(lambda w, b, *rest: usual(w, 0 * b, *rest)),
    "bias-not-scaled": folding(with_bias(lambda b, m, std, g, s: s + b - g * m / std)),
    "mean-forgotten": folding(lambda w, b, m, *rest: usual(w, b, 0 * m, *rest)),
    "mean-not-scaled": folding(with_bias(lambda b, m, std, g, s: g * b / std + (s - m))),
    "shift-forgotten": folding(lambda w, b, m, v, g, s, e: usual(w, b, m, v, g, 0, e)),
    "shift-scaled": folding(with_bias(lambda b, m, std, g, s: g / std * (b + s - m))),
    "gain-forgotten": folding(lambda w, b, m, v, g, s, e: usual(w, b, m, v, torch.ones_like(v), s, e)),
    "gain-on-weights-alone": folding(with_bias(lambda b, m, std, g, s: s + b / std - m / std)),
    "bias-kept": folding(with_bias(lambda b, m, std, g, s: b)),
    "weights-kept": folding(with_weights),
    "nothing-folded": (lambda conv, bn: conv,),
    "nothing-folded (a copy)": (lambda conv, bn: copy.deepcopy(conv),),
    "scaled-by-input-channel": folding(transposed),
    "convolution-changed": folding(same=True),
    "settings-lost": folding(settings=()),
    "settings-lost (but stride and padding)": folding(settings=SETTINGS[:2]),
    "settings-lost (but stride and groups)": folding(settings=("stride", "groups")),
    "settings-lost (dilation alone)": folding(settings=("stride", "padding", "groups")),
    "bias-expected": folding(bias=False),
    "no-bias-made": (no_new_bias,),
    "gain-and-shift-expected": folding(affine=False),
    "layers-changed": folding(after=deepened),
    "epsilon-missing+bias-forgotten": folding(lambda w, b, m, v, g, s, e: usual(w, 0 * b, m, v, g, s, 0)),
}
WRONG = {
    "both layers": (both_layers,),
    "nothing": (lambda conv, bn: None,),
    "NaN": folding(lambda w, b, *rest: (w * float("nan"), b)),
}
