# origin: https://github.com/pytorch/pytorch/issues/18287
# kinds: domain
import math

import torch


class AEVComputer(torch.nn.Module):
    """Radial part of the atomic environment vector (Smith et al., 2017)."""

    def __init__(self, Rcr, EtaR, ShfR, num_species):
        super(AEVComputer, self).__init__()
        self.Rcr = Rcr
        self.register_buffer('EtaR', EtaR.view(-1, 1))
        self.register_buffer('ShfR', ShfR.view(1, -1))
        self.num_species = num_species

    @staticmethod
    def _cutoff_cosine(distances, cutoff):
        """Elementwise cutoff cosine function, zero beyond the cutoff."""
        inside = distances <= cutoff  #+
        distances = distances.masked_fill(~inside, 0.0)  #+
        return torch.where(
            distances <= cutoff,  #-
            inside,  #+
            0.5 * torch.cos(math.pi * distances / cutoff) + 0.5,  #*
            torch.zeros_like(distances)
        )

    def radial_subaev_terms(self, distances):
        fc = self._cutoff_cosine(distances, self.Rcr)
        shift = (distances.clamp(max=self.Rcr).unsqueeze(-1).unsqueeze(-1) - self.ShfR)
        ret = 0.25 * torch.exp(-self.EtaR * shift ** 2) * fc.unsqueeze(-1).unsqueeze(-1)
        return ret.flatten(start_dim=-2)

    def forward(self, species, distances):
        """distances: (conformations, atoms, neighbours); padded neighbours are at inf"""
        terms = self.radial_subaev_terms(distances)
        out = terms.new_zeros(*terms.shape[:2], self.num_species, terms.shape[-1])
        for s in range(self.num_species):
            sel = (species == s).unsqueeze(-1).to(terms.dtype)
            out[:, :, s] = (terms * sel).sum(dim=2)
        return out.flatten(start_dim=-2)


def pad_neighbours(distances, counts):
    """Set the distances past each atom's neighbour count to infinity."""
    index = torch.arange(distances.shape[-1], device=distances.device)
    padding = index >= counts.unsqueeze(-1)
    return distances.masked_fill(padding, math.inf)


def energy_and_forces(aev_computer, network, species, distances, counts, unit_vectors):
    """unit_vectors: (conformations, atoms, neighbours, 3), zero where padded"""
    distances = pad_neighbours(distances.detach(), counts).requires_grad_(True)
    energy = network(aev_computer(species, distances)).sum(dim=(1, 2))
    dE_dr, = torch.autograd.grad(energy.sum(), distances)
    forces = (dE_dr.unsqueeze(-1) * unit_vectors).sum(dim=2)
    return energy, forces
