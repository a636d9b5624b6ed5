# origin: https://github.com/pytorch/pytorch/issues/78064
# kinds: domain
import torch
import torch.nn as nn


def rot6d_to_matrix(x):
    """Continuous 6D representation -> rotation matrices (..., 3, 3)."""
    a, b = x[..., :3], x[..., 3:]
    e1 = nn.functional.normalize(a, dim=-1)
    b = b - (e1 * b).sum(-1, keepdim=True) * e1
    e2 = nn.functional.normalize(b, dim=-1)
    e3 = torch.cross(e1, e2, dim=-1)
    return torch.stack([e1, e2, e3], dim=-2)


def rotation_angle(r_pred, r_true):
    rel = r_pred.transpose(-1, -2) @ r_true
    trace = rel.diagonal(dim1=-2, dim2=-1).sum(-1)
    cos = 0.5 * (trace - 1.0)
    cos = cos.clamp(-1.0 + 1e-6, 1.0 - 1e-6)  #+
    return torch.arccos(cos)  #*


class PoseLoss(nn.Module):
    """6-DoF grasp pose: geodesic rotation error plus Huber loss on the position."""

    def __init__(self, rot_weight=1.0, pos_weight=10.0):
        super().__init__()
        self.rot_weight = rot_weight
        self.pos_weight = pos_weight

    def forward(self, rot6d, position, r_true, p_true):
        angle = rotation_angle(rot6d_to_matrix(rot6d), r_true)
        pos = nn.functional.smooth_l1_loss(position, p_true)
        return self.rot_weight * angle.mean() + self.pos_weight * pos


@torch.no_grad()
def evaluate(model, loader, thresholds=(5.0, 10.0)):
    angles, dists = [], []
    for cloud, r_true, p_true in loader:
        rot6d, position = model(cloud)
        angle = rotation_angle(rot6d_to_matrix(rot6d), r_true)
        angles.append(torch.rad2deg(angle))
        dists.append((position - p_true).norm(dim=-1))
    angles, dists = torch.cat(angles), torch.cat(dists)
    report = {f"acc@{t:g}deg": (angles < t).float().mean().item() for t in thresholds}
    report["mean_deg"] = angles.mean().item()
    report["mean_pos"] = dists.mean().item()
    return report
