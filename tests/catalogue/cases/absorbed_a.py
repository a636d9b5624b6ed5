# origin: epsilon absorbed by the format
# kinds: NS223
import torch


def nll(p, y, eps=1e-8):
    return -(y * torch.log(p + eps) + (1 - y) * torch.log(1 + eps - p)).mean()  #!
    return -(y * torch.log(p + eps) + (1 - y) * torch.log(1 - p + eps)).mean()  #+
