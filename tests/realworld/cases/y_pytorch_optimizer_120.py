# origin: https://github.com/kozistr/pytorch_optimizer/issues/120
# kinds: domain
import torch
from torch.optim.optimizer import Optimizer


def neuron_norm(x):
    if x.dim() > 1:
        view_shape = [x.shape[0]] + [1] * (x.dim() - 1)
        return x.view(x.shape[0], -1).norm(dim=1).view(*view_shape)
    return x.abs()


def neuron_mean(x):
    if x.dim() <= 1:
        raise ValueError("neuron_mean needs at least two dimensions")
    view_shape = [x.shape[0]] + [1] * (x.dim() - 1)
    return x.view(x.shape[0], -1).mean(dim=1).view(*view_shape)


class Nero(Optimizer):
    def __init__(self, params, lr=0.01, beta=0.999, constraints=True, eps=1e-8):
        self.constraints = constraints
        super().__init__(params, dict(lr=lr, beta=beta, eps=eps))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    if self.constraints and p.dim() > 1:
                        p.sub_(neuron_mean(p))
                        p.div_(neuron_norm(p))  #!
                        p.div_(neuron_norm(p) + group["eps"])  #+
                    state["step"] = 0
                    state["exp_avg_sq"] = torch.zeros_like(neuron_norm(p))
                    state["scale"] = neuron_norm(p).mean()
                    if state["scale"] == 0:
                        state["scale"] = 0.01

                state["step"] += 1
                grad_norm = neuron_norm(p.grad)
                exp_avg_sq = state["exp_avg_sq"]
                exp_avg_sq.mul_(group["beta"]).addcmul_(grad_norm, grad_norm, value=1.0 - group["beta"])
                bias_correction = 1.0 - group["beta"] ** state["step"]
                grad_normed = p.grad / (exp_avg_sq / bias_correction).sqrt()  #!
                grad_normed = p.grad / ((exp_avg_sq / bias_correction).sqrt() + group["eps"])  #+
                p.sub_(group["lr"] * state["scale"] * grad_normed)

                if self.constraints and p.dim() > 1:
                    p.sub_(neuron_mean(p))
                    p.div_(neuron_norm(p))  #!
                    p.div_(neuron_norm(p) + group["eps"])  #+
