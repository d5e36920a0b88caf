"""A set of labelled images in memory, and what is known about the published ones."""

from __future__ import annotations

from dataclasses import dataclass

import torch

__all__ = ["FASHION_MNIST", "MNIST", "PUBLISHED", "ImageDataset", "Published"]


@dataclass(frozen=True)
class Published:
    """A published set of images in the IDX format.

    Args:
        name: Name of torchvision's class, and of the folder below the root.
        title: What people call it.
        mean: Mean of the training pixels divided by 255.
        std: Their standard deviation.
        classes: Class names, by number.
        unpacked_md5: Checksums of the files once unpacked; torchvision knows those of the packed ones.
    """

    name: str
    title: str
    mean: float
    std: float
    classes: tuple[str, ...]
    unpacked_md5: dict[str, str]


FASHION_MNIST = Published(
    "FashionMNIST",
    "Fashion-MNIST",
    0.2860,
    0.3530,
    (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    {
        "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    },
)

MNIST = Published(
    "MNIST",
    "MNIST",
    0.1307,
    0.3081,
    tuple("0123456789"),
    {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
)

PUBLISHED = {published.name: published for published in (FASHION_MNIST, MNIST)}


@dataclass(frozen=True)
class ImageDataset:
    """Labelled images, held in memory as they were published.

    Args:
        data: Values from 0 to 255, uint8: grey (N, height, width) or colour (N, channels, height, width).
        targets: Class numbers, int64, shape (N,).
        classes: Class names, by number.
        source: Where they came from, in words.
        mean: Mean that normalisation subtracts from pixel / 255.
        std: Standard deviation that it divides by.
    """

    data: torch.Tensor
    targets: torch.Tensor
    classes: list[str]
    source: str
    mean: float = 0.0
    std: float = 1.0

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """Return one normalised image, float32 (channels, height, width), and its class number."""
        return self.normalised(self.data[index].unsqueeze(0))[0], int(self.targets[index])

    def normalised(self, data: torch.Tensor | None = None) -> torch.Tensor:
        """Return images (all by default) as float32, (N, channels, height, width): (pixel / 255 - mean) / std."""
        pixels = self.data if data is None else data
        with_channels = pixels if pixels.ndim == 4 else pixels.unsqueeze(1)
        return with_channels.to(torch.float32).div_(255).sub_(self.mean).div_(self.std)

    def subset(self, indices: torch.Tensor) -> ImageDataset:
        """Return the images at `indices`, in their order."""
        return ImageDataset(self.data[indices], self.targets[indices], self.classes, self.source, self.mean, self.std)
