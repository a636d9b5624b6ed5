# origin: https://github.com/kornia/kornia/issues/4404
# kinds: domain
from __future__ import annotations

import torch
from torch import Tensor, nn


class Quaternion(nn.Module):
    def __init__(self, data: Tensor) -> None:
        super().__init__()
        self._data = data

    @property
    def data(self) -> Tensor:
        return self._data

    @property
    def real(self) -> Tensor:
        return self._data[..., 0]

    @property
    def vec(self) -> Tensor:
        return self._data[..., 1:]

    def __mul__(self, right: Quaternion) -> Quaternion:
        real = self.real * right.real - (self.vec * right.vec).sum(-1)
        vec = (
            self.real[..., None] * right.vec
            + right.real[..., None] * self.vec
            + torch.linalg.cross(self.vec, right.vec)
        )
        return Quaternion(torch.cat((real[..., None], vec), -1))


class So3(nn.Module):
    r"""Base class to represent the So3 group, by a unit quaternion."""

    def __init__(self, q: Quaternion) -> None:
        super().__init__()
        self._q = q

    @property
    def q(self) -> Quaternion:
        return self._q

    @staticmethod
    def exp(v: Tensor) -> So3:
        """Converts elements of lie algebra to elements of lie group."""
        theta = torch.linalg.norm(v, dim=-1, keepdim=True)
        theta_nonzero = theta != 0.0
        w = (0.5 * theta).cos()
        b = torch.where(theta_nonzero, (0.5 * theta).sin() / theta, 0.5)  #!
        theta_safe = torch.where(theta_nonzero, theta, 1.0)  #+
        b = torch.where(theta_nonzero, (0.5 * theta_safe).sin() / theta_safe, 0.5)  #+
        xyz = b * v
        return So3(Quaternion(torch.cat((w, xyz), -1)))

    def matrix(self) -> Tensor:
        w = self.q.real[..., None]
        x, y, z = self.q.vec.unbind(-1)
        zero = torch.zeros_like(x)
        K = torch.stack((zero, -z, y, z, zero, -x, -y, x, zero), -1).reshape(*x.shape, 3, 3)
        eye = torch.eye(3, device=x.device, dtype=x.dtype)
        return eye + 2 * w[..., None] * K + 2 * K @ K

    def __mul__(self, right: So3) -> So3:
        return So3(self.q * right.q)


def align(points: Tensor, target: Tensor, steps: int = 100, lr: float = 0.1) -> Tensor:
    v = torch.zeros(3, dtype=points.dtype, requires_grad=True)
    optimizer = torch.optim.Adam([v], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        error = points @ So3.exp(v).matrix().mT - target
        error.square().sum(-1).mean().backward()
        optimizer.step()
    return v.detach()
