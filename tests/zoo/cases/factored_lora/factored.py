import torch
from torch.optim import Optimizer


class Factored(Optimizer):
    """Sublinear-memory adaptive steps: second moments of a matrix are kept as a row and a column (Shazeer & Stern)."""

    def __init__(self, params, lr=1e-2, decay=0.9, clip=1.0):
        super().__init__(params, dict(lr=lr, decay=decay, clip=clip))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._update(p, group)

    def _second_moment(self, p, d):
        state, sq = self.state[p], p.grad.square()
        if p.ndim < 2:
            state.setdefault("v", torch.zeros_like(sq)).lerp_(sq, 1 - d)
            return state["v"] + 1e-16
        row = state.setdefault("row", torch.zeros_like(sq.mean(1))).lerp_(sq.mean(1), 1 - d)
        col = state.setdefault("col", torch.zeros_like(sq.mean(0))).lerp_(sq.mean(0), 1 - d)
        return torch.outer(row / row.mean(), col)

    def _update(self, p, group):
        update = p.grad * self._second_moment(p, group["decay"]).rsqrt()
        rms = update.square().mean().sqrt()
        p.sub_(update / (rms / group["clip"]).clamp_min(1.0), alpha=group["lr"])
