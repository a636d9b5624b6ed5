import torch


def clip_(params, max_norm):
    norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in params))
    scale = min(1.0, max_norm / norm)  # NS511
    for p in params:
        p.grad *= scale
