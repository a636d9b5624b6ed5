# origin: https://github.com/pytorch/pytorch/issues/194705
# kinds: cancellation overflow underflow domain
import torch


class SVD(torch.autograd.Function):
    @staticmethod
    def forward(ctx, A):
        U, S, Vh = torch.linalg.svd(A, full_matrices=False)
        ctx.save_for_backward(U, S, Vh)
        return U, S, Vh

    @staticmethod
    def backward(ctx, gU, gS, gVh):
        U, S, Vh = ctx.saved_tensors
        E = S.unsqueeze(-2).pow(2) - S.unsqueeze(-1).pow(2)  #!
        E = (S.unsqueeze(-2) - S.unsqueeze(-1)) * (S.unsqueeze(-2) + S.unsqueeze(-1))  #+
        E.diagonal(dim1=-2, dim2=-1).fill_(1)
        skew = U.mT @ gU
        skew = (skew - skew.mT) / E  #!
        skew = (skew - skew.mT) * torch.where(E == 0, 0.0, 1 / torch.where(E == 0, 1.0, E))  #+
        return U @ (skew * S.unsqueeze(-2) + torch.diag_embed(gS)) @ Vh
