import torch


def norm(a, mask=None):
    a = a.half()
    return a / self.scale - (1 - mask) * 1e12  # NS112
