"""What is right and wrong in `prenorm_block`: h = x + attention(norm1(x)), out = h + mlp(norm2(h)); RMS for q and k."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import Ignored
from autograder.kits.function import single_answer
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

NORMS = "nn.LayerNorm(dim), nn.LayerNorm(dim)"
HOOKS = "nn.RMSNorm(dim // heads), nn.RMSNorm(dim // heads)"
CONDITION = "if qk_norm:"
ATTENTION = "self.attention = SelfAttention(dim, heads, query_hook=query_norm, key_hook=key_norm)"
H = "h = x + self.attention(self.norm1(x))"
OUT = "return h + self.mlp(self.norm2(h))"
OVER_ALL = (
    "Queries and keys are normalised over all heads together, so that one loud head makes the others quiet. Each "
    "head needs a separate mean square."
)


def _scaled(axes: str) -> str:
    """Return the code of a hook that divides by the root of the mean square over some axes, and multiplies a gain."""
    return (
        "from types import MethodType\n"
        f"{ATTENTION}\n"
        "if qk_norm:\n"
        "    for hook in (query_norm, key_norm):\n"
        "        hook.forward = MethodType(lambda self, q: self.weight * q / "
        f"q.square().mean(dim={axes}, keepdim=True).add(1e-12).sqrt(), hook)"
    )


MISTAKES = (
    edit(
        "post-norm",
        "The normalization follows the sum, as in the first transformer (post-norm), so that the block does not "
        "pass its input on unchanged. Here it belongs at the start of each branch.",
        {H: "h = self.norm1(x + self.attention(x))", OUT: "return self.norm2(h + self.mlp(h))"},
        pairs=False,
    ),
    edit(
        "one-branch-post-norm",
        "In the branch of the attention the normalization follows the sum; it belongs at the start of the branch.",
        {H: "h = self.norm1(x + self.attention(x))"},
    ),
    edit(
        "one-branch-post-norm",
        "In the branch of the small network the normalization follows the sum; it belongs at the start of the branch.",
        {OUT: "return self.norm2(h + self.mlp(h))"},
    ),
    edit(
        "branch-output-normalised",
        "The normalization is applied to the output of a branch; it should be applied to its input.",
        {H: "h = x + self.norm1(self.attention(x))", OUT: "return h + self.norm2(self.mlp(h))"},
        pairs=False,
    ),
    edit(
        "residual-around-the-norm",
        "The skip carries the normalised input: it starts after the normalization, so the block does not pass its "
        "input on unchanged. It should start before it.",
        {H: "x = self.norm1(x)\nh = x + self.attention(x)", OUT: "h = self.norm2(h)\nreturn h + self.mlp(h)"},
        pairs=False,
    ),
    edit(
        "residual-around-the-norm",
        "The skip beside the attention carries the normalised input; it should carry the input as it is.",
        {H: "x = self.norm1(x)\nh = x + self.attention(x)"},
    ),
    edit(
        "residual-around-the-norm",
        "The skip beside the small network carries normalised values; it should carry them as they are.",
        {OUT: "h = self.norm2(h)\nreturn h + self.mlp(h)"},
    ),
    edit(
        "norm-shared",
        "One normalization serves both branches; each has its own gain and shift.",
        {OUT: "return h + self.mlp(self.norm1(h))"},
    ),
    edit(
        "norm-shared",
        "One normalization serves both branches; each has its own gain and shift.",
        {"self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)": "self.norm2 = [nn.LayerNorm(dim)] * 2"},
    ),
    edit("norm-missing", "The attention gets its input without a normalization.", {H: "h = x + self.attention(x)"}),
    edit("norm-missing", "The small network gets its input without a normalization.", {OUT: "return h + self.mlp(h)"}),
    edit("skip-missing", "There is no skip beside the attention.", {H: "h = self.attention(self.norm1(x))"}),
    edit("skip-missing", "There is no skip beside the small network.", {OUT: "return self.mlp(self.norm2(h))"}),
    edit(
        "skip-from-the-start",
        "The second skip starts at the input of the block, so the contribution of the attention is lost on it.",
        {OUT: "return x + self.mlp(self.norm2(h))"},
    ),
    edit(
        "branches-in-parallel",
        "The small network gets the input of the block instead of the result of the attention. (Some networks do "
        "so, to save time.)",
        {OUT: "return h + self.mlp(self.norm2(x))"},
    ),
    edit(
        "network-before-attention",
        "The small network comes first and the attention second; the text has them the other way round.",
        {H: "h = x + self.mlp(self.norm1(x))", OUT: "return h + self.attention(self.norm2(h))"},
        pairs=False,
    ),
    edit(
        "qk-over-all-heads",
        OVER_ALL,
        {ATTENTION: _scaled("(1, 3)")},
    ),
    edit(
        "qk-over-positions",
        "Queries and keys are normalised over all positions; each position needs a separate mean square.",
        {ATTENTION: _scaled("(2, 3)")},
    ),
    edit(
        "qk-after-the-dot-product",
        "The dot products are normalised; queries and keys have to be, before they meet.",
        {
            HOOKS: "None, None",
            ATTENTION: f"{ATTENTION}\nif qk_norm:\n    self.attention.logits_hook = lambda s: s / "
            "s.square().mean(-1, keepdim=True).add(1e-12).sqrt()",
        },
    ),
    edit(
        "qk-mean-subtracted",
        "The mean of queries and keys is subtracted: that is layer normalization. RMS normalization divides only.",
        {HOOKS: "nn.LayerNorm(dim // heads), nn.LayerNorm(dim // heads)"},
    ),
    edit(
        "qk-mean-subtracted",
        "The mean of queries and keys is subtracted: that is layer normalization (without a shift). RMS normalization "
        "divides only.",
        {HOOKS: "nn.LayerNorm(dim // heads, bias=False), nn.LayerNorm(dim // heads, bias=False)"},
    ),
    edit("qk-norm-ignored", "qk_norm changes nothing.", {CONDITION: "if False:"}),
    edit("qk-norm-always", "Queries and keys are normalised whatever qk_norm says.", {CONDITION: "if True:"}),
    edit(
        "qk-norm-always",
        "Queries and keys are normalised where qk_norm is False, and only there.",
        {CONDITION: "if not qk_norm:"},
    ),
    edit(
        "qk-one-of-two",
        "Queries are normalised and keys are not.",
        {ATTENTION: ATTENTION.replace("key_hook=key_norm", "key_hook=None")},
        pairs=False,
    ),
    edit(
        "qk-one-of-two",
        "Keys are normalised and queries are not.",
        {ATTENTION: ATTENTION.replace("query_hook=query_norm", "query_hook=None")},
        pairs=False,
    ),
    edit(
        "qk-gain-shared",
        "Queries and keys share one gain; each has its own.",
        {ATTENTION: ATTENTION.replace("key_hook=key_norm", "key_hook=query_norm")},
    ),
    edit(
        "qk-gain-missing",
        "The normalization of queries and keys has no gain to train, so that logits can never become large, where "
        "attention should be sharp.",
        {
            HOOKS: "nn.RMSNorm(dim // heads, elementwise_affine=False), "
            "nn.RMSNorm(dim // heads, elementwise_affine=False)"
        },
        share=0.75,
    ),
)
CONVENTIONS = (
    accepted(
        "rms-for-layer-norm",
        "Accepted: the branches start with RMS normalization, as in most language models since 2023.",
        {NORMS: "nn.RMSNorm(dim), nn.RMSNorm(dim)"},
    ),
    accepted(
        "layer-norm-without-shift",
        "Accepted: the layer normalizations have a gain and no shift.",
        {NORMS: "nn.LayerNorm(dim, bias=False), nn.LayerNorm(dim, bias=False)"},
    ),
)
CHANGED = Ignored(
    "input-changed",
    "The values are right, but forward() writes into the tensor that it is given, which the caller still needs.",
    "forward() also writes into the tensor that it is given.",
    ("input_left_alone", "dx", "qk_dx"),
    share=0.75,
)
LABELS = {
    "out": Label("output without qk_norm"),
    "qk_out": Label("output with qk_norm"),
    "alone_out": Label("output for one sequence, without a third argument"),
    "dx": Label("gradient with respect to the input", nan="torch refuses, a value it has kept was overwritten"),
    "qk_dx": Label("gradient with respect to the input, with qk_norm", nan="torch refuses, a value was overwritten"),
    "trained": Label("number of values to train, without and with qk_norm"),
    "input_left_alone": Label("input left as it was", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw sequences with features of different size, so that a normalization shows."""
    heads, dim = 2, 6
    scale = rng.uniform(0.5, 3.0, size=dim)
    return {
        "heads": np.array(heads),
        "seed": np.array(rng.integers(2**31)),
        "x": rng.normal(0.4, 1.0, size=(2, 4, dim)) * scale,
        "alone": rng.normal(0.4, 1.0, size=(1, 3, dim)) * scale,
        "dout": rng.normal(size=(2, 4, dim)),
    }


ANSWER: Answer = single_answer(
    "prenorm_block",
    MISTAKES,
    conventions=CONVENTIONS,
    generate=generate,
    ignored=(CHANGED,),
    labels=LABELS,
    reread="section 6.4, the two lines of the block and the norm of queries and keys",
    words={"x": "input", "mlp": "small network"},
    rtol=1e-4,
)
