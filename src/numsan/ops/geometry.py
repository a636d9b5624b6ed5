"""Angles, distances and quaternions with finite gradients where vectors meet."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator, floating, together, wide
from numsan.ops.lengths import length
from numsan.ops.logreduce import dims
from numsan.ops.normalized import angle
from numsan.ops.norms import normalize, safe_norm
from numsan.ops.trig import atan2

_DIRECT_LIMIT = 2**24


def angle_between(x: Tensor, y: Tensor, dim: int = -1) -> Tensor:
    r"""The angle in [0, pi] between vectors along `dim`: 2 atan2(|u - v|, |u + v|) of the unit vectors.

    acos(cosine) is 0 with a NaN gradient for angles below 3e-4 (float32), 0.1 (bfloat16), and 9 % wrong at
    1e-3. Here the relative error is about eps from 1e-8 up (float32 in float64), and the gradient is finite
    everywhere: 0 where the vectors are parallel. A zero vector has the angle 0 to everything, with gradient 0.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> angle_between(torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1e-4])).item()
    9.999999...e-05

    Reference: Kahan, *How futile are mindless assessments of roundoff*, 2006.
    """
    x, y = together("angle_between", x, y)
    at = dims(x, dim)
    if x.dtype != torch.float64 and accumulator(x) == torch.float64:
        return angle(x, y, at).squeeze(at)
    u, v = (normalize(t.to(accumulator(t)), at) for t in (x, y))
    zero = ((u == 0).all(dim, keepdim=True)) | ((v == 0).all(dim, keepdim=True))
    u, v = (torch.where(zero, 0.0, t) for t in (u, v))
    return (2 * atan2(length(u - v, at), length(u + v, at))).squeeze(at).to(x.dtype)


def pairwise_distance(x: Tensor, y: Tensor, dim: int = -1) -> Tensor:
    r"""|x - y| along `dim`, 0 with gradient 0 for equal points.

    `F.pairwise_distance` adds 1e-6 inside: 1.4e-6 for equal points of the plane.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> pairwise_distance(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0])).item()
    0.0
    """
    x, y = together("pairwise_distance", x, y)
    return safe_norm(wide(x) - wide(y), dim).to(x.dtype)


def cdist(x: Tensor, y: Tensor) -> Tensor:
    r"""All distances between the rows of x (..., n, d) and of y (..., m, d), from differences: (..., n, m).

    `torch.cdist` switches to |x|^2 + |y|^2 - 2 x.y above 25 rows: 0 instead of 109 for 512695 and 512804, and
    0.6 between equal rows of mean 100. Up to 2^24 differences this is one broadcast subtraction (any order of
    derivative); above, torch's direct kernel, which has no second derivative.

    >>> cdist(torch.tensor([[512695.0]]), torch.tensor([[512804.0]])).item()
    109.0
    """
    x, y = floating("cdist", x), floating("cdist", y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"cdist needs (..., n, d) and (..., m, d), got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    dtype = torch.promote_types(x.dtype, y.dtype)
    a, b = wide(x.to(dtype)), wide(y.to(dtype))
    if a.numel() * b.shape[-2] <= _DIRECT_LIMIT:
        return safe_norm(a.unsqueeze(-2) - b.unsqueeze(-3), -1).to(dtype)
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").to(dtype)


def _angle_over_sine(vector: Tensor, real: Tensor) -> Tensor:
    """atan2(n, w)/n for n = |v|, a series in n^2 near n = 0 so that every derivative exists there."""
    square = vector.square().sum(-1, keepdim=True)
    near = (square < 1e-3 * real.square()) & (real > 0)
    w = torch.where(near, real, 1.0)
    t = torch.where(near, square, 0.0) / w.square()
    series = (1 - t * (1 / 3 - t * (1 / 5 - t * (1 / 7 - t * (1 / 9 - t / 11))))) / w
    apart = near | (square == 0)
    norm = torch.where(apart, 1.0, square).sqrt()
    direct = torch.where(apart, 0.0, atan2(norm, real) / norm)
    return torch.where(near, series, direct)


def quaternion_log(q: Tensor) -> Tensor:
    r"""Half the rotation vector of a unit quaternion (w, x, y, z): v atan2(|v|, w)/|v|, shape (..., 4) ->
    (..., 3).

    acos(w)/sqrt(1 - w^2) is 0/0 at the identity and loses half the digits near it. q need not be normalised.
    The rotation by 2 pi (w < 0, v = 0) has no axis and gives 0.

    >>> q = torch.tensor([1.0, 0.0, 0.0, 0.0], requires_grad=True)
    >>> torch.autograd.grad(quaternion_log(q).sum(), q)[0].tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    if floating("quaternion_log", q).shape[-1:] != (4,):
        raise ValueError(f"quaternion_log needs (..., 4), got {tuple(q.shape)}")
    inner = wide(q)
    real, vector = inner[..., :1], inner[..., 1:]
    return (vector * _angle_over_sine(vector, real)).to(q.dtype)


def quaternion_exp(v: Tensor) -> Tensor:
    r"""The unit quaternion of half a rotation vector: (cos|v|, v sin|v|/|v|), shape (..., 3) -> (..., 4).

    Its derivatives exist at 0, where sin|v|/|v| is 0/0. The inverse of `quaternion_log` for |v| <= pi.

    >>> quaternion_exp(torch.zeros(3)).tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    if floating("quaternion_exp", v).shape[-1:] != (3,):
        raise ValueError(f"quaternion_exp needs (..., 3), got {tuple(v.shape)}")
    inner = wide(v)
    square = inner.square().sum(-1, keepdim=True)
    near = square < 0.01
    t = torch.where(near, square, 0.0)
    norm = torch.where(near, 1.0, square).sqrt()
    sinc = 1 - t / 6 * (1 - t / 20 * (1 - t / 42 * (1 - t / 72 * (1 - t / 110))))
    cosine = 1 - t / 2 * (1 - t / 12 * (1 - t / 30 * (1 - t / 56 * (1 - t / 90))))
    scale = torch.where(near, sinc, torch.sin(norm) / norm)
    return torch.cat([torch.where(near, cosine, torch.cos(norm)), inner * scale], -1).to(v.dtype)
