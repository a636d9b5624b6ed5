# origin: https://github.com/facebookresearch/fairscale/pull/263
# kinds: overflow loss-scale
import math
from typing import List

import torch
import torch.distributed as dist


def calc_grad_norm(parameters: List[torch.nn.Parameter], p: float) -> torch.Tensor:
    """Norm of the gradients of the parameters of this shard."""
    parameters = [par for par in parameters if par.grad is not None]
    if len(parameters) == 0:
        return torch.tensor(0.0)
    if p == math.inf:
        return max(par.grad.detach().abs().max() for par in parameters)
    return torch.norm(torch.stack([torch.norm(par.grad.detach().float(), p) for par in parameters]), p)


class ShardedHalfOptimizer:
    """Every rank keeps the optimizer state of its part of a float16 model."""

    def __init__(self, params, optim, group=None, **kwargs):
        self.params = [par.data.half().requires_grad_(True) for par in params]
        self.group = group
        self.world_size = dist.get_world_size(group) if dist.is_initialized() else 1
        self.optim = optim(self.params, **kwargs)

    def clip_grad_norm(self, max_norm: float, norm_type: float = 2.0) -> torch.Tensor:
        norm = calc_grad_norm(self.params, norm_type).half()  #!
        norm = calc_grad_norm(self.params, norm_type).to(dtype=torch.float32)  #+
        if norm_type == math.inf:
            total_norm = norm
            if self.world_size > 1:
                dist.all_reduce(total_norm, op=dist.ReduceOp.MAX, group=self.group)
        else:
            total_norm = norm**norm_type  #!
            total_norm = norm**norm_type  #+
            if self.world_size > 1:
                dist.all_reduce(total_norm, group=self.group)
            total_norm = total_norm ** (1.0 / norm_type)

        clip_coef = max_norm / (total_norm + 1e-6)
        if clip_coef < 1:
            for par in self.params:
                par.grad.detach().mul_(clip_coef.to(par.grad.device))
        return total_norm

    def step(self, max_norm=None):
        if max_norm is not None:
            self.clip_grad_norm(max_norm)
        self.optim.step()
