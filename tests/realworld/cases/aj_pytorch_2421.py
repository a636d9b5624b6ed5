# origin: https://github.com/pytorch/pytorch/issues/2421
# kinds: domain
import torch
import torch.nn as nn


class PairPotential(nn.Module):
    """Learnable soft-sphere potential between the beads of a coarse grained chain."""

    def __init__(self, n_types, cutoff=1.2):
        super().__init__()
        self.cutoff = cutoff
        self.log_strength = nn.Parameter(torch.zeros(n_types, n_types))
        self.radius = nn.Parameter(torch.full((n_types,), 0.5))

    def pair_distances(self, pos, box):
        delta = pos.unsqueeze(-2) - pos.unsqueeze(-3)
        delta = delta - box * torch.round(delta / box)
        r2 = (delta * delta).sum(dim=-1)
        eye = torch.eye(pos.shape[-2], dtype=torch.bool, device=pos.device)  #+
        r2 = r2.masked_fill(eye, 1.0)  #+
        return torch.sqrt(r2)  #*

    def forward(self, pos, types, box):
        r = self.pair_distances(pos, box)
        strength = self.log_strength[types][:, types].exp()
        sigma = self.radius[types][:, None] + self.radius[types][None, :]
        overlap = torch.relu(1.0 - r / sigma)
        energy = strength * overlap ** 2
        n = pos.shape[-2]
        upper = torch.triu(torch.ones(n, n, device=pos.device), diagonal=1)
        return (energy * upper).sum(dim=(-1, -2))


def forces(potential, pos, types, box):
    pos = pos.detach().requires_grad_(True)
    energy = potential(pos, types, box).sum()
    (grad,) = torch.autograd.grad(energy, pos, create_graph=True)
    return -grad, energy


def force_matching_step(potential, optimizer, frame, box):
    pos, types, ref = frame
    optimizer.zero_grad()
    f, _ = forces(potential, pos, types, box)
    loss = (f - ref).pow(2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()
