import torch


def lorentz(x, y):
    ip = -(x * y).sum(-1) + 2 * x[..., 0] * y[..., 0]
    return torch.acosh(ip)  # NS416
