"""The 500 digits of two tutorials: which they are, and that drawing them disturbs nobody."""

import numpy as np
import torch

from course_utils.data import digits_500, load_mnist


def test_they_are_the_draw_of_the_tutorials_and_labels_belong_to_their_images():
    mnist = load_mnist()
    np.random.seed(2021)
    chosen = torch.from_numpy(np.random.choice(len(mnist), 500))
    images, labels = digits_500()
    assert images.shape == (500, 784)
    assert images.dtype == torch.float32
    assert torch.equal(labels, mnist.targets[chosen])
    assert torch.equal(images, (mnist.data[chosen].flatten(1) / 255 - mnist.mean) / mnist.std)


def test_another_seed_draws_others_and_no_generator_is_touched():
    np.random.seed(0)
    torch.manual_seed(0)
    before = np.random.get_state()[1].copy(), torch.get_rng_state()
    assert not torch.equal(digits_500(1)[0], digits_500(2)[0])
    assert np.array_equal(before[0], np.random.get_state()[1])
    assert torch.equal(before[1], torch.get_rng_state())
