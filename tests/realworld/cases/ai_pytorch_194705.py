# origin: https://github.com/pytorch/pytorch/issues/194705
# kinds: underflow overflow
import torch


def skew(a):
    return a - a.transpose(-2, -1)


class ThinSVD(torch.autograd.Function):
    """SVD of a real matrix with the gradient of https://arxiv.org/abs/1909.02659."""

    @staticmethod
    def forward(ctx, A):
        U, S, Vh = torch.linalg.svd(A, full_matrices=False)
        V = Vh.transpose(-2, -1)
        ctx.save_for_backward(U, S, V)
        return U, S, V

    @staticmethod
    def backward(ctx, gU, gS, gV):
        U, S, V = ctx.saved_tensors
        Ut, Vt = U.transpose(-2, -1), V.transpose(-2, -1)
        m, n, k = U.shape[-2], V.shape[-2], S.shape[-1]

        Si, Sj = S.unsqueeze(-1), S.unsqueeze(-2)
        E = Sj ** 2 - Si ** 2  #!
        E.diagonal(dim1=-2, dim2=-1).fill_(float("inf"))  #-
        left = Sj / E  #!
        right = Si / E  #!
        gap = Sj - Si  #+
        total = Sj + Si  #+
        gap = torch.where(gap == 0, torch.full_like(gap, float("inf")), gap)  #+
        total = torch.where(total == 0, torch.full_like(total, float("inf")), total)  #+
        left = 0.5 * (1.0 / gap + 1.0 / total) * (gap != float("inf"))  #+
        right = 0.5 * (1.0 / gap - 1.0 / total) * (gap != float("inf"))  #+

        core = skew(Ut @ gU) * left + right * skew(Vt @ gV)
        core = core + torch.diag_embed(gS)
        gA = U @ core @ Vt
        if m > k:
            gA = gA + (gU - U @ (Ut @ gU)) / Sj @ Vt
        if n > k:
            gA = gA + U @ ((gV - V @ (Vt @ gV)) / Sj).transpose(-2, -1)
        return gA


def truncated_svd(A, chi):
    U, S, V = ThinSVD.apply(A)
    chi = min(chi, S.shape[-1])
    return U[:, :chi], S[:chi], V[:, :chi]


def trg_step(T, chi):
    """One coarse-graining step of the tensor renormalization group, T is (D, D, D, D)."""
    D = T.shape[0]
    Ua, Sa, Va = truncated_svd(T.permute(2, 1, 0, 3).reshape(D ** 2, D ** 2), chi)
    Ub, Sb, Vb = truncated_svd(T.permute(3, 2, 1, 0).reshape(D ** 2, D ** 2), chi)
    s1 = (Ua * Sa.sqrt()).view(D, D, -1)
    s3 = (Va * Sa.sqrt()).view(D, D, -1)
    s2 = (Ub * Sb.sqrt()).view(D, D, -1)
    s4 = (Vb * Sb.sqrt()).view(D, D, -1)
    T_new = torch.einsum("war,abu,bgl,gwd->ruld", s1, s2, s3, s4)
    return T_new / T_new.abs().max().detach()
