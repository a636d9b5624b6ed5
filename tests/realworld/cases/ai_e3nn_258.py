# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
from typing import Callable, List, Tuple

import torch
from torch import nn


class Norm(nn.Module):
    r"""Norm of each irrep in a direct sum of irreps.

    Parameters
    ----------
    irreps : list of (mul, l)
        for instance ``[(16, 0), (8, 1)]`` for ``16x0e + 8x1o``
    """

    def __init__(self, irreps: List[Tuple[int, int]]):
        super().__init__()
        self.irreps = irreps
        self.dim = sum(mul * (2 * l + 1) for mul, l in irreps)
        self.num_irreps = sum(mul for mul, _ in irreps)

    def forward(self, features, epsilon: float = 1e-5):
        out = []
        i = 0
        for mul, l in self.irreps:
            d = 2 * l + 1
            block = features[..., i:i + mul * d].reshape(features.shape[:-1] + (mul, d))
            squared = block.pow(2).sum(-1)
            out.append(squared.sqrt())  #!
            out.append(squared.clamp(min=epsilon ** 2).sqrt())  #+
            i += mul * d
        return torch.cat(out, dim=-1)


class NormActivation(nn.Module):
    """Apply a scalar nonlinearity to the norm of each irrep, keeping the direction."""

    def __init__(
        self,
        irreps_in: List[Tuple[int, int]],
        scalar_nonlinearity: Callable,
        normalize: bool = True,
        epsilon: float = 1e-5,
        bias: bool = False,
    ):
        super().__init__()
        self.irreps_in = irreps_in
        self.norm = Norm(irreps_in)
        self.scalar_nonlinearity = scalar_nonlinearity
        self.normalize = normalize
        self.epsilon = epsilon
        self.biases = nn.Parameter(torch.zeros(self.norm.num_irreps)) if bias else None
        reps = torch.cat([torch.full((mul,), 2 * l + 1) for mul, l in irreps_in])
        self.register_buffer("reps", reps)

    def forward(self, features):
        norms = self.norm(features, self.epsilon)
        arg = norms if self.biases is None else norms + self.biases
        scalings = self.scalar_nonlinearity(arg)
        if self.normalize:
            scalings = scalings / (norms + self.epsilon)
        scalings = torch.repeat_interleave(scalings, self.reps, dim=-1)
        return scalings * features


def build_block(lmax: int = 2, mul: int = 8) -> nn.Module:
    return NormActivation([(mul, l) for l in range(lmax + 1)], torch.sigmoid)
