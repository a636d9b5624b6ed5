# origin: https://github.com/pytorch/ao/pull/1124
# kinds: precision
from typing import Optional

import torch
from torch import Tensor
from torch.optim import Optimizer


def _fp32_to_bf16_sr(x_f32: Tensor) -> Tensor:  #+
    rand_16bit = torch.randint(0, 1 << 16, x_f32.shape, device=x_f32.device, dtype=torch.int32)  #+
    bits = x_f32.view(torch.int32)  #+
    fraction = bits & 0xFFFF  #+
    truncated = bits & -0x10000  #+
    rounded = torch.where(rand_16bit < fraction, truncated + 0x10000, truncated)  #+
    return rounded.view(torch.float32).bfloat16()  #+


def single_param_adam(
    p: Tensor,
    grad: Tensor,
    step: Tensor,
    exp_avg: Tensor,
    exp_avg_sq: Tensor,
    lr: float,
    beta1: float,
    beta2: float,
    weight_decay: float,
    eps: float,
):
    # compute in FP32 for accurate calculations
    p_f32 = p.float()
    grad_f32 = grad.float()
    p_f32 = p_f32 - lr * weight_decay * p_f32

    bias_correction1 = 1 - beta1**step
    bias_correction2 = 1 - beta2**step
    exp_avg.lerp_(grad_f32, 1 - beta1)
    exp_avg_sq.lerp_(grad_f32.square(), 1 - beta2)
    denom = (exp_avg_sq.sqrt() / bias_correction2.sqrt()) + eps

    p_f32 = p_f32 - lr * (exp_avg / bias_correction1) / denom
    p.copy_(p_f32)  #!
    if p.dtype is torch.bfloat16:  #+
        p.copy_(_fp32_to_bf16_sr(p_f32))  #+
    else:  #+
        p.copy_(p_f32)  #+


class _AdamBase(Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)

    def _init_state(self, p: Tensor) -> dict:
        state = self.state[p]
        if len(state) == 0:
            state["step"] = torch.tensor(0.0)
            state["exp_avg"] = torch.zeros_like(p, dtype=torch.float32)
            state["exp_avg_sq"] = torch.zeros_like(p, dtype=torch.float32)
        return state

    @torch.no_grad()
    def step(self, closure: Optional[object] = None):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                s = self._init_state(p)
                s["step"] += 1
                single_param_adam(p, p.grad, s["step"], s["exp_avg"], s["exp_avg_sq"],
                                  group["lr"], b1, b2, group["weight_decay"], group["eps"])


def build_finetuner(model: torch.nn.Module, lr: float = 1e-5):
    model = model.to(torch.bfloat16)
    return model, _AdamBase(model.parameters(), lr=lr)
