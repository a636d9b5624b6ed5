# origin: https://github.com/pytorch/pytorch/issues/31829
# kinds: domain
"""Differentiable pair-HMM for soft alignment of protein sequences."""
import torch
from torch import nn

NEG = float("-inf")  #-
NEG = -1e30  #+


def log_add(a, b):
    hi = torch.maximum(a, b)
    return hi + torch.log1p(torch.exp(-torch.abs(a - b)))  #*


def log_add3(a, b, c):
    return log_add(log_add(a, b), c)


class SoftAligner(nn.Module):
    def __init__(self, n_symbols=21, dim=32):
        super().__init__()
        self.embed = nn.Embedding(n_symbols, dim)
        self.scale = dim ** -0.5
        self.gap_open = nn.Parameter(torch.tensor(-3.0))
        self.gap_extend = nn.Parameter(torch.tensor(-0.5))

    def substitution(self, x, y):
        return self.embed(x) @ self.embed(y).t() * self.scale

    def forward(self, x, y):
        s = self.substitution(x, y)
        n, m = s.shape
        never = s.new_full((), NEG)
        match = [[never] * (m + 1) for _ in range(n + 1)]
        gap_x = [[never] * (m + 1) for _ in range(n + 1)]
        gap_y = [[never] * (m + 1) for _ in range(n + 1)]
        match[0][0] = s.new_zeros(())
        for i in range(n + 1):
            for j in range(m + 1):
                if i and j:
                    prev = log_add3(match[i - 1][j - 1], gap_x[i - 1][j - 1], gap_y[i - 1][j - 1])
                    match[i][j] = prev + s[i - 1, j - 1]
                if i:
                    gap_x[i][j] = log_add(
                        match[i - 1][j] + self.gap_open, gap_x[i - 1][j] + self.gap_extend
                    )
                if j:
                    gap_y[i][j] = log_add(
                        match[i][j - 1] + self.gap_open, gap_y[i][j - 1] + self.gap_extend
                    )
        return log_add3(match[n][m], gap_x[n][m], gap_y[n][m])


def contrastive_alignment_loss(model, anchor, homolog, decoy, margin=2.0):
    pos = model(anchor, homolog)
    neg = model(anchor, decoy)
    return torch.relu(margin - pos + neg)
