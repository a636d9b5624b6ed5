# origin: https://github.com/geoopt/geoopt/pull/215
# kinds: domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def rotation_6d_to_matrix(d6):
    """6D representation of Zhou et al. by Gram-Schmidt."""
    a1, a2 = d6[..., :3], d6[..., 3:]
    b1 = F.normalize(a1, dim=-1)
    b2 = F.normalize(a2 - (b1 * a2).sum(-1, keepdim=True) * b1, dim=-1)
    b3 = torch.cross(b1, b2, dim=-1)
    return torch.stack((b1, b2, b3), dim=-2)


def geodesic_distance(R1, R2):
    """Angle in radians of the relative rotation."""
    relative = R1 @ R2.transpose(-2, -1)
    trace = relative.diagonal(dim1=-2, dim2=-1).sum(-1)
    angle = torch.acos((trace - 1.0) / 2.0)  #!
    return torch.clamp(angle, 0.0, math.pi)  #-
    cosine = ((trace - 1.0) / 2.0).clamp(-1.0 + 1e-6, 1.0 - 1e-6)  #+
    return torch.acos(cosine)  #+


class PoseLoss(nn.Module):
    def __init__(self, rotation_weight=1.0, translation_weight=0.5):
        super().__init__()
        self.rotation_weight = rotation_weight
        self.translation_weight = translation_weight

    def forward(self, pred_d6, pred_t, gt_R, gt_t):
        rotation = geodesic_distance(rotation_6d_to_matrix(pred_d6), gt_R).mean()
        translation = F.smooth_l1_loss(pred_t, gt_t)
        return self.rotation_weight * rotation + self.translation_weight * translation


class PoseRegressor(nn.Module):
    """PointNet style regressor from a cloud (B, N, 3) to a pose."""

    def __init__(self, width=128):
        super().__init__()
        self.point_mlp = nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.rotation = nn.Linear(width, 6)
        self.translation = nn.Linear(width, 3)
        with torch.no_grad():
            self.rotation.weight.zero_()
            self.rotation.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]))

    def forward(self, cloud):
        h = self.point_mlp(cloud).max(dim=1).values
        return self.rotation(h), self.translation(h)


def train(net, loader, epochs=10, lr=1e-3):
    criterion = PoseLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for epoch in range(epochs):
        for cloud, gt_R, gt_t in loader:
            d6, t = net(cloud)
            loss = criterion(d6, t, gt_R, gt_t)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.4f}")
