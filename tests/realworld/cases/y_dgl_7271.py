# origin: https://github.com/dmlc/dgl/issues/7271
# kinds: domain
import torch
from torch import nn


class EGNNConv(nn.Module):
    """E(n)-equivariant layer on an edge list (src, dst)."""

    def __init__(self, in_size, hidden_size, out_size, edge_feat_size=0):
        super().__init__()
        act_fn = nn.SiLU()
        self.edge_feat_size = edge_feat_size
        self.edge_mlp = nn.Sequential(
            nn.Linear(in_size * 2 + edge_feat_size + 1, hidden_size),
            act_fn,
            nn.Linear(hidden_size, hidden_size),
            act_fn,
        )
        self.node_mlp = nn.Sequential(
            nn.Linear(in_size + hidden_size, hidden_size), act_fn, nn.Linear(hidden_size, out_size)
        )
        self.coord_mlp = nn.Sequential(
            nn.Linear(hidden_size, hidden_size), act_fn, nn.Linear(hidden_size, 1, bias=False)
        )

    def message(self, h, x, src, dst, edge_feat):
        x_diff = x[src] - x[dst]
        radial = x_diff.square().sum(dim=1, keepdim=True)
        x_diff = x_diff / (radial.sqrt() + 1e-30)  #!
        x_diff = x_diff / (radial + 1e-12).sqrt()  #+
        f = [h[src], h[dst], radial]
        if self.edge_feat_size > 0:
            f.append(edge_feat)
        msg_h = self.edge_mlp(torch.cat(f, dim=-1))
        msg_x = self.coord_mlp(msg_h) * x_diff
        return msg_h, msg_x

    def forward(self, edges, node_feat, coord_feat, edge_feat=None):
        src, dst = edges
        msg_h, msg_x = self.message(node_feat, coord_feat, src, dst, edge_feat)
        n = node_feat.shape[0]
        h_neigh = torch.zeros(n, msg_h.shape[1], device=msg_h.device).index_add(0, dst, msg_h)
        x_neigh = torch.zeros_like(coord_feat).index_add(0, dst, msg_x)
        degree = torch.bincount(dst, minlength=n).clamp(min=1).unsqueeze(1)
        h = self.node_mlp(torch.cat([node_feat, h_neigh], dim=-1))
        return h, coord_feat + x_neigh / degree
