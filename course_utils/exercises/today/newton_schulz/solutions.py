"""Ways to write `newton_schulz`, right and wrong."""

import numpy as np
import torch

ABC = (3.4445, -4.7750, 2.0315)


def textbook(matrix, steps=5):
    a, b, c = ABC
    tall = matrix.size(0) > matrix.size(1)
    X = matrix.mT if tall else matrix
    X = X / (torch.linalg.matrix_norm(X) + 1e-7)
    for _ in range(steps):
        A = X @ X.mT
        B = b * A + c * A @ A
        X = a * X + B @ X
    return X.mT if tall else X


def by_singular_values(matrix, steps=5):
    """The polynomial, applied to each singular value."""
    u, s, vh = torch.linalg.svd(matrix, full_matrices=False)
    s = s / ((s**2).sum().sqrt() + 1e-7)
    for _ in range(steps):
        s = ABC[0] * s + ABC[1] * s**3 + ABC[2] * s**5
    return u @ torch.diag(s) @ vh


def without_transposes(matrix, steps=5):
    """The larger A costs more and gives the same."""
    x = matrix / ((matrix * matrix).sum() ** 0.5 + 1e-7)
    for _ in range(steps):
        cubic = x @ x.T @ x
        x = ABC[0] * x + ABC[1] * cubic + ABC[2] * (x @ x.T @ cubic)
    return x


def from_the_right(matrix, steps=5):
    x = matrix / (matrix.norm() + 1e-7)
    for _ in range(steps):
        gram = x.T @ x
        x = ABC[0] * x + x @ (ABC[1] * gram + ABC[2] * gram @ gram)
    return x


def in_numpy(matrix, steps=5):
    x = matrix.numpy() / (np.sqrt(np.sum(matrix.numpy() ** 2)) + 1e-7)
    for _ in range(steps):
        x = ABC[0] * x + ABC[1] * x @ x.T @ x + ABC[2] * x @ x.T @ x @ x.T @ x
    return torch.from_numpy(x)


CORRECT = {
    "textbook": (textbook,),
    "by singular values": (by_singular_values,),
    "without transposes": (without_transposes,),
    "from the right": (from_the_right,),
    "numpy": (in_numpy,),
}


def schulz(
    length=lambda m: m.norm() + 1e-7,
    abc=ABC,
    gram=lambda x: x @ x.T,
    square=lambda A: A @ A,
    turn=lambda x: x.T,
    back=lambda x, tall: x.T if tall else x,
    each=lambda x: x,
    count=lambda steps: steps,
    default=5,
):
    """Build the function from pieces; each mutant replaces one or two."""
    a, b, c = abc

    def newton_schulz(matrix, steps=default):
        tall = matrix.shape[0] > matrix.shape[1]
        x = turn(matrix / length(matrix)) if tall else matrix / length(matrix)
        for _ in range(count(steps)):
            x = each(x)
            A = gram(x)
            x = a * x + b * A @ x + c * square(A) @ x
        return back(x, tall)

    return (newton_schulz,)


def without_end(matrix, steps=5):
    first = matrix / (matrix.norm() + 1e-7)
    for _ in range(steps):
        A = first @ first.T
        x = ABC[0] * first + (ABC[1] * A + ABC[2] * A @ A) @ first
    return x


def in_place(matrix, steps=5):
    matrix /= matrix.norm() + 1e-7
    return without_transposes_from(matrix, steps)


def without_transposes_from(x, steps):
    for _ in range(steps):
        A = x @ x.T
        x = ABC[0] * x + (ABC[1] * A + ABC[2] * A @ A) @ x
    return x


def reshaping(matrix, steps=5):
    rows, columns = matrix.shape
    x = matrix / (matrix.norm() + 1e-7)
    x = x.view(columns, rows) if rows > columns else x
    return without_transposes_from(x, steps).reshape(rows, columns)


def sixteen_bits(matrix, steps=5):
    return textbook(matrix.bfloat16(), steps).to(matrix.dtype)


MUTANTS = {
    "not-normalised": schulz(length=lambda m: 1.0),
    "spectral-norm": schulz(length=lambda m: torch.linalg.svdvals(m).max() + 1e-7),
    "largest-entry": schulz(length=lambda m: m.abs().amax() + 1e-7),
    "rows-normalised": schulz(length=lambda m: (m**2).sum(1, keepdim=True).sqrt() + 1e-7),
    "columns-normalised": schulz(length=lambda m: (m**2).sum(0, keepdim=True).sqrt() + 1e-7),
    "squared-norm": schulz(length=lambda m: m.norm() ** 2 + 1e-7),
    "no-epsilon": schulz(length=lambda m: (m**2).sum().sqrt()),
    "coefficients-of-the-cubic": schulz(abc=(3 / 2, -1 / 2, 0.0)),
    "converging-coefficients": schulz(abc=(15 / 8, -10 / 8, 3 / 8)),
    "norm-in-every-step": schulz(each=lambda x: x / (x.norm() + 1e-7)),
    "wrong-transpose": schulz(gram=lambda x: x.T @ x if len(x) == len(x.T) else x @ x.T),
    "squared-entry-by-entry": schulz(square=lambda A: A**2),
    "fifth-power-missing": schulz(square=lambda A: 0 * A),
    "gram-not-squared": schulz(square=lambda A: A),
    "not-transposed-back": schulz(back=lambda x, tall: x),
    "transposed-always": schulz(back=lambda x, tall: x.mT),
    "reshaped": (reshaping,),
    "steps-ignored": schulz(count=lambda steps: 5),
    "starts-anew": (without_end,),
    "arguments-changed": (in_place,),
    "other-defaults": schulz(default=10),
    "spectral-norm+coefficients-of-the-cubic": schulz(
        abc=(1.5, -0.5, 0.0), length=lambda m: torch.linalg.svdvals(m).max() + 1e-7
    ),
    "not-normalised+squared-entry-by-entry": schulz(length=lambda m: 1.0, square=lambda A: A * A),
}


def exact(matrix, steps=5):
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    return u @ vh


WRONG = {
    "exactly orthogonal": (exact,),
    "16 bits on the way": (sixteen_bits,),
    "the matrix itself": (lambda matrix, steps=5: matrix,),
    "forgotten return": (lambda matrix, steps=5: None,),
    "a row": (lambda matrix, steps=5: matrix[0],),
    "A from the columns": schulz(gram=lambda x: x.T @ x),
}
