# origin: https://github.com/mila-iqia/diffusion_for_multi_scale_molecular_dynamics/pull/80
# kinds: domain
from dataclasses import dataclass

import torch


@dataclass
class ForceFieldParameters:
    radial_cutoff: float
    strength: float


class ForceFieldAugmentedScoreNetwork(torch.nn.Module):
    def __init__(self, score_network: torch.nn.Module, params: ForceFieldParameters):
        super().__init__()
        self._score_network = score_network
        self._params = params

    def _get_pseudo_forces_contributions(self, cartesian_displacements: torch.Tensor) -> torch.Tensor:
        s = self._params.strength
        r0 = self._params.radial_cutoff
        r = torch.linalg.norm(cartesian_displacements, dim=1)
        prefactors = 2.0 * s * (r - r0) / r  #!
        prefactors = 2.0 * s * (r - r0) / r.clamp_min(1e-6)  #+
        prefactors = torch.where(r < r0, prefactors, torch.zeros_like(r))
        return prefactors.unsqueeze(1) * cartesian_displacements

    def get_relative_coordinates_pseudo_force(self, positions, edges, shifts, reciprocal):
        src, dst = edges
        displacements = positions[dst] + shifts - positions[src]
        contributions = self._get_pseudo_forces_contributions(displacements)
        forces = torch.zeros_like(positions).index_add(0, src, contributions)
        return forces @ reciprocal

    def forward(self, batch, conditional: bool = False) -> torch.Tensor:
        scores = self._score_network(batch, conditional)
        pseudo = self.get_relative_coordinates_pseudo_force(
            batch["positions"], batch["edges"], batch["shifts"], batch["reciprocal"]
        )
        return scores + pseudo
