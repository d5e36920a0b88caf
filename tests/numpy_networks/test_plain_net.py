"""The numpy network equals one in torch: scores, loss and every gradient."""

import numpy as np
import pytest
import torch

from course_utils.numpy_networks.plain_net import PlainNet


def in_torch(net, X, y, reg, masks=None):
    """Return loss and gradients of the same network by autograd."""
    params = {name: torch.tensor(value, requires_grad=True) for name, value in net.params.items()}
    out = torch.tensor(X)
    for i in range(1, net.num_layers):
        out = torch.relu(out @ params[f"W{i}"] + params[f"b{i}"])
        if masks is not None:
            out = out * torch.tensor(masks(tuple(out.shape)))
    last = net.num_layers
    scores = out @ params[f"W{last}"] + params[f"b{last}"]
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
    loss = loss + 0.5 * reg * sum((value**2).sum() for name, value in params.items() if name.startswith("W"))
    loss.backward()
    return loss.item(), {name: value.grad.numpy() for name, value in params.items()}, scores.detach().numpy()


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(7, 5)), rng.integers(0, 4, size=7)


@pytest.mark.parametrize("reg", [0.0, 3.14])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 8, 3)])
def test_scores_loss_and_gradients_equal_torchs(data, hidden, reg):
    net = PlainNet(hidden, input_dim=5, num_classes=4, reg=reg, weight_scale=0.5, dtype=np.float64, seed=1)
    loss, grads = net.loss(*data)
    expected_loss, expected, scores = in_torch(net, *data, reg)
    assert loss == pytest.approx(expected_loss)
    assert grads.keys() == expected.keys()
    assert all(np.allclose(grads[name], expected[name]) for name in grads)
    assert np.allclose(net.loss(data[0]), scores)


def test_dropout_acts_in_training_only_and_repeats_with_a_seed(data):
    net = PlainNet([50], input_dim=5, num_classes=4, dropout_keep_ratio=0.6, weight_scale=1, dtype=np.float64, seed=3)

    def masks(shape):
        return (np.random.default_rng(3).random(shape) < 0.6) / 0.6

    loss, grads = net.loss(*data)
    expected_loss, expected, _ = in_torch(net, *data, 0.0, masks)
    assert loss == pytest.approx(expected_loss)
    assert all(np.allclose(grads[name], expected[name]) for name in grads)
    assert np.allclose(net.loss(data[0]), in_torch(net, *data, 0.0)[2])


def test_weights_have_the_scale_asked_for_and_the_type():
    net = PlainNet([200], input_dim=300, weight_scale=0.02, seed=0)
    assert net.params["W1"].std() == pytest.approx(0.02, rel=0.02)
    assert all(value.dtype == np.float32 for value in net.params.values())
    assert not net.params["b1"].any()
    assert net.loss(np.zeros((2, 300)))[0].dtype == np.float32


class Shifted(PlainNet):
    """Adds `gamma` to what goes into ReLU."""

    def norm_forward(self, i, x, mode):
        return x + self.params[f"gamma{i}"], mode

    def norm_backward(self, i, dout, cache):
        return dout, {f"gamma{i}": dout.sum(axis=0)}


def test_a_normalization_stands_before_relu_where_there_is_a_gain(data):
    net = Shifted([6, 3], input_dim=5, num_classes=4, weight_scale=0.5, dtype=np.float64, seed=1)
    twin = PlainNet([6, 3], input_dim=5, num_classes=4, weight_scale=0.5, dtype=np.float64, seed=1)
    net.params["gamma2"] = twin.params["b2"] = np.array([0.3, -0.2, 0.5])
    (loss, grads), (expected_loss, expected) = net.loss(*data), twin.loss(*data)
    assert loss == pytest.approx(expected_loss)
    assert np.allclose(grads.pop("gamma2"), expected["b2"])
    assert all(np.allclose(grads[name], expected[name]) for name in expected)
    assert np.allclose(net.loss(data[0]), twin.loss(data[0]))


def test_a_plain_network_cannot_normalise(data):
    net = PlainNet([6], input_dim=5, num_classes=4)
    net.params["gamma1"] = np.ones(6)
    with pytest.raises(NotImplementedError):
        net.loss(*data)


def test_images_are_flattened():
    net = PlainNet([4], input_dim=12, seed=0)
    assert net.loss(np.ones((3, 3, 2, 2))).shape == (3, 10)
