# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
from typing import Callable, List, Optional, Tuple

import torch


class Norm(torch.nn.Module):
    r"""Norm of each irrep in a direct sum of irreps.

    Parameters
    ----------
    irreps_in : list of ``(mul, l)``
    """
    irreps_in: List[Tuple[int, int]]

    def __init__(self, irreps_in: List[Tuple[int, int]], epsilon: Optional[float] = None) -> None:
        super().__init__()
        self.irreps_in = list(irreps_in)
        self.epsilon = epsilon

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        out = []
        start = 0
        for mul, ell in self.irreps_in:
            dim = 2 * ell + 1
            block = features[..., start:start + mul * dim]
            block = block.reshape(block.shape[:-1] + (mul, dim))
            squared = block.square().sum(dim=-1)
            if self.epsilon is not None:  #+
                squared = squared.clamp(min=self.epsilon ** 2)  #+
            out.append(squared.sqrt())  #!
            out.append(squared.sqrt() if self.epsilon is not None else torch.linalg.vector_norm(block, dim=-1))  #+
            start += mul * dim
        return torch.cat(out, dim=-1)


class NormActivation(torch.nn.Module):
    r"""Norm-based activation function: scales each irrep by a nonlinearity of its norm."""

    def __init__(
        self,
        irreps_in: List[Tuple[int, int]],
        scalar_nonlinearity: Callable[[torch.Tensor], torch.Tensor],
        normalize: bool = True,
        epsilon: float = 1e-8,
        bias: bool = False,
    ) -> None:
        super().__init__()
        self.irreps_in = list(irreps_in)
        self.norm = Norm(irreps_in)  #-
        self.norm = Norm(irreps_in, epsilon=epsilon)  #+
        self.scalar_nonlinearity = scalar_nonlinearity
        self.normalize = normalize
        self._eps = epsilon
        num = sum(mul for mul, _ in irreps_in)
        self.biases = torch.nn.Parameter(torch.zeros(num)) if bias else None
        repeats = [2 * ell + 1 for mul, ell in irreps_in for _ in range(mul)]
        self.register_buffer("repeats", torch.tensor(repeats))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        norms = self.norm(features)
        nonlin_arg = norms
        if self.biases is not None:
            nonlin_arg = nonlin_arg + self.biases
        scalings = self.scalar_nonlinearity(nonlin_arg)
        if self.normalize:
            scalings = scalings / (norms + self._eps)  #-
            scalings = scalings / norms  #+
        return features * torch.repeat_interleave(scalings, self.repeats, dim=-1)
