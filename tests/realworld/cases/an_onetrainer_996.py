# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision
import math
from functools import partial

import torch
from torch import Tensor


def copy_stochastic_(target: Tensor, source: Tensor):
    result = torch.randint_like(source, dtype=torch.int32, low=0, high=(1 << 16))
    result.add_(source.view(dtype=torch.int32))
    result.bitwise_and_(-65536)
    target.copy_(result.view(dtype=torch.float32))


def addcdiv_stochastic_(input: Tensor, tensor1: Tensor, tensor2: Tensor, value: float = 1.0):
    result = input.to(dtype=torch.float32)
    result.addcdiv_(tensor1.to(torch.float32), tensor2.to(torch.float32), value=value)
    copy_stochastic_(input, result)


@torch.no_grad()
def step_adamw_parameter(self, p, group, i):
    if p.grad is None:
        return
    grad = p.grad.float()
    state = self.state[p]
    if len(state) == 0:
        state["step"] = 0
        state["exp_avg"] = torch.zeros_like(p, dtype=torch.float32)
        state["exp_avg_sq"] = torch.zeros_like(p, dtype=torch.float32)

    beta1, beta2 = group["betas"]
    state["step"] += 1
    exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]

    use_stochastic = p.dtype == torch.bfloat16 and self.stochastic_rounding
    decay = 1 - group["lr"] * group["weight_decay"]  #-
    p.mul_(decay)  #!
    if use_stochastic:  #+
        copy_stochastic_(p, p.float().mul_(1 - group["lr"] * group["weight_decay"]))  #+
    else:  #+
        p.mul_(1 - group["lr"] * group["weight_decay"])  #+

    exp_avg.lerp_(grad, 1 - beta1)
    exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)

    bias_correction1 = 1 - beta1 ** state["step"]
    bias_correction2_sqrt = math.sqrt(1 - beta2 ** state["step"])
    step_size = group["lr"] / bias_correction1
    denom = (exp_avg_sq.sqrt() / bias_correction2_sqrt).add_(group["eps"])

    if use_stochastic:
        addcdiv_stochastic_(p, exp_avg, denom, value=-step_size)
    else:
        p.addcdiv_(exp_avg.to(p.dtype), denom.to(p.dtype), value=-step_size)


@torch.no_grad()
def step_adamw(self, closure=None):
    loss = None
    if closure is not None:
        with torch.enable_grad():
            loss = closure()
    for group in self.param_groups:
        for i, p in enumerate(group["params"]):
            self.step_parameter(p, group, i)
    return loss


def patch_adamw(optimizer: torch.optim.AdamW, stochastic_rounding: bool):
    optimizer.stochastic_rounding = stochastic_rounding
    optimizer.step = partial(step_adamw, optimizer)
    optimizer.step_parameter = partial(step_adamw_parameter, optimizer)
