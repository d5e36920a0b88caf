"""Check the official Fashion-MNIST and make its embedded sample: 600 training and 100 test images of each class.

Run it with COURSE_DATA set, or with a network: `python -m data_scripts.prepare_fashion_mnist`.
"""

from __future__ import annotations

from course_utils.data import load_fashion_mnist
from data_scripts.embed_sample import embed, facts

LICENCE = """Fashion-MNIST, (c) 2017 Zalando SE, https://github.com/zalandoresearch/fashion-mnist, MIT licence.
The files here hold the first 600 training and 100 test images of each class, in official order.
"""


def main() -> None:
    """Check the facts of the full set, then write the sample."""
    train, test = load_fashion_mnist(train=True), load_fashion_mnist(train=False)
    if (len(train), len(test)) != (60_000, 10_000):
        raise SystemExit(
            f"expected 60,000 and 10,000 images, found {len(train):,} and {len(test):,} from {train.source}"
        )
    mean, std = facts("FashionMNIST train", train.data.numpy(), train.targets.numpy())
    facts("FashionMNIST test", test.data.numpy(), test.targets.numpy())
    if (round(mean, 4), round(std, 4)) != (0.2860, 0.3530):
        raise SystemExit(f"expected mean 0.2860 and std 0.3530, found {mean:.4f} and {std:.4f}")
    embed("FashionMNIST", {"train": (train, 600), "t10k": (test, 100)}, LICENCE)


if __name__ == "__main__":
    main()
