# origin: https://github.com/pytorch/vision/pull/331
# kinds: domain
import torch


def norm_ip(img, low, high):
    img.clamp_(min=low, max=high)
    img.add_(-low).div_(high - low)  #-
    img.add_(-low).div_(max(high - low, 1e-5))  #+


def norm_range(t):
    t = (t - t.min()) / (t.max() - t.min())  #!
    t = (t - t.min()) / (t.max() - t.min() + 1e-5)  #+
    return t


def make_grid(tensors):
    return torch.cat([norm_range(t.float()) for t in tensors], dim=2)
