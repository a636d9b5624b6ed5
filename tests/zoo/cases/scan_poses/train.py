"""Neural signed distance of an object from several scans; the scanner poses are refined once the shape is roughly right."""
import torch
from torch import nn

from geometry import rotation, transform

SCANS, POINTS, REFINE_FROM, STEPS = 6, 80, 40, 120


class Shape(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, hidden), nn.Softplus(beta=10), nn.Linear(hidden, hidden),
                                 nn.Softplus(beta=10), nn.Linear(hidden, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)


class Poses(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.turn = nn.Parameter(torch.zeros(n, 3))
        self.shift = nn.Parameter(torch.zeros(n, 3))

    def forward(self, points):
        return transform(points, self.turn, self.shift)


def scans(gen):
    """points on an ellipsoid, every scan slightly out of place, and how far each was pushed off the surface"""
    u = nn.functional.normalize(torch.randn(SCANS, POINTS, 3, generator=gen), dim=-1)
    offset = 0.3 * torch.randn(SCANS, POINTS, generator=gen)
    surface = u * torch.tensor([1.0, 0.8, 0.6]) * (1 + offset)[..., None]
    wrong = rotation(0.1 * torch.randn(SCANS, 3, generator=gen))
    return torch.einsum("sij,snj->sni", wrong, surface), offset


def main():
    torch.manual_seed(13)
    points, offset = scans(torch.Generator().manual_seed(13))
    shape, poses = Shape(), Poses(SCANS)
    shape_opt = torch.optim.Adam(shape.parameters(), lr=5e-3)
    pose_opt = torch.optim.Adam(poses.parameters(), lr=1e-3)
    for step in range(STEPS):
        refine = step >= REFINE_FROM
        placed = poses(points) if refine else points
        loss = (shape(placed) - offset).abs().mean()
        shape_opt.zero_grad()
        pose_opt.zero_grad()
        loss.backward()
        shape_opt.step()
        if refine:
            pose_opt.step()
        if step % 20 == 0:
            print(f"step {step} l1 {loss.item():.4f} largest turn {poses.turn.abs().max().item():.4f}")


main()
