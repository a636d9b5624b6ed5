# origin: https://github.com/kozistr/pytorch_optimizer/issues/480
# kinds: domain
import math

import torch
from torch.optim import Optimizer


class AdamP(Optimizer):
    """Slowing down the slowdown for momentum optimizers on scale-invariant weights."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), weight_decay=0.0, delta=0.1, wd_ratio=0.1, eps=1e-8):
        super().__init__(params, dict(lr=lr, betas=betas, wd=weight_decay, delta=delta, wd_ratio=wd_ratio, eps=eps))

    @staticmethod
    def projection(p, grad, perturb, delta, wd_ratio, eps):
        for view in (lambda x: x.view(x.size(0), -1), lambda x: x.view(1, -1)):
            g, w = view(grad), view(p)
            cos = torch.nn.functional.cosine_similarity(g, w, dim=1, eps=eps).abs_()
            if cos.max() < delta / math.sqrt(w.size(1)):
                p_n = p / view(p).norm(p=2, dim=1).add_(eps).reshape((-1,) + (1,) * (p.dim() - 1))
                perturb.sub_(p_n * view(p_n * perturb).sum(dim=1).reshape((-1,) + (1,) * (p.dim() - 1)))
                return perturb, wd_ratio
        return perturb, 1.0

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            group["step"] = group.get("step", 0) + 1
            beta1, beta2 = group["betas"]
            bias_correction1 = 1.0 - beta1 ** group["step"]
            bias_correction2_sq = math.sqrt(1.0 - beta2 ** group["step"])
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(p), torch.zeros_like(p)
                exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
                exp_avg.mul_(beta1).add_(p.grad, alpha=1.0 - beta1)
                exp_avg_sq.mul_(beta2).addcmul_(p.grad, p.grad, value=1.0 - beta2)
                inv_de_nom = exp_avg_sq.rsqrt().add_(group["eps"]).mul_(bias_correction2_sq)  #!
                inv_de_nom = exp_avg_sq.add(group["eps"]).rsqrt_().mul_(bias_correction2_sq)  #+
                perturb = exp_avg * inv_de_nom
                wd_ratio = 1.0
                if len(p.shape) > 1:
                    perturb, wd_ratio = self.projection(
                        p, p.grad, perturb, group["delta"], group["wd_ratio"], group["eps"]
                    )
                if group["wd"] > 0:
                    p.mul_(1.0 - group["lr"] * group["wd"] * wd_ratio)
                p.add_(perturb, alpha=-group["lr"] / bias_correction1)
