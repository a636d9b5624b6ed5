# origin: https://github.com/deepspeedai/DeepSpeed/pull/7171
# kinds: domain overflow
from typing import List

import torch
import torch.distributed as dist


class FP16_Optimizer:

    def __init__(self, params, lr: float = 1e-3, clip_grad: float = 1.0, dp_process_group=None):
        self.fp16_groups = list(params)
        self.master = [p.detach().clone().float() for p in self.fp16_groups]
        self.lr = lr
        self.clip_grad = clip_grad
        self.dp_process_group = dp_process_group
        self.loss_scale = 2.0**16
        self.averaged_gradients: List[torch.Tensor] = []
        self._global_grad_norm = 0.0

    def collect_gradients(self):
        self.averaged_gradients = [p.grad.detach() for p in self.fp16_groups if p.grad is not None]

    def _all_reduce(self, value):
        if dist.is_available() and dist.is_initialized():
            dist.all_reduce(value, op=dist.ReduceOp.SUM, group=self.dp_process_group)
        return value

    @torch.no_grad()
    def get_grad_norm_direct(self, gradients, norm_type=2.0):
        all_norms = [torch.linalg.vector_norm(g.float(), ord=norm_type) for g in gradients]
        if len(all_norms) > 0:
            total_norm = torch.stack(all_norms).square().sum()
        else:
            total_norm = torch.tensor(0.0)
        total_norm = self._all_reduce(total_norm).pow(1.0 / norm_type)
        return self._mask_nan_or_inf_with_val(total_norm)

    def _mask_nan_or_inf_with_val(self, total_norm, val=-1.0):
        norm_is_inf = total_norm.isinf()
        norm_is_nan = total_norm.isnan()
        inf_or_nan = norm_is_nan.logical_or(norm_is_inf)
        err = torch.tensor(val, device=total_norm.device, dtype=torch.float)
        total_norm = inf_or_nan * err + inf_or_nan.logical_not() * total_norm  #!
        total_norm = torch.where(inf_or_nan, err, total_norm)  #+
        return total_norm

    def step(self):
        self.collect_gradients()
        scaled_norm = self.get_grad_norm_direct(self.averaged_gradients)
        if scaled_norm.item() == -1.0:
            self.loss_scale = max(self.loss_scale / 2, 1.0)
            return False
        self._global_grad_norm = scaled_norm / self.loss_scale
        combined = self.loss_scale
        clip = (self._global_grad_norm + 1e-6) / self.clip_grad
        if clip > 1:
            combined = clip * self.loss_scale
        for master, param in zip(self.master, self.fp16_groups):
            if param.grad is None:
                continue
            master.add_(param.grad.detach().float() / combined, alpha=-self.lr)
            param.data.copy_(master)
        return True
