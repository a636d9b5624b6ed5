"""Sums and products that keep what plain accumulation loses, and running statistics."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator, floating, together, wide
from numsan.ops.exact import product
from numsan.ops.logreduce import Dim, dims


def _two_sum(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """a + b rounded, and its rounding error (Knuth)."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def _rows(x: Tensor, dim: Dim) -> Tensor:
    """The reduced dimensions flattened to the last one."""
    at = dims(x, dim)
    kept = [i for i in range(x.ndim) if i not in at]
    return x.permute(*kept, *at).reshape(*(x.shape[i] for i in kept), -1)


def _tree(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
    """Pairwise summation with every rounding error kept: (sum, sum of errors)."""
    while high.shape[-1] > 1:
        n = high.shape[-1]
        if n % 2:
            high = torch.nn.functional.pad(high, (0, 1))
            low = torch.nn.functional.pad(low, (0, 1))
        total, error = _two_sum(high[..., 0::2], high[..., 1::2])
        high, low = total, low[..., 0::2] + low[..., 1::2] + error
    return high.squeeze(-1), low.squeeze(-1)


def compensated_sum(x: Tensor, dim: Dim = None) -> tuple[Tensor, Tensor]:
    r"""(sum, correction): sum + correction has a relative error of eps + n eps^2 cond, cond = sum|x| / |sum
    x|.

    Neumaier's compensation along a tree, in the format of x (float32 for half). `torch.sum` gives 12 instead
    of 1001 for [1e8, 1, -1e8] * 1000 + [1]. The gradient is that of the sum. Beyond cond = 1/eps^2 nothing
    short of an exact accumulator helps (`math.fsum`). Infinite or NaN data: the sum says so and the
    correction is 0.

    >>> high, low = compensated_sum(torch.tensor([1e8, 1.0, -1e8] * 1000 + [1.0]))
    >>> (high + low).item()
    1001.0

    Reference: Neumaier 1974; Ogita, Rump & Oishi, *Accurate sum and dot product*, 2005.
    """
    rows = _rows(wide(floating("compensated_sum", x)), dim)
    if not rows.shape[-1]:
        return rows.sum(-1), rows.sum(-1)
    high, low = _tree(rows, torch.zeros_like(rows))
    # The tree's total carries the gradient; errors are constants of it.
    return high, torch.where(low.isfinite(), low, 0.0).detach()


def accurate_sum(x: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    r"""sum along `dim` accumulated in float64 (float64 itself: compensated), in float32 or wider.

    `torch.sum` of float16 overflows at 65504, and 2^24 + 1000 ones is off by 20 in float32.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> accurate_sum(torch.ones(70000, dtype=torch.float16)).item()
    70000.0
    """
    acc = accumulator(floating("accurate_sum", x))
    at = dims(x, dim)
    if x.dtype == acc:
        high, low = compensated_sum(x, dim)
        total = high + low
        return total.reshape([1 if i in at else n for i, n in enumerate(x.shape)]) if keepdim else total
    return x.sum(at, keepdim=keepdim, dtype=acc).to(wide(x).dtype)


def accurate_mean(x: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    r"""mean along `dim`, summed as in `accurate_sum`; in float32 or wider; nan for nothing.

    >>> accurate_mean(torch.full((200000,), 0.5, dtype=torch.float16)).item()
    0.5
    """
    count = x.numel() / max(accurate_sum(x.detach(), dim).numel(), 1)
    total = accurate_sum(x, dim, keepdim)
    return total / count if count else torch.full_like(total, torch.nan)


def accurate_cumsum(x: Tensor, dim: int) -> Tensor:
    r"""Running sum along `dim`, accumulated in float64, in float32 or wider.

    `torch.cumsum` of float16 overflows at 65504.

    >>> accurate_cumsum(torch.full((200000,), 0.5, dtype=torch.float16), 0)[-1].item()
    100000.0
    """
    return floating("accurate_cumsum", x).cumsum(dim, dtype=accumulator(x)).to(wide(x).dtype)


def pairwise_sum(x: Tensor, dim: Dim = None) -> Tensor:
    r"""sum along `dim` as a balanced tree in the format of x (float32 for half): error log2(n) eps cond, any
    device.

    For devices without float64. torch's own CPU and CUDA sums are blocked and reach the same on long rows.

    >>> pairwise_sum(torch.full((2**20,), 0.1)).item()
    104857.6...
    """
    rows = _rows(wide(floating("pairwise_sum", x)), dim)
    while rows.shape[-1] > 1:
        rows = torch.nn.functional.pad(rows, (0, rows.shape[-1] % 2))
        rows = rows[..., 0::2] + rows[..., 1::2]
    return rows.squeeze(-1) if rows.shape[-1] else rows.sum(-1)


def dot2(x: Tensor, y: Tensor, dim: int = -1) -> Tensor:
    r"""sum x y along `dim` as if in twice the precision of float32 or float64, then rounded.

    Exact products (Dekker) and a compensated tree: relative error eps + n eps^2 cond. Half formats: their
    products are exact in float32. Costs about ten plain passes.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> dot2(torch.tensor([1e8, 1.0, -1e8]), torch.tensor([1.0, 1.0, 1.0])).item()
    1.0

    Reference: Ogita, Rump & Oishi 2005.
    """
    a, b = (_rows(wide(t), dim) for t in together("dot2", x, y))
    p, error = product(a.detach(), b.detach())
    high, low = _tree(p, torch.where(error.isfinite(), error, 0.0))
    # Value from the compensated tree, gradient of the plain dot product.
    plain = (a * b).sum(-1)
    return plain + ((high - plain.detach()) + low).detach()


class RunningMeanVar:
    r"""Mean and variance of a stream, batch by batch (Chan, Golub & LeVeque), in float64; what is not finite
    is counted apart.

    E[x^2] - E[x]^2 kept in float32 loses every digit at mean 1e4, and one NaN poisons it for good.

    >>> stats = RunningMeanVar()
    >>> stats.update(torch.tensor([1e8, 1e8 + 8, float("nan")]))
    >>> stats.update(torch.tensor([1e8 + 16]))
    >>> stats.mean, stats.var, stats.count, stats.skipped
    (100000008.0, 64.0, 3, 1)
    """

    def __init__(self) -> None:
        self.mean = 0.0
        self.count = 0
        self.skipped = 0
        self._squares = 0.0

    def update(self, x: Tensor) -> None:
        """Fold a batch in."""
        values = x.detach()[x.detach().isfinite()].to("cpu", torch.float64)
        self.skipped += x.numel() - values.numel()
        n = values.numel()
        if not n:
            return
        mean = values.mean().item()
        squares = (values - mean).square().sum().item()
        delta, total = mean - self.mean, self.count + n
        self._squares += squares + delta * delta * self.count * n / total
        self.mean += delta * n / total
        self.count = total

    @property
    def var(self) -> float:
        """The variance with n - 1; nan below two values."""
        return self._squares / (self.count - 1) if self.count > 1 else float("nan")
