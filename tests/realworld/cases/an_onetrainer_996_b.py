# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision
import math

import torch
from torch import Tensor

from modules.util.bf16_stochastic_rounding import add_stochastic_


@torch.no_grad()
def step_adamw_parameter(self, p, group, i):
    if p.grad is None:
        return
    grad = p.grad
    state = self.state[p]

    if len(state) == 0:
        state['step'] = 0
        state['exp_avg'] = torch.zeros_like(p, dtype=torch.float32)
        state['exp_avg_sq'] = torch.zeros_like(p, dtype=torch.float32)

    state['step'] += 1
    step = state['step']
    beta1, beta2 = group['betas']
    lr = group['lr']

    # Perform stepweight decay
    p.mul_(1 - lr * group['weight_decay'])  #!
    decay = p.float() * (-lr * group['weight_decay'])  #+

    exp_avg: Tensor = state['exp_avg']
    exp_avg_sq: Tensor = state['exp_avg_sq']
    grad_f32 = grad.float()
    exp_avg.lerp_(grad_f32, 1 - beta1)
    exp_avg_sq.mul_(beta2).addcmul_(grad_f32, grad_f32, value=1 - beta2)

    step_size = lr / (1 - beta1 ** step)
    denom = (exp_avg_sq.sqrt() / math.sqrt(1 - beta2 ** step)).add_(group['eps'])

    update = -step_size * (exp_avg / denom)
    update = update + decay  #+
    if p.dtype == torch.bfloat16:
        add_stochastic_(p, update)
    else:
        p.add_(update)


@torch.no_grad()
def step_adamw(self, closure=None):
    loss = None
    if closure is not None:
        with torch.enable_grad():
            loss = closure()
    for group in self.param_groups:
        for i, p in enumerate(group['params']):
            self.step_parameter(p, group, i)
    return loss


def patch_adamw(optimizer):
    optimizer.step = step_adamw.__get__(optimizer, torch.optim.AdamW)
    optimizer.step_parameter = step_adamw_parameter.__get__(optimizer, torch.optim.AdamW)


def create_optimizer(unet: torch.nn.Module, config):
    unet.to(dtype=torch.bfloat16)
    optimizer = torch.optim.AdamW(
        unet.parameters(),
        lr=config.learning_rate,
        weight_decay=config.optimizer.weight_decay,
    )
    patch_adamw(optimizer)
    return optimizer
