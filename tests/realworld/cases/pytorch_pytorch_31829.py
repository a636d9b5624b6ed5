# origin: https://github.com/pytorch/pytorch/issues/31829
# kinds: domain
import torch


def log_matmul(a, b):
    """Product of two matrices in the log semiring; absent edges are -inf."""
    summed = a.unsqueeze(-1) + b.unsqueeze(-3)
    top = summed.amax(dim=-2, keepdim=True)
    top = torch.where(torch.isfinite(top), top, torch.zeros_like(top))  #+
    return torch.log(torch.exp(summed - top).sum(-2) + 1e-30) + top.squeeze(-2)  #*


def partition(potentials, allowed):
    chart = torch.where(allowed, potentials, torch.full_like(potentials, float("-inf")))
    total = chart[0]
    for step in chart[1:]:
        total = log_matmul(total, step)
    return total.sum()
