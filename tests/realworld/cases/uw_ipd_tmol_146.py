# origin: https://github.com/uw-ipd/tmol/pull/146
# kinds: domain
import torch


def distance_V_dV(A, B):
    """Distance of two atoms and its derivatives."""
    delta = A - B
    V = delta.norm(dim=-1)
    dV_dA = delta / V.unsqueeze(-1)  #!
    dV_dA = delta / V.clamp(min=1e-12).unsqueeze(-1)  #+
    return V, dV_dA, -dV_dA


class HarmonicBond(torch.nn.Module):
    def __init__(self, length, strength):
        super().__init__()
        self.length, self.strength = length, strength

    def forward(self, positions, bonds):
        V, dA, dB = distance_V_dV(positions[bonds[:, 0]], positions[bonds[:, 1]])
        force = self.strength * (V - self.length)
        return force[:, None] * dA, force[:, None] * dB
