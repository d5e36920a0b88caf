"""Fetch and check the official CIFAR-10: `python -m data_scripts.prepare_cifar10 [FOLDER]`.

It is looked for in COURSE_DATA, in FOLDER and in the cache, else downloaded by torchvision (170 MB, checked by md5).
Nothing of it is embedded: its images come without a licence.
"""

from __future__ import annotations

import argparse

import torch

from course_utils.data import ImageDataset
from course_utils.data.cifar10 import MEAN, STD, load_cifar10

CHANNEL_MEANS = (0.4914, 0.4822, 0.4465)


def main() -> None:
    """Load both splits and compare them with the facts of the published set."""
    parser = argparse.ArgumentParser(description="Fetch and check the official CIFAR-10.")
    parser.add_argument("folder", nargs="?", help="where to look for it, and where to download it to")
    folder = parser.parse_args().folder
    for train, count in ((True, 50_000), (False, 10_000)):
        faults = check_facts(load_cifar10(train, folder), count, published_pixels=train)
        if faults:
            raise SystemExit("\n".join(faults))


def check_facts(dataset: ImageDataset, count: int, *, published_pixels: bool) -> list[str]:
    """Print what can be checked of a split, and return what is not as published.

    Args:
        dataset: The split, with data uint8 (N, 3, 32, 32).
        count: How many images it should have, a tenth of them of each class.
        published_pixels: Whether the means and the standard deviation of the training pixels must be met.
    """
    pixels = dataset.data.to(torch.float64) / 255
    means = tuple(round(float(mean), 4) for mean in pixels.mean(dim=(0, 2, 3)))
    mean, std = round(float(pixels.mean()), 4), round(float(pixels.std()), 4)
    per_class = torch.bincount(dataset.targets, minlength=10).tolist()
    print(f"{len(dataset):,} images, {per_class} per class, channel means {means}, mean {mean}, std {std}")
    wanted: list[tuple[str, object, object]] = [("images per class", per_class, [count // 10] * 10)]
    if published_pixels:
        wanted += [("channel means", means, CHANNEL_MEANS), ("mean and std", (mean, std), (MEAN, STD))]
    return [f"{what}: expected {expected}, found {found}" for what, found, expected in wanted if found != expected]


if __name__ == "__main__":
    main()
