# origin: https://github.com/pytorch/pytorch/issues/194705
# kinds: underflow overflow domain
import torch
from torch.autograd import Function


def skew(m):
    return m - m.mH


def svd_backward(gU, gS, gVh, U, S, Vh):
    """Adjoint of a square, full-rank ``A = U diag(S) Vh``."""
    if gU is None and gVh is None:
        return (U * gS.unsqueeze(-2)) @ Vh if gS is not None else None

    def inverse_gaps():
        s_i, s_j = S.unsqueeze(-1), S.unsqueeze(-2)
        E = s_j * s_j - s_i * s_i  #!
        E.diagonal(dim1=-2, dim2=-1).fill_(1)  #-
        return E.reciprocal(), S  #-
        top = S.amax(-1, keepdim=True).clamp_min(torch.finfo(S.dtype).tiny)  #+
        n_i, n_j = s_i / top.unsqueeze(-1), s_j / top.unsqueeze(-1)  #+
        E = (n_j - n_i) * (n_j + n_i)  #+
        tied = E.abs() <= torch.finfo(S.dtype).eps  #+
        inv = torch.where(tied, torch.zeros_like(E), E.masked_fill(tied, 1.0).reciprocal())  #+
        return inv / top.unsqueeze(-1), S / top  #+

    F, scaled = inverse_gaps()
    inner = torch.zeros_like(F)
    if gU is not None:
        inner = inner + (skew(U.mH @ gU) * F) * scaled.unsqueeze(-2)
    if gVh is not None:
        inner = inner + scaled.unsqueeze(-1) * (skew(Vh @ gVh.mH) * F)
    if gS is not None:
        inner = inner + torch.diag_embed(gS)
    return U @ inner @ Vh


class SVD(Function):
    @staticmethod
    def forward(ctx, A):
        U, S, Vh = torch.linalg.svd(A, full_matrices=False)
        ctx.save_for_backward(U, S, Vh)
        ctx.set_materialize_grads(False)
        return U, S, Vh

    @staticmethod
    def backward(ctx, gU, gS, gVh):
        return svd_backward(gU, gS, gVh, *ctx.saved_tensors)


class OrthogonalProcrustes(torch.nn.Module):
    """Aligns two point sets with the rotation taken from their cross-covariance."""

    def forward(self, source, target):
        source = source - source.mean(-2, keepdim=True)
        target = target - target.mean(-2, keepdim=True)
        cov = source.mT @ target / source.shape[-2]
        U, S, Vh = SVD.apply(cov)
        return U @ Vh, S.sum(-1)
