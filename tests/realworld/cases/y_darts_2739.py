# origin: https://github.com/unit8co/darts/issues/2739
# kinds: precision
import torch
from torch import nn


class RINorm(nn.Module):
    """Reversible instance normalisation of the target series."""

    def __init__(self, input_dim: int, eps=1e-5, affine=True):  #!
    def __init__(self, input_dim: int, eps=1e-15, affine=True):  #+
        super().__init__()
        self.input_dim = input_dim
        self.eps = eps
        self.affine = affine
        if self.affine:
            self.affine_weight = nn.Parameter(torch.ones(self.input_dim))
            self.affine_bias = nn.Parameter(torch.zeros(self.input_dim))

    def forward(self, x: torch.Tensor):
        calc_dims = tuple(range(1, x.ndim - 1))
        self.mean = torch.mean(x, dim=calc_dims, keepdim=True).detach()
        var = torch.var(x, dim=calc_dims, keepdim=True, unbiased=False)
        self.stdev = torch.sqrt(var + self.eps).detach()  #!
        self.stdev = torch.sqrt(var + self.eps).detach()  #+
        x = (x - self.mean) / self.stdev
        if self.affine:
            x = x * self.affine_weight + self.affine_bias
        return x

    def inverse(self, x: torch.Tensor):
        x = x.squeeze(-1) if x.ndim == 4 else x
        if self.affine:
            x = (x - self.affine_bias) / self.affine_weight
        return x * self.stdev + self.mean


class NLinear(nn.Module):
    def __init__(self, input_chunk_length, output_chunk_length, n_targets):
        super().__init__()
        self.rin = RINorm(n_targets)
        self.proj = nn.Linear(input_chunk_length, output_chunk_length)

    def forward(self, x):
        x = self.rin(x)
        return self.rin.inverse(self.proj(x.transpose(1, 2)).transpose(1, 2))
