# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: cancellation domain
import torch
import torch.nn.functional as F


def hat(v):
    """Skew-symmetric matrices of a batch of 3D vectors."""
    x, y, z = v.unbind(1)
    o = torch.zeros_like(x)
    return torch.stack([o, -z, y, z, o, -x, -y, x, o], dim=1).view(-1, 3, 3)


def hat_inv(h):
    return torch.stack([h[:, 2, 1], h[:, 0, 2], h[:, 1, 0]], dim=1)


def so3_exponential_map(log_rot, eps=0.0001):
    nrms = (log_rot * log_rot).sum(1)
    rot_angles = torch.clamp(nrms, eps).sqrt()
    fac1 = torch.sin(rot_angles) / rot_angles
    fac2 = 2.0 * (torch.sin(0.5 * rot_angles) / rot_angles) ** 2
    skews = hat(log_rot)
    eye = torch.eye(3, dtype=log_rot.dtype, device=log_rot.device)[None]
    return fac1[:, None, None] * skews + fac2[:, None, None] * torch.bmm(skews, skews) + eye


def so3_rotation_angle(R):
    """Rotation angles (in radians) of a batch of rotation matrices."""
    rot_trace = R[:, 0, 0] + R[:, 1, 1] + R[:, 2, 2]
    phi_cos = torch.clamp(0.5 * (rot_trace - 1.0), -1.0 + 1e-6, 1.0 - 1e-6)
    return torch.acos(phi_cos)


def matrix_to_quaternion(R):
    """Unit quaternions (real part first), from the best-conditioned candidate."""
    m = R.reshape(-1, 9)
    m00, m01, m02, m10, m11, m12, m20, m21, m22 = m.unbind(1)
    cand = torch.stack([
        torch.stack([1 + m00 + m11 + m22, m21 - m12, m02 - m20, m10 - m01], 1),
        torch.stack([m21 - m12, 1 + m00 - m11 - m22, m10 + m01, m02 + m20], 1),
        torch.stack([m02 - m20, m10 + m01, 1 - m00 + m11 - m22, m12 + m21], 1),
        torch.stack([m10 - m01, m20 + m02, m21 + m12, 1 - m00 - m11 + m22], 1),
    ], dim=1)
    best = torch.diagonal(cand, dim1=1, dim2=2).argmax(dim=1)
    q = F.normalize(cand[torch.arange(len(best)), best], dim=1)
    return torch.where(q[:, :1] < 0, -q, q)


def so3_log_map(R, eps=0.0001):
    """Convert a batch of 3x3 rotation matrices to logarithms of rotation matrices."""
    phi = so3_rotation_angle(R)  #-
    phi_valid = torch.clamp(phi, min=eps)  #-
    scale = phi_valid / (2.0 * phi_valid.sin())  #!
    log_rot_hat = scale[:, None, None] * (R - R.permute(0, 2, 1))  #!
    return hat_inv(log_rot_hat)  #-
    quat = matrix_to_quaternion(R)  #+
    vec = quat[:, 1:]  #+
    sin_half = (vec * vec).sum(1, keepdim=True).clamp(min=1e-20).sqrt()  #+
    angle = 2.0 * torch.atan2(sin_half, quat[:, :1])  #+
    return vec * (angle / sin_half)  #+


def relative_rotation_loss(R_pred, R_gt):
    rel = torch.bmm(R_pred, R_gt.permute(0, 2, 1))
    return (so3_log_map(rel) ** 2).sum(1).mean()
