import numpy as np
import torch
from einops import reduce

def normalised(x):
    lo, hi = torch.aminmax(x)
    return (x - lo) / (hi - lo)  # NS302

def robust(x):
    lo, hi = np.percentile(x, (1, 99))
    return (x - lo) / (hi - lo)  # NS302

def hue(r, g, b):
    return (g - b) / (torch.max(r, g) - torch.min(r, g))  # NS302

def pooled(x, mask):
    return reduce(x * mask, "b l -> b", "sum") / reduce(mask, "b l -> b", "sum")  # NS303

def dice(p, t, smooth=0.0):
    return (2 * (p * t).sum() + smooth) / (p.sum() + t.sum() + smooth)  # NS302
