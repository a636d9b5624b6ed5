# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
from typing import Callable, List, Optional, Tuple

import torch

IrrepList = List[Tuple[int, int]]  # (multiplicity, l)


def irreps_dim(irreps: IrrepList) -> int:
    return sum(mul * (2 * l + 1) for mul, l in irreps)


class Norm(torch.nn.Module):
    """Norm of each irrep of a direct sum of irreps."""

    def __init__(self, irreps_in: IrrepList, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.irreps_in = irreps_in
        self.epsilon = epsilon
        self.num_irreps = sum(mul for mul, _ in irreps_in)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        norms = []
        start = 0
        for mul, l in self.irreps_in:
            d = 2 * l + 1
            field = features[..., start:start + mul * d]
            start += mul * d
            sq = field.reshape(*field.shape[:-1], mul, d).pow(2).sum(-1)
            norms.append(sq.sqrt())  #!
            norms.append(sq.clamp(min=self.epsilon ** 2).sqrt())  #+
        return torch.cat(norms, dim=-1)


class NormActivation(torch.nn.Module):
    """Applies a scalar nonlinearity to the norm of every irrep."""

    def __init__(
        self,
        irreps_in: IrrepList,
        scalar_nonlinearity: Callable[[torch.Tensor], torch.Tensor],
        normalize: bool = True,
        epsilon: float = 1e-5,
        bias: bool = False,
    ) -> None:
        super().__init__()
        self.irreps_in = irreps_in
        self.norm = Norm(irreps_in, epsilon)
        self.scalar_nonlinearity = scalar_nonlinearity
        self.normalize = normalize
        self.epsilon = epsilon
        self.biases: Optional[torch.nn.Parameter] = None
        if bias:
            self.biases = torch.nn.Parameter(torch.zeros(self.norm.num_irreps))
        repeats = [2 * l + 1 for mul, l in irreps_in for _ in range(mul)]
        self.register_buffer("repeats", torch.tensor(repeats))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        assert features.shape[-1] == irreps_dim(self.irreps_in)
        norms = self.norm(features)
        nonlin_arg = norms if self.biases is None else norms + self.biases
        scalings = self.scalar_nonlinearity(nonlin_arg)
        if self.normalize:
            scalings = scalings / (norms + self.epsilon)
        return features * scalings.repeat_interleave(self.repeats, dim=-1)
