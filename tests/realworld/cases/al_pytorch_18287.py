# origin: https://github.com/pytorch/pytorch/issues/18287
# kinds: domain
import math
from typing import Tuple

import torch
from torch import Tensor


def cutoff_cosine(distances: Tensor, cutoff: float) -> Tensor:
    inside = distances <= cutoff
    distances = torch.where(inside, distances, torch.zeros_like(distances))  #+
    fc = 0.5 * torch.cos(distances * (math.pi / cutoff)) + 0.5  #!
    fc = 0.5 * torch.cos(distances * (math.pi / cutoff)) + 0.5  #+
    return torch.where(inside, fc, torch.zeros_like(fc))


class NeighborTable:
    """Distances to the k nearest neighbors; missing neighbors are infinitely far away."""

    def __init__(self, k: int):
        self.k = k

    def __call__(self, coordinates: Tensor, species: Tensor) -> Tuple[Tensor, Tensor]:
        n = coordinates.shape[0]
        table = coordinates.new_full((n, self.k), math.inf)
        neighbor_species = species.new_zeros((n, self.k))
        with torch.no_grad():
            full = torch.cdist(coordinates, coordinates)
            full.fill_diagonal_(math.inf)
            m = min(self.k, n)
            values, index = full.topk(m, dim=1, largest=False)
            table[:, :m] = values
            neighbor_species[:, :m] = species[index]
        return table, neighbor_species


class CoordinationEnergy(torch.nn.Module):
    def __init__(self, num_species: int, cutoff: float = 5.2, hidden: int = 32):
        super().__init__()
        self.cutoff = cutoff
        self.pair_weight = torch.nn.Parameter(torch.rand(num_species, num_species))
        self.net = torch.nn.Sequential(
            torch.nn.Linear(1, hidden), torch.nn.CELU(0.1), torch.nn.Linear(hidden, 1))

    def forward(self, distances: Tensor, species: Tensor, neighbor_species: Tensor) -> Tensor:
        fc = cutoff_cosine(distances, self.cutoff)
        weight = self.pair_weight[species.unsqueeze(1), neighbor_species]
        cn = (weight * fc).sum(dim=1, keepdim=True)
        return self.net(cn).sum()


def energy_and_pair_forces(model: CoordinationEnergy, table: NeighborTable,
                           coordinates: Tensor, species: Tensor) -> Tuple[Tensor, Tensor]:
    distances, neighbor_species = table(coordinates, species)
    distances.requires_grad_(True)
    energy = model(distances, species, neighbor_species)
    grad, = torch.autograd.grad(energy, distances, create_graph=True)
    return energy, -grad
