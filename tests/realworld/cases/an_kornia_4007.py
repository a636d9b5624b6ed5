# origin: https://github.com/kornia/kornia/issues/4007
# kinds: domain
import torch
import torch.nn.functional as F


def normalize_quaternion(quaternion: torch.Tensor, eps: float = 1.0e-12) -> torch.Tensor:
    """Normalize a quaternion.

    The quaternion should be in (w, x, y, z) format.
    """
    if not isinstance(quaternion, torch.Tensor):
        raise TypeError(f"Input type is not a torch.Tensor. Got {type(quaternion)}")
    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)


def quaternion_exp_to_log(quaternion: torch.Tensor, eps: float = 1.0e-8) -> torch.Tensor:
    r"""Apply the log map to a quaternion.

    Args:
        quaternion: a tensor containing a quaternion to be converted, shape :math:`(*, 4)`.
        eps: a small number for clamping.

    Return:
        the quaternion log map of shape :math:`(*, 3)`.
    """
    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")

    # unpack quaternion vector and scalar
    quaternion_scalar: torch.Tensor = quaternion[..., 0:1]
    quaternion_vector: torch.Tensor = quaternion[..., 1:4]

    # compute quaternion norm
    norm_q: torch.Tensor = torch.norm(quaternion_vector, p=2, dim=-1, keepdim=True).clamp(min=eps)  #-
    norm_q: torch.Tensor = torch.norm(quaternion_vector, p=2, dim=-1, keepdim=True)  #+
    small = norm_q < eps  #+
    safe_norm = torch.where(small, torch.ones_like(norm_q), norm_q)  #+

    # apply log map
    angle = torch.acos(torch.clamp(quaternion_scalar, min=-1.0, max=1.0))  #!
    quaternion_log: torch.Tensor = quaternion_vector * angle / norm_q  #-
    angle = torch.atan2(safe_norm, quaternion_scalar)  #+
    quaternion_log = torch.where(small, quaternion_vector, quaternion_vector * (angle / safe_norm))  #+
    return quaternion_log


class QuaternionSmoothness(torch.nn.Module):
    """Penalise the rotation between consecutive poses of a trajectory."""

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = weight

    @staticmethod
    def relative(q1: torch.Tensor, q2: torch.Tensor) -> torch.Tensor:
        w1, v1 = q1[..., :1], -q1[..., 1:]
        w2, v2 = q2[..., :1], q2[..., 1:]
        w = w1 * w2 - (v1 * v2).sum(-1, keepdim=True)
        v = w1 * v2 + w2 * v1 + torch.cross(v1, v2, dim=-1)
        return torch.cat([w, v], dim=-1)

    def forward(self, poses: torch.Tensor) -> torch.Tensor:
        unit = normalize_quaternion(poses)
        rel = self.relative(unit[:-1], unit[1:])
        return self.weight * quaternion_exp_to_log(rel).square().sum(-1).mean()
