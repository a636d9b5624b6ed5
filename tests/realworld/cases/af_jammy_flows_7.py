# origin: https://github.com/thoglu/jammy_flows/pull/7
# kinds: domain
import numpy
import torch
from torch import nn


class SphereBase(nn.Module):
    def __init__(self, dimension):
        super().__init__()
        assert dimension == 1 or dimension == 2
        self.dimension = dimension

    def spherical_to_eucl_embedding(self, x, log_det):
        if self.dimension == 1:
            return torch.cat([torch.cos(x), torch.sin(x)], dim=1), log_det
        theta, phi = x[:, :1], x[:, 1:]
        log_det = log_det + torch.log(torch.sin(theta)).sum(axis=-1)
        eucl = torch.cat([torch.sin(theta) * torch.cos(phi), torch.sin(theta) * torch.sin(phi), torch.cos(theta)], dim=1)
        return eucl, log_det

    def eucl_to_spherical_embedding(self, x):
        angles = []
        for ind in range(x.shape[1] - 1):
            norm = torch.sum(x[:, ind:] ** 2, dim=1, keepdim=True).sqrt()  #-
            norm = torch.sum(x[:, ind:] ** 2, dim=1, keepdim=True).clamp(min=1e-20).sqrt()  #+
            ratio = (x[:, ind:ind + 1] / norm).clamp(-1.0 + 1e-6, 1.0 - 1e-6)  #+
            if ind < (x.shape[1] - 2):
                # 0 to pi angle
                angles.append(torch.acos(x[:, ind:ind + 1] / norm))  #!
                angles.append(torch.acos(ratio))  #+
            else:
                # last one is 0 to 2pi
                new_angle = torch.acos(x[:, ind:ind + 1] / norm)  #!
                new_angle = torch.acos(ratio)  #+
                new_angle = torch.where(x[:, ind + 1:ind + 2] < 0, 2 * numpy.pi - new_angle, new_angle)
                angles.append(new_angle)
        return torch.cat(angles, dim=1)


class HouseholderRotation(SphereBase):
    def __init__(self, dimension):
        super().__init__(dimension)
        self.vs = nn.Parameter(torch.randn(dimension + 1, dimension + 1))

    def forward(self, eucl):
        dim = self.dimension + 1
        Q = torch.eye(dim, dtype=eucl.dtype)
        for i in range(dim):
            v = self.vs[i] / self.vs[i].norm()
            Q = Q @ (torch.eye(dim, dtype=eucl.dtype) - 2 * torch.outer(v, v))
        rotated = eucl @ Q.T
        return self.eucl_to_spherical_embedding(rotated)


def angular_loss(layer, eucl, target_angles):
    pred = layer(eucl)
    return ((pred - target_angles) ** 2).mean()
