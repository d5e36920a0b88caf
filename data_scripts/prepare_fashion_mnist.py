"""Check the official Fashion-MNIST and make its embedded sample: 600 training and 100 test images of each class.

Run it with COURSE_DATA set, or with a network: `python -m data_scripts.prepare_fashion_mnist`.
"""

from __future__ import annotations

from course_utils.data import load_fashion_mnist
from data_scripts.embed_sample import embed

LICENCE = """Fashion-MNIST, (c) 2017 Zalando SE, https://github.com/zalandoresearch/fashion-mnist, MIT licence.
The files here hold the first 600 training and 100 test images of each class, in official order.
"""

if __name__ == "__main__":
    embed("FashionMNIST", load_fashion_mnist, (0.2860, 0.3530), (600, 100), LICENCE)
