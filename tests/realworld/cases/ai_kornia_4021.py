# origin: https://github.com/kornia/kornia/issues/4021
# kinds: precision domain
from __future__ import annotations

import torch
import torch.nn.functional as F


def normalize_quaternion(quaternion: torch.Tensor, eps: float = 1.0e-12) -> torch.Tensor:
    r"""Normalize a quaternion.

    The quaternion should be in (w, x, y, z) or (x, y, z, w) format.

    Args:
        quaternion: a tensor containing a quaternion to be normalized of shape :math:`(*, 4)`.
        eps: small value to avoid division by zero.

    Return:
        the normalized quaternion of shape :math:`(*, 4)`.
    """
    if not isinstance(quaternion, torch.Tensor):
        raise TypeError(f"Input type is not a Tensor. Got {type(quaternion)}")

    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")
    if quaternion.dtype == torch.float16:  #+
        eps = max(eps, 1.0e-3)  #+
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)  #*


def quaternion_to_rotation_matrix(quaternion: torch.Tensor) -> torch.Tensor:
    """Convert a quaternion (w, x, y, z) to a rotation matrix of shape (*, 3, 3)."""
    q = normalize_quaternion(quaternion)
    w, x, y, z = q.unbind(-1)
    tx, ty, tz = 2.0 * x, 2.0 * y, 2.0 * z
    twx, twy, twz = tx * w, ty * w, tz * w
    txx, txy, txz = tx * x, ty * x, tz * x
    tyy, tyz, tzz = ty * y, tz * y, tz * z
    one = torch.ones_like(w)
    flat = torch.stack(
        (
            one - (tyy + tzz), txy - twz, txz + twy,
            txy + twz, one - (txx + tzz), tyz - twx,
            txz - twy, tyz + twx, one - (txx + tyy),
        ),
        dim=-1,
    )
    return flat.reshape(*quaternion.shape[:-1], 3, 3)


class PoseDecoder(torch.nn.Module):
    def __init__(self, in_features: int, num_joints: int) -> None:
        super().__init__()
        self.num_joints = num_joints
        self.proj = torch.nn.Linear(in_features, num_joints * 4)

    def forward(self, feats: torch.Tensor) -> torch.Tensor:
        quat = torch.relu(self.proj(feats)).reshape(-1, self.num_joints, 4)
        return quaternion_to_rotation_matrix(quat)
