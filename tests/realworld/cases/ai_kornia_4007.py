# origin: https://github.com/kornia/kornia/issues/4007
# kinds: domain
import torch
import torch.nn.functional as F


def normalize_quaternion(quaternion: torch.Tensor, eps: float = 1.0e-12) -> torch.Tensor:
    """Normalize a quaternion in (w, x, y, z) order, shape :math:`(*, 4)`."""
    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)


def quaternion_log_to_exp(quaternion: torch.Tensor, eps: float = 1.0e-8) -> torch.Tensor:
    """Apply exponential map to log quaternion of shape :math:`(*, 3)`."""
    norm_q = torch.norm(quaternion, p=2, dim=-1, keepdim=True).clamp(min=eps)
    vector = quaternion * torch.sin(norm_q) / norm_q
    scalar = torch.cos(norm_q)
    return torch.cat((scalar, vector), dim=-1)


def quaternion_exp_to_log(quaternion: torch.Tensor, eps: float = 1.0e-8) -> torch.Tensor:
    r"""Apply the log map to a quaternion of shape :math:`(*, 4)`.

    Example:
        >>> q = torch.tensor((1., 0., 0., 0.))
        >>> quaternion_exp_to_log(q)
        tensor([0., 0., 0.])
    """
    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")
    scalar = quaternion[..., 0:1]
    vector = quaternion[..., 1:4]

    norm_q = torch.norm(vector, p=2, dim=-1, keepdim=True).clamp(min=eps)  #-
    return vector * torch.acos(torch.clamp(scalar, min=-1.0, max=1.0)) / norm_q  #!
    norm_q = torch.norm(vector, p=2, dim=-1, keepdim=True)  #+
    small = norm_q < eps  #+
    safe_norm = torch.where(small, torch.ones_like(norm_q), norm_q)  #+
    factor = torch.atan2(safe_norm, scalar) / safe_norm  #+
    return vector * torch.where(small, torch.ones_like(factor), factor)  #+


def pose_smoothness_loss(quaternions: torch.Tensor) -> torch.Tensor:
    """Penalise the angular acceleration of a trajectory :math:`(T, 4)`."""
    logs = quaternion_exp_to_log(normalize_quaternion(quaternions))
    accel = logs[2:] - 2.0 * logs[1:-1] + logs[:-2]
    return accel.pow(2).sum(-1).mean()
