# origin: https://github.com/pytorch/pytorch/issues/18287
# kinds: domain
import math
import torch
from torch import Tensor


def cutoff_cosine(distances: Tensor, cutoff: float) -> Tensor:
    inside = distances < cutoff
    values = 0.5 * torch.cos(distances * (math.pi / cutoff)) + 0.5  #!
    safe = torch.where(inside, distances, torch.full_like(distances, cutoff))  #+
    values = 0.5 * torch.cos(safe * (math.pi / cutoff)) + 0.5  #+
    return torch.where(inside, values, torch.zeros_like(distances))


def radial_terms(Rcr: float, EtaR: Tensor, ShfR: Tensor, distances: Tensor) -> Tensor:
    """Compute the radial subAEV terms of the center atom given neighbors"""
    fc = cutoff_cosine(distances, Rcr).unsqueeze(-1)
    within = (distances < Rcr).unsqueeze(-1)
    r = torch.where(within, distances.unsqueeze(-1), torch.zeros_like(fc))
    ret = 0.25 * torch.exp(-EtaR * (r - ShfR) ** 2) * fc
    return ret.flatten(start_dim=3)


def pair_distances(species: Tensor, coordinates: Tensor) -> Tensor:
    """Distances between all atoms; pairs which do not exist are infinitely far apart."""
    delta = coordinates.unsqueeze(1) - coordinates.unsqueeze(2)
    distances = torch.linalg.vector_norm(delta, dim=-1)
    padding = species < 0
    absent = padding.unsqueeze(1) | padding.unsqueeze(2)
    absent = absent | torch.eye(species.shape[1], dtype=torch.bool, device=species.device)
    far = torch.zeros_like(distances).masked_fill(absent, math.inf)
    return distances + far


class AEVComputer(torch.nn.Module):
    def __init__(self, Rcr: float, EtaR: float, ShfR: Tensor, num_species: int):
        super().__init__()
        self.Rcr = Rcr
        self.register_buffer('EtaR', torch.tensor(EtaR))
        self.register_buffer('ShfR', ShfR)
        self.num_species = num_species

    def forward(self, species: Tensor, coordinates: Tensor) -> Tensor:
        distances = pair_distances(species, coordinates)
        terms = radial_terms(self.Rcr, self.EtaR, self.ShfR, distances)
        onehot = torch.nn.functional.one_hot(species.clamp(min=0), self.num_species)
        aev = torch.einsum('bijr,bjs->bisr', terms, onehot.to(terms.dtype))
        return aev.flatten(start_dim=2)


def energy_and_forces(aev_computer, network, species, coordinates):
    coordinates = coordinates.detach().requires_grad_(True)
    aev = aev_computer(species, coordinates)
    atomic = network(aev).squeeze(-1).masked_fill(species < 0, 0.0)
    energy = atomic.sum(dim=1)
    forces = -torch.autograd.grad(energy.sum(), coordinates)[0]
    return energy, forces
