# origin: https://github.com/rusty1s/pytorch_scatter/pull/369
# kinds: domain overflow
import torch
from torch import Tensor


def scatter_logsumexp(src: Tensor, index: Tensor, dim_size: int) -> Tensor:
    """Log-sum-exp of all entries of `src` that share an index."""
    if not torch.is_floating_point(src):
        raise ValueError("scatter_logsumexp needs a floating point tensor")

    max_per_index = torch.full((dim_size,), float("-inf"), dtype=src.dtype, device=src.device)
    max_per_index = max_per_index.scatter_reduce(0, index, src.detach(), reduce="amax")
    max_per_src = max_per_index.gather(0, index)

    recentered = src - max_per_src  #!
    offset = torch.where(torch.isfinite(max_per_src), max_per_src, torch.zeros_like(max_per_src))  #+
    recentered = src - offset  #+

    sums = torch.zeros_like(max_per_index).scatter_add(0, index, recentered.exp())
    return torch.log(sums + torch.finfo(src.dtype).tiny) + max_per_index


class EdgeMarginal(torch.nn.Module):
    def __init__(self, in_channels: int):
        super().__init__()
        self.score = torch.nn.Linear(in_channels, 1)

    def forward(self, edge_attr: Tensor, edge_index: Tensor, num_nodes: int, allowed: Tensor) -> Tensor:
        energy = self.score(edge_attr).squeeze(-1)
        energy = energy.masked_fill(~allowed, float("-inf"))
        return scatter_logsumexp(energy, edge_index[1], num_nodes)
