# origin: https://github.com/WU-CVGL/BAD-NeRF/pull/2
# kinds: domain domain
import torch
import torch.nn as nn


def exp_r2q_parallel(r, eps=1e-9):
    x, y, z = r[..., 0], r[..., 1], r[..., 2]
    theta = 0.5 * torch.sqrt(x ** 2 + y ** 2 + z ** 2)  #!
    bool_criterion = (theta < eps).unsqueeze(-1).repeat(1, 1, 4)  #-
    return torch.where(bool_criterion, exp_r2q_taylor(x, y, z, theta), exp_r2q(x, y, z, theta))  #-
    theta2 = 0.25 * (x ** 2 + y ** 2 + z ** 2)  #+
    small = theta2 < 1e-6  #+
    theta = torch.sqrt(torch.where(small, torch.ones_like(theta2), theta2))  #+
    bool_criterion = small.unsqueeze(-1).repeat(1, 1, 4)  #+
    return torch.where(bool_criterion, exp_r2q_taylor(x, y, z, theta2), exp_r2q(x, y, z, theta))  #+


def exp_r2q(x, y, z, theta):
    lambda_ = torch.sin(theta) / (2. * theta)  #*
    qx = lambda_ * x
    qy = lambda_ * y
    qz = lambda_ * z
    qw = torch.cos(theta)
    return torch.stack([qx, qy, qz, qw], -1)


def exp_r2q_taylor(x, y, z, theta):  #-
    s = 1. / 2. - 1. / 12. * theta ** 2 - 1. / 240. * theta ** 4  #-
    qw = 1. - 1. / 2. * theta ** 2 + 1. / 24. * theta ** 4  #-
    return torch.stack([s * x, s * y, s * z, qw], -1)  #-
def exp_r2q_taylor(x, y, z, theta2):  #+
    s = 1. / 2. - 1. / 12. * theta2 + 1. / 240. * theta2 ** 2  #+
    qw = 1. - 1. / 2. * theta2 + 1. / 24. * theta2 ** 2  #+
    return torch.stack([s * x, s * y, s * z, qw], -1)  #+


def q_to_R_parallel(q):
    qb, qc, qd, qa = q.unbind(dim=-1)
    row0 = torch.stack([1 - 2 * (qc ** 2 + qd ** 2), 2 * (qb * qc - qa * qd), 2 * (qa * qc + qb * qd)], dim=-1)
    row1 = torch.stack([2 * (qb * qc + qa * qd), 1 - 2 * (qb ** 2 + qd ** 2), 2 * (qc * qd - qa * qb)], dim=-1)
    row2 = torch.stack([2 * (qb * qd - qa * qc), 2 * (qa * qb + qc * qd), 1 - 2 * (qb ** 2 + qc ** 2)], dim=-1)
    return torch.stack([row0, row1, row2], dim=-2)


class PoseRefinement(nn.Module):
    """Correction of the camera poses inside the exposure time."""

    def __init__(self, num_images, num_virtual=7):
        super().__init__()
        self.rot = nn.Parameter(torch.zeros(num_images, num_virtual, 3))
        self.trans = nn.Parameter(torch.zeros(num_images, num_virtual, 3))

    def forward(self, points):
        R = q_to_R_parallel(exp_r2q_parallel(self.rot))
        return torch.einsum('nvij,nkj->nvki', R, points) + self.trans[:, :, None]


def fit(points, observed, iters=100):
    model = PoseRefinement(points.shape[0])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(iters):
        loss = (model(points).mean(1) - observed).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
