# origin: https://github.com/facebookresearch/higher/issues/125
# kinds: domain
import math
from collections import defaultdict

import torch


def _get_mask_closure(mask):
    def closure(grad):
        grad = torch.where(mask, torch.zeros_like(grad), grad)
        if grad.requires_grad:
            grad.register_hook(_get_mask_closure(mask))
        return grad

    return closure


class DifferentiableAdam:
    """Adam whose update may itself be differentiated, for inner loops of meta-learning."""

    def __init__(self, groups):
        self.param_groups = groups
        self.state = [defaultdict(dict) for _ in groups]

    def _update(self, grouped_grads, **kwargs):
        for group_idx, (group, grads) in enumerate(zip(self.param_groups, grouped_grads)):
            beta1, beta2 = group["betas"]
            for p_idx, (p, g) in enumerate(zip(group["params"], grads)):
                if g is None:
                    continue
                state = self.state[group_idx][p_idx]
                if len(state) == 0:
                    state["step"] = 0
                    state["exp_avg"] = torch.zeros_like(p.data)
                    state["exp_avg_sq"] = torch.zeros_like(p.data)
                state["step"] += 1
                state["exp_avg"] = exp_avg = state["exp_avg"] * beta1 + (1 - beta1) * g
                state["exp_avg_sq"] = exp_avg_sq = state["exp_avg_sq"] * beta2 + (1 - beta2) * g * g
                exp_avg_sq = exp_avg_sq + 1e-16  #+
                denom = exp_avg_sq.sqrt() + group["eps"]  #!
                denom = exp_avg_sq.sqrt() + group["eps"]  #+
                step_size = group["lr"] * math.sqrt(1 - beta2 ** state["step"]) / (1 - beta1 ** state["step"])
                group["params"][p_idx] = p - step_size * exp_avg / denom

    def step(self, loss):
        params = [p for group in self.param_groups for p in group["params"]]
        all_grads = iter(torch.autograd.grad(loss, params, create_graph=True, allow_unused=True))
        self._update([[next(all_grads) for _ in group["params"]] for group in self.param_groups])
        return [p for group in self.param_groups for p in group["params"]]
