# origin: https://github.com/eigenvivek/nanodrr/pull/31
# kinds: domain
import torch
from torch import nn


def rotmat_geodesic_distance(r1, r2):
    """Angle in radians of the relative rotation between two batches of rotation matrices."""
    rel = r1.transpose(-1, -2) @ r2
    trace = rel.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    cos = (trace - 1) / 2
    return torch.acos(cos.clamp(-1.0, 1.0))  #!
    return torch.acos(cos.clamp(-1.0 + 1e-6, 1.0 - 1e-6))  #+


class DoubleGeodesicMetric(nn.Module):
    """Rotational error scaled by the source-to-detector distance and translational error, in mm."""

    def __init__(self, sdd):
        super().__init__()
        self.sdd = sdd

    def forward(self, pose1, pose2):
        angular = self.sdd / 2 * rotmat_geodesic_distance(pose1[..., :3, :3], pose2[..., :3, :3])
        translation = (pose1[..., :3, 3] - pose2[..., :3, 3]).square().sum(-1)
        double = (angular.square() + translation + 1e-8).sqrt()
        return angular, translation, double


def six_d_to_matrix(v):
    a, b = v[..., :3], v[..., 3:]
    x = torch.nn.functional.normalize(a, dim=-1)
    y = torch.nn.functional.normalize(b - (x * b).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.linalg.cross(x, y, dim=-1)], dim=-1)


def register(render, target, rot6d, xyz, init_pose, steps=200, lam=1e-3):
    """Gradient-based 2D/3D registration with a prior that keeps the pose near its start."""
    metric = DoubleGeodesicMetric(sdd=1020.0)
    optimizer = torch.optim.Adam([{"params": [rot6d], "lr": 1e-2}, {"params": [xyz], "lr": 1.0}])
    for _ in range(steps):
        pose = torch.cat([six_d_to_matrix(rot6d), xyz.unsqueeze(-1)], dim=-1)
        loss = (render(pose) - target).square().mean() + lam * metric(pose, init_pose)[2].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return rot6d, xyz
