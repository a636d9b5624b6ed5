import torch
from torch.optim import Optimizer


class BarzilaiBorwein(Optimizer):
    """Gradient descent whose step size comes from the last two points (Barzilai and Borwein 1988, first formula)."""

    def __init__(self, params, first_step=1e-2, longest=10.0):
        super().__init__(params, {"first_step": first_step, "longest": longest})

    def _flat(self, what):
        return torch.cat([what(p).flatten() for g in self.param_groups for p in g["params"]])

    @torch.no_grad()
    def step(self, closure=None):
        group = self.param_groups[0]
        memory = self.state["memory"]
        x, g = self._flat(lambda p: p), self._flat(lambda p: p.grad)
        if "x" in memory:
            s, y = x - memory["x"], g - memory["g"]
            rate = (s.dot(s) / s.dot(y).abs()).clamp(max=group["longest"])
        else:
            rate = x.new_tensor(group["first_step"])
        memory["x"], memory["g"] = x.clone(), g.clone()
        for gr in self.param_groups:
            for p in gr["params"]:
                p.sub_(rate * p.grad)
