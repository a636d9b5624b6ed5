# origin: https://github.com/microsoft/dion/pull/24
# kinds: domain
import torch
from torch.optim import Optimizer


class GraftedFactored(Optimizer):
    """Direction from a row/column preconditioner, step size grafted from momentum SGD."""

    def __init__(self, params, lr=1e-2, momentum=0.9, beta2=0.99, eps=1e-8, weight_decay=0.0):
        defaults = dict(lr=lr, momentum=momentum, beta2=beta2, eps=eps,
                        weight_decay=weight_decay)
        super().__init__(params, defaults)

    def _direction(self, grad, state, beta2, eps):
        if grad.ndim < 2:
            state["sq"].lerp_(grad.square(), 1.0 - beta2)
            return grad / (state["sq"].sqrt() + eps)
        flat = grad.flatten(1)
        state["row"].lerp_(flat.square().mean(dim=1), 1.0 - beta2)
        state["col"].lerp_(flat.square().mean(dim=0), 1.0 - beta2)
        left = (state["row"] + eps).pow(-0.25)
        right = (state["col"] + eps).pow(-0.25)
        return (left[:, None] * flat * right[None, :]).view_as(grad)

    def _init_state(self, p):
        state = {"momentum": torch.zeros_like(p)}
        if p.ndim < 2:
            state["sq"] = torch.zeros_like(p)
        else:
            flat = p.flatten(1)
            state["row"] = flat.new_zeros(flat.shape[0])
            state["col"] = flat.new_zeros(flat.shape[1])
        return state

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
                state = self.state[p]
                if not state:
                    state.update(self._init_state(p))
                direction = self._direction(p.grad, state, group["beta2"], group["eps"])
                graft = p.grad.norm() / direction.norm()  #!
                graft = p.grad.norm() / direction.norm().clamp(min=group["eps"])  #+
                state["momentum"].mul_(group["momentum"]).add_(direction * graft)
                if group["weight_decay"]:
                    p.mul_(1.0 - group["lr"] * group["weight_decay"])
                p.add_(state["momentum"], alpha=-group["lr"])
        return loss
