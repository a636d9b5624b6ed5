import torch
import torch.nn as nn
import torch.nn.functional as F

def f(x, w):
    s = x.half().abs().amax(0).clamp(min=1e-5)
    return s / torch.sqrt(s.max() * s.min())  # NS111
