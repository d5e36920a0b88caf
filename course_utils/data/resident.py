"""Batches from tensors that stay in memory: what a DataLoader gives, without its cost per image."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from course_utils.data.images import ImageDataset

__all__ = ["ResidentLoader"]


class ResidentLoader:
    """Iterate over (inputs, labels) batches of a data set whose images were normalised once.

    The order of an epoch is drawn on the CPU from torch's seed (or from `generator`), so that one seed gives one
    order on every device. The last batch may be smaller.

    Args:
        dataset: Labelled images.
        batch_size: Images per batch; 0 means all.
        shuffle: Whether every epoch has an order of its own.
        device: Where the tensors live.
        generator: Source of the orders, on the CPU; torch's own by default.

    Attributes:
        dataset: The data set, as it was given.
        inputs: Normalised images, float32 (N, 1, 28, 28), on the device.
        labels: Class numbers, int64 (N,), on the device.

    Raises:
        ValueError: The batch size is negative or larger than the set, the set is empty, or the generator is not
            on the CPU.
    """

    def __init__(
        self,
        dataset: ImageDataset,
        batch_size: int,
        *,
        shuffle: bool = True,
        device: str | torch.device = "cpu",
        generator: torch.Generator | None = None,
    ) -> None:
        _refuse(dataset, batch_size, generator)
        self.dataset = dataset
        self.batch_size = batch_size or len(dataset)
        self.shuffle = shuffle
        self.generator = generator
        self.inputs = dataset.normalised().to(device)
        self.labels = dataset.targets.to(device)

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if not self.shuffle:
            yield from zip(self.inputs.split(self.batch_size), self.labels.split(self.batch_size), strict=True)
            return
        order = torch.randperm(len(self.labels), generator=self.generator).to(self.labels.device)
        for indices in order.split(self.batch_size):
            yield self.inputs.index_select(0, indices), self.labels.index_select(0, indices)


def _refuse(dataset: ImageDataset, batch_size: int, generator: torch.Generator | None) -> None:
    if not len(dataset):
        raise ValueError("the data set is empty; a loader needs at least one image")
    if not 0 <= batch_size <= len(dataset):
        raise ValueError(f"batch_size must be from 1 to {len(dataset)}, or 0 for the whole set; found {batch_size}")
    if generator is not None and generator.device.type != "cpu":
        raise ValueError(f"the generator must be on the CPU, found one on {generator.device}")
