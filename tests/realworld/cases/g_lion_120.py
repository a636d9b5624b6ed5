# origin: https://github.com/kozistr/pytorch_optimizer/issues/120
# kinds: domain
import torch
from torch.optim.optimizer import Optimizer


def channel_view(x):
    return x.view(x.size()[0], -1)


def neuron_norm(x):
    if x.dim() <= 1:
        return x.abs()
    shape = [x.shape[0]] + [1] * (x.dim() - 1)
    return channel_view(x).norm(dim=1).view(*shape)


class Nero(Optimizer):
    def __init__(self, params, lr=0.01, beta=0.999, constraints=True, eps=1e-8):
        super().__init__(params, dict(lr=lr, beta=beta, constraints=constraints, eps=eps))
        for group in self.param_groups:
            for p in group["params"]:
                if constraints and p.dim() > 1:
                    p.data.sub_(channel_view(p).mean(dim=1).view(-1, *[1] * (p.dim() - 1)))
                    p.data.div_(neuron_norm(p).clamp(min=1e-8))
                self.state[p]["step"] = 0
                self.state[p]["exp_avg_sq"] = torch.zeros_like(neuron_norm(p))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                state["step"] += 1
                bias_correction = 1.0 - group["beta"] ** state["step"]
                exp_avg_sq = state["exp_avg_sq"]
                exp_avg_sq.mul_(group["beta"]).addcmul_(neuron_norm(p.grad), neuron_norm(p.grad), value=1 - group["beta"])
                grad_norm = (exp_avg_sq / bias_correction).sqrt_()
                grad_normed = p.grad / grad_norm  #!
                grad_normed = p.grad / grad_norm.add_(group["eps"])  #+
                p.sub_(group["lr"] * grad_normed)
