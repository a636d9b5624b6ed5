import torch
import torch.nn as nn
import torch.nn.functional as F

def att(scores, mask):
    w = torch.exp(scores) * mask  # NS104
    return w / (w.sum(-1, keepdim=True) + 1e-9)
