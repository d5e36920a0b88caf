"""The two other sides of the training benchmark: a loop over a DataLoader with transforms, and the bare passes."""

import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms


class WithTransforms(Dataset):
    """A data set as torchvision gives it: one image at a time, made a PIL image, transformed when it is asked for."""

    def __init__(self, images):
        self.images = images
        self.transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((images.mean,), (images.std,))]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        """Return one image, float32 (1, 28, 28), and its class number."""
        return self.transform(Image.fromarray(self.images.data[index].numpy())), int(self.images.targets[index])


def dataloader_run(model, optimizer, data, epochs, batch_size):
    """Train as the published assignments do: every loss is read at once, the validation set in one batch."""
    train = DataLoader(WithTransforms(data[0]), batch_size=batch_size, shuffle=True)
    valid = DataLoader(WithTransforms(data[1]), batch_size=len(data[1]))
    history = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for images, labels in train:
            loss = nn.functional.cross_entropy(model(images), labels)
            model.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels) / len(data[0])
        model.eval()
        with torch.no_grad():
            for images, labels in valid:
                logits = model(images)
                measured = nn.functional.cross_entropy(logits, labels).item()
                share = (logits.argmax(dim=1) == labels).float().mean().item()
        history.append((total, measured, share))
    return history


def bare_passes(model, batches):
    """Compute the loss of every batch and its gradients; no data is fetched, no parameter moved, nothing kept."""
    parameters = list(model.parameters())
    for images, labels in batches:
        loss = nn.functional.cross_entropy(model(images), labels)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
