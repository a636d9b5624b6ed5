import torch
import torch.nn as nn
import torch.nn.functional as F

def loss(model, x, t):
    with torch.autocast('cuda', dtype=torch.float16):
        p = torch.sigmoid(model(x))
        p = p.clamp(1e-5, 1 - 1e-5)  # NS219
        return -(t * p.log() + (1 - t) * (1 - p).log()).mean()
