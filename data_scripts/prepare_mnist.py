"""Check the official MNIST and make its embedded sample: 200 training and 50 test images of each class.

Run it with COURSE_DATA set, or with a network: `python -m data_scripts.prepare_mnist`.
"""

from __future__ import annotations

from course_utils.data import load_mnist
from data_scripts.embed_sample import embed

LICENCE = """MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, licence CC BY-SA 3.0.
The files here hold the first 200 training and 50 test images of each class, in official order.
"""

if __name__ == "__main__":
    embed("MNIST", load_mnist, (0.1307, 0.3081), (200, 50), LICENCE)
