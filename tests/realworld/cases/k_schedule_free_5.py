# origin: https://github.com/facebookresearch/schedule_free/issues/5
# kinds: domain
import math

import torch


class AdamWScheduleFree(torch.optim.Optimizer):
    """AdamW with iterate averaging in place of a schedule."""

    def __init__(self, params, lr=0.0025, betas=(0.9, 0.999), eps=1e-8, warmup_steps=0, r=0.0, weight_lr_power=2.0):
        defaults = dict(
            lr=lr, betas=betas, eps=eps, k=0, warmup_steps=warmup_steps, r=r, weight_lr_power=weight_lr_power,
            weight_sum=0.0, lr_max=-1.0, train_mode=True,
        )
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            k, warmup_steps = group["k"], group["warmup_steps"]
            sched = (k + 1) / warmup_steps if k < warmup_steps else 1.0
            lr = group["lr"] * sched * math.sqrt(1 - beta2 ** (k + 1))
            lr_max = group["lr_max"] = max(lr, group["lr_max"])
            weight = ((k + 1) ** group["r"]) * (lr_max ** group["weight_lr_power"])
            weight_sum = group["weight_sum"] = group["weight_sum"] + weight
            ckp1 = weight / weight_sum  #!
            ckp1 = weight / weight_sum if weight_sum > 0 else 0  #+
            for y in group["params"]:
                if y.grad is None:
                    continue
                state = self.state[y]
                if "z" not in state:
                    state["z"] = torch.clone(y)
                    state["exp_avg_sq"] = torch.zeros_like(y)
                z, exp_avg_sq = state["z"], state["exp_avg_sq"]
                exp_avg_sq.mul_(beta2).addcmul_(y.grad, y.grad, value=1 - beta2)
                denom = exp_avg_sq.sqrt().add_(group["eps"])
                grad_normalized = y.grad.div(denom)
                y.lerp_(end=z, weight=ckp1)
                y.add_(grad_normalized, alpha=lr * (beta1 * (1 - ckp1) - 1))
                z.sub_(grad_normalized, alpha=lr)
            group["k"] = k + 1
