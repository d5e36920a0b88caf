"""The solutions of workbook 06, sections 6.4 to 6.8, against what torch has of them, and against plain loops."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from autograder.catalogue.solution import load_solution
from course_utils.models.wide_network import WideNetwork

SEEDS = st.integers(0, 2**31 - 1)


def solution(exercise, name):
    return load_solution(exercise).objects()[name]


def encoder_layer(block, dim, heads):
    """Return torch's pre-norm layer with the weights of a block."""
    layer = nn.TransformerEncoderLayer(
        dim, heads, 4 * dim, dropout=0.0, activation="gelu", batch_first=True, norm_first=True, dtype=torch.float64
    )
    pairs = [
        (layer.self_attn.in_proj_weight, block.attention.to_qkv.weight),
        (layer.self_attn.in_proj_bias, block.attention.to_qkv.bias),
        *zip(layer.self_attn.out_proj.parameters(), block.attention.to_out.parameters(), strict=True),
        *zip(layer.linear1.parameters(), block.mlp.layers[0].parameters(), strict=True),
        *zip(layer.linear2.parameters(), block.mlp.layers[2].parameters(), strict=True),
        *zip(layer.norm1.parameters(), block.norm1.parameters(), strict=True),
        *zip(layer.norm2.parameters(), block.norm2.parameters(), strict=True),
    ]
    with torch.no_grad():
        for theirs, ours in pairs:
            theirs.copy_(ours)
    return layer


@settings(max_examples=10, deadline=None)
@given(heads=st.integers(1, 3), features=st.integers(2, 4), seed=SEEDS)
def test_the_block_is_torchs_pre_norm_layer(heads, features, seed):
    torch.manual_seed(seed)
    dim = heads * features
    block = solution("prenorm_block", "PreNormBlock")(dim, heads).double()
    for parameter in block.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(2, 5, dim, dtype=torch.float64)
    torch.testing.assert_close(block(x), encoder_layer(block, dim, heads)(x))


def test_qk_norm_normalises_each_query_and_key_of_each_head():
    torch.manual_seed(0)
    block = solution("prenorm_block", "PreNormBlock")(6, 2, qk_norm=True).double()
    seen = []
    block.attention.logits_hook = lambda logits: seen.append(logits.detach()) or logits
    x = 100 * torch.randn(1, 3, 6, dtype=torch.float64)
    block(x)
    queries, keys, _ = block.attention.to_qkv(block.norm1(x))[0].detach().split(6, dim=1)
    for head in range(2):
        for t in range(3):
            for s in range(3):
                q, k = queries[t, 3 * head : 3 * head + 3], keys[s, 3 * head : 3 * head + 3]
                cosine = functional.cosine_similarity(q, k, dim=0)
                assert seen[0][0, head, t, s] == pytest.approx(3 * cosine.item() / 3**0.5, rel=1e-6)


def first_change(width, *, mup):
    """Return by how much Adam's first step moves the logits of a network, at the base width 32 or with muP."""
    torch.manual_seed(0)
    x, y = torch.randn(50, 20), torch.randint(5, (50,))
    multiplier = solution("mup", "output_multiplier")(width, 32) if mup else 1.0
    model = WideNetwork(20, width, 5, multiplier=multiplier)
    groups = solution("mup", "mup_groups")(model, 0.01, 32) if mup else model.parameters()
    optimizer = torch.optim.Adam(groups, lr=0.01)
    before = model(x)
    functional.cross_entropy(before, y).backward()
    optimizer.step()
    return (model(x) - before).abs().mean().item()


def test_with_mup_the_first_step_moves_wide_and_narrow_networks_alike():
    base = first_change(32, mup=True)
    assert first_change(32, mup=False) == pytest.approx(base)
    assert 0.2 < first_change(1024, mup=True) / base < 2.5
    assert first_change(1024, mup=False) / base > 10


def test_all_parameters_of_the_base_width_keep_their_rate():
    groups = solution("mup", "mup_groups")(WideNetwork(20, 32, 5), 0.01, 32)
    assert {group["lr"] for group in groups} == {0.01}


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=5), seed=SEEDS)
def test_portions_make_the_step_of_one_large_batch(sizes, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    x, y = torch.randn(sum(sizes), 3, dtype=torch.float64), torch.randint(2, (sum(sizes),))
    whole = copy.deepcopy(model)
    optimizer = torch.optim.SGD(whole.parameters(), lr=0.5)
    loss = functional.cross_entropy(whole(x), y)
    loss.backward()
    optimizer.step()
    batches = list(zip(x.split(sizes), y.split(sizes), strict=True))
    step = solution("accumulate", "accumulated_step")
    found = step(model, functional.cross_entropy, torch.optim.SGD(model.parameters(), lr=0.5), batches)
    assert found == pytest.approx(loss.item())
    for one, other in zip(model.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_no_batches_are_refused_in_a_sentence():
    model = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="the list of batches is empty"):
        solution("accumulate", "accumulated_step")(
            model, functional.cross_entropy, torch.optim.SGD(model.parameters()), []
        )


@settings(max_examples=10, deadline=None)
@given(decay=st.floats(0.0, 1.0), updates=st.integers(0, 6), seed=SEEDS)
def test_the_average_of_weights_is_torchs(decay, updates, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double()
    ours = solution("weight_average", "WeightAverage")(model, decay=decay)
    theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
    theirs.update_parameters(model)  # torch copies at the first update
    for _ in range(updates):
        with torch.no_grad():
            model(torch.randn(5, 3, dtype=torch.float64))
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        ours.update()
        theirs.update_parameters(model)
    target = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double()
    ours.copy_to(target)
    for one, other in zip(target.parameters(), theirs.module.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    assert all(torch.equal(one, other) for one, other in zip(target.buffers(), model.buffers(), strict=True))


@settings(max_examples=20, deadline=None)
@given(
    bias=st.booleans(),
    affine=st.booleans(),
    groups=st.sampled_from([1, 2]),
    stride=st.integers(1, 2),
    padding=st.sampled_from(["zeros", "circular"]),
    seed=SEEDS,
)
def test_a_folded_network_is_the_unfolded_one(bias, affine, groups, stride, padding, seed):
    torch.manual_seed(seed)
    conv = nn.Conv2d(2, 4, 3, stride, 1, groups=groups, bias=bias, padding_mode=padding).double()
    bn = nn.BatchNorm2d(4, affine=affine).double()
    for parameter in bn.parameters():
        nn.init.normal_(parameter)
    for _ in range(3):
        bn(conv(torch.randn(5, 2, 6, 6, dtype=torch.float64)))
    x = torch.randn(3, 2, 6, 6, dtype=torch.float64)
    folded = solution("fold_batchnorm", "fold_batchnorm")(conv, bn)
    torch.testing.assert_close(folded(x), bn.eval()(conv(x)))
    torch.testing.assert_close(folded(x), fuse_conv_bn_eval(conv.eval(), bn)(x))


def test_a_normalization_of_another_width_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="4 channels and the normalization 1"):
        solution("fold_batchnorm", "fold_batchnorm")(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(1))


@settings(max_examples=20, deadline=None)
@given(
    overflows=st.lists(st.sampled_from([0.0, 0.0, 0.0, float("inf"), float("-inf"), float("nan")]), max_size=15),
    interval=st.integers(1, 4),
)
def test_the_scale_follows_that_of_torch(overflows, interval):
    ours = solution("loss_scaler", "LossScaler")(scale=2.0**8, growth_interval=interval)
    theirs = torch.amp.GradScaler("cpu", init_scale=2.0**8, growth_interval=interval)
    (w, v), (a, b) = [[torch.nn.Parameter(torch.ones(3)) for _ in range(2)] for _ in range(2)]
    our_steps, their_steps = torch.optim.SGD([w, v], lr=0.1), torch.optim.SGD([a, b], lr=0.1)
    for value in overflows:
        for one, other, scale in ((w, v, ours.scale_loss), (a, b, theirs.scale)):
            one.grad, other.grad = None, None
            scale((one.square() + 3 * other).sum()).backward()
            one.grad[1] += value
        made = ours.step(our_steps, [w, v])
        theirs.step(their_steps)
        theirs.update()
        assert made == (value == 0.0)
        assert ours.scale_loss(torch.ones(())).item() == theirs.get_scale()
        torch.testing.assert_close(w, a)
        torch.testing.assert_close(v, b)
