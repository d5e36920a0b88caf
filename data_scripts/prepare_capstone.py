"""Make the images of the capstone: 130 test images per class of Fashion-MNIST that are not in the embedded sample.

They lie with the answers, which students do not get. Run it with COURSE_DATA set, or with a network:
`python -m data_scripts.prepare_capstone`.
"""

from __future__ import annotations

import numpy as np

from course_utils.data import load_fashion_mnist
from course_utils.exercises.why_it_works.capstone.answer_images import PATH, PER_CLASS
from data_scripts.embed_sample import facts

EMBEDDED = 100  # of each class: the first ones, see prepare_fashion_mnist


def main() -> None:
    """Check the size of the full set, then write the images and labels."""
    test = load_fashion_mnist(train=False)
    if len(test) != 10_000:
        raise SystemExit(f"expected 10,000 test images, found {len(test):,} from {test.source}")
    images, labels = test.data.numpy(), test.targets.numpy()
    chosen = [np.flatnonzero(labels == c)[EMBEDDED : EMBEDDED + PER_CLASS] for c in range(10)]
    rows = np.stack(chosen, axis=1).ravel()  # the classes in turn
    np.savez_compressed(PATH, images=images[rows], labels=labels[rows].astype(np.uint8))
    facts("capstone", images[rows], labels[rows])


if __name__ == "__main__":
    main()
