"""Training against a loop over a DataLoader with transforms, and against the bare passes; all sides in one run.

The last line is JSON: `ratio` is how many times less time an epoch takes (training and validation), `floor_ratio` how
many times the time of the bare forward and backward passes a training epoch takes, `spread` the range of the ratio
over the repetitions divided by their median.

Times are CPU times of this process, which other processes on the machine disturb least; one thread.
"""

import argparse
import json
import resource
import statistics
import time
from dataclasses import dataclass

import torch

from benchmarks.parts import students
from benchmarks.parts.loops import bare_passes, dataloader_run
from course_utils.data import ResidentLoader, load_fashion_mnist
from course_utils.models import Layer, NeuralNetwork
from course_utils.optimizers import SGDOptimizer
from course_utils.seeding import set_seed
from course_utils.training import evaluate, run_models, train_epoch
from course_utils.training.flat_step import fitting_stepper

BATCH = 256
LR = 0.001
NINE = [
    ("SGD", SGDOptimizer, Layer, 2),
    ("momentum", students.MomentumOptimizer, Layer, 2),
    ("RMSProp", students.RMSPropOptimizer, Layer, 2),
    ("Adam", students.AdamOptimizer, Layer, 2),
    ("20 plain", SGDOptimizer, Layer, 20),
    ("20 layer norm", SGDOptimizer, students.LayerNormLayer, 20),
    ("20 batch norm", SGDOptimizer, students.BatchNormLayer, 20),
    ("20 residual", SGDOptimizer, students.ResidualLayer, 20),
    ("20 residual, Adam", students.AdamOptimizer, students.ResidualLayer, 20),
]


@dataclass(frozen=True)
class Configuration:
    """What is trained: a network and an optimizer, on all images or on the first ones."""

    name: str
    optimizer: type
    model: object
    images: int = 0


def network(layer, count):
    """Return a function that makes a network with hidden layers of 20 neurons."""
    return lambda: NeuralNetwork([784, *[20] * count, 10], layer)


CONFIGURATIONS = [
    Configuration("2x20, SGD", SGDOptimizer, network(Layer, 2)),
    Configuration("2x20, Adam", students.AdamOptimizer, network(Layer, 2)),
    Configuration("20x20 plain", SGDOptimizer, network(Layer, 20)),
    Configuration("20x20 layer norm", SGDOptimizer, network(students.LayerNormLayer, 20)),
    Configuration("20x20 batch norm", SGDOptimizer, network(students.BatchNormLayer, 20)),
    Configuration("ConvNet, 6,000 images", SGDOptimizer, students.ConvNet, 6000),
]


def cpu_seconds(work):
    """Return the CPU seconds that a call takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(configuration, data, repetitions):
    """Return the row of one configuration."""
    train, valid = data
    if configuration.images:
        train = train.subset(torch.arange(min(configuration.images, len(train))))
    loader, valid_loader = ResidentLoader(train, BATCH), ResidentLoader(valid, 0, shuffle=False)
    set_seed(0)
    model = configuration.model()
    optimizer = configuration.optimizer(model.parameters(), lr=LR)
    batches = list(loader)
    times = {"theirs": [], "training": [], "validation": [], "floor": []}
    for _ in range(repetitions):
        with fitting_stepper(configuration.optimizer, model, LR) as stepper:
            train_epoch(model, stepper, loader)  # caches and memory as in any later epoch
            times["floor"].append(cpu_seconds(lambda: bare_passes(model.train(), batches)))
            times["training"].append(cpu_seconds(lambda s=stepper: train_epoch(model, s, loader)))
            times["validation"].append(cpu_seconds(lambda: evaluate(model, valid_loader)))
        times["theirs"].append(cpu_seconds(lambda: dataloader_run(model, optimizer, (train, valid), 1, BATCH)))
    ours = [t + v for t, v in zip(times["training"], times["validation"], strict=True)]
    ratios = [a / b for a, b in zip(times["theirs"], ours, strict=True)]
    return row(configuration.name, ratios, statistics.median(times["training"]) / statistics.median(times["floor"]))


def measure_seeds(name, layer, data, epochs):
    """Return the row of three seeds at once: per seed, the recording of the pass included."""
    kinds = {"seeds": (0, 1, 2), "epochs": epochs, "batch_size": BATCH, "learning_rate": LR, "data": data}
    ours = cpu_seconds(lambda: run_models(SGDOptimizer, layer, 20, 20, together=True, **kinds)) / 3
    model = network(layer, 20)()
    theirs = cpu_seconds(lambda: dataloader_run(model, SGDOptimizer(model.parameters(), LR), data, 1, BATCH)) * epochs
    return row(f"{name}, three seeds in {epochs} epochs", [theirs / ours], None)


def measure_nine(data, epochs):
    """Return the row of all nine runs: three seeds here, one there; an epoch there is measured once."""

    def ours():
        for _, optimizer, layer, count in NINE:
            run_models(optimizer, layer, count, 20, LR, epochs=epochs, batch_size=BATCH, data=data)

    theirs = 0.0
    for _, optimizer, layer, count in NINE:
        model = network(layer, count)()
        stepper = optimizer(model.parameters(), lr=LR)
        theirs += cpu_seconds(lambda m=model, s=stepper: dataloader_run(m, s, data, 1, BATCH)) * epochs
    return row(f"nine runs of {epochs} epochs, three seeds against one", [theirs / cpu_seconds(ours)], None)


def row(name, ratios, floor_ratio):
    """Return a row of the table, and print it."""
    ratio = statistics.median(ratios)
    spread = (max(ratios) - min(ratios)) / ratio
    floor = f"{floor_ratio:.2f} times the bare passes" if floor_ratio else ""
    print(f"{name:48s} {ratio:6.1f} times faster (spread {spread:.0%})  {floor}", flush=True)
    return {"configuration": name, "ratio": ratio, "floor_ratio": floor_ratio, "spread": spread}


def main():
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10, help="for the rows with three seeds")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    data = load_fashion_mnist(train=True), load_fashion_mnist(train=False)
    size_kb = sum(part.data.numel() * 4 for part in data) / 1024
    run_models(seeds=(0,), epochs=1, data=data)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / size_kb
    rows = [measure(configuration, data, arguments.repetitions) for configuration in CONFIGURATIONS]
    rows.append(measure_seeds("20x20 layer norm", students.LayerNormLayer, data, arguments.epochs))
    rows.append(measure_seeds("20x20 batch norm", students.BatchNormLayer, data, arguments.epochs))
    rows.append(measure_nine(data, arguments.epochs))
    print(f"{len(data[0]):,} images from {data[0].source}; peak memory {memory:.1f} times the normalised images")
    print(json.dumps({"rows": rows, "peak_memory_ratio": memory}))


if __name__ == "__main__":
    main()
