# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision
import math

import torch
from torch import Tensor


def copy_stochastic_(target: Tensor, source: Tensor):
    """Copies float32 `source` into bfloat16 `target` with stochastic rounding."""
    result = torch.randint_like(source, dtype=torch.int32, low=0, high=(1 << 16))
    result.add_(source.view(dtype=torch.int32))
    result.bitwise_and_(-65536)  # -65536 = FFFF0000 as a signed int32
    target.copy_(result.view(dtype=torch.float32))


def addcdiv_stochastic_(input: Tensor, tensor1: Tensor, tensor2: Tensor, value: float = 1.0):
    result = torch.addcdiv(input.float(), tensor1.float(), tensor2.float(), value=value)
    copy_stochastic_(input, result)


@torch.no_grad()
def step_adamw_parameter(self, p, group, i):
    if p.grad is None:
        return
    grad = p.grad.float()
    beta1, beta2 = group['betas']
    state = self.state[p]
    if len(state) == 0:
        state['step'] = 0
        state['exp_avg'] = torch.zeros_like(p, dtype=torch.float32)
        state['exp_avg_sq'] = torch.zeros_like(p, dtype=torch.float32)
    exp_avg, exp_avg_sq = state['exp_avg'], state['exp_avg_sq']
    state['step'] += 1

    stochastic = p.dtype == torch.bfloat16
    decay = 1 - group['lr'] * group['weight_decay']
    if stochastic:  #+
        copy_stochastic_(p.data, p.data.float().mul_(decay))  #+
    else:  #+
        p.data.mul_(decay)  #+
    p.data.mul_(decay)  #!

    exp_avg.lerp_(grad, 1 - beta1)
    exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
    bias_correction1 = 1 - beta1 ** state['step']
    bias_correction2 = 1 - beta2 ** state['step']
    step_size = group['lr'] / bias_correction1
    denom = (exp_avg_sq.sqrt() / math.sqrt(bias_correction2)).add_(group['eps'])
    if stochastic:
        addcdiv_stochastic_(p.data, exp_avg, denom, value=-step_size)
    else:
        p.data.addcdiv_(exp_avg, denom, value=-step_size)


@torch.no_grad()
def step_adamw(self, closure=None):
    loss = None
    if closure is not None:
        with torch.enable_grad():
            loss = closure()
    for group in self.param_groups:
        for i, p in enumerate(group['params']):
            step_adamw_parameter(self, p, group, i)
    return loss


def patch_adamw(optimizer):
    optimizer.step = step_adamw.__get__(optimizer, torch.optim.AdamW)
    optimizer.step_parameter = step_adamw_parameter.__get__(optimizer, torch.optim.AdamW)
