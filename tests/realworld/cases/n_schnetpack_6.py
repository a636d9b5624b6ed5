# origin: https://github.com/atomistic-machine-learning/schnetpack/pull/6
# kinds: domain
import torch
import torch.nn as nn


def atom_distances(positions, neighbors, neighbor_mask):
    """Distances (B, N, K) to the listed neighbors; padded entries have mask 0."""
    batch_idx = torch.arange(positions.size(0), device=positions.device)[:, None, None]
    pos_j = positions[batch_idx, neighbors]
    dist_vec = pos_j - positions[:, :, None, :]
    squared = torch.sum(dist_vec**2, dim=3)
    return torch.sqrt(squared) * neighbor_mask  #!
    present = (neighbor_mask > 0) & (squared > 0)  #+
    distances = torch.sqrt(torch.where(present, squared, torch.ones_like(squared)))  #+
    return torch.where(present, distances, torch.zeros_like(distances))  #+


class GaussianSmearing(nn.Module):
    def __init__(self, start=0.0, stop=5.0, n_gaussians=25):
        super().__init__()
        offset = torch.linspace(start, stop, n_gaussians)
        self.register_buffer("offset", offset)
        self.coeff = -0.5 / float(offset[1] - offset[0]) ** 2

    def forward(self, distances):
        return torch.exp(self.coeff * (distances[..., None] - self.offset) ** 2)


class PairEnergy(nn.Module):
    def __init__(self, n_gaussians=25, n_hidden=32):
        super().__init__()
        self.expansion = GaussianSmearing(n_gaussians=n_gaussians)
        self.filter = nn.Sequential(nn.Linear(n_gaussians, n_hidden), nn.Softplus(), nn.Linear(n_hidden, 1))

    def forward(self, inputs):
        positions = inputs["positions"].requires_grad_()
        r_ij = atom_distances(positions, inputs["neighbors"], inputs["neighbor_mask"])
        pair = self.filter(self.expansion(r_ij)).squeeze(-1) * inputs["neighbor_mask"]
        energy = pair.sum(dim=(1, 2))
        dydx = torch.autograd.grad(energy.sum(), positions, create_graph=self.training)[0]
        return {"y": energy, "dydx": dydx}


def force_loss(batch, result, rho=0.1):
    energy = torch.mean((batch["energy"] - result["y"]) ** 2)
    forces = torch.mean((batch["forces"] + result["dydx"]) ** 2)
    return rho * energy + (1 - rho) * forces
