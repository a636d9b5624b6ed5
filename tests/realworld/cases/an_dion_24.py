# origin: https://github.com/microsoft/dion/pull/24
# kinds: domain
from typing import List

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer


def zeropower_via_newtonschulz5(G: Tensor, epsilon: float = 1e-7) -> Tensor:
    a, b, c = (3.4445, -4.7750, 2.0315)
    X = G.to(dtype=torch.float32)
    if G.size(-2) > G.size(-1):
        X = X.mT
    X = X / (X.norm(dim=(-2, -1), keepdim=True) + epsilon)
    for _ in range(5):
        A = X @ X.mT
        B = b * A + c * (A @ A)
        X = a * X + B @ X
    if G.size(-2) > G.size(-1):
        X = X.mT
    return X


def normuon_normalization(U: List[Tensor], V: List[Tensor], muon_beta2: Tensor) -> List[Tensor]:
    """
    NorMuon normalization step: the orthogonalized update is divided row by row by the second moment of its neurons,
    then the Frobenius norm it had before is restored.
    """
    V_dtype = V[0].dtype
    U = [u.to(dtype=V_dtype) for u in U]

    norm_U = [u.norm(p=2, dim=(-2, -1), keepdim=True) for u in U]
    neuron_norms = [(u * u).mean(dim=-1, keepdim=True) for u in U]
    torch._foreach_lerp_(V, neuron_norms, 1 - muon_beta2.item())

    denom = [v.sqrt().add(1e-8) for v in V]
    normalized_U = [u / d for u, d in zip(U, denom)]
    norm_U_new = [nu.norm(p=2, dim=(-2, -1), keepdim=True) for nu in normalized_U]
    ratio = [nu / nu_new for nu, nu_new in zip(norm_U, norm_U_new)]  #!
    ratio = [nu / nu_new.clamp(min=1e-8) for nu, nu_new in zip(norm_U, norm_U_new)]  #+
    torch._foreach_mul_(normalized_U, ratio)
    return normalized_U


class NorMuon(Optimizer):
    def __init__(self, params, lr: float = 0.01, mu: float = 0.95, muon_beta2: float = 0.95, weight_decay: float = 0.01,
                 nesterov: bool = True):
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if mu < 0.0:
            raise ValueError(f"Invalid momentum factor (mu): {mu}")
        super().__init__(params, dict(lr=lr, mu=mu, muon_beta2=muon_beta2, weight_decay=weight_decay, nesterov=nesterov))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            for p in params:
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                    state["variance_neuron"] = torch.zeros_like(p[:, :1], dtype=torch.float32)
            M = [self.state[p]["momentum"] for p in params]
            G = [p.grad for p in params]
            torch._foreach_mul_(M, group["mu"])
            torch._foreach_add_(M, G)
            update = [m * group["mu"] + g for m, g in zip(M, G)] if group["nesterov"] else M
            U = [zeropower_via_newtonschulz5(u) for u in update]
            V = [self.state[p]["variance_neuron"] for p in params]
            U = normuon_normalization(U, V, torch.tensor(group["muon_beta2"]))
            torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
            for p, u in zip(params, U):
                p.add_(u.to(p.dtype), alpha=-group["lr"] * 0.2 * max(p.shape) ** 0.5)
        return loss
