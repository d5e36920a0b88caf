"""CIFAR-10 is the published one or it is not used; Fashion-MNIST in its place is announced."""

import hashlib
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from course_utils.data import DataFileError, small_split
from course_utils.data.cifar10 import load_cifar10, load_cifar10_or_fashion_mnist
from course_utils.data.images import ImageDataset
from data_scripts import prepare_cifar10

COPY = Path(os.environ.get("COURSE_DATA", "no such folder")) / "cifar10-jpeg"
BATCHES = "cifar-10-batches-py"
CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


@pytest.fixture
def published(alone, monkeypatch):
    """Write small batches in the official layout and let torchvision know their checksums; return root and pixels."""
    folder = alone / "data" / BATCHES
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    pixels, md5 = {}, {}
    for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        pixels[name] = rng.integers(0, 256, size=(10, 3, 32, 32), dtype=np.uint8)
        batch = {"data": pixels[name].reshape(10, 3072), "labels": list(range(10))}
        (folder / name).write_bytes(pickle.dumps(batch))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": CLASSES}))
    md5 = {p.name: hashlib.md5(p.read_bytes(), usedforsecurity=False).hexdigest() for p in folder.iterdir()}
    known = datasets.CIFAR10
    monkeypatch.setattr(known, "train_list", [[n, md5[n]] for n in pixels if n != "test_batch"])
    monkeypatch.setattr(known, "test_list", [["test_batch", md5["test_batch"]]])
    monkeypatch.setattr(known, "meta", {**known.meta, "md5": md5["batches.meta"]})
    return alone / "data", pixels


def test_without_it_fashion_mnist_takes_its_place_and_that_is_said(alone, capsys):
    images = load_cifar10_or_fashion_mnist()
    assert images.data.shape == (6000, 28, 28)
    printed = capsys.readouterr().out
    assert "CIFAR-10 is not on this disk" in printed
    assert "Fashion-MNIST takes its place" in printed
    with pytest.raises(FileNotFoundError, match="could not be downloaded"):
        load_cifar10()


def test_channels_and_order_are_those_of_the_file(published, capsys):
    root, pixels = published
    train, test = load_cifar10(True, root), load_cifar10(False, root)
    expected = np.concatenate([pixels[f"data_batch_{i}"] for i in range(1, 6)])
    assert torch.equal(train.data, torch.from_numpy(expected))
    assert torch.equal(test.data, torch.from_numpy(pixels["test_batch"]))
    assert train.targets.tolist() == list(range(10)) * 5
    assert train.classes == CLASSES
    assert "CIFAR-10: 50 training images" in capsys.readouterr().out


def test_colour_images_are_normalised_with_their_channels(published):
    dataset = load_cifar10(False, published[0])
    images = dataset.normalised()
    assert images.shape == (10, 3, 32, 32)
    assert torch.allclose(images * 0.2516 + 0.4734, dataset.data / 255, atol=1e-6)
    assert torch.equal(dataset[4][0], images[4])
    assert dataset.data.dtype == torch.uint8


def test_course_data_comes_before_a_folder_and_a_folder_before_the_cache(published, monkeypatch, alone):
    root, _ = published
    shutil.copytree(root, alone / "cache")
    assert load_cifar10().source == "your cache"
    shutil.copytree(root, alone / "own")
    assert load_cifar10(True, alone / "own").source == str(alone / "own")
    monkeypatch.setenv("COURSE_DATA", str(root))
    assert load_cifar10(True, alone / "own").source == f"COURSE_DATA ({root})"


@pytest.mark.parametrize("damage", ["one bit", "a missing file"])
def test_altered_files_are_refused_also_where_fashion_mnist_could_take_over(published, damage):
    path = published[0] / BATCHES / "data_batch_3"
    if damage == "one bit":
        data = bytearray(path.read_bytes())
        data[500] ^= 1
        path.write_bytes(data)
    else:
        path.unlink()
    with pytest.raises(DataFileError, match="does not hold the published files"):
        load_cifar10_or_fashion_mnist(True, published[0])


@pytest.mark.skipif(not COPY.is_dir(), reason="no copy with other pixels is here (COURSE_DATA)")
def test_a_copy_with_other_pixels_is_never_passed_off_as_the_original(alone, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(COPY))
    with pytest.raises(DataFileError, match="checksum"):
        load_cifar10()
    monkeypatch.setenv("COURSE_DATA", str(COPY.parent))
    with pytest.raises(FileNotFoundError):
        load_cifar10()


def test_the_facts_of_a_wrong_set_are_found(published):
    dataset = load_cifar10(True, published[0])
    assert prepare_cifar10.check_facts(dataset, 50, published_pixels=False) == []
    wrong = prepare_cifar10.check_facts(dataset, 50_000, published_pixels=True)
    assert [line.split(":")[0] for line in wrong] == ["images per class", "channel means", "mean and std"]


def test_a_small_split_is_disjoint_and_standardised_by_its_training_part():
    data = torch.arange(40, dtype=torch.uint8).reshape(40, 1, 1).repeat(1, 2, 2)
    data[:, 0, 0] = 7
    dataset = ImageDataset(data, torch.arange(40), [], "here")
    split = small_split(dataset, 25, 10, seed=3)
    assert not set(split.y_train) & set(split.y_val)
    assert np.allclose(split.X_train.mean(axis=0), 0, atol=1e-6)
    assert split.X_train.std() == pytest.approx(1, rel=1e-5)
    assert not split.X_val[:, 0].any()
    raw = split.y_val[:, None] - split.y_train.mean()
    assert np.allclose(split.X_val[:, 1:] * (split.X_train[:, 1:].std() / split.y_train.std()) ** -1, raw, atol=1e-4)


@pytest.mark.parametrize(("train", "valid"), [(41, 0), (0, 5), (30, 11)])
def test_a_small_split_larger_than_the_set_is_refused(train, valid):
    dataset = ImageDataset(torch.zeros(40, 2, 2, dtype=torch.uint8), torch.arange(40), [], "here")
    with pytest.raises(ValueError, match="the set has 40"):
        small_split(dataset, train, valid)
