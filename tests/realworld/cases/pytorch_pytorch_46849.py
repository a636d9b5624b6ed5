# origin: https://github.com/pytorch/pytorch/issues/46849
# kinds: domain overflow
import torch


def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total_norm = torch.norm(torch.stack([torch.norm(g.detach(), 2) for g in grads]), 2)
    if not torch.isfinite(total_norm):  #+
        raise RuntimeError(f"the gradient norm is {total_norm}")  #+
    clip_coef = max_norm / (total_norm + 1e-6)  #*
    if clip_coef < 1:
        for g in grads:
            g.mul_(clip_coef)  #*
    return total_norm
