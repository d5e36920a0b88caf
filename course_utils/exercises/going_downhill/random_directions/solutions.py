"""Students' ways to write `gradient_update` and `compare_directions`."""

import torch


def zero_grad(params):
    for parameter in params:
        if parameter.grad is not None:
            parameter.grad.data.zero_()


def with_data(loss, params, lr=1e-3):
    zero_grad(params)
    loss.backward()
    with torch.no_grad():
        for par in params:
            par.data -= lr * par.grad.data


def in_place(loss, params, lr=1e-3):
    gradients = torch.autograd.grad(loss, params)
    with torch.no_grad():
        for parameter, gradient in zip(params, gradients, strict=True):
            parameter.sub_(lr * gradient)


def clears_afterwards(loss, params, lr=1e-3):
    for p in params:
        p.grad = None
    loss.backward()
    for p in params:
        p.data = p.data - lr * p.grad
        p.grad = None


def flat_directions(loss_fn, params, step_length, num_directions, generator):
    loss = loss_fn(params)
    grads = torch.autograd.grad(loss, params)
    sizes = [p.numel() for p in params]

    def change(direction):
        direction = direction * step_length / direction.norm()
        moved = [p.detach() + d.reshape(p.shape) for p, d in zip(params, direction.split(sizes), strict=True)]
        return (loss_fn(moved) - loss).item()

    along = change(-torch.cat([g.ravel() for g in grads]))
    return along, torch.tensor(
        [change(torch.randn(sum(sizes), generator=generator, dtype=torch.float64)) for _ in range(num_directions)]
    )


def moves_and_returns(loss_fn, params, step_length, num_directions, generator):
    base = loss_fn(params)
    zero_grad(params)
    base.backward()
    directions = [[-p.grad.clone() for p in params]]
    for _ in range(num_directions):
        directions.append([torch.rand(p.shape, generator=generator) - 0.5 for p in params])
    changes = []
    with torch.no_grad():
        for direction in directions:
            length = sum((d**2).sum() for d in direction) ** 0.5
            for p, d in zip(params, direction, strict=True):
                p += step_length * d / length
            changes.append(float(loss_fn(params) - base))
            for p, d in zip(params, direction, strict=True):
                p -= step_length * d / length
    return changes[0], torch.tensor(changes[1:])


def comparing(
    random="randn",
    scale="length / total",
    gradient_scale="length / total",
    result="after - before",
    sign=-1,
    walk=False,
):
    """Write a comparison from the lines in which the mistakes differ."""

    def compare_directions(loss_fn, params, length, number, generator):
        before = loss_fn(params).item()
        grads = torch.autograd.grad(loss_fn(params), params)

        def step(direction, formula, keep=False):
            total = torch.cat([d.ravel() for d in direction]).norm()
            scales = [eval(formula, {"length": length, "total": total, "own": d.norm()}) for d in direction]
            moved = [p.detach() + s * d for p, s, d in zip(params, scales, direction, strict=True)]
            with torch.no_grad():
                after = loss_fn(moved).item()
                if keep:
                    for p, m in zip(params, moved, strict=True):
                        p.copy_(m)
            return eval(result, {"after": after, "before": before})

        along = step([sign * g for g in grads], gradient_scale)
        changes = []
        for _ in range(number):
            source = None if random == "global" else generator
            draw = torch.rand if random == "positive" else torch.randn
            direction = [draw(p.shape, generator=source) for p in params]
            if random == "same":
                torch.manual_seed(7)
                direction = [torch.randn(p.shape) for p in params]
            changes.append(step(direction, scale, walk))
        return along, torch.tensor(changes)

    return compare_directions


def walk_with_own_base(loss_fn, params, step_length, num_directions, generator):
    along, _ = flat_directions(loss_fn, params, step_length, 1, generator)
    changes = []
    with torch.no_grad():
        for _ in range(num_directions):
            before = loss_fn(params)
            direction = [torch.randn(p.shape, generator=generator) for p in params]
            total = torch.cat([d.ravel() for d in direction]).norm()
            for p, d in zip(params, direction, strict=True):
                p += step_length * d / total
            changes.append(loss_fn(params) - before)
    return along, torch.tensor(changes)


def stays_at_the_end(loss_fn, params, step_length, num_directions, generator):
    answer = flat_directions(loss_fn, params, step_length, num_directions, generator)
    in_place(loss_fn(params), params, step_length)
    return answer


def as_arrays(*arguments):
    along, changes = comparing()(*arguments)
    return along, changes.numpy()


def with_the_graph(loss_fn, params, step_length, num_directions, generator):
    before = loss_fn(params)
    directions = [[-part for part in torch.autograd.grad(before, params, retain_graph=True)]]
    directions += [[torch.randn(p.shape, generator=generator) for p in params] for _ in range(num_directions)]
    changes = []
    for direction in directions:
        length = torch.cat([part.ravel() for part in direction]).norm()
        changes.append(loss_fn([p + step_length * d / length for p, d in zip(params, direction, strict=True)]) - before)
    return changes[0], torch.stack(changes[1:])


def updating(body):
    def gradient_update(loss, params, lr=1e-3):
        exec(body, {"loss": loss, "params": params, "lr": lr, "torch": torch, "zero_grad": zero_grad})

    return gradient_update


def update_mutant(line, start="zero_grad(params)\nloss.backward()\n"):
    return updating(f"{start}for i, p in enumerate(params):\n    {line}"), flat_directions


def compare_mutant(**change):
    return with_data, comparing(**change)


CORRECT = {
    "data, flat directions": (with_data, flat_directions),
    "in place, moves and returns": (in_place, moves_and_returns),
    "clears afterwards": (clears_afterwards, comparing()),
}

MUTANTS = {
    "no-tensor": (with_data, as_arrays),
    "graph-attached": (with_data, with_the_graph),
    "ascent": update_mutant("p.data += lr * p.grad.data"),
    "gradients-accumulate": update_mutant("p.data -= lr * p.grad", start="loss.backward()\n"),
    "gradients-zeroed-late": (
        updating("loss.backward()\nfor p in params: p.data -= lr * p.grad\nzero_grad(params)"),
        flat_directions,
    ),
    "learning-rate-ignored": update_mutant("p.data -= p.grad"),
    "default-learning-rate-only": update_mutant("p.data -= 1e-3 * p.grad"),
    "gradients-cleared-before-step": update_mutant("p.data -= lr * p.grad", "loss.backward()\nzero_grad(params)\n"),
    "parameters-rebound": update_mutant("p = p - lr * p.grad"),
    "first-parameter-only": update_mutant("p.data -= lr * p.grad if i == 0 else 0 * p.grad"),
    "unit-length-steps": update_mutant("p.data -= lr * p.grad / p.grad.norm()"),
    "ascent+gradients-accumulate": update_mutant("p.data += lr * p.grad", start="loss.backward()\n"),
    "unequal-step-lengths": compare_mutant(scale="length"),
    "gradient-not-normalised": compare_mutant(gradient_scale="length"),
    "gradient-not-normalised+unequal-step-lengths": compare_mutant(scale="length", gradient_scale="length"),
    "length-per-tensor": compare_mutant(scale="length / own", gradient_scale="length / own"),
    "random-length-per-tensor": compare_mutant(scale="length / own"),
    "step-length-ignored": compare_mutant(scale="1 / total", gradient_scale="1 / total"),
    "step-length-ignored-by-random": compare_mutant(scale="1 / total"),
    "change-reversed": compare_mutant(result="before - after"),
    "loss-instead-of-change": compare_mutant(result="after"),
    "directions-all-positive": compare_mutant(random="positive"),
    "same-direction-again": compare_mutant(random="same"),
    "generator-ignored": compare_mutant(random="global"),
    "parameters-moved": (with_data, stays_at_the_end),
    "walks-on": (with_data, walk_with_own_base),
    "walks-on (compared with the first loss)": compare_mutant(walk=True),
}

WRONG = {
    "both forgot": (lambda loss, params, lr=1e-3: None, lambda *arguments: None),
    "both raise": (lambda loss, params, lr=1e-3: params.grad, lambda *arguments: arguments[9]),
    "leaf in place, loss without parameters": (
        updating("loss.backward()\nfor p in params: p -= lr * p.grad"),
        lambda loss_fn, params, length, number, generator: (loss_fn(), torch.zeros(number)),
    ),
    "stubs": (lambda loss, params, lr=1e-3: NotImplemented, lambda *arguments: NotImplemented),
}
