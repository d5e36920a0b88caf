"""Real images, from the first source that has them; never from an altered file."""

import gzip
import os
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from course_utils.data import (
    DataFileError,
    get_fmnist_data_loaders,
    load_fashion_mnist,
    load_mnist,
)

FULL = Path(os.environ.get("COURSE_DATA", "no such folder"))
needs_full = pytest.mark.skipif(
    not (FULL / "FashionMNIST" / "raw").is_dir(), reason="the full Fashion-MNIST is not here (COURSE_DATA)"
)


def copy_full(target):
    shutil.copytree(FULL / "FashionMNIST", target / "FashionMNIST")
    return target / "FashionMNIST" / "raw"


def test_without_network_the_embedded_sample_is_used_and_named(alone, capsys):
    train, test = load_fashion_mnist(), load_fashion_mnist(train=False)
    assert (len(train), len(test)) == (6000, 1000)
    assert torch.bincount(train.targets).tolist() == [600] * 10
    assert torch.bincount(test.targets).tolist() == [100] * 10
    assert capsys.readouterr().out.count("the sample in this package") == 2


def test_the_embedded_mnist_is_balanced(alone):
    train, test = load_mnist(), load_mnist(train=False)
    assert torch.bincount(train.targets).tolist() == [200] * 10
    assert torch.bincount(test.targets).tolist() == [50] * 10


@needs_full
@pytest.mark.parametrize("train", [True, False])
def test_embedded_images_are_the_first_official_ones_of_each_class(alone, train):
    official = datasets.mnist.read_image_file
    split, kept = ("train", 600) if train else ("t10k", 100)
    raw = copy_full(alone)
    for packed in raw.glob("*.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
    images = official(str(raw / f"{split}-images-idx3-ubyte"))
    labels = datasets.mnist.read_label_file(str(raw / f"{split}-labels-idx1-ubyte"))
    first = torch.cat([torch.nonzero(labels == c)[:kept, 0] for c in range(10)]).sort().values
    sample = load_fashion_mnist(train)
    assert torch.equal(sample.data, images[first])
    assert torch.equal(sample.targets, labels[first])


@needs_full
def test_full_sets_have_the_published_facts(alone, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(FULL))
    for load, mean, std in ((load_fashion_mnist, 0.2860, 0.3530), (load_mnist, 0.1307, 0.3081)):
        train = load()
        pixels = train.data.numpy() / 255
        assert len(train) == 60_000
        assert (round(pixels.mean(), 4), round(pixels.std(), 4)) == (mean, std)
    assert "COURSE_DATA" in capsys.readouterr().out


@needs_full
def test_course_data_comes_before_a_folder_and_a_folder_before_the_cache(alone, monkeypatch):
    own = alone / "own"
    copy_full(own)
    copy_full(alone / "cache")
    assert str(own) in load_fashion_mnist(False, own).source
    assert "cache" in load_fashion_mnist(False).source
    monkeypatch.setenv("COURSE_DATA", str(FULL))
    assert "COURSE_DATA" in load_fashion_mnist(False, own).source


@needs_full
def test_reading_leaves_the_folder_as_it_was(alone, monkeypatch):
    raw = copy_full(alone / "shared")
    before = {path.name: path.stat().st_mtime_ns for path in raw.iterdir()}
    monkeypatch.setenv("COURSE_DATA", str(alone / "shared"))
    load_fashion_mnist()
    assert {path.name: path.stat().st_mtime_ns for path in raw.iterdir()} == before


@needs_full
@pytest.mark.parametrize("damage", ["truncated", "one bit", "unpacked and altered"])
def test_an_altered_file_is_named_and_never_used(alone, monkeypatch, damage):
    raw = copy_full(alone / "shared")
    path = raw / "t10k-images-idx3-ubyte.gz"
    data = bytearray(path.read_bytes())
    expected = dict(datasets.FashionMNIST.resources)[path.name]
    if damage == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "one bit":
        data[5000] ^= 1
        path.write_bytes(data)
    else:
        pixels = bytearray(gzip.decompress(data))
        pixels[100] ^= 1
        path.unlink()
        path = path.with_suffix("")
        path.write_bytes(pixels)
        expected = "8181f5470baa50b63fa0f6fddb340f0a"
    monkeypatch.setenv("COURSE_DATA", str(alone / "shared"))
    with pytest.raises(DataFileError, match=expected) as caught:
        load_fashion_mnist(train=False)
    assert path.name in str(caught.value)


def test_the_sample_files_have_their_recorded_checksums_and_a_licence():
    sample = files("course_utils.sample")
    for name in ("FashionMNIST", "MNIST"):
        assert "licence" in (sample / name / "LICENCE.txt").read_text().lower()
        assert sum(1 for entry in (sample / name).iterdir() if entry.name.endswith(".gz")) == 4


def test_loaders_behave_like_those_of_the_course(alone):
    train, valid = get_fmnist_data_loaders(alone / "data", 256)
    assert (len(train), len(valid)) == (24, 1)
    images, labels = next(iter(train))
    assert images.shape == (256, 1, 28, 28)
    assert images.dtype == torch.float32
    assert labels.dtype == torch.int64
    assert train.dataset.data.shape == (6000, 28, 28)
    assert train.dataset.targets.shape == (6000,)
    assert train.dataset.classes[9] == "Ankle boot"
    assert len(next(iter(valid))[1]) == 1000


def test_normalised_images_equal_those_of_torchvisions_transforms(alone):
    from torchvision import transforms

    dataset = load_fashion_mnist(train=False)
    change = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.2860,), (0.3530,))])
    expected = torch.stack([change(image.numpy()) for image in dataset.data[:20]])
    assert torch.equal(dataset.normalised()[:20], expected)
    assert torch.equal(dataset[7][0], expected[7])
    assert np.isclose(dataset[-1][1], dataset.targets[-1])
