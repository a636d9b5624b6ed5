# origin: https://github.com/microsoft/dion/pull/24
# kinds: domain
from typing import Callable, List, Optional, Tuple

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer


def newton_schulz(G: Tensor, steps: int = 5, epsilon: float = 1e-7) -> Tensor:
    a, b, c = 3.4445, -4.7750, 2.0315
    X = G.to(torch.float32)
    transposed = X.size(-2) > X.size(-1)
    if transposed:
        X = X.mT
    X = X / (X.norm(dim=(-2, -1), keepdim=True) + epsilon)
    for _ in range(steps):
        A = X @ X.mT
        X = a * X + (b * A + c * A @ A) @ X
    return X.mT if transposed else X


def normuon_normalization(U: List[Tensor], V: List[Tensor], muon_beta2: float) -> Tuple[List[Tensor], List[Tensor]]:
    """Neuron-wise second moment scaling that keeps the norm of each update."""
    V_dtype = V[0].dtype
    out_U = []
    for u, v in zip(U, V):
        u = u.to(V_dtype)
        norm_u = u.norm(p=2, dim=(-2, -1), keepdim=True)
        neuron_norms = (u * u).mean(dim=-1, keepdim=True)
        v.lerp_(neuron_norms, 1 - muon_beta2)
        denom = v.sqrt() + 1e-8
        u = u / denom
        norm_u_new = u.norm(p=2, dim=(-2, -1), keepdim=True)
        ratio = norm_u / norm_u_new  #!
        ratio = norm_u / norm_u_new.clamp(min=1e-8)  #+
        out_U.append(u * ratio)
    return out_U, V


class NorMuon(Optimizer):
    def __init__(self, params, lr: float = 0.01, mu: float = 0.95, muon_beta2: float = 0.95, weight_decay: float = 0.01):
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        super().__init__(params, dict(lr=lr, mu=mu, beta2=muon_beta2, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure: Optional[Callable] = None):
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            updates, variances = [], []
            for p in params:
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                    state["variance_neuron"] = torch.zeros_like(p[..., :1], dtype=torch.float32)
                state["momentum"].mul_(group["mu"]).add_(p.grad)
                updates.append(newton_schulz(state["momentum"]))
                variances.append(state["variance_neuron"])
            updates, _ = normuon_normalization(updates, variances, group["beta2"])
            for p, u in zip(params, updates):
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(u.to(p.dtype), alpha=-group["lr"])
