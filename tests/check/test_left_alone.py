"""Repairs as other people write them: nothing is said about any of them."""

from __future__ import annotations

import pytest

from numsan.check.engine import matches_in

REPAIRED = {
    "a degree that is replaced where it is 0": """\
import numpy as np
def normalized_laplacian(A):
    degree = A.sum(axis=1)
    degree = np.where(degree > 0, degree, 1.0)
    d_inv_sqrt = 1.0 / np.sqrt(degree)
    return np.eye(len(A)) - d_inv_sqrt[:, None] * A * d_inv_sqrt[None, :]
""",
    "the same, with a name for the condition": """\
import numpy as np, scipy.sparse as sp
def normalize_adj(adj):
    degree = np.array(adj.sum(1), dtype=float).flatten()
    connected = degree > 0
    safe_degree = np.where(connected, degree, 1.0)
    d = sp.diags(np.where(connected, safe_degree ** -0.5, 0.0), 0)
    return adj.dot(d).transpose().dot(d).tocsr()
""",
    "an index array of known length": """\
import torch
def update(data, mb_inds, norm_adv):
    mb_advantages = data.advantages[mb_inds]
    if norm_adv and len(mb_inds) > 1:
        mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)
    return mb_advantages
""",
    "a mask that keeps one of a row": """\
import torch
def f(sim, keep):
    keep = keep | ~keep.any(dim=-1, keepdim=True)
    sim = sim.masked_fill(~keep, float('-inf'))
    return sim.softmax(dim=-1)
""",
    "a mask with the diagonal": """\
import jax, jax.numpy as jnp
def f(e, adj):
    n = e.shape[0]
    neighbours = adj > 0
    neighbours = neighbours | jnp.eye(n, dtype=bool)
    e = jnp.where(neighbours[..., None], e, -jnp.inf)
    return jax.nn.softmax(e, axis=1)
""",
    "the effective number of particles": """\
import numpy as np
class PF:
    def update(self, log_w):
        self.weights = np.exp(log_w - log_w.max())
        self.weights /= self.weights.sum()
    def effective_size(self):
        return 1.0 / np.sum(self.weights ** 2)
""",
    "vectors selected by their norms": """\
import torch
def f(pred, target, visible):
    bp, bt = pred[visible], target[visible]
    ok = (bp.norm(dim=-1) > 1e-6) & (bt.norm(dim=-1) > 1e-6)
    bp, bt = bp[ok], bt[ok]
    dot = (bp * bt).sum(-1)
    return (dot / (bp.norm(dim=-1) * bt.norm(dim=-1))).mean()
""",
    "boxes selected by their sides": """\
import torch
def f(x1, y1, x2, y2, x1g, y1g, x2g, y2g):
    mask = (y2 > y1) & (x2 > x1) & (y2g > y1g) & (x2g > x1g)
    x1, y1, x2, y2 = x1[mask], y1[mask], x2[mask], y2[mask]
    w, h = x2 - x1, y2 - y1
    return torch.atan(w / h)
""",
    "similarities that are clamped in a loop": """\
import torch, torch.nn.functional as F
def f(X, Y, weights, _ssim):
    mcs = []
    for _ in range(4):
        ssim_val, cs = _ssim(X, Y)
        ssim_val, cs = ssim_val.clamp(min=1e-6), cs.clamp(min=1e-6)
        mcs.append(cs)
    mcs = torch.stack(mcs, dim=0)
    msssim_val = torch.prod(mcs[:-1] ** weights[:-1].unsqueeze(1), dim=0)
    return msssim_val * (ssim_val ** weights[-1])
""",
    "distances with an epsilon in them": """\
import torch
def f(b1_x1, b1_x2, b2_x1, b2_x2, b1_y1, b1_y2, b2_y1, b2_y2, eps=1e-7):
    s_cw = (b2_x1 + b2_x2 - b1_x1 - b1_x2) * 0.5 + eps
    s_ch = (b2_y1 + b2_y2 - b1_y1 - b1_y2) * 0.5 + eps
    sigma = torch.pow(s_cw ** 2 + s_ch ** 2, 0.5)
    return torch.abs(s_cw) / sigma
""",
    "a method that all callers give float32": """\
import torch
from torch import nn
class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))
    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)
    def forward(self, x):
        output = self._norm(x.float()).type_as(x)
        return output * self.weight
def build(args):
    torch.set_default_dtype(torch.float16)
    return RMSNorm(args)
""",
    "log1mexp in two branches": """\
import torch, math
def log1mexp(x):
    near = x < math.log(2.0)
    x_near = torch.where(near, x, torch.ones_like(x))
    x_far = torch.where(near, torch.ones_like(x), x)
    return torch.where(near, torch.log(-torch.expm1(-x_near)), torch.log1p(-torch.exp(-x_far)))
""",
    "a draw of an exponential": """\
import numpy as np
class S:
    def path(self, n):
        return -np.log1p(-self.rng.random(n))
""",
    "a softplus behind a switch": """\
import jax.numpy as jnp
T = 20.0
def positive_rate(z):
    small = jnp.where(z > T, 0.0, z)
    soft = jnp.log1p(jnp.exp(small))
    return jnp.where(z > T, z, soft)
""",
    "an epsilon that is squared": """\
import tensorflow as tf
def charbonnier(y_true, y_pred, eps=1e-3):
    return tf.reduce_mean(tf.sqrt(tf.square(y_true - y_pred) + eps**2))
""",
    "a norm for a clipping": """\
import jax, jax.numpy as jnp
def update(params, grads, lr):
    norm = jnp.sqrt(sum(jnp.sum(g**2) for g in jax.tree_util.tree_leaves(grads)))
    scale = jnp.minimum(1.0, 5.0 / (norm + 1e-6))
    return scale
""",
    "a clipping with a finite test": """\
import jax, jax.numpy as jnp
def global_norm(tree):
    leaves = jax.tree_util.tree_leaves(tree)
    return jnp.sqrt(sum(jnp.sum(jnp.square(x.astype(jnp.float32))) for x in leaves))
def clip_by_global_norm(grads, max_norm):
    norm = global_norm(grads)
    scale = max_norm / jnp.maximum(norm, max_norm)
    finite = jnp.isfinite(norm)
    clipped = jax.tree_util.tree_map(lambda g: jnp.where(finite, g * scale, 0.0), grads)
    return clipped, norm
""",
    "an argument that is selected for a function within": """\
import torch
def log_prob(x, alpha):
    def inner(x, alpha):
        return (alpha - 1) * torch.log(x)
    inside = x > 0
    x = torch.where(inside, x, torch.ones_like(x))
    return torch.where(inside, inner(x, alpha), -1e4)
""",
    "a number of layers": """\
import torch
from torch import nn
class Tower(nn.Module):
    def __init__(self, dim, depth):
        super().__init__()
        self.scale = nn.Parameter(torch.full((depth, dim), 1.0 / depth))
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth)])
""",
    "a constant chosen by format": """\
import torch
def hide(attn_mask, x):
    low = -1e8 if x.dtype == torch.float32 else -1e4
    return attn_mask.half().masked_fill(attn_mask.to(torch.bool), low)
""",
    "standard deviations of pictures and advantages": """\
import jax.numpy as jnp
def standardize_advantages(adv):
    return (adv - jnp.mean(adv)) / (jnp.std(adv) + 1e-8)
class ImageNormalization:
    def __call__(self, x):
        return (x - jnp.mean(x)) / (jnp.std(x) + 1e-6)
""",
}


@pytest.mark.parametrize("name", REPAIRED)
def test_left_alone(name: str) -> None:
    assert [(m.rule.code, m.site.line) for m in matches_in(REPAIRED[name], "code.py")] == []
