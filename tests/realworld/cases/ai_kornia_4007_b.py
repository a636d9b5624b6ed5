# origin: https://github.com/kornia/kornia/issues/4007
# kinds: domain
import torch
from torch import nn


def rotation_6d_to_matrix(d6):
    """Zhou et al., On the Continuity of Rotation Representations in Neural Networks."""
    a1, a2 = d6[..., :3], d6[..., 3:]
    b1 = nn.functional.normalize(a1, dim=-1)
    b2 = a2 - (b1 * a2).sum(-1, keepdim=True) * b1
    b2 = nn.functional.normalize(b2, dim=-1)
    b3 = torch.linalg.cross(b1, b2, dim=-1)
    return torch.stack((b1, b2, b3), dim=-2)


class GeodesicLoss(nn.Module):
    """Angle (radians) between predicted and ground truth joint rotations."""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, m1, m2):
        m = torch.matmul(m1, m2.transpose(-1, -2))
        trace = m.diagonal(dim1=-2, dim2=-1).sum(-1)
        cos = (trace - 1.0) / 2.0
        cos = cos.clamp(-1.0, 1.0)  #-
        theta = torch.acos(cos)  #!
        axis = torch.stack(  #+
            (m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]), -1  #+
        )  #+
        theta = torch.atan2(0.5 * torch.linalg.norm(axis, dim=-1), cos)  #+
        if self.reduction == "mean":
            return theta.mean()
        if self.reduction == "sum":
            return theta.sum()
        return theta


class PoseRegressor(nn.Module):
    def __init__(self, feat_dim=512, n_joints=24):
        super().__init__()
        self.n_joints = n_joints
        self.head = nn.Linear(feat_dim, n_joints * 6)
        nn.init.zeros_(self.head.weight)
        with torch.no_grad():
            self.head.bias.copy_(torch.tensor([1.0, 0, 0, 0, 1.0, 0]).repeat(n_joints))

    def forward(self, feats):
        d6 = self.head(feats).view(-1, self.n_joints, 6)
        return rotation_6d_to_matrix(d6)


def training_step(model, batch, optimizer, criterion=GeodesicLoss()):
    optimizer.zero_grad(set_to_none=True)
    loss = criterion(model(batch["features"]), batch["rotmats"])
    loss.backward()
    optimizer.step()
    return loss.detach()
