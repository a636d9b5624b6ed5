import torch, torch.nn as nn


class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.w = nn.Parameter(torch.ones(d))
        self.eps = eps

    def forward(self, x):
        v = x.pow(2).mean(-1, keepdim=True)  # NS111
        return x * torch.rsqrt(v + self.eps) * self.w


def build():
    return RMSNorm(64).to(torch.float16)
