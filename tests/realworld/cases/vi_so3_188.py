# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: domain
import torch


def hat_inv(h):
    return torch.stack((h[:, 2, 1], h[:, 0, 2], h[:, 1, 0]), dim=1)


def so3_rotation_angle(R, eps=1e-4, cos_bound=1e-4):
    trace = R[:, 0, 0] + R[:, 1, 1] + R[:, 2, 2]
    phi_cos = (trace - 1.0) * 0.5
    phi_cos = phi_cos.clamp(-1.0 + cos_bound, 1.0 - cos_bound)
    return torch.acos(phi_cos)


def so3_log_map(R, eps=0.0001):
    """The logarithm of rotation matrices."""
    phi = so3_rotation_angle(R)
    phi_sin = torch.sin(phi)
    phi_factor = phi / (2.0 * phi_sin)  #!
    near = phi_sin.abs() < eps  #+
    safe = torch.where(near, torch.ones_like(phi_sin), phi_sin)  #+
    phi_factor = torch.where(near, 0.5 + phi**2 / 12, phi / (2.0 * safe))  #+
    return hat_inv(phi_factor[:, None, None] * (R - R.permute(0, 2, 1)))


def registration_loss(R_pred, R_true, t_pred, t_true):
    relative = torch.bmm(R_pred.permute(0, 2, 1), R_true)
    return so3_log_map(relative).pow(2).sum(-1).mean() + (t_pred - t_true).pow(2).sum(-1).mean()
