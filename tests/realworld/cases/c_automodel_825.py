# origin: https://github.com/NVIDIA-NeMo/Automodel/pull/825
# kinds: precision overflow underflow loss-scale
import torch
import torch.distributed as dist


def clip_grad_norm(parameters, max_norm, pp_mesh=None):
    grads = [p.grad.to(torch.float16) for p in parameters if p.grad is not None]  #!
    grads = [p.grad.float() for p in parameters if p.grad is not None]  #+
    total_norm = torch.sqrt(sum(torch.sum(g * g) for g in grads))  #*
    if pp_mesh is not None:
        total_norm = total_norm**2
        dist.all_reduce(total_norm, group=pp_mesh.get_group())
        total_norm = total_norm**0.5
    clip_coef = max_norm / (total_norm + 1e-6)
    for g in grads:
        g.mul_(clip_coef.clamp(max=1.0))
    return total_norm
