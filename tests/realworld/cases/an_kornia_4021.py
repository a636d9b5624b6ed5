# origin: https://github.com/kornia/kornia/issues/4021
# kinds: underflow domain
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


def normalize_quaternion(quaternion: torch.Tensor, eps: float = 1.0e-12) -> torch.Tensor:
    r"""Normalize a quaternion of shape :math:`(*, 4)` in (w, x, y, z) order."""
    if not isinstance(quaternion, torch.Tensor):
        raise TypeError(f"Input type is not a torch.Tensor. Got {type(quaternion)}")
    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")
    if quaternion.dtype in (torch.float16, torch.bfloat16):  #+
        eps = max(eps, torch.finfo(quaternion.dtype).eps)  #+
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)  #!
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)  #+


def quaternion_to_rotation_matrix(quaternion: torch.Tensor) -> torch.Tensor:
    q = normalize_quaternion(quaternion)
    w, x, y, z = torch.chunk(q, chunks=4, dim=-1)
    tx, ty, tz = 2.0 * x, 2.0 * y, 2.0 * z
    one = torch.ones_like(w)
    flat = torch.cat(
        (
            one - (ty * y + tz * z),
            tx * y - tz * w,
            tx * z + ty * w,
            tx * y + tz * w,
            one - (tx * x + tz * z),
            ty * z - tx * w,
            tx * z - ty * w,
            ty * z + tx * w,
            one - (tx * x + ty * y),
        ),
        dim=-1,
    )
    return flat.view(*quaternion.shape[:-1], 3, 3)


class PoseHead(nn.Module):
    """Regress a rotation and a translation per frame."""

    def __init__(self, in_features: int, hidden: int = 128) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.ReLU())
        self.quat = nn.Linear(hidden, 4, bias=False)
        self.trans = nn.Linear(hidden, 3)

    def forward(self, feats: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.trunk(feats)
        return quaternion_to_rotation_matrix(self.quat(h)), self.trans(h)


@torch.inference_mode()
def export_poses(head: PoseHead, feats: torch.Tensor, half: bool = True) -> torch.Tensor:
    if half:
        head = head.to(dtype=torch.float16)
        feats = feats.to(dtype=torch.float16)
    R, t = head(feats)
    return torch.cat([R, t.unsqueeze(-1)], dim=-1).float()
