# origin: https://github.com/PeterPonyu/aether-3d/issues/134
# kinds: underflow
"""Entropic unbalanced optimal transport between point clouds of neighbouring slices."""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass
class UOTConfig:
    reg: float = 0.05
    reg_m: float = 1.0
    num_iters: int = 200
    tol: float = 1e-6


@dataclass
class Coupling:
    plan: Tensor
    cost: Tensor
    converged: bool


def feature_cost(x: Tensor, y: Tensor, spatial_x: Tensor, spatial_y: Tensor, alpha: float = 0.5) -> Tensor:
    expr = torch.cdist(x, y).pow(2)
    space = torch.cdist(spatial_x, spatial_y).pow(2)
    return (1 - alpha) * expr + alpha * space


def unbalanced_sinkhorn(a: Tensor, b: Tensor, C: Tensor, cfg: UOTConfig) -> Coupling:
    fi = cfg.reg_m / (cfg.reg_m + cfg.reg)
    K = torch.exp(-C / cfg.reg)  #!
    u = torch.ones_like(a)  #-
    v = torch.ones_like(b)  #-
    log_K = -C / cfg.reg  #+
    tiny = torch.finfo(C.dtype).tiny  #+
    log_a, log_b = a.clamp(min=tiny).log(), b.clamp(min=tiny).log()  #+
    log_u = torch.zeros_like(a)  #+
    log_v = torch.zeros_like(b)  #+
    converged = False
    for _ in range(cfg.num_iters):
        u_prev = u  #-
        u = (a / (K @ v).clamp(min=1e-12)) ** fi  #!
        v = (b / (K.T @ u).clamp(min=1e-12)) ** fi  #!
        delta = (u - u_prev).abs().max() / u.abs().max()  #-
        prev = log_u  #+
        log_u = fi * (log_a - torch.logsumexp(log_K + log_v[None, :], dim=1))  #+
        log_v = fi * (log_b - torch.logsumexp(log_K + log_u[:, None], dim=0))  #+
        delta = (log_u - prev).abs().max()  #+
        if delta < cfg.tol:
            converged = True
            break
    plan = u[:, None] * K * v[None, :]  #-
    plan = torch.exp(log_u[:, None] + log_K + log_v[None, :])  #+
    return Coupling(plan=plan, cost=(plan * C).sum(), converged=converged)


class SliceCoupler:
    def __init__(self, cfg: UOTConfig | None = None, alpha: float = 0.5):
        self.cfg = cfg or UOTConfig()
        self.alpha = alpha

    def couple(self, left: dict[str, Tensor], right: dict[str, Tensor]) -> Coupling:
        C = feature_cost(left["x"], right["x"], left["pos"], right["pos"], self.alpha)
        n, m = C.shape
        a = torch.full((n,), 1.0 / n, dtype=C.dtype)
        b = torch.full((m,), 1.0 / m, dtype=C.dtype)
        return unbalanced_sinkhorn(a, b, C, self.cfg)

    def sample_pairs(self, coupling: Coupling, num: int) -> tuple[Tensor, Tensor]:
        flat = torch.multinomial(coupling.plan.flatten().float() + 1e-30, num, replacement=True)
        return flat // coupling.plan.shape[1], flat % coupling.plan.shape[1]
