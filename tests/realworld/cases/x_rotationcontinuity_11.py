# origin: https://github.com/papagina/RotationContinuity/issues/11
# kinds: domain explosion
import torch
import torch.nn as nn
import torch.nn.functional as F


def rotation_from_ortho6d(ortho6d):
    x = F.normalize(ortho6d[:, 0:3], dim=1)
    z = F.normalize(torch.cross(x, ortho6d[:, 3:6], dim=1), dim=1)
    y = torch.cross(z, x, dim=1)
    return torch.stack((x, y, z), dim=2)


def geodesic_distance(m1, m2):
    batch = m1.shape[0]
    m = torch.bmm(m1, m2.transpose(1, 2))
    cos = (m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2] - 1) / 2
    limit = torch.ones(batch, device=m1.device)  #!
    limit = torch.ones(batch, device=m1.device) * 0.9999  #+
    cos = torch.min(cos, limit)
    cos = torch.max(cos, -limit)
    return torch.acos(cos)  #*


class PoseRegressor(nn.Module):
    def __init__(self, num_points=64):
        super().__init__()
        self.point_net = nn.Sequential(
            nn.Conv1d(6, 64, 1), nn.LeakyReLU(), nn.Conv1d(64, 256, 1), nn.AdaptiveMaxPool1d(1)
        )
        self.mlp = nn.Sequential(nn.Linear(256, 128), nn.LeakyReLU(), nn.Linear(128, 6))

    def forward(self, src, dst):
        pair = torch.cat([src, dst], dim=2).transpose(1, 2)
        return rotation_from_ortho6d(self.mlp(self.point_net(pair).squeeze(2)))


def train_step(model, optimizer, src, gt_rot):
    dst = torch.bmm(src, gt_rot.transpose(1, 2))
    loss = geodesic_distance(gt_rot, model(src, dst)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
