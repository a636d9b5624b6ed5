# origin: https://github.com/pyg-team/pytorch_geometric/issues/61
# kinds: domain
import torch
from torch import nn


def scatter_add(src, index, dim_size):
    out = torch.zeros(dim_size, dtype=src.dtype, device=src.device)
    return out.index_add(0, index, src)


class GCNConv(nn.Module):
    """Graph convolution; edge_attr holds one learned or signed weight an edge."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, edge_index, edge_attr=None):
        row, col = edge_index
        if edge_attr is None:
            edge_attr = x.new_ones(row.numel())

        deg = scatter_add(edge_attr, row, x.size(0))
        deg_inv = deg.pow(-0.5)  #!
        deg_inv[deg_inv == float("inf")] = 0  #-
        connected = deg > 0  #+
        deg_inv = torch.where(connected, deg, torch.ones_like(deg)).pow(-0.5) * connected  #+

        lap = deg_inv[row] * edge_attr * deg_inv[col]
        support = x @ self.weight
        out = torch.zeros_like(support).index_add(0, row, lap.unsqueeze(-1) * support[col])
        return out + self.bias


class SignedNet(nn.Module):
    def __init__(self, in_channels, hidden, classes):
        super().__init__()
        self.edge_net = nn.Linear(1, 1)
        self.conv1 = GCNConv(in_channels, hidden)
        self.conv2 = GCNConv(hidden, classes)

    def forward(self, x, edge_index, edge_sign):
        w = self.edge_net(edge_sign.unsqueeze(-1)).squeeze(-1)
        x = torch.relu(self.conv1(x, edge_index, w))
        return torch.log_softmax(self.conv2(x, edge_index, w), dim=1)
