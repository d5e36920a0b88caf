"""Students' ways to write `largest_stable_step`."""

import numpy as np
import torch

CORRECT = {
    "eigvalsh": (lambda hessian: 2 / np.linalg.eigvalsh(hessian).max(),),
    "eigvals": (lambda hessian: 2.0 / max(np.linalg.eigvals(hessian).real),),
    "spectral norm": (lambda hessian: 2 / np.linalg.norm(hessian, ord=2),),
    "torch": (lambda hessian: 2 / torch.linalg.eigvalsh(torch.tensor(hessian))[-1],),
    "power iteration": (lambda hessian: 2 / power_iteration(hessian),),
}


def power_iteration(hessian):
    v = np.ones(len(hessian)) + 0.1 * np.arange(len(hessian))
    for _ in range(5000):
        v = hessian @ v
        v = v / np.linalg.norm(v)
    return v @ hessian @ v


MUTANTS = {
    "one-over-curvature": (lambda h: 1 / np.linalg.eigvalsh(h).max(),),
    "smallest-eigenvalue": (lambda h: 2 / np.linalg.eigvalsh(h).min(),),
    "trace": (lambda h: 2 / np.trace(h),),
    "mean-eigenvalue": (lambda h: 2 / np.linalg.eigvalsh(h).mean(),),
    "diagonal-only": (lambda h: 2 / np.diag(h).max(),),
    "frobenius-norm": (lambda h: 2 / np.linalg.norm(h),),
    "row-sums": (lambda h: 2 / np.linalg.norm(h, np.inf),),
    "best-step": (lambda h: 2 / (np.linalg.eigvalsh(h)[0] + np.linalg.eigvalsh(h)[-1]),),
    "determinant": (lambda h: 2 / np.linalg.det(h),),
    "not-inverted": (lambda h: np.linalg.eigvalsh(h).max() / 2,),
    "eigenvalue-returned": (lambda h: np.linalg.eigvalsh(h)[-1],),
    "condition-number": (lambda h: np.linalg.cond(h),),
    "one-over-curvature+trace": (lambda h: 1 / h.trace(),),
}

WRONG = {
    "all eigenvalues": (lambda h: 2 / np.linalg.eigvalsh(h),),
    "forgot return": (lambda h: None,),
    "three over it": (lambda h: 3 / np.linalg.eigvalsh(h).max(),),
    "nan": (lambda h: np.nan,),
    "eigenpairs": (lambda h: np.linalg.eig(h),),
    "stub": (lambda h: NotImplemented,),
}
