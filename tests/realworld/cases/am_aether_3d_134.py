# origin: https://github.com/PeterPonyu/aether-3d/issues/134
# kinds: underflow
from __future__ import annotations

import logging

import torch

logger = logging.getLogger(__name__)


def pairwise_cost(x: torch.Tensor, y: torch.Tensor, p: int = 2) -> torch.Tensor:
    return torch.cdist(x, y).pow(p)


def _uniform(n: int, ref: torch.Tensor) -> torch.Tensor:
    return torch.full((n,), 1.0 / n, dtype=ref.dtype, device=ref.device)


def unbalanced_sinkhorn(
    cost: torch.Tensor,
    a: torch.Tensor | None = None,
    b: torch.Tensor | None = None,
    reg: float = 0.05,
    reg_m: float = 1.0,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> torch.Tensor:
    """Entropic unbalanced OT plan between two spatial slices."""
    n, m = cost.shape
    a = _uniform(n, cost) if a is None else a
    b = _uniform(m, cost) if b is None else b
    fi = reg_m / (reg_m + reg)

    K = torch.exp(-cost / reg)  #!
    u = torch.ones_like(a)  #-
    v = torch.ones_like(b)  #-
    logK = -cost / reg  #+
    log_a, log_b = a.clamp(min=1e-30).log(), b.clamp(min=1e-30).log()  #+
    f = torch.zeros_like(a)  #+
    g = torch.zeros_like(b)  #+
    for it in range(max_iter):
        u_prev = u  #-
        Kv = K @ v  #-
        u = (a / Kv.clamp(min=1e-12)) ** fi  #!
        Ktu = K.t() @ u  #-
        v = (b / Ktu.clamp(min=1e-12)) ** fi  #!
        err = (u - u_prev).abs().max() / u.abs().max().clamp(min=1.0)  #-
        f_prev = f  #+
        f = fi * (log_a - torch.logsumexp(logK + g[None, :], dim=1))  #+
        g = fi * (log_b - torch.logsumexp(logK + f[:, None], dim=0))  #+
        err = (f - f_prev).abs().max()  #+
        if err < tol:
            logger.debug("sinkhorn stopped after %d iterations", it)
            break
    return u[:, None] * K * v[None, :]  #-
    return torch.exp(f[:, None] + logK + g[None, :])  #+


def couple_slices(slice_a: torch.Tensor, slice_b: torch.Tensor, reg: float = 0.05) -> torch.Tensor:
    cost = pairwise_cost(slice_a, slice_b)
    plan = unbalanced_sinkhorn(cost, reg=reg)
    return plan.argmax(dim=1)
