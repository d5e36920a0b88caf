"""`logistic_unit(x, w, b)` and `network(x, params)`, written by many hands."""

import torch


def loop(x, params):
    z = x
    for w, b, h in params:
        z = h(z @ w + b)
    return z[:, 0] if z.shape[1] == 1 else z


def recursive(x, params):
    if not params:
        return x.squeeze(-1)
    (w, b, h), *rest = params
    return recursive(h(torch.addmm(b, x, w)), rest)


def per_example(x, params):
    rows = []
    for row in x:
        for w, b, h in params:
            row = h(torch.einsum("i,ij->j", row, w) + b)
        rows.append(row)
    out = torch.stack(rows)
    return out.flatten() if out.size(-1) == 1 else out


def with_layer(layer, finish=lambda z: z.squeeze(-1)):
    def network(x, params):
        for i, (w, b, h) in enumerate(params):
            x = layer(x, w, b, h, i, params)
        return finish(x)

    return network


def unit(x, w, b):
    return torch.sigmoid(torch.einsum("...i,i->...", x, w) + b)


def products_summed(x, w, b):
    return 1 / (1 + torch.exp(-(x * w).sum(dim=-1) - b))


def network_of_one(x, w, b):
    return loop(x.reshape(-1, len(w)), [(w[:, None], b, torch.sigmoid)]).reshape(x.shape[:-1])


CORRECT = {
    "loop": (unit, loop),
    "recursive": (unit, recursive),
    "per example": (unit, per_example),
    "the products summed": (products_summed, loop),
    "the network": (network_of_one, loop),
}
MUTANTS = {
    "bias-missing": with_layer(lambda x, w, b, h, i, p: h(x.matmul(w))),
    "activation-before-bias": with_layer(lambda x, w, b, h, i, p: h(x @ w) + b),
    "activation-before-weights": with_layer(lambda x, w, b, h, i, p: h(x) @ w + b),
    "last-activation-missing": with_layer(lambda x, w, b, h, i, p: x @ w + b if i == len(p) - 1 else h(x @ w + b)),
    "own-activation-not-used": with_layer(lambda x, w, b, h, i, p: torch.relu(x @ w + b)),
    "own-activation-not-used (hyperbolic tangent)": with_layer(
        lambda x, w, b, h, i, p: torch.tanh(x @ w + b) if len(p) == 1 else torch.relu(x @ w + b)
    ),
    "graph-cut": lambda x, params: loop(x, params).detach(),
    "graph-cut (an array)": lambda x, params: loop(x, params).detach().numpy(),
    "squeeze-all": with_layer(lambda x, w, b, h, i, p: h(x @ w + b), torch.squeeze),
    "not-squeezed": with_layer(lambda x, w, b, h, i, p: h(x @ w + b), lambda z: z),
    "hidden-activations-missing": with_layer(lambda x, w, b, h, i, p: h(x @ w + b) if i == len(p) - 1 else x @ w + b),
    "first-activation-everywhere": with_layer(lambda x, w, b, h, i, p: p[0][2](x @ w + b)),
    "last-activation-everywhere": with_layer(lambda x, w, b, h, i, p: p[-1][2](x @ w + b)),
    "first-column-only": with_layer(
        lambda x, w, b, h, i, p: h(x @ w + b), lambda z: z[:, :1] if len(z.T) > 1 else z[:, 0]
    ),
    "bias-missing+squeeze-all": with_layer(lambda x, w, b, h, i, p: h(x @ w), torch.squeeze),
    "bias-missing+not-squeezed": with_layer(lambda x, w, b, h, i, p: h(x @ w), lambda z: z),
    "activation-twice": with_layer(lambda x, w, b, h, i, p: h(h(x @ w + b)) if len(p) > 1 else h(x @ w + b)),
}
WRONG = {
    "forgotten return": lambda x, params: None,
    "first layer only": lambda x, params: loop(x, params[:1]).sum(-1),
    "transposed": with_layer(lambda x, w, b, h, i, p: h(x @ w.T + b)),
    "biases doubled": with_layer(lambda x, w, b, h, i, p: h(x @ w + 2 * b)),
    "no layers": lambda x, params: x,
    "one number": lambda x, params: loop(x, params).mean(),
}


UNIT_MUTANTS = {
    "bias-missing (unit)": lambda x, w, b: torch.sigmoid(x @ w),
    "activation-before-bias (unit)": lambda x, w, b: torch.sigmoid(x.matmul(w)) + b,
    "last-activation-missing (unit)": lambda x, w, b: (x * w).sum(-1) + b,
    "graph-cut (unit)": lambda x, w, b: unit(x, w, b).detach(),
}
UNIT_WRONG = {
    "one number for the batch": lambda x, w, b: torch.sigmoid((x * w).sum() + b),
    "no sum": lambda x, w, b: torch.sigmoid(x * w + b),
    "a column": lambda x, w, b: unit(x, w, b)[..., None],
    "tanh": lambda x, w, b: torch.tanh(x @ w + b),
}
MUTANTS = {name: (unit, f) for name, f in MUTANTS.items()}
WRONG = {name: (UNIT_WRONG["tanh"], f) for name, f in WRONG.items()}
MUTANTS |= {name: (f, loop) for name, f in UNIT_MUTANTS.items()}
WRONG |= {name: (f, lambda x, params: None) for name, f in UNIT_WRONG.items()}
