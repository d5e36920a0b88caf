"""The given attention is torch's own, and its hooks see what they say."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_utils.models.attention import FeedForward, SelfAttention


def torchs_own(attention, dim, heads):
    """Return torch's attention with the same weights."""
    other = nn.MultiheadAttention(dim, heads, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        other.in_proj_weight.copy_(attention.to_qkv.weight)
        other.in_proj_bias.copy_(attention.to_qkv.bias)
        other.out_proj.weight.copy_(attention.to_out.weight)
        other.out_proj.bias.copy_(attention.to_out.bias)
    return other


@settings(max_examples=20, deadline=None)
@given(heads=st.integers(1, 4), features=st.integers(1, 5), length=st.integers(1, 6), seed=st.integers(0, 99))
def test_self_attention_is_that_of_torch(heads, features, length, seed):
    torch.manual_seed(seed)
    dim = heads * features
    attention = SelfAttention(dim, heads).double()
    x = torch.randn(3, length, dim, dtype=torch.float64)
    expected, _ = torchs_own(attention, dim, heads)(x, x, x)
    torch.testing.assert_close(attention(x), expected)


def test_hooks_get_queries_keys_and_logits_of_every_head():
    shapes = []

    def note(x):
        shapes.append(tuple(x.shape))
        return x

    attention = SelfAttention(6, 2, note, note)
    attention.logits_hook = note
    attention(torch.zeros(5, 4, 6))
    assert shapes == [(5, 2, 4, 3), (5, 2, 4, 3), (5, 2, 4, 4)]


def test_a_hook_acts_before_the_dot_product():
    torch.manual_seed(0)
    x = torch.randn(2, 4, 6)
    attention = SelfAttention(6, 2, query_hook=torch.zeros_like)
    # Without queries all logits are 0, and every position gets the mean of the values.
    values = attention.to_qkv(x)[..., 12:].mean(dim=1, keepdim=True).expand(-1, 4, -1)
    torch.testing.assert_close(attention(x), attention.to_out(values))


def test_a_dim_that_the_heads_do_not_divide_is_refused():
    with pytest.raises(ValueError, match="dim is 7 and heads is 2"):
        SelfAttention(7, 2)


def test_the_small_network_acts_on_every_position_alike():
    torch.manual_seed(0)
    network, x = FeedForward(6), torch.randn(2, 4, 6)
    torch.testing.assert_close(network(x)[1, 2], network(x[1, 2]))
    assert network.layers[0].out_features == 24
