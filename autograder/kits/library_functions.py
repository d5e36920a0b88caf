"""Names in libraries of what exercises ask to write by hand, for `Answer.by_hand`.

They are matched with the names in a source (`torch.nn.LayerNorm`), with the functions that run
(`torch.nn.modules.normalization.LayerNorm.forward`) and with torch's operations (`aten.native_layer_norm`).
"""

from __future__ import annotations

__all__ = [
    "ACTIVATIONS",
    "AUTOGRAD",
    "CLIPPING",
    "COURSE",
    "DIFFERENCES",
    "LOSSES",
    "NORMALIZATIONS",
    "OPTIMIZERS",
    "SCHEDULERS",
]

OPTIMIZERS = ("torch.optim.*",)
SCHEDULERS = ("torch.optim.lr_scheduler.*",)
CLIPPING = ("torch.nn.utils.clip_grad*", "torch.nn.utils.get_total_norm")
LOSSES = (
    *(
        f"torch.nn.functional.{name}"
        for name in ("binary_cross_entropy*", "cross_entropy", "nll_loss", "*_margin_loss")
    ),
    *(f"torch.nn.*{name}" for name in ("BCE*Loss*", "CrossEntropyLoss*", "NLLLoss*")),
    *(f"aten.{name}*" for name in ("binary_cross_entropy", "cross_entropy", "nll_loss")),
    "torch.distributions.*",
    "sklearn.metrics.*",
)
NORMALIZATIONS = (
    "torch.nn.*Norm*",
    "torch.nn.functional.*_norm",
    *(f"torch.{kind}_norm" for kind in ("batch", "layer", "group", "instance", "rms")),
    "torch.native_*_norm",
    "torch.ops.aten.*norm*",
    *(f"aten.*{kind}_norm*" for kind in ("batch", "layer", "group", "instance", "rms")),
)
# Later workbooks and the demos need what some exercises ask for.
COURSE = ("course_utils.numpy_networks.gradient_check.*", "course_utils.widgets.*")
AUTOGRAD = (
    *(f"torch.autograd.{name}" for name in ("backward", "grad", "gradcheck*", "functional.*", "forward_ad.*")),
    "torch.func.*",
    "torch._functorch.*",
    ".backward",
    "jax.*",
)
DIFFERENCES = ("numpy*.gradient", "scipy.*")
ACTIVATIONS = (
    *(f"{home}.{name}" for home in ("torch", "torch.Tensor") for name in ("sigmoid*", "relu*", "special_expit")),
    *(f"torch.nn.{name}" for name in ("*Sigmoid*", "*ReLU*", "functional.*sigmoid*", "functional.*relu*")),
    *(f"{home}.{name}" for home in ("torch.nn.functional", "aten") for name in ("threshold*", "hardtanh*")),
    *(f"aten.{name}" for name in ("*sigmoid*", "*relu*")),
    "torch.special.expit",
    "torch.distributions.*",
    "scipy.*",
)
