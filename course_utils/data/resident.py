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
        as_bytes: Whether the images stay bytes on the device, a quarter of the memory, and every batch is normalised
            when it is asked for; by default on a GPU that the normalised images would fill by half.

    Attributes:
        dataset: The data set, as it was given.
        images: All images on the device: float32 and normalised, or uint8 as they were published.
        labels: Class numbers, int64 (N,), on the device.

    Raises:
        ValueError: The batch size is negative or larger than the set, the set is empty, its images are no bytes or a
            label names no class, or the generator is not on the CPU.
    """

    def __init__(
        self,
        dataset: ImageDataset,
        batch_size: int,
        *,
        shuffle: bool = True,
        device: str | torch.device = "cpu",
        generator: torch.Generator | None = None,
        as_bytes: bool | None = None,
    ) -> None:
        _refuse(dataset, batch_size, generator)
        self.dataset = dataset
        self.batch_size = batch_size or len(dataset)
        self.shuffle = shuffle
        self.generator = generator
        self._as_bytes = _too_large(dataset, torch.device(device)) if as_bytes is None else as_bytes
        self.images = dataset.data.to(device) if self._as_bytes else dataset.normalised().to(device)
        self.labels = dataset.targets.to(device)

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if not self.shuffle:
            batches = zip(self.images.split(self.batch_size), self.labels.split(self.batch_size), strict=True)
            yield from ((self._normalised(images), labels) for images, labels in batches)
            return
        order = torch.randperm(len(self.labels), generator=self.generator).to(self.labels.device)
        for indices in order.split(self.batch_size):
            yield self.take(indices)

    def take(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the images and labels at `indices`, int64 (B,), as a batch."""
        return self._normalised(self.images.index_select(0, indices)), self.labels.index_select(0, indices)

    def _normalised(self, images: torch.Tensor) -> torch.Tensor:
        return self.dataset.normalised(images) if self._as_bytes else images


def _too_large(dataset: ImageDataset, device: torch.device) -> bool:
    if device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(device)
    return dataset.data.numel() * 4 > free / 2


def _refuse(dataset: ImageDataset, batch_size: int, generator: torch.Generator | None) -> None:
    if not len(dataset):
        raise ValueError("the data set is empty; a loader needs at least one image")
    if not 0 <= batch_size <= len(dataset):
        raise ValueError(f"batch_size must be from 1 to {len(dataset)}, or 0 for the whole set; found {batch_size}")
    if dataset.data.dtype != torch.uint8:
        raise ValueError(f"images must be bytes (torch.uint8) from 0 to 255, found {dataset.data.dtype}")
    if len(dataset.targets) != len(dataset):
        raise ValueError(f"every image needs one label; found {len(dataset)} images and {len(dataset.targets)} labels")
    low, high = int(dataset.targets.min()), int(dataset.targets.max())
    if low < 0 or high >= len(dataset.classes):
        raise ValueError(f"labels must be from 0 to {len(dataset.classes) - 1}, found {low if low < 0 else high}")
    if generator is not None and generator.device.type != "cpu":
        raise ValueError(f"the generator must be on the CPU, found one on {generator.device}")
