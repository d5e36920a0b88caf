"""A resident loader gives what a DataLoader gives."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data import ImageDataset, ResidentLoader, load_digits_data


def images(count):
    data = torch.arange(count, dtype=torch.uint8).reshape(-1, 1, 1).expand(count, 28, 28).contiguous()
    return ImageDataset(data, torch.arange(count) % 10, [str(i) for i in range(10)], "a test", 0.0, 1.0)


@given(count=st.integers(1, 60), batch_size=st.integers(0, 60), shuffle=st.booleans())
def test_an_epoch_visits_every_image_once_with_its_label(count, batch_size, shuffle):
    batch_size = min(batch_size, count)
    loader = ResidentLoader(images(count), batch_size, shuffle=shuffle)
    batches = list(loader)
    seen = torch.cat([(x[:, 0, 0, 0] * 255).round().long() for x, _ in batches])
    labels = torch.cat([y for _, y in batches])
    assert sorted(seen.tolist()) == list(range(count))
    assert torch.equal(labels, seen % 10)
    assert len(batches) == len(loader)
    assert all(len(y) == (batch_size or count) for _, y in batches[:-1])


def test_the_last_partial_batch_is_included():
    assert [len(y) for _, y in ResidentLoader(images(10), 4)] == [4, 4, 2]


def test_one_seed_gives_one_order_and_epochs_differ():
    def epochs():
        torch.manual_seed(3)
        loader = ResidentLoader(images(50), 50)
        return [next(iter(loader))[1] for _ in range(2)]

    first, again = epochs(), epochs()
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], first[1])


@pytest.mark.parametrize("batch_size", [-1, 11])
def test_a_batch_size_outside_the_set_is_refused_with_its_bounds(batch_size):
    with pytest.raises(ValueError, match=f"from 1 to 10, or 0 for the whole set; found {batch_size}"):
        ResidentLoader(images(10), batch_size)


def test_an_empty_set_is_refused():
    with pytest.raises(ValueError, match="empty"):
        ResidentLoader(images(10).subset(torch.tensor([], dtype=torch.int64)), 1)


def test_images_kept_as_bytes_give_the_same_batches():
    torch.manual_seed(1)
    plain = list(ResidentLoader(images(30), 8))
    torch.manual_seed(1)
    loader = ResidentLoader(images(30), 8, as_bytes=True)
    assert loader.images.dtype == torch.uint8
    for (x, y), (other, labels) in zip(loader, plain, strict=True):
        assert torch.equal(x, other)
        assert torch.equal(y, labels)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"data": torch.full((4, 28, 28), float("nan"))}, "bytes .* found torch.float32"),
        ({"targets": torch.tensor([0, 1, 2, 10])}, "from 0 to 9, found 10"),
        ({"targets": torch.tensor([0, 1, 2, -1])}, "from 0 to 9, found -1"),
        ({"targets": torch.tensor([0, 1])}, "4 images and 2 labels"),
    ],
)
def test_images_and_labels_that_make_no_sense_are_refused(change, says):
    with pytest.raises(ValueError, match=says):
        ResidentLoader(replace(images(4), **change), 2)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_order_is_the_same_on_a_gpu():
    orders = []
    for device in ("cpu", "cuda"):
        torch.manual_seed(5)
        orders.append(next(iter(ResidentLoader(images(50), 50, device=device)))[1].cpu())
    assert torch.equal(*orders)


def test_digits_are_normalised_with_their_training_part_only():
    digits = load_digits_data(dtype=torch.float64)
    assert (len(digits.x_train), len(digits.x_valid)) == (898, 899)
    assert abs(digits.x_train.mean()) < 1e-12
    assert abs(digits.x_train.std(correction=0) - 1) < 1e-12
    assert abs(digits.x_valid.mean()) > 1e-6


def test_the_binary_digits_ask_whether_a_digit_is_below_five():
    binary, plain = load_digits_data(binary=True), load_digits_data()
    assert torch.equal(binary.y_train, (plain.y_train < 5).float())


@pytest.mark.parametrize("share", [0.0, 1.0, 1e-9])
def test_a_split_with_an_empty_part_is_refused(share):
    with pytest.raises(ValueError, match="train_share"):
        load_digits_data(train_share=share)
