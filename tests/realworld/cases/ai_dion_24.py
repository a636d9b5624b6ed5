# origin: https://github.com/microsoft/dion/pull/24
# kinds: domain
import math

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer


def zeropower_via_newtonschulz5(G: Tensor, epsilon: float = 1e-7, steps: int = 5) -> Tensor:
    """Newton-Schulz iteration to orthogonalize the input matrix."""
    a, b, c = (3.4445, -4.7750, 2.0315)
    X = G.to(dtype=torch.bfloat16)
    if G.size(-2) > G.size(-1):
        X = X.mT
    X = X / (X.norm(dim=(-2, -1), keepdim=True) + epsilon)
    for _ in range(steps):
        A = X @ X.mT
        B = b * A + c * A @ A
        X = a * X + B @ X
    if G.size(-2) > G.size(-1):
        X = X.mT
    return X


def normuon_normalization(U: Tensor, V: Tensor, muon_beta2: float) -> Tensor:
    """NorMuon: rescale every neuron by its second moment and keep the total norm."""
    V_dtype = V.dtype
    U = U.to(dtype=V_dtype)
    norm_U = U.norm(p=2, dim=(-2, -1), keepdim=True)

    neuron_norms = (U * U).mean(dim=-1, keepdim=True)
    V.lerp_(neuron_norms, 1 - muon_beta2)

    denom = V.sqrt().add_(1e-8)
    normalized_U = U.div(denom)

    norm_U_new = normalized_U.norm(p=2, dim=(-2, -1), keepdim=True)
    ratio = norm_U / norm_U_new  #!
    ratio = norm_U / norm_U_new.clamp(min=1e-8)  #+
    return normalized_U.mul_(ratio)


class NorMuon(Optimizer):
    def __init__(self, params, lr=0.01, mu=0.95, muon_beta2=0.95, weight_decay=0.01):
        super().__init__(params, dict(lr=lr, mu=mu, muon_beta2=muon_beta2, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                    state["variance_neuron"] = torch.zeros_like(p[..., 0:1])
                M = state["momentum"]
                M.mul_(group["mu"]).add_(p.grad)
                U = zeropower_via_newtonschulz5(M.mul(group["mu"]).add_(p.grad))
                U = normuon_normalization(U, state["variance_neuron"], group["muon_beta2"])
                adjusted_lr = group["lr"] * 0.2 * math.sqrt(max(p.shape[-2:]))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(U.to(p.dtype), alpha=-adjusted_lr)
        return loss
