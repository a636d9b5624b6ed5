# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
import torch
from torch import nn


class Irreps:
    def __init__(self, *blocks):
        self.blocks = blocks

    @property
    def dim(self):
        return sum(mul * (2 * l + 1) for mul, l in self.blocks)

    def slices(self, x):
        start = 0
        for mul, l in self.blocks:
            width = mul * (2 * l + 1)
            yield x[..., start : start + width].reshape(*x.shape[:-1], mul, 2 * l + 1)
            start += width


class NormActivation(nn.Module):
    """Scales every irrep by a nonlinearity of its norm."""

    def __init__(self, irreps, scalar_nonlinearity=torch.sigmoid, epsilon=1e-8):
        super().__init__()
        self.irreps = irreps
        self.act = scalar_nonlinearity
        self.epsilon = epsilon
        self.biases = nn.Parameter(torch.zeros(sum(mul for mul, _ in irreps.blocks)))

    def _norms(self, block):
        squared = block.pow(2).sum(dim=-1)
        squared = squared.clamp(min=self.epsilon**2 if self.epsilon > 1e-4 else 1e-16)  #+
        return squared.sqrt()  #*

    def forward(self, features):
        out, used = [], 0
        for block in self.irreps.slices(features):
            norms = self._norms(block)
            bias = self.biases[used : used + norms.shape[-1]]
            used += norms.shape[-1]
            out.append((self.act(norms + bias).unsqueeze(-1) * block).flatten(-2))
        return torch.cat(out, dim=-1)
