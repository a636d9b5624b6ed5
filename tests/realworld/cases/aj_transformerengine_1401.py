# origin: https://github.com/NVIDIA/TransformerEngine/pull/1401
# kinds: cancellation precision
import torch
from torch import nn


class JukesCantor:
    """Substitution model that turns observed mismatch rates into branch lengths."""

    states = 4

    def __init__(self, max_rate=0.74):
        self.b = (self.states - 1) / self.states
        self.max_rate = max_rate

    def distance(self, mismatch):
        frac = mismatch.clamp(max=self.max_rate) / self.b
        return -self.b * torch.log(1.0 - frac)  #!
        return -self.b * torch.log1p(-frac)  #+

    def mismatch(self, length):
        return -self.b * torch.expm1(-length / self.b)


class BranchLengths(nn.Module):
    """Least squares branch lengths for a fixed tree topology."""

    def __init__(self, path_matrix):
        super().__init__()
        self.register_buffer("paths", path_matrix)
        self.raw = nn.Parameter(torch.full((path_matrix.shape[1],), -12.0))

    @property
    def lengths(self):
        return nn.functional.softplus(self.raw)

    def forward(self):
        return self.paths @ self.lengths


def observed_mismatch(counts, sites):
    """Outbreak genomes: a handful of differences among tens of millions of sites."""
    return counts.to(torch.float32) / float(sites)


def fit_branches(counts, sites, path_matrix, iters=500, lr=0.05):
    target = JukesCantor().distance(observed_mismatch(counts, sites))
    model = BranchLengths(path_matrix)
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    scale = target.mean().clamp(min=1e-12)
    for _ in range(iters):
        opt.zero_grad()
        loss = ((model() - target) / scale).square().mean()
        loss.backward()
        opt.step()
    return model.lengths.detach(), loss.item()
