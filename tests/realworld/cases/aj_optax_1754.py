# origin: https://github.com/google-deepmind/optax/issues/1754
# kinds: underflow domain
import torch
from torch.optim import Optimizer


class RowAdagrad(Optimizer):
    """Adagrad for large embedding tables that are stored in half precision."""

    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        if lr <= 0:
            raise ValueError(f"invalid learning rate {lr}")
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
                grad = p.grad
                if group["weight_decay"]:
                    grad = grad.add(p, alpha=group["weight_decay"])
                grad = grad.float()  #+
                state = self.state[p]
                if not state:
                    state["sum"] = torch.zeros_like(grad)
                state["sum"].addcmul_(grad, grad)
                scaled = grad / (state["sum"].sqrt() + group["eps"])  #*
                p.sub_(group["lr"] * scaled)
        return loss


class DotModel(torch.nn.Module):
    def __init__(self, n_users, n_items, dim=32):
        super().__init__()
        self.users = torch.nn.Embedding(n_users, dim)
        self.items = torch.nn.Embedding(n_items, dim)

    def forward(self, u, i):
        return (self.users(u) * self.items(i)).sum(-1)


def build(n_users, n_items, device="cuda"):
    model = DotModel(n_users, n_items).to(device).half()
    return model, RowAdagrad(model.parameters(), lr=5e-3)


def step(model, opt, users, items, label):
    opt.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(model(users, items).float(), label)
    loss.backward()
    opt.step()
    return loss.item()
