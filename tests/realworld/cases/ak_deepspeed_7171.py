# origin: https://github.com/deepspeedai/DeepSpeed/pull/7171
# kinds: domain
import torch
from torch import nn


def hop_distance(adj):
    """All-pairs shortest path lengths of a weighted graph (Floyd-Warshall)."""
    n = adj.shape[-1]
    dist = torch.where(adj > 0, adj, torch.full_like(adj, float("inf")))
    dist.fill_diagonal_(0.0)
    for k in range(n):
        via = dist[:, k, None] + dist[None, k, :]
        dist = torch.minimum(dist, via)
    return dist


def closeness(dist):
    """Reciprocal of the mean distance to the nodes that can be reached."""
    reach = torch.isfinite(dist)
    total = (reach * dist).sum(dim=1)  #!
    total = torch.where(reach, dist, torch.zeros_like(dist)).sum(dim=1)  #+
    others = (reach.sum(dim=1) - 1).to(dist.dtype)
    share = others / max(dist.shape[0] - 1, 1)
    return torch.where(total > 0, share * others / total.clamp_min(1e-9), torch.zeros_like(total))


class StructuralEncoding(nn.Module):
    """Adds degree and centrality to the node features of a molecule graph."""

    def __init__(self, in_dim, dim, max_degree=16):
        super().__init__()
        self.degree = nn.Embedding(max_degree + 1, dim)
        self.central = nn.Linear(1, dim)
        self.lift = nn.Linear(in_dim, dim)
        self.max_degree = max_degree

    def forward(self, x, adj):
        deg = adj.gt(0).sum(dim=1).clamp(max=self.max_degree)
        cent = closeness(hop_distance(adj)).unsqueeze(-1)
        return self.lift(x) + self.degree(deg) + self.central(cent)


class GraphRegressor(nn.Module):
    def __init__(self, in_dim, dim=64, depth=3):
        super().__init__()
        self.encode = StructuralEncoding(in_dim, dim)
        self.layers = nn.ModuleList(nn.Linear(2 * dim, dim) for _ in range(depth))
        self.head = nn.Linear(dim, 1)

    def forward(self, x, adj):
        h = self.encode(x, adj)
        norm = adj.gt(0).float().sum(1, keepdim=True).clamp_min(1.0)
        for layer in self.layers:
            msg = adj @ h / norm
            h = h + torch.relu(layer(torch.cat([h, msg], dim=-1)))
        return self.head(h.mean(0))
