# origin: https://github.com/microsoft/dion/pull/24
# kinds: domain
from typing import List

import torch
from torch import Tensor


def normuon_normalization(U: List[Tensor], V: List[Tensor], beta2: float) -> List[Tensor]:
    """Scales the rows of orthogonalised updates by their running second moment, keeping the norm of the whole."""
    out = []
    for u, v in zip(U, V):
        norm_U = u.norm(p=2, dim=(-2, -1), keepdim=True)
        row_sq = u.square().mean(dim=-1, keepdim=True)
        v.lerp_(row_sq.to(v.dtype), 1 - beta2)
        scaled = u * torch.rsqrt(v + 1e-8)
        norm_new = scaled.norm(p=2, dim=(-2, -1), keepdim=True)
        ratio = norm_U / norm_new  #!
        ratio = norm_U / norm_new.clamp(min=1e-8)  #+
        out.append(scaled * ratio)
    return out


class NorMuon(torch.optim.Optimizer):
    def __init__(self, params, lr=0.01, beta2=0.95):
        super().__init__(params, dict(lr=lr, beta2=beta2))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            U = [p.grad for p in group["params"] if p.grad is not None]
            V = [self.state[p].setdefault("v", torch.zeros_like(p[..., :1])) for p in group["params"]]
            for p, u in zip(group["params"], normuon_normalization(U, V, group["beta2"])):
                p.add_(u, alpha=-group["lr"])
