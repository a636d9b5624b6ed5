# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: domain cancellation
import torch


def so3_rotation_angle(R):
    trace = R[:, 0, 0] + R[:, 1, 1] + R[:, 2, 2]
    return torch.acos(((trace - 1.0) * 0.5).clamp(-0.9999, 0.9999))


def so3_log_map(R, eps=1e-4):
    phi = so3_rotation_angle(R)
    phi_sin = torch.sin(phi)
    factor = phi / (2.0 * phi_sin)  #!
    safe = torch.where(phi_sin.abs() > eps, phi_sin, torch.full_like(phi_sin, eps))  #+
    factor = torch.where(phi_sin.abs() > eps, phi / (2.0 * safe), 0.5 + phi**2 / 12)  #+
    log_rot_hat = factor[:, None, None] * (R - R.permute(0, 2, 1))
    return torch.stack((log_rot_hat[:, 2, 1], log_rot_hat[:, 0, 2], log_rot_hat[:, 1, 0]), dim=1)
