import torch


def rope(n, d):
    inv = 1.0 / 10000 ** (torch.arange(0, d, 2) / d)
    t = torch.arange(n, dtype=torch.bfloat16)  # NS211
    return torch.outer(t, inv.bfloat16()).cos()
