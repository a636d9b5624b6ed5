# origin: https://github.com/deepspeedai/DeepSpeed/issues/771
# kinds: domain
import math


class WarmupLR:
    """Raises the rate from a minimum to a maximum over the first steps, by their logarithm."""

    def __init__(self, optimizer, warmup_min_lr=0.0, warmup_max_lr=0.001, warmup_num_steps=1000, last_batch_iteration=-1):
        self.optimizer = optimizer
        self.min_lrs = self._format_param(optimizer, warmup_min_lr, "min_lr")
        self.max_lrs = self._format_param(optimizer, warmup_max_lr, "max_lr")
        self.delta_lrs = [big - small for big, small in zip(self.max_lrs, self.min_lrs)]
        self.warmup_num_steps = warmup_num_steps  #-
        self.warmup_num_steps = max(2, warmup_num_steps)  #+
        self.inverse_log_warm_up = 1.0 / math.log(self.warmup_num_steps)  #*
        self.last_batch_iteration = last_batch_iteration

    def get_lr(self):
        if self.last_batch_iteration < 0:
            return [0.0]
        gamma = self._get_gamma()
        return [min_lr + (delta_lr * gamma) for min_lr, delta_lr in zip(self.min_lrs, self.delta_lrs)]

    def step(self, last_batch_iteration=None):
        if last_batch_iteration is None:
            last_batch_iteration = self.last_batch_iteration + 1
        self.last_batch_iteration = last_batch_iteration
        for param_group, lr in zip(self.optimizer.param_groups, self.get_lr()):
            param_group["lr"] = lr

    def _get_gamma(self):
        if self.last_batch_iteration < self.warmup_num_steps:
            return self.inverse_log_warm_up * math.log(self.last_batch_iteration + 1)
        return 1.0

    def _format_param(self, optimizer, param_value, param_name):
        if isinstance(param_value, (list, tuple)):
            if len(param_value) != len(optimizer.param_groups):
                raise ValueError(f"expected {len(optimizer.param_groups)} values for {param_name}")
            return list(param_value)
        return [param_value] * len(optimizer.param_groups)
