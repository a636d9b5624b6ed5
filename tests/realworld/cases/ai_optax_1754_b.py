# origin: https://github.com/google-deepmind/optax/issues/1754
# kinds: underflow precision
import torch
from torch.optim import Optimizer


class HalfAdagrad(Optimizer):
    """Adagrad for embedding tables that live in half precision."""

    def __init__(self, params, lr=1e-2, lr_decay=0.0, eps=1e-10):
        if lr <= 0.0:
            raise ValueError("Invalid learning rate: {}".format(lr))
        super().__init__(params, dict(lr=lr, lr_decay=lr_decay, eps=eps))

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
                grad = p.grad.float()  #+
                state = self.state[p]
                if not state:
                    state["step"] = 0
                    state["sum"] = torch.zeros_like(p)  #-
                    state["sum"] = torch.zeros_like(p, dtype=torch.float32)  #+
                state["step"] += 1
                state["sum"].addcmul_(grad, grad, value=1.0)
                clr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
                std = state["sum"].sqrt().add_(group["eps"])  #!
                p.addcdiv_(grad, std, value=-clr)  #!
                std = state["sum"].sqrt().add_(group["eps"])  #+
                p.add_((grad / std).to(p.dtype), alpha=-clr)  #+
        return loss


class TwoTower(torch.nn.Module):
    def __init__(self, users, items, dim=32):
        super().__init__()
        self.user = torch.nn.Embedding(users, dim).half()
        self.item = torch.nn.Embedding(items, dim).half()

    def forward(self, u, i):
        return (self.user(u).float() * self.item(i).float()).sum(-1)


def fit(model, loader, epochs=3):
    opt = HalfAdagrad(model.parameters(), lr=0.05)
    bce = torch.nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        for users, items, clicks in loader:
            opt.zero_grad()
            loss = bce(model(users, items), clicks)
            loss.backward()
            opt.step()
    return model
