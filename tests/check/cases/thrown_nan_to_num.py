import torch
import torch.nn as nn
import torch.nn.functional as F

def f(x, m):
    w = x / m.sum()
    torch.nan_to_num(w, nan=0.0)  # NS326
    return w
