"""What is right and wrong in `fold_batchnorm`: W gain / std and (b - mean) gain / std + shift, channel by channel."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import Ignored
from autograder.kits.function import single_answer
from course_utils.checks.labels import Label
from course_utils.exercises.today.fold_batchnorm.probe import CHANNELS, SPECIAL
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

COPY = "folded = copy.deepcopy(conv)"
STD = "std = torch.sqrt(bn.running_var + bn.eps)"
GAIN = "torch.ones_like(std) if bn.weight is None else bn.weight.detach()"
SHIFT = "torch.zeros_like(std) if bn.bias is None else bn.bias.detach()"
BIAS = "torch.zeros_like(std) if conv.bias is None else conv.bias.detach()"
SCALED = "conv.weight.detach() * (gain / std)[:, None, None, None]"
NEW_BIAS = "(bias - bn.running_mean) * gain / std + shift"
NEW = "nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size"

MISTAKES = (
    edit(
        "variance-for-root",
        "The function divides by the variance; the normalization divides by its root.",
        {STD: "std = bn.running_var + bn.eps"},
    ),
    edit(
        "epsilon-missing",
        "The epsilon of the normalization is left out: channels that hardly vary come out too large.",
        {"bn.running_var + bn.eps": "bn.running_var"},
    ),
    edit(
        "another-epsilon",
        "epsilon is 1e-5 whatever layer is given; each normalization has its own.",
        {"bn.running_var + bn.eps": "bn.running_var + 1e-5"},
    ),
    edit(
        "epsilon-outside",
        "epsilon is added to the standard deviation; in the normalization it is under the root.",
        {STD: "std = torch.sqrt(bn.running_var) + bn.eps"},
    ),
    edit(
        "bias-forgotten",
        "The bias of the convolution is lost: its share of each channel is missing in the output.",
        {BIAS: "torch.zeros_like(std)"},
    ),
    edit(
        "bias-not-scaled",
        "The bias of the convolution is added as it is. The normalization acts on it as on everything else that the "
        "convolution gives.",
        {NEW_BIAS: "bias - bn.running_mean * gain / std + shift"},
    ),
    edit(
        "mean-forgotten",
        "The running mean is not subtracted.",
        {"(bias - bn.running_mean)": "bias"},
    ),
    edit(
        "mean-not-scaled",
        "The running mean is subtracted as it is; it is subtracted before the normalization divides and multiplies.",
        {NEW_BIAS: "bias * gain / std - bn.running_mean + shift"},
    ),
    edit(
        "shift-forgotten",
        "The shift of the normalization is lost.",
        {NEW_BIAS: "(bias - bn.running_mean) * gain / std"},
    ),
    edit(
        "shift-scaled",
        "The shift is also multiplied by gain over standard deviation; it should be added at the very end.",
        {NEW_BIAS: "(bias - bn.running_mean + shift) * gain / std"},
    ),
    edit(
        "gain-forgotten",
        "The gain of the normalization is lost.",
        {GAIN: "torch.ones_like(std)"},
    ),
    edit(
        "gain-on-weights-alone",
        "The gain multiplies the weights and not the bias; the normalization multiplies both.",
        {NEW_BIAS: "(bias - bn.running_mean) / std + shift"},
    ),
    edit(
        "bias-kept",
        "The weights are new and the bias is that of the convolution: mean and shift of the normalization are lost.",
        {NEW_BIAS: "bias.clone()"},
    ),
    edit(
        "weights-kept",
        "The bias is new and the weights are those of the convolution, which gain and standard deviation should scale.",
        {SCALED: "conv.weight.detach().clone()"},
    ),
    edit(
        "nothing-folded",
        "The new convolution equals the given one: the normalization is missing.",
        {SCALED: "conv.weight.detach().clone()", NEW_BIAS: "bias.clone()"},
        share=0.0,
        pairs=False,
    ),
    edit(
        "nothing-folded",
        "The given convolution is returned unchanged.",
        {COPY: "return conv"},
        share=0.0,
        pairs=False,
    ),
    edit(
        "scaled-by-input-channel",
        "The weights are scaled by input channel. The normalization follows the convolution and knows its output "
        "channels, which come first in the shape of the weights.",
        {SCALED: "conv.weight.detach() * (gain / std)[None, :, None, None]"},
    ),
    edit(
        "convolution-changed",
        "The result is right, but the given convolution itself was changed: the network that holds it would "
        "normalise twice.",
        {COPY: "folded = conv"},
    ),
    edit(
        "settings-lost",
        "The new convolution has the usual stride, padding, dilation and groups in place of those of the given one.",
        {COPY: f"folded = {NEW})"},
    ),
    edit(
        "settings-lost",
        "The new convolution has the usual dilation and groups in place of those of the given one.",
        {COPY: f"folded = {NEW}, conv.stride, conv.padding)"},
    ),
    edit(
        "settings-lost",
        "The new convolution has the usual padding and dilation in place of those of the given one.",
        {COPY: f"folded = {NEW}, conv.stride, groups=conv.groups)"},
    ),
    edit(
        "settings-lost",
        "The new convolution has the usual dilation in place of that of the given one.",
        {COPY: f"folded = {NEW}, conv.stride, conv.padding, groups=conv.groups)"},
    ),
    edit(
        "bias-expected",
        "The function fails for a convolution without a bias, and before a normalization most convolutions have none.",
        {BIAS: "conv.bias.detach()"},
    ),
    edit(
        "no-bias-made",
        "A convolution without a bias stays without one, so that mean and shift of the normalization are lost.",
        {"return folded": "if conv.bias is None:\n    folded.bias = None\nreturn folded"},
    ),
    edit(
        "gain-and-shift-expected",
        "The function fails for a normalization without gain and shift, whose weight and bias are None.",
        {GAIN: "bn.weight.detach()", SHIFT: "bn.bias.detach()"},
        share=0.75,
    ),
)
CHANGED = Ignored(
    "layers-changed",
    "The new convolution is right, but the layers that were given are not what they were: their values or their mode.",
    "The given layers have also been changed.",
    ("layers_left_alone",),
    share=0.75,
)
SAID = {
    "no_bias": "a convolution without bias",
    "groups": "a convolution with groups",
    "bare": "a normalization without gain and shift",
}
LABELS = {
    "usual_out": Label("output of the new convolution"),
    **{f"{name}_out": Label("output of the new convolution", then=f"for {SAID[name]}") for name in SPECIAL},
    **{f"takes_{name}": Label(f"works for {SAID[name]}", statement=True) for name in SPECIAL},
    "settings_kept": Label("stride, padding, dilation and groups are those of the given convolution", statement=True),
    "layers_left_alone": Label("layers left as they were", statement=True),
    "new_layer": Label("the new convolution shares no tensor with the given layers", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw images and layers; an epsilon that counts beside the variances."""
    inputs = {"x": rng.normal(size=(2, CHANNELS, 5, 5)), "eps": np.array(rng.uniform(0.02, 0.05))}
    for name, columns, kernel in (("usual", 4, 3), ("no_bias", 4, 3), ("groups", 2, 2), ("bare", 4, 2)):
        inputs[f"{name}_conv_weight"] = rng.normal(size=(CHANNELS, columns, kernel, kernel)) * 0.4
        inputs[f"{name}_conv_bias"] = rng.uniform(0.3, 1.0, size=CHANNELS)
        inputs[f"{name}_bn_weight"] = rng.uniform(0.5, 2.0, size=CHANNELS)
        inputs[f"{name}_bn_bias"] = rng.uniform(-1.0, 1.0, size=CHANNELS)
        inputs[f"{name}_bn_running_mean"] = rng.uniform(-1.0, 1.0, size=CHANNELS)
        inputs[f"{name}_bn_running_var"] = rng.uniform(0.05, 2.0, size=CHANNELS)
        inputs[f"{name}_bn_num_batches_tracked"] = np.array(float(rng.integers(10, 99)))
    return inputs


ANSWER: Answer = single_answer(
    "fold_batchnorm",
    MISTAKES,
    generate=generate,
    ignored=(CHANGED,),
    labels=LABELS,
    reread="section 6.8, the two lines of the folded convolution",
    words={"std": "standard deviation"},
    by_hand=("torch.nn.utils.fusion.*", "torch.nn.utils.fuse_conv_bn*", "torch.ao.quantization.fuse*"),
)
