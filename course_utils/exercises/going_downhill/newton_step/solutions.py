"""Students' ways to write `newton_step`."""

import torch
from torch.autograd.functional import hessian


def parts(f, x):
    x = x.detach().clone().requires_grad_(True)
    (g,) = torch.autograd.grad(f(x), x)
    return g, hessian(f, x.detach())


def solving(f, x):
    g, h = parts(f, x)
    return x - torch.linalg.solve(h, g)


def inverting(f, x):
    g, h = parts(f, x)
    return x.detach() - torch.inverse(h) @ g


def by_rows(f, x):
    z = x.detach().clone().requires_grad_(True)
    g = torch.autograd.grad(f(z), z, create_graph=True)[0]
    rows = [torch.autograd.grad(g[i], z, retain_graph=True)[0] for i in range(len(z))]
    return z - torch.linalg.solve(torch.stack(rows), g)


def functional(f, x):
    return x - torch.linalg.lstsq(torch.func.hessian(f)(x), torch.func.grad(f)(x)[:, None]).solution[:, 0]


def changed(formula):
    def newton_step(f, x):
        g, h = parts(f, x)
        return eval(formula, {"x": x, "g": g, "h": h, "torch": torch})

    return newton_step


def absolute(f, x):
    g, h = parts(f, x)
    eigenvalues, q = torch.linalg.eigh(h)
    return x - q @ ((q.T @ g) / eigenvalues.abs())


def in_place(f, x):
    x.copy_(solving(f, x))
    return x


def tracks_x(f, x):
    x.requires_grad_(True)
    f(x).backward()
    return x.detach() - torch.linalg.solve(hessian(f, x.detach()), x.grad)


CORRECT = {
    "solve": (solving,),
    "inverse": (inverting,),
    "row by row": (by_rows,),
    "least squares": (functional,),
}

MUTANTS = {
    "no-tensor": (changed("(x - torch.linalg.solve(h, g)).numpy()"),),
    "added-step": (changed("x + torch.linalg.solve(h, g)"),),
    "hessian-not-inverted": (changed("x - h @ g"),),
    "hessian-ignored": (changed("x - g"),),
    "diagonal-only": (changed("x - g / h.diagonal()"),),
    "entrywise-inverse": (changed("x - (1 / h) @ g"),),
    "absolute-curvature": (absolute,),
    "step-returned": (changed("-torch.linalg.solve(h, g)"),),
    "subtracted-step-returned": (changed("torch.linalg.solve(h, g)"),),
    "x-changed": (in_place,),
    "x-changed (tracked ever after)": (tracks_x,),
    "added-step+diagonal-only": (changed("x + g / h.diagonal()"),),
}

WRONG = {
    "damped": (changed("x - 0.5 * torch.linalg.solve(h, g)"),),
    "forgot return": (lambda f, x: None,),
    "stays": (lambda f, x: x,),
    "matrix instead of vector": (changed("x - torch.linalg.inv(h) * g"),),
    "nan": (changed("x * float('nan')"),),
    "raises": (changed("x - torch.linalg.solve(g, h)"),),
}
