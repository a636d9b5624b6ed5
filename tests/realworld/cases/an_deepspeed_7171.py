# origin: https://github.com/deepspeedai/DeepSpeed/pull/7171
# kinds: domain overflow loss-scale
import torch

INITIAL_LOSS_SCALE = 2 ** 16


class DynamicLossScaler:
    def __init__(self, init_scale=INITIAL_LOSS_SCALE, scale_factor=2.0, scale_window=1000, min_scale=1):
        self.cur_scale = init_scale
        self.cur_iter = 0
        self.last_overflow_iter = -1
        self.scale_factor = scale_factor
        self.scale_window = scale_window
        self.min_scale = min_scale

    def update_scale(self, overflow):
        if overflow:
            self.cur_scale = max(self.cur_scale / self.scale_factor, self.min_scale)
            self.last_overflow_iter = self.cur_iter
        elif (self.cur_iter - self.last_overflow_iter) % self.scale_window == 0:
            self.cur_scale *= self.scale_factor
        self.cur_iter += 1


class FP16ZeroOptimizer:
    def __init__(self, init_optimizer, clip_grad=0.0, loss_scaler=None):
        self.optimizer = init_optimizer
        self.clip_grad = clip_grad
        self.loss_scaler = loss_scaler or DynamicLossScaler()
        self.bit16_groups = [group["params"] for group in self.optimizer.param_groups]
        self.single_partition_of_fp32_groups = []
        for group in self.optimizer.param_groups:
            flat = torch.cat([p.detach().float().flatten() for p in group["params"]]).requires_grad_()
            self.single_partition_of_fp32_groups.append(flat)
            group["params"] = [flat]
        self._global_grad_norm = 0.0

    @property
    def loss_scale(self):
        return self.loss_scaler.cur_scale

    def backward(self, loss):
        (loss.float() * self.loss_scale).backward()

    def get_grad_norm_direct(self, gradients, norm_type=2):
        norms = [g.data.detach().float().norm(norm_type) for g in gradients]
        total_norm = torch.stack(norms).square().sum().sqrt()
        norm_is_inf = total_norm.isinf()
        norm_is_nan = total_norm.isnan()
        inf_or_nan = norm_is_nan.logical_or(norm_is_inf)

        err = torch.tensor(-1.0, device=total_norm.device, dtype=torch.float)
        total_norm = inf_or_nan * err + inf_or_nan.logical_not() * total_norm  #!
        total_norm = torch.where(inf_or_nan, err, total_norm)  #+
        return total_norm

    def unscale_and_clip_grads(self, grad_groups_flat, total_norm):
        combined_scale = self.loss_scale
        if self.clip_grad > 0.0:
            clip = ((total_norm / self.loss_scale) + 1e-6) / self.clip_grad
            combined_scale = torch.clamp(clip, min=1.0) * self.loss_scale
        for grad in grad_groups_flat:
            grad.data.mul_(1.0 / combined_scale)

    def step(self):
        group_norms = [self.get_grad_norm_direct([p.grad for p in group]) for group in self.bit16_groups]
        self.overflow = any(norm.item() == -1.0 for norm in group_norms)
        if not self.overflow:
            for group, flat in zip(self.bit16_groups, self.single_partition_of_fp32_groups):
                flat.grad = torch.cat([p.grad.float().flatten() for p in group])
            self._global_grad_norm = torch.stack(group_norms).norm()
            self.unscale_and_clip_grads([p.grad for p in self.single_partition_of_fp32_groups], self._global_grad_norm)
            self.optimizer.step()
            for group, flat in zip(self.bit16_groups, self.single_partition_of_fp32_groups):
                for p, chunk in zip(group, flat.detach().split([p.numel() for p in group])):
                    p.data.copy_(chunk.view_as(p))
        for p in (p for group in self.bit16_groups for p in group):
            p.grad = None
        self.loss_scaler.update_scale(self.overflow)
