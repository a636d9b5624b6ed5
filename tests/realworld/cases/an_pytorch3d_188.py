# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: cancellation precision explosion domain
import torch

HAT_INV_SKEW_SYMMETRIC_TOL = 1e-5


def hat_inv(h):
    """Inverse Hat operator of a batch of 3x3 skew-symmetric matrices."""
    ss_diff = (h + h.permute(0, 2, 1)).abs().max()
    if ss_diff > HAT_INV_SKEW_SYMMETRIC_TOL * (1.0 + h.abs().max()):
        raise ValueError("One of input matrices not skew-symmetric.")
    return torch.stack((h[:, 2, 1], h[:, 0, 2], h[:, 1, 0]), dim=1)


def so3_rotation_angle(R, cos_bound=1e-4):
    """Angle of each rotation of a (N, 3, 3) batch, strictly inside (0, pi)."""
    rot_trace = R[:, 0, 0] + R[:, 1, 1] + R[:, 2, 2]
    if ((rot_trace < -1.0 - 1e-3) + (rot_trace > 3.0 + 1e-3)).any():
        raise ValueError("A matrix has trace outside valid range [-1-eps,3+eps].")
    phi_cos = (rot_trace - 1.0) * 0.5
    return torch.acos(phi_cos.clamp(-1.0 + cos_bound, 1.0 - cos_bound))


def _quaternions(R):  #+
    m = R  #+
    t = torch.stack([  #+
        1 + m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2],  #+
        1 + m[:, 0, 0] - m[:, 1, 1] - m[:, 2, 2],  #+
        1 - m[:, 0, 0] + m[:, 1, 1] - m[:, 2, 2],  #+
        1 - m[:, 0, 0] - m[:, 1, 1] + m[:, 2, 2]], dim=1)  #+
    a, b, c = m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]  #+
    d, e, f = m[:, 1, 0] + m[:, 0, 1], m[:, 0, 2] + m[:, 2, 0], m[:, 2, 1] + m[:, 1, 2]  #+
    rows = torch.stack([torch.stack(r, dim=1) for r in (  #+
        (t[:, 0], a, b, c), (a, t[:, 1], d, e), (b, d, t[:, 2], f), (c, e, f, t[:, 3]))], dim=1)  #+
    best = rows[torch.arange(len(R)), t.argmax(dim=1)]  #+
    q = torch.nn.functional.normalize(best, dim=1)  #+
    return torch.where(q[:, :1] < 0, -q, q)  #+


def so3_log_map(R, eps=1e-4):
    """Logarithms of a batch of rotation matrices, shape (N, 3)."""
    N, dim1, dim2 = R.shape
    if dim1 != 3 or dim2 != 3:
        raise ValueError("Input has to be a batch of 3x3 Tensors.")
    phi = so3_rotation_angle(R)  #-
    phi_factor = phi / (2.0 * phi.sin())  #!
    log_rot_hat = phi_factor[:, None, None] * (R - R.permute(0, 2, 1))  #!
    return hat_inv(log_rot_hat)  #-
    q = _quaternions(R)  #+
    w, v = q[:, :1], q[:, 1:]  #+
    norm = torch.linalg.vector_norm(v, dim=1, keepdim=True)  #+
    small = norm < eps  #+
    safe = torch.where(small, torch.ones_like(norm), norm)  #+
    return torch.where(small, 2.0 * v, 2.0 * v * torch.atan2(safe, w) / safe)  #+


def relative_log(R_src, R_tgt):
    return so3_log_map(torch.bmm(R_tgt, R_src.permute(0, 2, 1)))


def camera_rotation_distance(R_pred, R_gt):
    return relative_log(R_pred, R_gt).square().sum(dim=1).mean()
