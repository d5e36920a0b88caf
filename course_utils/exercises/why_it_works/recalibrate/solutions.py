"""Solutions and mutants of `recalibrate`, as students write them."""

import torch
from torch import nn
from torch.optim.swa_utils import update_bn

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def norms(net):
    return [module for module in net.modules() if isinstance(module, NORMS)]


def by_columns(values):
    return values.transpose(0, 1).flatten(1)


def layer_by_layer(net, X, batch_size, correction=1, variances=True, spread=lambda var: var):
    """Two moments per layer, from inputs caught on their way in."""
    modes = {module: module.training for module in net.modules()}
    net.eval()
    with torch.no_grad():
        for layer in norms(net):
            caught = []
            handle = layer.register_forward_pre_hook(lambda module, given, caught=caught: caught.append(given[0]))
            for start in range(0, len(X), batch_size):
                net(X[start : start + batch_size])
            handle.remove()
            values = by_columns(torch.cat(caught))
            layer.running_mean.copy_(values.mean(1))
            if variances:
                layer.running_var.copy_(spread(values.var(1, correction=correction)))
    for module, training in modes.items():
        module.training = training


def by_sums(net, X, batch_size):
    """Sums and squared deviations merged batch by batch, after Chan, Golub and LeVeque."""
    was = net.training
    net.eval()
    for layer in norms(net):
        state = {"n": 0, "mean": 0.0, "m2": 0.0}

        def merge(module, given, state=state):
            values = by_columns(given[0])
            n, mean = values.shape[1], values.mean(1)
            delta, total = mean - state["mean"], state["n"] + n
            within = ((values - mean[:, None]) ** 2).sum(1)
            state["m2"] = state["m2"] + within + delta**2 * state["n"] * n / total
            state["mean"], state["n"] = state["mean"] + delta * n / total, total

        handle = layer.register_forward_pre_hook(merge)
        with torch.inference_mode():
            for part in X.split(batch_size):
                net(part)
        handle.remove()
        layer.running_mean.data = state["mean"].clone()
        layer.running_var.data = state["m2"].clone() / (state["n"] - 1)
    net.train(was)


def from_torch(net, X, batch_size):
    update_bn(X.split(batch_size), net)


def cumulative(net, X, batch_size, *, reset=True, momentum="mean", keep=True, grad=False, mode=True, leave=None):
    was, kept = net.training, [layer.momentum for layer in norms(net)]
    net.train(mode)
    for layer in norms(net):
        if reset:
            layer.reset_running_stats()
        if momentum == "mean":
            layer.momentum = None
    with torch.set_grad_enabled(grad):
        for part in X.split(batch_size):
            net(part)
    if keep:
        for layer, value in zip(norms(net), kept, strict=True):
            layer.momentum = value
    net.train(was if leave is None else leave)


def by_share(net, X, batch_size):
    """Each batch counts by its share of the images so far."""
    was, kept, seen = net.training, [layer.momentum for layer in norms(net)], 0
    net.train()
    with torch.no_grad():
        for start in range(0, len(X), batch_size):
            part = X[start : start + batch_size]
            seen += len(part)
            for layer in norms(net):
                layer.momentum = len(part) / seen
            net(part)
    for layer, value in zip(norms(net), kept, strict=True):
        layer.momentum = value
    net.train(was)


def at_once(net, X, batch_size, momentum=1.0):
    was, kept = net.training, [layer.momentum for layer in norms(net)]
    net.train()
    for layer in norms(net):
        layer.momentum = momentum if momentum is not None else layer.momentum
    with torch.no_grad():
        net(X)
    for layer, value in zip(norms(net), kept, strict=True):
        layer.momentum = value
    net.train(was)


def all_layers_at_once(net, X, batch_size):
    was = net.training
    net.eval()
    caught = {layer: [] for layer in norms(net)}
    handles = [
        layer.register_forward_pre_hook(lambda module, given: caught[module].append(given[0])) for layer in norms(net)
    ]
    with torch.no_grad():
        for part in X.split(batch_size):
            net(part)
    for layer, values in caught.items():
        columns = by_columns(torch.cat(values))
        layer.running_mean.copy_(columns.mean(1))
        layer.running_var.copy_(columns.var(1))
    for handle in handles:
        handle.remove()
    net.train(was)


def one_batch(which):
    def recalibrate_batchnorm(net, X, batch_size):
        at_once(net, X.split(batch_size)[which], batch_size)

    return recalibrate_batchnorm


def then(change):
    def recalibrate_batchnorm(net, X, batch_size):
        layer_by_layer(net, X, batch_size)
        with torch.no_grad():
            change(net)

    return recalibrate_batchnorm


def with_(function, **options):
    return (lambda net, X, batch_size: function(net, X, batch_size, **options),)


def roots(net):
    for layer in norms(net):
        layer.running_var.sqrt_()


def old_variances(net, X, batch_size):
    kept = [layer.running_var.clone() for layer in norms(net)]
    layer_by_layer(net, X, batch_size)
    for layer, var in zip(norms(net), kept, strict=True):
        layer.running_var.copy_(var)


def shifted(net):
    for parameter in net.parameters():
        parameter *= 1.1


def only_two_dimensional(net, X, batch_size):
    """Written for the nets of the workbook: images only, and buffers that are made anew in float32."""
    was = net.training
    net.eval()
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            caught = []
            handle = layer.register_forward_pre_hook(lambda module, given, caught=caught: caught.append(given[0]))
            with torch.no_grad():
                for part in X.split(batch_size):
                    net(part)
            handle.remove()
            values = torch.cat(caught)
            layer.running_mean = values.mean(dim=(0, 2, 3)).float()
            layer.running_var = values.var(dim=(0, 2, 3)).float()
    net.train(was)


CORRECT = {
    "images only, in float32": (only_two_dimensional,),
    "layer by layer": (layer_by_layer,),
    "merged sums": (by_sums,),
}
VARIANTS = {
    "biased-variance": with_(layer_by_layer, correction=0),
    "mean-over-batches": with_(cumulative),
    "mean-over-batches (torch)": (lambda net, X, batch_size: torch.no_grad()(from_torch)(net, X, batch_size),),
    "mean-over-batches (weighted)": (by_share,),
    "mean-over-batches+records-a-graph": with_(cumulative, grad=True),
}
MUTANTS = {
    "moving-average": with_(cumulative, reset=False, momentum="own"),
    "moving-average (reset)": with_(cumulative, momentum="own"),
    "moving-average+all-at-once": with_(at_once, momentum=None),
    "last-batch-only": (one_batch(-1),),
    "first-batch-only": (one_batch(0),),
    "nothing-changed": with_(cumulative, reset=False, mode=False),
    "only-reset": with_(cumulative, mode=False),
    "second-layer-sees-the-old-first": (all_layers_at_once,),
    "variance-not-changed": (old_variances,),
    "variance-not-changed (by the means alone)": with_(layer_by_layer, variances=False),
    "standard-deviation (layer by layer)": with_(layer_by_layer, spread=torch.sqrt),
    "standard-deviation": (then(roots),),
    "mode-changed": (then(lambda net: net.train()),),
    "mode-changed (always evaluated)": (then(lambda net: net.eval()),),
    "mean-over-batches+momentum-changed": with_(cumulative, keep=False),
    "as-in-training+all-at-once": with_(at_once),
    "parameters-changed": (then(shifted),),
}
WRONG = {
    "raises": (lambda net, X, batch_size: X.nothing,),
}
