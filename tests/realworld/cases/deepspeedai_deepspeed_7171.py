# origin: https://github.com/deepspeedai/DeepSpeed/pull/7171
# kinds: domain
import torch
import torch.distributed as dist


class ZeroOptimizer:
    def scaled_global_norm(self, norm_groups, device):
        total_norm = torch.stack(norm_groups).square().sum().clamp(min=1e-30).sqrt()
        dist.all_reduce(total_norm, op=dist.ReduceOp.MAX)
        inf_or_nan = total_norm.isinf().logical_or(total_norm.isnan())
        err = torch.tensor(-1.0, device=device, dtype=torch.float)
        total_norm = inf_or_nan * err + inf_or_nan.logical_not() * total_norm  #!
        total_norm = torch.where(inf_or_nan, err, total_norm)  #+
        return total_norm
