# origin: https://github.com/pytorch/ao/pull/1124
# kinds: precision
from typing import Optional

import torch
from torch import Tensor
from torch.optim import Optimizer


def _fp32_to_bf16_sr(x_f32: Tensor) -> Tensor:  #+
    # stochastic rounding: add random bits below the bf16 mantissa, then truncate  #+
    rand_16bit = torch.randint(0, 1 << 16, x_f32.shape, device=x_f32.device, dtype=torch.int32)  #+
    x_f32_bits = x_f32.view(torch.int32)  #+
    x_bf16_trunc = (x_f32_bits + rand_16bit) & -0x10000  #+
    return x_bf16_trunc.view(torch.float32).bfloat16()  #+


class _AdamBase(Optimizer):
    def __init__(self, params, lr, betas, eps, weight_decay, *, block_size: int, is_adamw: bool):
        if not 0.0 <= lr:
            raise ValueError("Invalid learning rate: {}".format(lr))
        defaults = dict(lr=torch.tensor(lr), betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)
        self.block_size = block_size
        self.is_adamw = is_adamw

    def _new_buffer(self, p: Tensor) -> Tensor:
        return torch.zeros_like(p, dtype=torch.float32)

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
                if len(state) == 0:
                    state["step"] = torch.tensor(0.0)
                    state["exp_avg"] = self._new_buffer(p)
                    state["exp_avg_sq"] = self._new_buffer(p)
                state["step"] += 1
                single_param_adam(
                    p, p.grad, state["step"], state["exp_avg"], state["exp_avg_sq"],
                    group["lr"], group["betas"][0], group["betas"][1], group["weight_decay"], group["eps"], self.is_adamw,
                )
        return loss


def single_param_adam(p: Tensor, grad: Tensor, step: Tensor, exp_avg: Tensor, exp_avg_sq: Tensor, lr: Tensor,
                      beta1: float, beta2: float, weight_decay: float, eps: float, is_adamw: bool):
    # all computations run in FP32 regardless of the storage dtype
    p_f32 = p.float()
    grad_f32 = grad.float()

    if is_adamw:
        p_f32 = p_f32 - lr * weight_decay * p_f32
    else:
        grad_f32 = grad_f32 + weight_decay * p_f32

    exp_avg.lerp_(grad_f32, 1 - beta1)
    exp_avg_sq.lerp_(grad_f32.square(), 1 - beta2)
    denom = (exp_avg_sq.sqrt() / (1 - beta2 ** step).sqrt()) + eps
    p_f32 = p_f32 - lr * (exp_avg / (1 - beta1 ** step)) / denom
    p.copy_(p_f32)  #!
    p.copy_(_fp32_to_bf16_sr(p_f32) if p.dtype is torch.bfloat16 else p_f32)  #+


class AdamW(_AdamBase):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, *, block_size: int = 256):
        super().__init__(params, lr, betas, eps, weight_decay, block_size=block_size, is_adamw=True)
