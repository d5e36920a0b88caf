"""Names in libraries of what exercises ask to write by hand, for `Answer.by_hand`."""

from __future__ import annotations

__all__ = ["AUTOGRAD", "CLIPPING", "COURSE", "LOSSES", "NORMALIZATIONS", "OPTIMIZERS", "SCHEDULERS"]

OPTIMIZERS = ("torch.optim.*",)
SCHEDULERS = ("torch.optim.lr_scheduler.*",)
CLIPPING = ("torch.nn.utils.clip_grad*", "torch.nn.utils.get_total_norm")
LOSSES = (
    *(f"torch.nn.functional.{name}" for name in ("binary_cross_entropy*", "cross_entropy", "nll_loss")),
    *(f"torch.nn.{name}" for name in ("BCE*Loss", "CrossEntropyLoss", "NLLLoss")),
)
NORMALIZATIONS = (
    "torch.nn.*Norm*",
    "torch.nn.functional.*_norm",
    *(f"torch.{kind}_norm" for kind in ("batch", "layer", "group", "instance", "rms")),
    "torch.native_*_norm",
)
# Later workbooks and the demos need what some exercises ask for.
COURSE = ("course_utils.numpy_networks.gradient_check.*", "course_utils.widgets.*")
AUTOGRAD = ("torch.autograd.*", "torch.func.*", ".backward")
