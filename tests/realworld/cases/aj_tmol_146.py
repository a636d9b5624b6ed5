# origin: https://github.com/uw-ipd/tmol/pull/146
# kinds: domain
import torch
import torch.nn as nn


class RadialBasis(nn.Module):
    def __init__(self, n_basis=16, cutoff=5.0):
        super().__init__()
        self.cutoff = cutoff
        centers = torch.linspace(0.5, cutoff, n_basis)
        self.register_buffer("centers", centers)
        self.width = cutoff / n_basis

    def forward(self, r):
        envelope = 0.5 * (torch.cos(torch.pi * r / self.cutoff) + 1.0)
        envelope = envelope * (r < self.cutoff)
        gauss = torch.exp(-(((r[..., None] - self.centers) / self.width) ** 2))
        return gauss * envelope[..., None]


class PairPotential(nn.Module):
    """Learned pair energy. The edge list is padded with (0, 0) to a fixed length."""

    def __init__(self, n_species, hidden=64, cutoff=5.0):
        super().__init__()
        self.basis = RadialBasis(cutoff=cutoff)
        self.species = nn.Embedding(n_species, 8)
        n_in = self.basis.centers.numel() + 8
        self.mlp = nn.Sequential(nn.Linear(n_in, hidden), nn.SiLU(), nn.Linear(hidden, 1))

    def edge_lengths(self, pos, edges):
        vec = pos[edges[1]] - pos[edges[0]]
        r2 = (vec * vec).sum(dim=-1)
        return torch.sqrt(r2)  #!
        apart = r2 > 0  #+
        return torch.where(apart, torch.where(apart, r2, 1.0).sqrt(), 0.0)  #+

    def energy(self, pos, species, edges, edge_mask):
        r = self.edge_lengths(pos, edges)
        pair = self.species(species[edges[0]]) * self.species(species[edges[1]])
        e = self.mlp(torch.cat([self.basis(r), pair], dim=-1)).squeeze(-1)
        return (e * edge_mask).sum()

    def forward(self, pos, species, edges, edge_mask):
        pos = pos.detach().requires_grad_(True)
        e = self.energy(pos, species, edges, edge_mask)
        (grad,) = torch.autograd.grad(e, pos, create_graph=self.training)
        return e, -grad


def force_matching_loss(model, batch, energy_weight=0.01):
    e, f = model(batch["pos"], batch["species"], batch["edges"], batch["edge_mask"])
    force = (f - batch["forces"]).square().mean()
    return force + energy_weight * (e - batch["energy"]).square()
