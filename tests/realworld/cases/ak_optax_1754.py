# origin: https://github.com/google-deepmind/optax/issues/1754
# kinds: underflow domain
import torch
from torch.optim import Optimizer


class RowAdagrad(Optimizer):
    """Adagrad with one accumulator per row, for large embedding tables."""

    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        if lr <= 0:
            raise ValueError(f"invalid lr {lr}")
        super().__init__(params, dict(lr=lr, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                self._update(p, p.grad, group)
        return loss

    def _update(self, p, grad, group):
        state = self.state[p]
        grad = grad.float()  #+
        if group["weight_decay"]:
            grad = grad.add(p, alpha=group["weight_decay"])
        if "row_sum" not in state:
            state["row_sum"] = grad.new_zeros(p.shape[0], 1)
        acc = state["row_sum"]
        acc.add_(grad.pow(2).mean(dim=1, keepdim=True))
        denom = acc.sqrt() + group["eps"]
        p.add_(grad / denom, alpha=-group["lr"])  #*


def build_tables(sizes, dim, device="cpu"):
    tables = torch.nn.ModuleList(
        torch.nn.Embedding(n, dim, device=device, dtype=torch.float16) for n in sizes
    )
    for table in tables:
        torch.nn.init.normal_(table.weight, std=dim ** -0.5)
    return tables, RowAdagrad(tables.parameters(), lr=0.02)
