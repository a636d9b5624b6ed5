"""Eigenvectors and singular vectors whose gradient stays finite where eigenvalues coincide.

The gradient has the factors 1/(l_i - l_j). Where two values are equal the vectors of the pair are arbitrary
in their plane, and the factor is replaced by 0 (Kasim 2020, arXiv:2011.04366). That is exact for symmetric
functions of the eigenvalues and for projectors onto whole eigenspaces. It is not for matrix functions V f(L)
V^T: inside an eigenspace their derivative is f'(l), and the 0 drops it. For a loss that depends on the choice
of vectors no gradient exists; the one given here is finite and ignores rotations inside the eigenspace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._pointwise import floating

_linalg = cast(Any, torch.linalg)


def _gaps(values: Tensor) -> Tensor:
    """1/(v_j - v_i), 0 where the two agree to 10 n eps of the largest."""
    difference = values.unsqueeze(-2) - values.unsqueeze(-1)
    scale = values.abs().amax(-1, keepdim=True).unsqueeze(-1)
    same = difference.abs() <= 10 * values.shape[-1] * torch.finfo(values.dtype).eps * scale
    return torch.where(same, 0.0, 1 / torch.where(same, 1.0, difference))


class _Eigh(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor) -> tuple[Tensor, Tensor]:
        values, vectors = cast(tuple[Tensor, Tensor], _linalg.eigh(a))
        ctx.save_for_backward(values, vectors)
        return values, vectors

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Tensor:
        values, v = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        g_values, g_vectors = grad_outputs
        inner = torch.diag_embed(g_values) + (v.mT @ g_vectors) * _gaps(values)
        g = v @ inner @ v.mT
        return (g + g.mT) / 2


class _Svd(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        u, s, vh = cast(tuple[Tensor, Tensor, Tensor], _linalg.svd(a, full_matrices=False))
        ctx.save_for_backward(u, s, vh)
        return u, s, vh

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Tensor:
        u, s, vh = cast(tuple[Tensor, Tensor, Tensor], ctx.saved_tensors)
        gu, gs, gv = grad_outputs[0], grad_outputs[1], grad_outputs[2].mT
        v, gap = vh.mT, _gaps(s.square())
        left, right = u.mT @ gu, v.mT @ gv
        inner = (gap * (left - left.mT)) * s.unsqueeze(-2) + s.unsqueeze(-1) * (gap * (right - right.mT))
        zero = s <= 10 * s.shape[-1] * torch.finfo(s.dtype).eps * s.amax(-1, keepdim=True)
        inverse = torch.where(zero, 0.0, 1 / torch.where(zero, 1.0, s)).unsqueeze(-2)
        g = u @ (inner + torch.diag_embed(gs)) @ vh
        return g + ((gu - u @ left) * inverse) @ vh + (u * inverse) @ (gv - v @ right).mT


_eigh = cast(Callable[[Tensor], tuple[Tensor, Tensor]], cast(Any, _Eigh).apply)
_svd = cast(Callable[[Tensor], tuple[Tensor, Tensor, Tensor]], cast(Any, _Svd).apply)


def safe_eigh(a: Tensor) -> tuple[Tensor, Tensor]:
    r"""(eigenvalues, eigenvectors) of symmetric matrices (..., n, n); gradient finite for equal eigenvalues.

    `torch.linalg.eigh` gives NaN gradients at the identity. Exact for losses that do not depend on the choice
    of vectors within an eigenspace. float64 and float32.

    >>> a = torch.eye(2, requires_grad=True)
    >>> values, vectors = safe_eigh(a)
    >>> torch.autograd.grad(vectors.square().sum() + values.sum(), a)[0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return _eigh(floating("safe_eigh", a))


def safe_svd(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r"""(U, S, V^T), reduced, of (..., m, n); gradient finite for equal or zero singular values.

    `torch.linalg.svd` gives NaN gradients of U at the identity. Exact for losses that do not depend on the
    choice of vectors within a singular subspace. float64 and float32.

    >>> a = torch.eye(2, requires_grad=True)
    >>> u, s, vh = safe_svd(a)
    >>> torch.autograd.grad((u @ vh).sum() + s.sum(), a)[0].isfinite().all().item()
    True
    """
    return _svd(floating("safe_svd", a))
