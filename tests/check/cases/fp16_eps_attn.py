import torch
import torch.nn as nn
import torch.nn.functional as F

class A(nn.Module):
    def forward(self, q, k, v):
        z = 1.0 / (torch.einsum('bnd,bd->bn', q, k.sum(1)) + 1e-6)  # NS203
        return z
def train(m, x):
    with torch.cuda.amp.autocast():
        return m(x, x, x)
