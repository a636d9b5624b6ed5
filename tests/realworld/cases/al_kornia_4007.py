# origin: https://github.com/kornia/kornia/issues/4007
# kinds: domain
from __future__ import annotations

import torch
from torch import Tensor, nn


def quaternion_log_to_exp(quaternion: Tensor, eps: float = 1.0e-8) -> Tensor:
    """Apply exponential map to a log quaternion of shape :math:`(*, 3)`."""
    theta_sq = (quaternion * quaternion).sum(dim=-1, keepdim=True)
    tiny = theta_sq < eps
    theta = torch.where(tiny, torch.ones_like(theta_sq), theta_sq).sqrt()
    factor = torch.where(tiny, 1.0 - theta_sq / 6.0, torch.sin(theta) / theta)
    scalar = torch.where(tiny, 1.0 - theta_sq / 2.0, torch.cos(theta))
    return torch.cat((scalar, quaternion * factor), dim=-1)


def quaternion_exp_to_log(quaternion: Tensor, eps: float = 1.0e-8) -> Tensor:
    """Apply the log map to a unit quaternion (w, x, y, z).

    Args:
        quaternion: a tensor containing a quaternion of shape :math:`(*, 4)`.
        eps: a small number for clamping.

    Return:
        the quaternion log map of shape :math:`(*, 3)`.
    """
    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")
    quaternion_scalar = quaternion[..., 0:1]
    quaternion_vector = quaternion[..., 1:4]
    norm_q = torch.norm(quaternion_vector, p=2, dim=-1, keepdim=True).clamp(min=eps)  #-
    angle = torch.acos(torch.clamp(quaternion_scalar, min=-1.0, max=1.0))  #!
    quaternion_log = quaternion_vector * angle / norm_q  #-
    sq = (quaternion_vector * quaternion_vector).sum(dim=-1, keepdim=True)  #+
    small = sq < eps * eps  #+
    norm_q = torch.where(small, torch.ones_like(sq), sq).sqrt()  #+
    ratio = torch.atan2(norm_q, quaternion_scalar) / norm_q  #+
    quaternion_log = quaternion_vector * torch.where(small, torch.ones_like(sq), ratio)  #+
    return quaternion_log


class RotationLoss(nn.Module):
    """Squared geodesic distance between predicted and measured orientation."""

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    @staticmethod
    def _relative(q1: Tensor, q2: Tensor) -> Tensor:
        w1, v1 = q1[..., :1], -q1[..., 1:]
        w2, v2 = q2[..., :1], q2[..., 1:]
        w = w1 * w2 - (v1 * v2).sum(-1, keepdim=True)
        v = w1 * v2 + w2 * v1 + torch.cross(v1, v2, dim=-1)
        return torch.cat((w, v), dim=-1)

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        log_q = quaternion_exp_to_log(self._relative(pred, target))
        err = 4.0 * log_q.pow(2).sum(dim=-1)
        return err.mean() if self.reduction == "mean" else err.sum()
