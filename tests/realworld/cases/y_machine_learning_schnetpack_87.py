# origin: https://github.com/atomistic-machine-learning/schnetpack/pull/87
# kinds: domain
import torch
from torch import nn


class HyperbolicCutoff(nn.Module):
    def __init__(self, cutoff=6.0):
        super().__init__()
        self.cutoff = cutoff

    def forward(self, d):
        return 0.5 * (torch.cos(d * torch.pi / self.cutoff) + 1.0) * (d < self.cutoff).float()


class AngularDistribution(nn.Module):
    """Angular symmetry functions of atom triples; small molecules are padded with zero distances."""

    def __init__(self, max_zeta=1, n_radial=8, cutoff=6.0):
        super().__init__()
        self.register_buffer("etas", torch.logspace(-2, 0, n_radial))
        self.zetas = [2**z for z in range(max_zeta + 1)]
        self.cutoff = HyperbolicCutoff(cutoff)

    def forward(self, r_ij, r_ik, r_jk, triple_masks=None):
        if triple_masks is not None:  #+
            present = triple_masks.bool()  #+
            r_ij = torch.where(present, r_ij, torch.ones_like(r_ij))  #+
            r_ik = torch.where(present, r_ik, torch.ones_like(r_ik))  #+
        cos_theta = (r_ij.pow(2) + r_ik.pow(2) - r_jk.pow(2)) / (2.0 * r_ij * r_ik)  #!
        cos_theta = (r_ij.pow(2) + r_ik.pow(2) - r_jk.pow(2)) / (2.0 * r_ij * r_ik)  #+
        angular = torch.stack([2 ** (1 - z) * (1.0 + cos_theta).pow(z) for z in self.zetas], -1)

        distances = r_ij.pow(2) + r_ik.pow(2) + r_jk.pow(2)
        radial = torch.exp(-self.etas * distances.unsqueeze(-1))
        damping = self.cutoff(r_ij) * self.cutoff(r_ik) * self.cutoff(r_jk)
        total = radial.unsqueeze(-1) * angular.unsqueeze(-2) * damping[..., None, None]
        if triple_masks is not None:
            total = total * triple_masks.float()[..., None, None]  #*
        return total.sum(dim=2).flatten(-2)


def forces(positions, triples_of, net, descriptor):
    positions = positions.requires_grad_(True)
    r_ij, r_ik, r_jk, mask = triples_of(positions)
    energy = net(descriptor(r_ij, r_ik, r_jk, mask)).sum()
    return -torch.autograd.grad(energy, positions, create_graph=True)[0]
