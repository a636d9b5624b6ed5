# origin: https://github.com/deepspeedai/DeepSpeed/pull/7171
# kinds: domain loss-scale
import math

import torch
import torch.distributed as dist

inf = math.inf


class DeepSpeedZeroOptimizer:
    """Gradient norm and overflow handling of ZeRO stage 1 and 2."""

    def __init__(self, params, dp_process_group=None, clip_grad=1.0, loss_scale=2.0 ** 16):
        self.params = [p for p in params if p.requires_grad]
        self.dp_process_group = dp_process_group
        self.clip_grad = clip_grad
        self.loss_scale = loss_scale
        self.device = self.params[0].device

    def get_grad_norm_direct(self, gradients, norm_type=2):
        """Calculate the norm of the partitioned gradients over all processes.

        Returns a tensor holding -1 if the norm is not a finite number.
        """
        norm_type = float(norm_type)
        if norm_type == inf:
            all_norms = [g.detach().abs().max().float() for g in gradients]
            total_norm = torch.stack(all_norms).max()
            op = dist.ReduceOp.MAX
        else:
            all_norms = [torch.linalg.vector_norm(g.detach().float(), ord=norm_type)
                         for g in gradients]
            total_norm = torch.stack(all_norms).pow(norm_type).sum()
            op = dist.ReduceOp.SUM
        if dist.is_initialized():
            dist.all_reduce(total_norm, op=op, group=self.dp_process_group)
        if norm_type != inf:
            total_norm = total_norm.pow(1.0 / norm_type)

        norm_is_inf = total_norm == inf
        norm_is_nan = total_norm != total_norm
        inf_or_nan = norm_is_nan.logical_or(norm_is_inf)
        err = torch.tensor(-1.0, device=self.device, dtype=torch.float)
        total_norm = inf_or_nan * err + inf_or_nan.logical_not() * total_norm  #!
        total_norm = torch.where(inf_or_nan, err, total_norm)  #+
        return total_norm

    def unscale_and_clip_grads(self, gradients, total_norm):
        combined_scale = self.loss_scale
        if self.clip_grad > 0.0:
            clip = ((total_norm / self.loss_scale) + 1e-6) / self.clip_grad
            combined_scale = clip.clamp(min=1.0) * self.loss_scale
        for g in gradients:
            g.mul_(1.0 / combined_scale)

    def step(self, lr=1e-3):
        gradients = [p.grad for p in self.params if p.grad is not None]
        total_norm = self.get_grad_norm_direct(gradients)
        if total_norm.item() == -1.0:
            self.loss_scale = max(self.loss_scale / 2.0, 1.0)
            return False
        self.unscale_and_clip_grads(gradients, total_norm)
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.add_(p.grad, alpha=-lr)
        return True
