"""Terms of Gaussian losses in the mean and the logarithm of the variance, with their slopes."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import pointwise
from numsan.ops._select import has_nan, where
from numsan.ops._series import expm1
from numsan.ops.remainders import expm1mx, expm1mx_fused32, second32


def _whitened(mean: Tensor, target: Tensor, log_var: Tensor) -> tuple[Tensor, Tensor]:
    """z = (target - mean) r, r = exp(-log_var/2); 0 where either factor is."""
    d, r = target - mean, torch.exp(-0.5 * log_var)
    return where((d == 0) | (r == 0), 0.0, d * r), r


def _nll(mean: Tensor, target: Tensor, log_var: Tensor) -> Tensor:
    z, _ = _whitened(mean, target, log_var)
    return 0.5 * (log_var + z * z)


def _target_slope(mean: Tensor, target: Tensor, log_var: Tensor) -> Tensor:
    z, r = _whitened(mean, target, log_var)
    return where(z == 0, 0.0, z * r)


def _mean_slope(mean: Tensor, target: Tensor, log_var: Tensor) -> Tensor:
    return -_target_slope(mean, target, log_var)


def _log_var_slope(mean: Tensor, target: Tensor, log_var: Tensor) -> Tensor:
    z, _ = _whitened(mean, target, log_var)
    return 0.5 - 0.5 * (z * z)


def _nll_fused(need: bool, mean: Tensor, target: Tensor, log_var: Tensor) -> tuple[Tensor, ...]:
    d, r = target - mean, torch.mul(log_var, -0.5).exp_()
    z = d.mul_(r)
    if has_nan(z):
        z, r = _whitened(mean, target, log_var)
    square = z * z
    value = (square + log_var).mul_(0.5)
    if not need:
        return (value,)
    slope = z.mul_(r)
    slope = _target_slope(mean, target, log_var) if has_nan(slope) else slope
    return value, -slope, slope, square.mul_(-0.5).add_(0.5)


# (log v + (x - m)^2/v)/2
negative_log_likelihood = pointwise(
    "gaussian_nll", _nll, _mean_slope, _target_slope, _log_var_slope, fused=_nll_fused
)


def _divergence(mean: Tensor, log_var: Tensor) -> Tensor:
    return mean * mean + expm1mx(log_var)


def _divergence32(mean: Tensor, log_var: Tensor) -> Tensor:
    return mean * mean + second32(log_var)


def _twice_mean(mean: Tensor, log_var: Tensor) -> Tensor:
    return 2 * mean


def _expm1(mean: Tensor, log_var: Tensor) -> Tensor:
    return expm1(log_var)


def _divergence_fused32(need: bool, mean: Tensor, log_var: Tensor) -> tuple[Tensor, ...]:
    rest, *slope = expm1mx_fused32(need, log_var)
    value = rest.addcmul_(mean, mean)
    return (value, 2 * mean, *slope) if need else (value,)


# 2 KL(N(m, v) || N(0, 1)) = m^2 + v - 1 - log v
twice_divergence = pointwise(
    "vae_kl",
    _divergence,
    _twice_mean,
    _expm1,
    fused32=_divergence_fused32,
    vector32=(_divergence32, _twice_mean, _expm1),
)
