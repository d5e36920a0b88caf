"""Check the official MNIST and make its embedded sample: 200 training and 50 test images of each class.

Run it with COURSE_DATA set, or with a network: `python -m data_scripts.prepare_mnist`.
"""

from __future__ import annotations

from course_utils.data import load_mnist
from data_scripts.embed_sample import embed, facts

LICENCE = """MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, licence CC BY-SA 3.0.
The files here hold the first 200 training and 50 test images of each class, in official order.
"""


def main() -> None:
    """Check the facts of the full set, then write the sample."""
    train, test = load_mnist(train=True), load_mnist(train=False)
    if (len(train), len(test)) != (60_000, 10_000):
        raise SystemExit(
            f"expected 60,000 and 10,000 images, found {len(train):,} and {len(test):,} from {train.source}"
        )
    mean, std = facts("MNIST train", train.data.numpy(), train.targets.numpy())
    facts("MNIST test", test.data.numpy(), test.targets.numpy())
    if (round(mean, 4), round(std, 4)) != (0.1307, 0.3081):
        raise SystemExit(f"expected mean 0.1307 and std 0.3081, found {mean:.4f} and {std:.4f}")
    embed("MNIST", {"train": (train, 200), "t10k": (test, 50)}, LICENCE)


if __name__ == "__main__":
    main()
