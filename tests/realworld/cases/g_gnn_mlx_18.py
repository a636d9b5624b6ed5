# origin: https://github.com/pyg-team/pytorch_geometric/issues/61
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


class GCNConv(nn.Module):
    def __init__(self, in_channels, out_channels, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        nn.init.xavier_uniform_(self.weight)

    @staticmethod
    def norm(edge_index, num_nodes, edge_weight=None):
        if edge_weight is None:
            edge_weight = torch.ones(edge_index.size(1), device=edge_index.device)
        row, col = edge_index
        deg = torch.zeros(num_nodes, device=edge_index.device)
        deg.scatter_add_(0, row, edge_weight)
        deg_inv_sqrt = deg.pow(-0.5)  #!
        deg_inv_sqrt = deg.clamp(min=1.0).pow(-0.5)  #+
        return deg_inv_sqrt[row] * edge_weight * deg_inv_sqrt[col]

    def forward(self, x, edge_index, edge_weight=None):
        x = x @ self.weight
        norm = self.norm(edge_index, x.size(0), edge_weight)
        row, col = edge_index
        out = torch.zeros_like(x).index_add_(0, row, norm.unsqueeze(-1) * x[col])
        return out if self.bias is None else out + self.bias


class Net(nn.Module):
    def __init__(self, n_features, n_classes):
        super().__init__()
        self.conv1, self.conv2 = GCNConv(n_features, 16), GCNConv(16, n_classes)

    def forward(self, data):
        x = F.relu(self.conv1(data.x, data.edge_index))
        return F.log_softmax(self.conv2(x, data.edge_index), dim=1)
