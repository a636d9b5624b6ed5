# origin: https://github.com/kozistr/pytorch_optimizer/pull/431
# kinds: domain
import torch
from torch.optim.optimizer import Optimizer


class NormalizedMomentum(Optimizer):
    """Momentum on per-tensor unit gradients, with decoupled weight decay."""

    def __init__(self, params, lr=1e-3, momentum=0.9, weight_decay=0.0, weight_decouple=True):
        if lr <= 0.0 or not 0.0 <= momentum < 1.0:
            raise ValueError("invalid hyper-parameters")
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay,
                    "weight_decouple": weight_decouple}
        super().__init__(params, defaults)

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
                state = self.state[p]
                if len(state) == 0:
                    state["exp_avg"] = torch.zeros_like(p)

                if group["weight_decouple"]:
                    p.mul_(1.0 - group["weight_decay"] * group["lr"])
                else:
                    grad = grad.add(p, alpha=group["weight_decay"])

                grad_norm = torch.norm(grad)
                unit = grad / grad_norm  #!
                if grad_norm == 0:  #+
                    continue  #+
                unit = grad / grad_norm  #+
                state["exp_avg"].mul_(group["momentum"]).add_(unit, alpha=1.0 - group["momentum"])
                p.add_(state["exp_avg"], alpha=-group["lr"])
        return loss


def fit(model, loader, criterion, epochs=5):
    optimizer = NormalizedMomentum(model.parameters(), lr=1e-2, weight_decay=1e-4)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad(set_to_none=False)
            criterion(model(x), y).backward()
            optimizer.step()
    return model
