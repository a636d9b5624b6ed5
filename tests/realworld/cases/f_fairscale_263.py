# origin: https://github.com/facebookresearch/fairscale/pull/263
# kinds: overflow
from typing import Any, Dict, List, Optional

import torch
import torch.distributed as dist
from torch.optim import Optimizer


class OSS(Optimizer):
    """Wraps an optimizer and shards its state over the ranks."""

    def __init__(self, params, optim=torch.optim.SGD, group: Optional[Any] = None, **default: Any):
        self.model = default.pop("model").half()
        self.group = group if group is not None else dist.group.WORLD
        self.rank = dist.get_rank(self.group)
        super().__init__(params, default)
        self.optim = optim(self.partition_parameters()[self.rank], **default)

    def partition_parameters(self) -> List[List[Dict[str, Any]]]:
        buckets = [[] for _ in range(dist.get_world_size(self.group))]
        for i, group in enumerate(self.param_groups):
            buckets[i % len(buckets)].append(group)
        return buckets

    def clip_grad_norm(self, max_norm):
        local_params = [p for g in self.optim.param_groups for p in g["params"] if p.grad is not None]
        local_norms = []
        for p in local_params:
            grad = p.grad.half()
            grad = grad.to(torch.float32)  #+
            local_norms.append(torch.sum(grad**2))  #*
        total_norm = torch.stack(local_norms).sum()
        dist.all_reduce(total_norm, group=self.group)
        total_norm = total_norm**0.5
        clip_coef = max_norm / (total_norm + 1e-6)
        if clip_coef < 1:
            for p in local_params:
                p.grad.detach().mul_(clip_coef.to(p.grad.device))
        return total_norm
