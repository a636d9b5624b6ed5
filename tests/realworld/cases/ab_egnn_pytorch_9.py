# origin: https://github.com/lucidrains/egnn-pytorch/issues/9
# kinds: explosion overflow
import torch
from torch import nn, einsum


class Swish(nn.Module):
    def forward(self, x):
        return x * x.sigmoid()


class CoorsNorm(nn.Module):  #+
    def __init__(self, eps=1e-8, scale_init=1e-2):  #+
        super().__init__()  #+
        self.eps = eps  #+
        self.scale = nn.Parameter(torch.zeros(1).fill_(scale_init))  #+

    def forward(self, coors):  #+
        norm = (coors ** 2).sum(dim=-1, keepdim=True).clamp(min=self.eps).sqrt()  #+
        return coors / norm * self.scale  #+


class EGNN(nn.Module):
    def __init__(self, dim, edge_dim=0, m_dim=16):
        super().__init__()
        edge_input_dim = (dim * 2) + edge_dim + 1

        self.edge_mlp = nn.Sequential(
            nn.Linear(edge_input_dim, edge_input_dim * 2),
            Swish(),
            nn.Linear(edge_input_dim * 2, m_dim),
            Swish()
        )
        self.coors_mlp = nn.Sequential(
            nn.Linear(m_dim, m_dim * 4),
            Swish(),
            nn.Linear(m_dim * 4, 1)
        )
        self.node_mlp = nn.Sequential(
            nn.Linear(dim + m_dim, dim * 2),
            Swish(),
            nn.Linear(dim * 2, dim),
        )
        self.coors_norm = CoorsNorm()  #+
        self.node_norm = nn.LayerNorm(dim)  #+
        self.apply(self.init_)  #+

    def init_(self, module):  #+
        if type(module) in {nn.Linear}:  #+
            nn.init.normal_(module.weight, std=1e-3)  #+

    def forward(self, feats, coors):
        b, n, d = feats.shape
        rel_coors = coors[:, :, None, :] - coors[:, None, :, :]
        rel_dist = (rel_coors ** 2).sum(dim=-1, keepdim=True)  #!
        rel_dist = (rel_coors ** 2).sum(dim=-1, keepdim=True).clamp(max=1e4)  #+

        feats_j = feats[:, None, :, :].expand(b, n, n, d)
        feats_i = feats[:, :, None, :].expand(b, n, n, d)
        edge_input = torch.cat((feats_i, feats_j, rel_dist), dim=-1)

        m_ij = self.edge_mlp(edge_input)

        coor_weights = self.coors_mlp(m_ij).squeeze(-1)
        coor_weights = coor_weights.clamp(min=-2., max=2.)  #+
        rel_coors = self.coors_norm(rel_coors)  #+
        coors_out = einsum('b i j, b i j c -> b i c', coor_weights, rel_coors) + coors  #*

        m_i = m_ij.sum(dim=-2)
        node_mlp_input = torch.cat((feats, m_i), dim=-1)
        node_mlp_input = torch.cat((self.node_norm(feats), m_i), dim=-1)  #+
        node_out = self.node_mlp(node_mlp_input) + feats
        return node_out, coors_out


class ResEGNN(nn.Module):
    def __init__(self, depth=8, dims_in=1):
        super().__init__()
        self.layers = nn.ModuleList([EGNN(dim=dims_in) for i in range(depth)])

    def forward(self, geom, feat):
        for layer in self.layers:
            feat, geom = layer(feat, geom)
        return geom
