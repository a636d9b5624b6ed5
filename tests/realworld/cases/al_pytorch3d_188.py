# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: cancellation domain
import torch


def hat(v: torch.Tensor) -> torch.Tensor:
    """Skew-symmetric matrices of a batch of 3D vectors."""
    h = v.new_zeros(v.shape[0], 3, 3)
    x, y, z = v.unbind(1)
    h[:, 0, 1], h[:, 0, 2], h[:, 1, 2] = -z, y, -x
    h[:, 1, 0], h[:, 2, 0], h[:, 2, 1] = z, -y, x
    return h


def hat_inv(h: torch.Tensor) -> torch.Tensor:
    return torch.stack((h[:, 2, 1], h[:, 0, 2], h[:, 1, 0]), dim=1)


def so3_exponential_map(log_rot: torch.Tensor, eps: float = 0.0001) -> torch.Tensor:
    nrms = (log_rot * log_rot).sum(1)
    rot_angles = torch.clamp(nrms, eps).sqrt()
    fac1 = rot_angles.sin() / rot_angles
    fac2 = (1.0 - rot_angles.cos()) / (rot_angles * rot_angles)
    skews = hat(log_rot)
    eye = torch.eye(3, dtype=log_rot.dtype, device=log_rot.device)[None]
    return fac1[:, None, None] * skews + fac2[:, None, None] * torch.bmm(skews, skews) + eye


def so3_rotation_angle(R: torch.Tensor, eps: float = 1e-4) -> torch.Tensor:
    """Angles of a batch of rotation matrices from their traces."""
    rot_trace = R.diagonal(dim1=1, dim2=2).sum(1)
    phi_cos = (rot_trace - 1.0) * 0.5
    return torch.acos(phi_cos.clamp(-1.0 + eps**2, 1.0 - eps**2))


def matrix_to_quaternion(R: torch.Tensor) -> torch.Tensor:
    m = R.unbind(1)
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(1) for row in m)
    cand = torch.stack(
        [
            torch.stack([1 + a + e + i, h - f, c - g, d - b], 1),
            torch.stack([h - f, 1 + a - e - i, d + b, c + g], 1),
            torch.stack([c - g, d + b, 1 - a + e - i, f + h], 1),
            torch.stack([d - b, c + g, f + h, 1 - a - e + i], 1),
        ],
        1,
    )
    best = torch.stack([a + e + i, a - e - i, e - a - i, i - a - e], 1).argmax(1)
    q = torch.nn.functional.normalize(cand[torch.arange(len(R)), best], dim=1)
    return torch.where(q[:, :1] < 0, -q, q)


def so3_log_map(R: torch.Tensor, eps: float = 0.0001) -> torch.Tensor:
    """Logarithm of a batch of 3x3 rotation matrices, returns (minibatch, 3)."""
    phi = so3_rotation_angle(R)  #-
    phi_sin = phi.sin()  #-
    near_zero = phi_sin.abs() < eps  #-
    safe_sin = torch.where(near_zero, torch.ones_like(phi_sin), phi_sin)  #-
    phi_factor = torch.where(near_zero, 0.5 + phi**2 / 12, phi / (2.0 * safe_sin))  #-
    log_rot = hat_inv(phi_factor[:, None, None] * (R - R.transpose(1, 2)))  #!
    q = matrix_to_quaternion(R)  #+
    half_sin_sq = (q[:, 1:] ** 2).sum(1, keepdim=True)  #+
    near_zero = half_sin_sq < eps**2  #+
    half_sin = torch.where(near_zero, torch.ones_like(half_sin_sq), half_sin_sq).sqrt()  #+
    factor = 2.0 * torch.atan2(half_sin, q[:, :1]) / half_sin  #+
    log_rot = q[:, 1:] * torch.where(near_zero, torch.full_like(factor, 2.0), factor)  #+
    return log_rot
