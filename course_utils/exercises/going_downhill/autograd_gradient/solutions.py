"""Students' ways to write `autograd_gradient`."""

import torch


def on_a_copy(f, x):
    x = x.detach().clone().requires_grad_(True)
    f(x).backward()
    return x.grad


def with_grad(f, x):
    leaf = torch.tensor(x.tolist(), dtype=x.dtype, requires_grad=True)
    (gradient,) = torch.autograd.grad(f(leaf), leaf)
    return gradient


def functional(f, x):
    return torch.func.grad(f)(x.detach())


def jacobian(f, x):
    return torch.autograd.functional.jacobian(f, x)


def keeps_the_graph(f, x):
    leaf = x.detach().clone().requires_grad_(True)
    return torch.autograd.grad(f(leaf), leaf, create_graph=True)[0]


def accumulates(f, x):
    x.requires_grad_(True)
    f(x).backward()
    return x.grad


def accumulates_then_cleans(f, x):
    old, tracked = x.grad, x.requires_grad
    if old is None:
        x.requires_grad_(True)
    before = None if old is None else old.clone()
    f(x).backward()
    result = x.grad.clone()
    x.grad = before
    x.requires_grad_(tracked)
    return result


def overwrites(f, x):
    x.requires_grad_(True)
    x.grad = None
    f(x).backward()
    return x.grad


def zeroes_first(f, x):
    x.requires_grad_(True)
    if x.grad is not None:
        x.grad.zero_()
    f(x).backward()
    return x.grad.clone()


def finite_differences(f, x):
    with torch.no_grad():
        out = torch.zeros_like(x)
        for i in range(x.numel()):
            e = torch.zeros(x.numel(), dtype=x.dtype)
            e[i] = 1e-5
            e = e.reshape(x.shape)
            out.view(-1)[i] = (f(x + e) - f(x - e)) / 2e-5
    return out


def tracks_nothing(f, x):
    f(x.detach()).backward()
    return x.grad


def returns_value(f, x):
    return f(x)


def forgot_return(f, x):
    on_a_copy(f, x)


CORRECT = {
    "backward on a copy": (on_a_copy,),
    "autograd.grad": (with_grad,),
    "func.grad": (functional,),
    "jacobian": (jacobian,),
}

MUTANTS = {
    "no-tensor": (lambda f, x: on_a_copy(f, x).numpy(),),
    "no-tensor (a list)": (lambda f, x: with_grad(f, x).tolist(),),
    "other-dtype": (lambda f, x: with_grad(f, x).to(torch.float32),),
    "graph-attached": (keeps_the_graph,),
    "gradients-accumulate": (accumulates,),
    "old-gradient-added": (accumulates_then_cleans,),
    "x-changed": (overwrites,),
    "not-autograd": (finite_differences,),
    "downhill-direction": (lambda f, x: -on_a_copy(f, x),),
    "unit-length": (lambda f, x: torch.nn.functional.normalize(on_a_copy(f, x).ravel(), dim=0).reshape(x.shape),),
    "stepped-point": (lambda f, x: x - on_a_copy(f, x),),
    "downhill-direction+x-changed": (lambda f, x: -zeroes_first(f, x),),
}

WRONG = {
    "backward without a graph": (tracks_nothing,),
    "value instead of gradient": (returns_value,),
    "forgot return": (forgot_return,),
    "sum of the gradient": (lambda f, x: on_a_copy(f, x).sum(),),
    "nan": (lambda f, x: on_a_copy(f, x) * float("nan"),),
    "half of it": (lambda f, x: on_a_copy(f, x) / 2,),
    "a tuple": (lambda f, x: (on_a_copy(f, x), x),),
}
