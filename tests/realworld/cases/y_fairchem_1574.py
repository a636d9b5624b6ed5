# origin: https://github.com/facebookresearch/fairchem/pull/1574
# kinds: domain
import torch
from torch import nn


def init_edge_polar_angle(edge_distance_vec):
    """Angle by which every edge has to be turned to lie on the y axis."""
    xyz = torch.nn.functional.normalize(edge_distance_vec).clamp(-1.0, 1.0)
    x, y, z = torch.split(xyz, 1, dim=1)
    beta = torch.acos(y)  #!
    rho = torch.sqrt(x.square() + z.square() + 1e-12)  #+
    beta = torch.atan2(rho, y)  #+
    return -beta


class EdgeFrameModel(nn.Module):
    """Conservative energy model with features in the frames of the edges."""

    def __init__(self, channels=32):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(4, channels), nn.SiLU(), nn.Linear(channels, 1))

    def forward(self, pos, edge_index):
        pos = pos.requires_grad_(True)
        src, dst = edge_index
        vec = pos[src] - pos[dst]
        dist = vec.norm(dim=1, keepdim=True)
        beta = init_edge_polar_angle(vec)
        feats = torch.cat([dist, beta, beta.sin(), beta.cos()], dim=1)
        energy = self.mlp(feats).sum()
        forces = -torch.autograd.grad(energy, pos, create_graph=self.training)[0]
        return energy, forces
