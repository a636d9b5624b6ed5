import torch


def f(x, scale):
    h = x.half() * scale
    return h**2  # NS111
